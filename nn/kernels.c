/* SPDX-License-Identifier: ISC */
#include "nn/kernels.h"

#include <string.h>

extern const struct kernels kernels_generic;
#if defined(__x86_64__)
extern const struct kernels kernels_avx2, kernels_avx512;
#endif

/* Fastest first. */
static const struct kernels *supported(unsigned index) UNBRAID_REALTIME {
#if defined(__x86_64__)
  if (index == 0) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") ? &kernels_avx512
                                                                                   : NULL;
  }
  if (index == 1) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &kernels_avx2 : NULL;
  }
#endif
  return index == 2 ? &kernels_generic : NULL;
}

enum { N_TABLES = 3 };

const struct kernels *kernels_best(void) UNBRAID_REALTIME {
  for (unsigned i = 0; i < N_TABLES; ++i) {
    if (supported(i)) {
      return supported(i);
    }
  }
  return &kernels_generic;
}

const struct kernels *kernels_named(const char *name) {
  for (unsigned i = 0; i < N_TABLES; ++i) {
    if (supported(i) && strcmp(supported(i)->name, name) == 0) {
      return supported(i);
    }
  }
  return NULL;
}
