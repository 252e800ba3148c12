/* SPDX-License-Identifier: ISC */
/* Shared by all functions on the audio thread: the attribute that marks them, and a guard against
 * slow denormal numbers. */
#pragma once

/** Marks a function that may run on the audio thread: no allocation, lock, wait, file, log or
 * system call, and bounded work. clang 20 and later check it (-Wfunction-effects, RTSan). */
#if defined(__clang__) && __clang_major__ >= 20
#define UNBRAID_REALTIME __attribute__((nonblocking))
#else
#define UNBRAID_REALTIME
#endif

/** Encloses calls of library functions that are real-time safe but not marked, and waits on purpose
 * for a freewheeling host. clang does not check the enclosed code; check-rt and check-rtsan do. */
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

/** Restores the state that rt_fp_flush_denormals() returned, which is the host's setting. Real-time
 * safe. */
static inline void rt_fp_restore(rt_fp_state before) UNBRAID_REALTIME {
#if defined(__SSE__)
  _mm_setcsr(before);
#elif defined(__aarch64__)
  __asm__ __volatile__("msr fpcr, %0" : : "r"(before));
#else
  (void)before;
#endif
}
