/* SPDX-License-Identifier: ISC */
/* For x86-64 with AVX-512 F and VL. */
#if defined(__x86_64__)
#define KERNEL_TABLE kernels_avx512
#define KERNEL_NAME "avx512"
#define KERNEL_LANES 16
#define KERNEL_SUMS 16
#include "nn/kernels_impl.h"
#else
typedef int kernels_avx512_is_for_x86_64;
#endif
