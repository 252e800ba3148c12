/* SPDX-License-Identifier: ISC */
/* A delay of a whole number of samples: the dry path. */
#pragma once

#include "dsp/rt.h"

struct delay;

/** A delay of `length` samples (0 is allowed). Not real-time safe. @return NULL: no memory. */
struct delay *delay_new(unsigned length);
void delay_free(struct delay *delay);

/** Fills it with silence. Real-time safe. */
void delay_reset(struct delay *delay) UNBRAID_REALTIME;

/** out = in, `length` samples ago. n samples; in and out may be the same. Real-time safe. */
void delay_process(struct delay *delay, const float *in, float *out, unsigned n) UNBRAID_REALTIME;
