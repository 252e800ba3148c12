/* What every function on the audio thread shares: the attribute that marks it, and the guard
 * that keeps denormal numbers from slowing it down. */
#pragma once

/** Marks a function that may run on the audio thread: no allocation, lock, wait, file, log or
 * system call, and bounded work. clang 20 and later check it (-Wfunction-effects, RTSan). */
#if defined(__clang__) && __clang_major__ >= 20
#define UNBRAID_REALTIME __attribute__((nonblocking))
#else
#define UNBRAID_REALTIME
#endif

/** Around calls to other people's functions that are real-time safe without saying so, and around
 * what waits on purpose in a freewheeling host: clang asks no questions there. check-rt and
 * check-rtsan still see them run. */
#if defined(__clang__) && __clang_major__ >= 20
#define UNBRAID_TRUST_BEGIN                                                                        \
  _Pragma("clang diagnostic push") _Pragma("clang diagnostic ignored \"-Wfunction-effects\"")
#define UNBRAID_TRUST_END _Pragma("clang diagnostic pop")
#else
#define UNBRAID_TRUST_BEGIN
#define UNBRAID_TRUST_END
#endif

#if defined(__SSE__)
#include <xmmintrin.h>
typedef unsigned int rt_fp_state;
#elif defined(__aarch64__)
typedef unsigned long rt_fp_state;
#else
typedef int rt_fp_state;
#endif

/** Flushes denormal results and inputs to zero on the calling thread.
 * @return the state before, for rt_fp_restore(). Real-time safe. */
static inline rt_fp_state rt_fp_flush_denormals(void) UNBRAID_REALTIME {
#if defined(__SSE__)
  rt_fp_state before = _mm_getcsr();
  _mm_setcsr(before | 0x8040); /* FTZ and DAZ */
  return before;
#elif defined(__aarch64__)
  rt_fp_state before;
  __asm__ __volatile__("mrs %0, fpcr" : "=r"(before));
  __asm__ __volatile__("msr fpcr, %0" : : "r"(before | (1UL << 24)));
  return before;
#else
  return 0;
#endif
}

/** Puts back what rt_fp_flush_denormals() returned: the host's own setting. Real-time safe. */
static inline void rt_fp_restore(rt_fp_state before) UNBRAID_REALTIME {
#if defined(__SSE__)
  _mm_setcsr(before);
#elif defined(__aarch64__)
  __asm__ __volatile__("msr fpcr, %0" : : "r"(before));
#else
  (void)before;
#endif
}
