/* SPDX-License-Identifier: ISC */
/* The part of rt_trap.so that needs no types: functions of up to six integers and pointers, which
 * go on as they came. With those of rt_trap.c they are all that clang's RealtimeSanitizer catches
 * on Linux, and more. */
#include "tests/traps/rt_trap_inner.h"

#pragma GCC visibility push(default)

#define TRAP(name)                                                                                 \
  long name(long, long, long, long, long, long);                                                   \
  long name(long a, long b, long c, long d, long e, long f) {                                      \
    static long (*next)(long, long, long, long, long, long);                                       \
    rt_trap_hit(#name);                                                                            \
    if (!next) {                                                                                   \
      *(void **)&next = rt_trap_next_of(#name);                                                    \
    }                                                                                              \
    return next(a, b, c, d, e, f);                                                                 \
  }
#define TRAP2(x, y) TRAP(x) TRAP(y)
#define TRAP4(x, y, z, w) TRAP2(x, y) TRAP2(z, w)

/* Memory. */
TRAP4(valloc, pvalloc, reallocarray, mremap)
TRAP4(msync, mincore, posix_madvise, munlock)
TRAP4(mlockall, munlockall, memfd_create, malloc_trim)

/* Threads: to unlock or to signal may have to wake, with a lock of its own held. */
TRAP4(pthread_mutex_unlock, pthread_mutex_clocklock, pthread_rwlock_unlock, pthread_mutex_destroy)
TRAP4(pthread_rwlock_timedrdlock, pthread_rwlock_timedwrlock, pthread_cond_signal,
      pthread_cond_broadcast)
TRAP4(pthread_cond_init, pthread_cond_destroy, pthread_cond_clockwait, pthread_timedjoin_np)
TRAP4(pthread_tryjoin_np, pthread_clockjoin_np, pthread_detach, pthread_cancel)
TRAP4(pthread_setschedparam, sched_setscheduler, sched_setaffinity, sched_getaffinity)
TRAP4(sem_clockwait, sem_open, sem_close, sem_unlink)
TRAP4(sigwait, sigsuspend, sigtimedwait, pause)

/* Descriptors and what they lead to. */
TRAP4(dup, dup2, dup3, pipe)
TRAP4(pipe2, fcntl, fcntl64, ioctl)
TRAP4(eventfd, eventfd_read, eventfd_write, fdatasync)
TRAP4(epoll_create, epoll_create1, epoll_ctl, epoll_wait)
TRAP4(epoll_pwait, inotify_init, inotify_init1, inotify_add_watch)
TRAP4(inotify_rm_watch, timerfd_create, timerfd_settime, timerfd_gettime)
TRAP4(pread64, pwrite64, preadv, pwritev)
TRAP4(preadv64, pwritev64, lseek64, getrandom)
TRAP4(socket, socketpair, bind, listen)
TRAP4(accept, accept4, connect, shutdown)
TRAP4(sendto, sendmsg, sendmmsg, recvfrom)
TRAP4(recvmsg, recvmmsg, getsockopt, setsockopt)
TRAP4(getsockname, getpeername, getaddrinfo, getnameinfo)
TRAP2(shm_open, shm_unlink)

/* Names of files. */
TRAP4(creat, creat64, truncate, truncate64)
TRAP4(ftruncate, ftruncate64, unlink, unlinkat)
TRAP4(mkdir, rmdir, rename, mkfifo)
TRAP4(link, symlink, symlinkat, readlink)
TRAP4(readlinkat, chdir, fchdir, chmod)
TRAP4(fchmod, umask, stat, fstat)
TRAP4(lstat, access, opendir, readdir)
TRAP2(closedir, sync)

/* Streams. */
TRAP4(fdopen, freopen, freopen64, fmemopen)
TRAP4(open_memstream, fopencookie, setbuf, setvbuf)
TRAP4(setlinebuf, fseek, fseeko, fseeko64)
TRAP4(ftell, ftello, ftello64, rewind)
TRAP4(fgetpos, fgetpos64, fsetpos, fsetpos64)
TRAP4(fgets, fgetc, getc, getline)
TRAP4(getdelim, perror, popen, pclose)
TRAP(setbuffer)

/* Processes. */
TRAP4(fork, posix_spawn, execve, waitpid)
TRAP4(wait, system, process_vm_readv, process_vm_writev)

#pragma GCC visibility pop
