/* A timer of the wall clock as a descriptor, and what glibc has under _GNU_SOURCE, both of which Swift's own
   module of it leaves out. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

int accept4(int file, struct sockaddr *address, socklen_t *length, int flags);
int pipe2(int ends[2], int flags);

static const int flow_o_path = 010000000;
/* It comes at an instant of the wall clock, and at once where that clock is set. */
static const int flow_timer_flags = TFD_TIMER_ABSTIME | 2 /* TFD_TIMER_CANCEL_ON_SET */;
static const int flow_timer_make = TFD_CLOEXEC | TFD_NONBLOCK;
