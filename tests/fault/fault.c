/* SPDX-License-Identifier: ISC */
#include "tests/fault/fault.h"

#include "tests/support/random.h"

#include <errno.h>
#include <fcntl.h>
#include <fftw3.h>
#include <jansson.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* ---- Failing ---- */

static _Atomic unsigned long calls, failing_from;
static atomic_bool armed, all_after;
static _Atomic long blocks;

void fault_arm(unsigned long nth, bool forever) {
  atomic_store(&calls, 0);
  atomic_store(&failing_from, nth);
  atomic_store(&all_after, forever);
  atomic_store(&armed, true);
}

unsigned long fault_disarm(void) {
  atomic_store(&armed, false);
  return atomic_load(&calls);
}

long fault_blocks(void) {
  return atomic_load(&blocks);
}

static bool strikes(void) {
  if (!atomic_load(&armed)) {
    return false;
  }
  unsigned long call = atomic_fetch_add(&calls, 1) + 1, from = atomic_load(&failing_from);
  return call == from || (call > from && atomic_load(&all_after));
}

static void *counted(void *block) {
  if (block) {
    atomic_fetch_add(&blocks, 1);
  }
  return block;
}

/* Names that the linker makes. NOLINTBEGIN(bugprone-reserved-identifier) */

#define WRAP(type, name, parameters, arguments, failure)                                           \
  type __real_##name parameters;                                                                   \
  type __wrap_##name parameters;                                                                   \
  type __wrap_##name parameters {                                                                  \
    if (strikes()) {                                                                               \
      return failure;                                                                              \
    }                                                                                              \
    return __real_##name arguments;                                                                \
  }

#define WRAP_MEMORY(name, parameters, arguments)                                                   \
  void *__real_##name parameters;                                                                  \
  void *__wrap_##name parameters;                                                                  \
  void *__wrap_##name parameters {                                                                 \
    if (strikes()) {                                                                               \
      errno = ENOMEM;                                                                              \
      return NULL;                                                                                 \
    }                                                                                              \
    return counted(__real_##name arguments);                                                       \
  }

WRAP_MEMORY(malloc, (size_t size), (size))
WRAP_MEMORY(calloc, (size_t count, size_t size), (count, size))
WRAP_MEMORY(aligned_alloc, (size_t alignment, size_t size), (alignment, size))

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text) {
  return strikes() ? NULL : counted(__real_strdup(text));
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block) {
  if (block) {
    atomic_fetch_sub(&blocks, 1);
  }
  __real_free(block);
}

WRAP(fftwf_plan, fftwf_plan_dft_1d,
     (int n, fftwf_complex *in, fftwf_complex *out, int sign, unsigned flags),
     (n, in, out, sign, flags), NULL)

WRAP(json_t *, json_loads, (const char *text, size_t flags, json_error_t *error),
     (text, flags, error), NULL)
WRAP(json_t *, json_loadb, (const char *text, size_t size, size_t flags, json_error_t *error),
     (text, size, flags, error), NULL)

WRAP(int, pthread_attr_init, (pthread_attr_t * attributes), (attributes), ENOMEM)
WRAP(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes),
     (mutex, attributes), ENOMEM)

WRAP(int, fstat, (int descriptor, struct stat *info), (descriptor, info), (errno = EIO, -1))
WRAP(FILE *, fdopen, (int descriptor, const char *mode), (descriptor, mode), (errno = ENOMEM, NULL))
WRAP(int, fseek, (FILE * stream, long offset, int whence), (stream, offset, whence),
     (errno = EIO, -1))
WRAP(long, ftell, (FILE * stream), (stream), (errno = EIO, -1))
WRAP(size_t, fread, (void *to, size_t size, size_t count, FILE *stream), (to, size, count, stream),
     (errno = EIO, 0))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  return strikes() ? (errno = EMFILE, -1) : __real_open(path, flags, mode);
}

/* ---- Threads ---- */

static atomic_bool held;

struct beginning {
  void *(*main)(void *);
  void *argument;
};

static void nap(void) {
  struct timespec t = {.tv_nsec = 50000};
  nanosleep(&t, NULL);
}

static void *begin(void *argument) {
  struct beginning beginning = *(struct beginning *)argument;
  __real_free(argument);
  while (atomic_load(&held)) {
    nap();
  }
  return beginning.main(beginning.argument);
}

void *__real_malloc(size_t size);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                          void *(*main)(void *), void *argument) {
  if (strikes()) {
    return EAGAIN;
  }
  struct beginning *beginning = __real_malloc(sizeof *beginning);
  if (!beginning) {
    abort();
  }
  *beginning = (struct beginning){main, argument};
  int failed = __real_pthread_create(thread, attributes, begin, beginning);
  if (failed) {
    __real_free(beginning);
  }
  return failed;
}

void fault_hold_threads(void) {
  atomic_store(&held, true);
}

void fault_release_threads(void) {
  atomic_store(&held, false);
}

/* ---- Semaphores ---- */

/* Posts that were not taken yet, less the threads that wait: both over all semaphores. */
static _Atomic long posted, waiting;
static double lost_share;
static uint32_t lost_random;

void fault_lose_posts(double share) {
  if (share != lost_share) {
    lost_share = share;
    lost_random = 1;
  }
}

int __real_sem_init(sem_t *semaphore, int shared, unsigned value);
int __wrap_sem_init(sem_t *semaphore, int shared, unsigned value);
int __wrap_sem_init(sem_t *semaphore, int shared, unsigned value) {
  atomic_store(&posted, 0); /* a thread may end without what it was sent last */
  return strikes() ? (errno = ENOSPC, -1) : __real_sem_init(semaphore, shared, value);
}

int __real_sem_post(sem_t *semaphore);
int __wrap_sem_post(sem_t *semaphore);
int __wrap_sem_post(sem_t *semaphore) {
  if (lost_share > 0.0 && random_between(&lost_random, 0.0f, 1.0f) < lost_share) {
    return 0;
  }
  atomic_fetch_add(&posted, 1);
  return __real_sem_post(semaphore);
}

int __real_sem_wait(sem_t *semaphore);
int __wrap_sem_wait(sem_t *semaphore);
int __wrap_sem_wait(sem_t *semaphore) {
  atomic_fetch_add(&waiting, 1);
  int result = __real_sem_wait(semaphore);
  atomic_fetch_sub(&waiting, 1);
  atomic_fetch_sub(&posted, result == 0);
  return result;
}

/* NOLINTEND(bugprone-reserved-identifier) */

bool fault_idle(void) {
  return atomic_load(&posted) == 0 && atomic_load(&waiting) > 0;
}
