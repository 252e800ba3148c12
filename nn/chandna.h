/* The network of Chandna et al., "Monoaural audio source separation using deep convolutional neural
 * networks" (LVA/ICA 2017), causal and streaming: a vertical convolution over all bins, a
 * horizontal one over a few frames, a dense bottleneck over a longer past, and a decoder per
 * source whose inverse convolutions are shared. Each step computes the newest frame only. */
#pragma once

#include "dsp/rt.h"
#include "nn/kernels.h"
#include "nn/safetensors.h"

#include <stddef.h>

struct chandna;

/** Number of sources: vocals, drums, bass, other. */
enum { CHANDNA_STEMS = 4 };

/** Reads sizes and weights. Not real-time safe. @return NULL with `error` set. */
struct chandna *chandna_new(const struct safetensors *file, unsigned bins, unsigned lookahead,
                            char *error, size_t error_size);
void chandna_free(struct chandna *net);

/** Frames of the past that a step depends on. */
unsigned chandna_context(const struct chandna *net);

/** Forgets the past. Real-time safe. */
void chandna_reset(struct chandna *net) UNBRAID_REALTIME;

/** Computes with this table instead of the fastest one. For tests and benchmarks. */
void chandna_use_kernels(struct chandna *net, const struct kernels *kernels);

/** One frame: magnitudes [bins], the root mean square of the two channels' in units of a full-scale
 * sine, overwritten; estimates [CHANDNA_STEMS][wanted] >= 0 of the frame `lookahead` steps back,
 * of the lowest `wanted` bins. */
void chandna_step(struct chandna *net, float *magnitudes, float *estimates,
                  unsigned wanted) UNBRAID_REALTIME;
