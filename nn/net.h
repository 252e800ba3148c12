/* SPDX-License-Identifier: ISC */
/* A separation network of any architecture. It is opened from a model file and steps once every
 * `renew` frames. */
#pragma once

#include "dsp/rt.h"
#include "nn/kernels.h"

#include <stddef.h>

/** Limits of the number of a network's stems, and bytes of a stem's name. */
enum { NET_LEAST_STEMS = 2, NET_MOST_STEMS = 6, NET_STEM_NAME = 16 };

/** The properties of a network that its caller needs. Lengths are in samples at the rate it was
 * opened for. */
struct net_info {
  char name[32];                     /* name of the model: "balanced" */
  unsigned analysis, synthesis, hop; /* its STFT */
  unsigned renew;                    /* frames from one step to the next; they share its masks */
  unsigned lookahead;                /* frames: a step gives the masks of the frame this far back */
  unsigned context;                  /* frames of the past that a step depends on */
  unsigned bins;                     /* bins it reads and estimates, from 0 Hz up */
  unsigned stems;                    /* number of estimated stems */
  char stem_names[NET_MOST_STEMS][NET_STEM_NAME]; /* names in the model file, of a-z, 0-9, _ */
  float mask_power, mask_floor;                   /* parameters of mask_soft() for its estimates */
};

struct net;

/** Opens a model file for a sample rate. STFT lengths scale by the power of two that keeps the
 * width of a bin nearest to the one it was trained with. Not real-time safe.
 * @param error on failure: one line that names the file and the reason. @return NULL then. */
struct net *net_open(const char *path, double rate, char *error, size_t error_size);
void net_free(struct net *net);

const struct net_info *net_info(const struct net *net) UNBRAID_REALTIME;

/** Forgets the past. Real-time safe. */
void net_reset(struct net *net) UNBRAID_REALTIME;

/** Computes with this table instead of the fastest one. For tests and benchmarks. */
void net_use_kernels(struct net *net, const struct kernels *kernels);

/** One step, once every `renew` frames. In: the spectra of the newest frame, unscaled, `bins` pairs
 * of real and imaginary part each. Out: estimates [stems][bins] >= 0. Bounded and without
 * allocation: may run on any thread. */
void net_step(struct net *net, const float *left, const float *right,
              float *estimates) UNBRAID_REALTIME;
