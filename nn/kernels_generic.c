/* SPDX-License-Identifier: ISC */
/* For every processor: SSE2 on x86-64, NEON on aarch64. */
#define KERNEL_TABLE kernels_generic
#define KERNEL_NAME "generic"
#define KERNEL_LANES 4
#if defined(__aarch64__) /* has 32 registers, and others their 16 */
#define KERNEL_SUMS 24
#else
#define KERNEL_SUMS 12
#endif
#include "nn/kernels_impl.h"
