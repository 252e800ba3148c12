/* SPDX-License-Identifier: ISC */
/* LD_PRELOAD library: counts the calls that an audio thread must not make, on threads that say they
 * are one. Every call goes on to the C library, whose own inner calls are not seen: hence the long
 * list. glibc only. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE
#include "tests/traps/rt_trap.h"
#include "tests/traps/rt_trap_inner.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOCAL static __thread __attribute__((tls_model("initial-exec")))

LOCAL int marks;
LOCAL unsigned hits;
LOCAL const char *last = "";

static _Atomic long long passed; /* nanoseconds, by rt_trap_pass() */
static int (*next_clock_gettime)(clockid_t, struct timespec *);

void rt_trap_hit(const char *name) {
  if (marks > 0) {
    ++hits;
    last = name;
  }
}

/* Old programs get an old pthread_cond_t from plain dlsym(). */
void *rt_trap_next_of(const char *name) {
  void *next = dlvsym(RTLD_NEXT, name, "GLIBC_2.3.2");
  return next ? next : dlsym(RTLD_NEXT, name);
}

#pragma GCC visibility push(default)

rt_trap_enter_fn rt_trap_enter;
rt_trap_leave_fn rt_trap_leave;
rt_trap_hits_fn rt_trap_hits;
rt_trap_last_fn rt_trap_last;
rt_trap_pass_fn rt_trap_pass;

void rt_trap_enter(void) {
  ++marks;
}

void rt_trap_leave(void) {
  --marks;
}

unsigned rt_trap_hits(void) {
  unsigned count = hits;
  hits = 0;
  return count;
}

const char *rt_trap_last(void) {
  return last;
}

/* Its first call is on no audio thread: from then on, to read the clock only reads it. */
int clock_gettime(clockid_t clock, struct timespec *now) {
  if (!next_clock_gettime) {
    *(void **)&next_clock_gettime = rt_trap_next_of("clock_gettime");
  }
  int failed = next_clock_gettime(clock, now);
  if (clock == CLOCK_MONOTONIC) {
    long long nanoseconds = now->tv_nsec + passed;
    now->tv_sec += nanoseconds / 1000000000;
    now->tv_nsec = nanoseconds % 1000000000;
  }
  return failed;
}

void rt_trap_pass(double seconds) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  passed += (long long)(1e9 * seconds);
}

