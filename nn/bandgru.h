/* SPDX-License-Identifier: ISC */
/* A band-split network after Luo and Yu, "Music source separation with band-split RNN" (2022),
 * causal and streaming: the newest few frames of each band of the spectrum become a vector; blocks
 * mix these along time (a GRU whose weights all bands share), across the bands, and within each; a
 * decoder per band gives the logits of a softmax over the stems. The network remembers only these
 * frames and the GRUs' state. */
#pragma once

#include "nn/architecture.h"

extern const struct architecture bandgru;
