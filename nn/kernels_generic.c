/* For every processor: SSE2 on x86-64, NEON on aarch64. */
#define KERNEL_TABLE kernels_generic
#define KERNEL_NAME "generic"
#define KERNEL_LANES 4
#include "nn/kernels_impl.h"
