/* SPDX-License-Identifier: ISC */
#include "bench/peak.h"

#include "bench/measure.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

/* Sums in flight: two units, four cycles each, and some to spare. */
enum { SUMS = 12, TURNS = 20000 };

#define PEAK(name, target_isa, vec, set, fma, store, lanes)                                        \
  __attribute__((target(target_isa), noinline)) static double name(void) {                         \
    vec sums[SUMS], factor = set(0.5f), term = set(1.0f);                                          \
    float out[lanes];                                                                              \
    volatile float keep = 0.0f;                                                                    \
    for (int i = 0; i < SUMS; ++i) {                                                               \
      sums[i] = set((float)i);                                                                     \
    }                                                                                              \
    double begun = measure_now(CLOCK_THREAD_CPUTIME_ID);                                           \
    for (int turn = 0; turn < TURNS; ++turn) {                                                     \
      sums[0] = fma(sums[0], factor, term), sums[1] = fma(sums[1], factor, term);                  \
      sums[2] = fma(sums[2], factor, term), sums[3] = fma(sums[3], factor, term);                  \
      sums[4] = fma(sums[4], factor, term), sums[5] = fma(sums[5], factor, term);                  \
      sums[6] = fma(sums[6], factor, term), sums[7] = fma(sums[7], factor, term);                  \
      sums[8] = fma(sums[8], factor, term), sums[9] = fma(sums[9], factor, term);                  \
      sums[10] = fma(sums[10], factor, term), sums[11] = fma(sums[11], factor, term);              \
    }                                                                                              \
    double seconds = measure_now(CLOCK_THREAD_CPUTIME_ID) - begun;                                 \
    for (int i = 0; i < SUMS; ++i) {                                                               \
      store(out, sums[i]);                                                                         \
      keep = keep + out[0];                                                                        \
    }                                                                                              \
    return (double)SUMS * TURNS * (lanes) / seconds;                                               \
  }

PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps, _mm256_storeu_ps, 8)
PEAK(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps, _mm512_storeu_ps, 16)
#endif

double peak_fma(const char *isa) {
#if defined(__x86_64__)
  if (strcmp(isa, "avx2") == 0 && __builtin_cpu_supports("fma")) {
    return peak_avx2();
  }
  if (strcmp(isa, "avx512") == 0 && __builtin_cpu_supports("avx512f")) {
    return peak_avx512();
  }
#endif
  (void)isa;
  return 0.0;
}
