/* What SQLite takes by an argument list of any length, which Swift cannot call, and what no module of the system's has. */
#include <malloc.h>
#include <sqlite3.h>

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

/* The same: a file may be named with how it is to be opened. */
static inline int flow_sqlite_uris(void) { return sqlite3_config(SQLITE_CONFIG_URI, 1); }
