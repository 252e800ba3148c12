/* SPDX-License-Identifier: ISC */
/* The functions that a network needs to run in net.c. A network is made from a model file and steps
 * once every `renew` frames. */
#pragma once

#include "dsp/rt.h"
#include "nn/kernels.h"
#include "nn/reader.h"

#include <stddef.h>

/** The fields of the model file that all networks share. */
struct net_shape {
  unsigned bins, stems, lookahead;
};

struct architecture {
  const char *name;    /* "architecture" of its model files */
  const char *feature; /* their "feature", see features.h */
  float mask_floor;    /* keeps a bin that no estimate claims from dividing by zero */

  size_t size; /* bytes of the network's structure */

  /** Reads sizes and weights into a zeroed structure. The caller frees it, also when the reader
   * failed. Not real-time safe. */
  void (*read)(struct reader *reader, void *net, const struct net_shape *shape);
  void (*free)(void *net); /* frees the structure too */

  /** Steps of the past that noticeably influence a step. */
  unsigned (*context)(const void *net);

  /** Forgets the past. Real-time safe. */
  void (*reset)(void *net) UNBRAID_REALTIME;

  /** One step: features in; estimates [stems][wanted] >= 0 of the frame `lookahead` steps back out,
   * of the lowest `wanted` bins. Real-time safe. */
  void (*step)(void *net, const struct kernels *kernels, const float *features, float *estimates,
               unsigned wanted) UNBRAID_REALTIME;
};
