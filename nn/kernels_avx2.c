/* SPDX-License-Identifier: ISC */
/* For x86-64 with AVX2 and FMA. */
#if defined(__x86_64__)
#define KERNEL_TABLE kernels_avx2
#define KERNEL_NAME "avx2"
#define KERNEL_LANES 8
#define KERNEL_SUMS 12
#include "nn/kernels_impl.h"
#else
typedef int kernels_avx2_is_for_x86_64;
#endif
