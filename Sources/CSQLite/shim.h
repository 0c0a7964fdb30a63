/* What SQLite takes by an argument list of any length, which Swift cannot call. */
#include <sqlite3.h>

/* Before the library is used: its own count of memory, which nobody asks for, would have every thread wait for every
   other at each piece of memory. */
static inline int flow_sqlite_uncounted(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
