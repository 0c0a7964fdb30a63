/* What SQLite takes by an argument list of any length, which Swift cannot call, and what no module of the system's has. */
#include <malloc.h>
#include <sqlite3.h>
#include <string.h>

/* Before the library is used: its own count of memory, which nobody asks for, would have every thread wait for every
   other at each piece of memory. */
static inline int flow_sqlite_uncounted(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/* The same: each connection is used by one thread at a time, and needs no lock of its own. */
static inline int flow_sqlite_unlocked(void) { return sqlite3_config(SQLITE_CONFIG_MULTITHREAD); }

/* So many bytes that were let go of stay the process's own, in each of malloc's arenas. */
static inline void flow_keep_memory(int bytes) {
  mallopt(M_TRIM_THRESHOLD, bytes);
  mallopt(M_MMAP_THRESHOLD, bytes);
}

/* flow_turned(BYTES, NUMBER): the bytes, the last four of them, the least first, turned by the bits of the number. */
static void flow_sqlite_turn(sqlite3_context *context, int count, sqlite3_value **values) {
  const unsigned char *from = sqlite3_value_blob(values[0]);
  int size = sqlite3_value_bytes(values[0]);
  sqlite3_uint64 bits = (sqlite3_uint64)sqlite3_value_int64(values[1]);
  unsigned char *bytes;
  (void)count;
  if (from == 0 || size < 4) {
    sqlite3_result_value(context, values[0]);
    return;
  }
  bytes = sqlite3_malloc(size);
  if (bytes == 0) {
    sqlite3_result_error_nomem(context);
    return;
  }
  memcpy(bytes, from, (size_t)size);
  for (int at = size - 4; at < size; at++, bits >>= 8) bytes[at] ^= (unsigned char)bits;
  sqlite3_result_blob(context, bytes, size, sqlite3_free);
}

static inline int flow_sqlite_turning(sqlite3 *connection) {
  return sqlite3_create_function_v2(
      connection, "flow_turned", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, 0, flow_sqlite_turn, 0, 0, 0);
}

/* The same: a file may be named with how it is to be opened. */
static inline int flow_sqlite_uris(void) { return sqlite3_config(SQLITE_CONFIG_URI, 1); }
