/* What glibc has under _GNU_SOURCE, which Swift's own module of it leaves out. */
#include <spawn.h>

int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline void flow_limit(pid_t pid, int resource, rlim_t soft, rlim_t hard) {
  struct rlimit limit = {soft, hard};
  syscall(SYS_prlimit64, pid, resource, &limit, (void *)0);
}

/* Limits of a program and of whatever it starts, each: bytes of memory of its own, open files, no dump of its memory. */
static inline void flow_limit_program(pid_t pid, rlim_t memory, rlim_t files) {
  flow_limit(pid, RLIMIT_DATA, memory, memory);
  flow_limit(pid, RLIMIT_NOFILE, files, files);
  flow_limit(pid, RLIMIT_CORE, 0, 0);
}

/* Seconds of a processor, counted from its start. */
static inline void flow_limit_cpu(pid_t pid, rlim_t seconds) {
  flow_limit(pid, RLIMIT_CPU, seconds, RLIM_INFINITY);
}
