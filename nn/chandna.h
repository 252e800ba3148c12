/* SPDX-License-Identifier: ISC */
/* The network of Chandna et al., "Monoaural audio source separation using deep convolutional neural
 * networks" (LVA/ICA 2017), causal and streaming: a vertical convolution over all bins, a
 * horizontal one over a few frames, a dense bottleneck over a longer past, and a decoder per source
 * whose inverse convolutions are shared. Each step computes only the newest frame. */
#pragma once

#include "nn/architecture.h"

extern const struct architecture chandna;
