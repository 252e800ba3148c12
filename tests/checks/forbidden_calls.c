/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "tests/checks/forbidden_calls.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct timespec no_time;

static void *thread_main(void *argument) {
  return argument;
}

void forbidden_malloc(void) {
  void *volatile block = malloc(8);
  block = realloc(block, 16);
  free(block);
  block = calloc(1, 8);
  free(block);
}

static void call_aligned(void) {
  void *block = NULL;
  free(posix_memalign(&block, 64, 64) == 0 ? block : NULL);
  void *volatile other = aligned_alloc(64, 64);
  free(other);
}

static void call_memory(void) {
  void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  mprotect(at, 4096, PROT_NONE);
  munmap(at, 4096);
}

static void call_break(void) {
  sbrk(0);
}

static void call_locks(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
  pthread_rwlock_rdlock(&lock);
  pthread_rwlock_unlock(&lock);
  pthread_rwlock_wrlock(&lock);
  pthread_rwlock_unlock(&lock);
}

static void call_condition(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_cond_timedwait(&condition, &mutex, &no_time);
  pthread_mutex_unlock(&mutex);
}

static void call_threads(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, thread_main, NULL) == 0) {
    pthread_join(thread, NULL);
  }
}

static void call_semaphore(void) {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  sem_wait(&semaphore);
  sem_timedwait(&semaphore, &no_time);
  sem_destroy(&semaphore);
}

static void call_futex(void) {
  uint32_t word = 0;
  syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, &no_time, NULL, 0);
}

static void call_sleeps(void) {
  nanosleep(&no_time, NULL);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &no_time, NULL);
  usleep(0);
  sched_yield();
}

static void call_polls(void) {
  struct timeval now = {0, 0};
  poll(NULL, 0, 0);
  select(0, NULL, NULL, NULL, &now);
}

static void call_files(void) {
  char byte = 0;
  int fd = open("/dev/null", O_RDWR);
  if (fd >= 0 && write(fd, &byte, 1) >= 0 && read(fd, &byte, 1) >= 0) {
    close(fd);
  }
  fd = openat(AT_FDCWD, "/dev/null", O_RDONLY);
  close(fd);
}

static void call_streams(void) {
  FILE *stream = fopen("/dev/null", "w");
  if (stream) {
    fprintf(stream, "%d", 1);
    fputs("text", stream);
    fflush(stream);
    fclose(stream);
  }
}

static void call_wakers(void) {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
  if (pthread_mutex_trylock(&mutex) == 0) {
    pthread_cond_signal(&condition);
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
  }
}

static void call_descriptors(void) {
  int ends[2] = {-1, -1};
  if (pipe(ends) == 0) {
    int other = dup(ends[0]);
    fcntl(other, F_GETFD);
    close(other);
    close(ends[0]);
    close(ends[1]);
  }
  int sock = socket(AF_UNIX, SOCK_STREAM, 0);
  listen(sock, 1);
  close(sock);
}

static void call_names(void) {
  char target[8];
  struct stat info;
  int failed = unlink("/proc/none") + rmdir("/proc/none") + stat("/proc/none", &info);
  if (failed < 0 && readlink("/proc/none", target, sizeof target) < 0) {
    access("/proc/none", R_OK);
  }
}

static void call_processes(void) {
  waitpid(-1, NULL, WNOHANG);
}

static void call_print(void) {
  volatile int width = 0; /* prints nothing, which the compiler cannot know */
  printf("%*s", width, "");
}

const struct forbidden_calls forbidden_calls[] = {
    {"malloc, realloc, free, calloc", forbidden_malloc, 5},
    {"posix_memalign, aligned_alloc", call_aligned, 4},
    {"mmap, mprotect, munmap", call_memory, 3},
    {"sbrk", call_break, 1},
    {"mutex, rwlock", call_locks, 3},
    {"condition", call_condition, 2},
    {"thread create, join", call_threads, 2},
    {"semaphore wait", call_semaphore, 2},
    {"futex wait", call_futex, 1},
    {"sleeps, yield", call_sleeps, 4},
    {"poll, select", call_polls, 2},
    {"open, write, read, close, openat", call_files, 6},
    {"fopen, fprintf, fputs, fflush, fclose", call_streams, 5},
    {"unlock, signal, broadcast", call_wakers, 3},
    {"pipe, dup, fcntl, socket, listen", call_descriptors, 9},
    {"unlink, rmdir, stat, readlink, access", call_names, 5},
    {"waitpid", call_processes, 1},
    {"printf", call_print, 1},
};
const unsigned n_forbidden_calls = sizeof forbidden_calls / sizeof *forbidden_calls;
