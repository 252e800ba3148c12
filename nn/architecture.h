/* What a network must do to run in net.c: made from a model file, stepped once for every
 * `renew` frames. */
#pragma once

#include "dsp/rt.h"
#include "nn/kernels.h"
#include "nn/reader.h"

#include <stddef.h>

/** What the model file says of any network. */
struct net_shape {
  unsigned bins, stems, lookahead;
};

struct architecture {
  const char *name;    /* "architecture" of its model files */
  const char *feature; /* their "feature", see features.h */
  float mask_floor;    /* keeps a bin that no estimate claims from dividing by zero */

  size_t size; /* bytes of the network's own structure */

  /** Reads sizes and weights into a zeroed one. What it has by then is freed by the caller, also
   * when the reader failed. Not real-time safe. */
  void (*read)(struct reader *reader, void *net, const struct net_shape *shape);
  void (*free)(void *net); /* and the structure */

  /** Frames of the past that a step depends on, as far as it matters. */
  unsigned (*context)(const void *net);

  /** Forgets the past. Real-time safe. */
  void (*reset)(void *net) UNBRAID_REALTIME;

  /** One frame: features in; estimates [stems][wanted] >= 0 of the frame
   * `lookahead` steps back out, of the lowest `wanted` bins. Real-time safe. */
  void (*step)(void *net, const struct kernels *kernels, const float *features, float *estimates,
               unsigned wanted) UNBRAID_REALTIME;
};
