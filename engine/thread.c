/* SPDX-License-Identifier: ISC */
#include "engine/thread.h"

#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <unistd.h>

/* Several times the stack that opening a model needs, which is the largest use
 * (tests/test_thread.c). Calls of the host's log need stack too. Under a sanitizer the need is
 * unknown. */
enum { STACK_BYTES = 256 * 1024, GUARD_BYTES = 64 * 1024 };
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) ||                         \
    __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

/* If the system refuses this size, the stack has the default size. */
static void set_stack(pthread_attr_t *attributes) {
#ifndef SANITIZED
  long least = sysconf(_SC_THREAD_STACK_MIN); /* what the C library and the kernel take of it */
  pthread_attr_setstacksize(attributes, STACK_BYTES + (least > 0 ? (size_t)least : 0));
  pthread_attr_setguardsize(attributes, GUARD_BYTES);
#else
  (void)attributes;
#endif
}

bool thread_start(pthread_t *thread, void *(*main)(void *), void *argument) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) {
    return false;
  }
  /* A host may call from a real-time thread; the new thread would inherit its priority. */
  pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
  set_stack(&attributes);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(thread, &attributes, main, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  return !failed;
}

/* ---- Priorities ---- */

/* Linux only: a flag beside the policy, and a policy above all others. */
enum { RESET_ON_FORK = 0x40000000, POLICY_DEADLINE = 6 };

/* The id of a thread's processor-time clock contains the thread's number: ~number * 8 + 6. The C
 * library knows this id without a system call. */
thread_mark thread_self(void) UNBRAID_REALTIME {
  clockid_t clock = 0;
  UNBRAID_TRUST_BEGIN
  pthread_getcpuclockid(pthread_self(), &clock);
  UNBRAID_TRUST_END
  return clock;
}

static pid_t number_of(thread_mark mark) {
  return (pid_t) ~(mark >> 3);
}

/* 0: an ordinary thread. */
static int urgency_of(pid_t number, int *policy) {
  int found = sched_getscheduler(number);
  struct sched_param param = {0};
  *policy = found < 0 ? SCHED_OTHER : found & ~RESET_ON_FORK;
  if (*policy == POLICY_DEADLINE) {
    return sched_get_priority_max(SCHED_FIFO) + 1;
  }
  return sched_getparam(number, &param) == 0 ? param.sched_priority : 0;
}

bool thread_is_urgent(void) {
  int policy;
  return urgency_of(0, &policy) > 0;
}

void thread_stay_below(thread_mark mark, bool urgent) {
  /* Above ordinary threads, below the audio threads of JACK, PipeWire and Ardour. */
  int policy, own = sched_get_priority_min(SCHED_FIFO) + 1;
  pid_t other = number_of(mark);
  int urgency = urgency_of(other, &policy);
  own = own < urgency ? own : urgency - 1;
  struct sched_param param = {.sched_priority = own};
  if (urgent && own > 0 && pthread_setschedparam(pthread_self(), SCHED_FIFO, &param) == 0) {
    return;
  }
  param.sched_priority = 0;
  pthread_setschedparam(pthread_self(), urgency > 0 ? SCHED_OTHER : policy, &param);
  id_t self = (id_t)number_of(thread_self());
  int nice = getpriority(PRIO_PROCESS, (id_t)other);
  if (urgency == 0 && nice > getpriority(PRIO_PROCESS, self)) {
    setpriority(PRIO_PROCESS, self, nice);
  }
}