/* dlsym() itself allocates: these four go on by their inner names. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

void *malloc(size_t size) {
  rt_trap_hit("malloc");
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  rt_trap_hit("calloc");
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  rt_trap_hit("realloc");
  return __libc_realloc(block, size);
}

void free(void *block) {
  rt_trap_hit("free");
  __libc_free(block);
}

#define TRAP(type, name, parameters, arguments)                                                    \
  type name parameters {                                                                           \
    static type(*next) parameters;                                                                 \
    rt_trap_hit(#name);                                                                            \
    if (!next) {                                                                                   \
      *(void **)&next = rt_trap_next_of(#name);                                                    \
    }                                                                                              \
    return next arguments;                                                                         \
  }

TRAP(int, posix_memalign, (void **block, size_t align, size_t size), (block, align, size))
TRAP(void *, aligned_alloc, (size_t align, size_t size), (align, size))
TRAP(void *, memalign, (size_t align, size_t size), (align, size))

TRAP(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t offset),
     (at, n, prot, flags, fd, offset))
TRAP(void *, mmap64, (void *at, size_t n, int prot, int flags, int fd, off64_t offset),
     (at, n, prot, flags, fd, offset))
TRAP(int, munmap, (void *at, size_t n), (at, n))
TRAP(int, mprotect, (void *at, size_t n, int prot), (at, n, prot))
TRAP(int, madvise, (void *at, size_t n, int advice), (at, n, advice))
TRAP(int, mlock, (const void *at, size_t n), (at, n))
TRAP(int, brk, (void *at), (at))
TRAP(void *, sbrk, (intptr_t n), (n))

TRAP(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
TRAP(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *t), (m, t))
TRAP(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
TRAP(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
TRAP(int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
TRAP(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
TRAP(int, pthread_cond_timedwait,
     (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *t), (c, m, t))
TRAP(int, pthread_barrier_wait, (pthread_barrier_t * b), (b))
TRAP(int, pthread_join, (pthread_t thread, void **result), (thread, result))
TRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*main)(void *), void *argument),
     (thread, attributes, main, argument))
TRAP(int, sem_wait, (sem_t * s), (s))
TRAP(int, sem_timedwait, (sem_t * s, const struct timespec *t), (s, t))

TRAP(int, nanosleep, (const struct timespec *t, struct timespec *left), (t, left))
TRAP(int, clock_nanosleep,
     (clockid_t clock, int flags, const struct timespec *t, struct timespec *left),
     (clock, flags, t, left))
TRAP(int, usleep, (useconds_t t), (t))
TRAP(unsigned, sleep, (unsigned t), (t))
TRAP(int, sched_yield, (void), ())
TRAP(int, poll, (struct pollfd * fds, nfds_t n, int t), (fds, n, t))
TRAP(int, ppoll, (struct pollfd * fds, nfds_t n, const struct timespec *t, const sigset_t *mask),
     (fds, n, t, mask))
TRAP(int, select, (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t), (n, r, w, e, t))
TRAP(int, pselect,
     (int n, fd_set *r, fd_set *w, fd_set *e, const struct timespec *t, const sigset_t *mask),
     (n, r, w, e, t, mask))

TRAP(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n))
TRAP(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n))
TRAP(ssize_t, pread, (int fd, void *to, size_t n, off_t at), (fd, to, n, at))
TRAP(ssize_t, pwrite, (int fd, const void *from, size_t n, off_t at), (fd, from, n, at))
TRAP(ssize_t, readv, (int fd, const struct iovec *v, int n), (fd, v, n))
TRAP(ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
TRAP(ssize_t, send, (int fd, const void *from, size_t n, int flags), (fd, from, n, flags))
TRAP(ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags))
TRAP(int, close, (int fd), (fd))
TRAP(off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence))
TRAP(int, fsync, (int fd), (fd))
TRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode))
TRAP(FILE *, fopen64, (const char *path, const char *mode), (path, mode))
TRAP(int, fclose, (FILE * f), (f))
TRAP(int, fflush, (FILE * f), (f))
TRAP(size_t, fread, (void *to, size_t size, size_t n, FILE *f), (to, size, n, f))
TRAP(size_t, fwrite, (const void *from, size_t size, size_t n, FILE *f), (from, size, n, f))
TRAP(int, fputs, (const char *text, FILE *f), (text, f))
TRAP(int, fputc, (int c, FILE *f), (c, f))
TRAP(int, puts, (const char *text), (text))
TRAP(int, putchar, (int c), (c))
TRAP(int, vprintf, (const char *format, va_list v), (format, v))
TRAP(int, vfprintf, (FILE * f, const char *format, va_list v), (f, format, v))

#define TRAP_PRINTF(name, parameters, call)                                                        \
  int name parameters {                                                                            \
    rt_trap_hit(#name);                                                                            \
    va_list v;                                                                                     \
    va_start(v, format);                                                                           \
    int count = call;                                                                              \
    va_end(v);                                                                                     \
    return count;                                                                                  \
  }

/* The second ones are what a program built with _FORTIFY_SOURCE calls. */
extern int __printf_chk(int flag, const char *format, ...);
extern int __fprintf_chk(FILE *f, int flag, const char *format, ...);

TRAP_PRINTF(printf, (const char *format, ...), vprintf(format, v))
TRAP_PRINTF(__printf_chk, (int flag, const char *format, ...), ((void)flag, vprintf(format, v)))
TRAP_PRINTF(fprintf, (FILE * f, const char *format, ...), vfprintf(f, format, v))
TRAP_PRINTF(__fprintf_chk, (FILE * f, int flag, const char *format, ...),
            ((void)flag, vfprintf(f, format, v)))
TRAP_PRINTF(dprintf, (int fd, const char *format, ...), vdprintf(fd, format, v))

void syslog(int priority, const char *format, ...) {
  rt_trap_hit("syslog");
  va_list v;
  va_start(v, format);
  vsyslog(priority, format, v);
  va_end(v);
}

/* The mode is only there when a file may be made; to pass it on anyway does no harm. */
#define TRAP_OPEN(name, parameters, arguments)                                                     \
  int name parameters {                                                                            \
    static int(*next) parameters;                                                                  \
    rt_trap_hit(#name);                                                                            \
    if (!next) {                                                                                   \
      *(void **)&next = rt_trap_next_of(#name);                                                    \
    }                                                                                              \
    va_list v;                                                                                     \
    va_start(v, flags);                                                                            \
    mode_t mode = va_arg(v, mode_t);                                                               \
    va_end(v);                                                                                     \
    return next arguments;                                                                         \
  }

TRAP_OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
TRAP_OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
TRAP_OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
TRAP_OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))

/* Waking another thread is the only one that is allowed. */
long syscall(long number, ...) {
  static long (*next)(long, ...);
  if (!next) {
    *(void **)&next = rt_trap_next_of("syscall");
  }
  long a[6];
  va_list v;
  va_start(v, number);
  for (unsigned i = 0; i < 6; ++i) {
    a[i] = va_arg(v, long);
  }
  va_end(v);
  if (number != SYS_futex || (a[1] & FUTEX_CMD_MASK) != FUTEX_WAKE) {
    rt_trap_hit("syscall");
  }
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

#pragma GCC visibility pop
