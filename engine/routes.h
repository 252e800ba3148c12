/* Which stem of the mixer each stem of a model is: the one table from names in model files to
 * ports. A stem without a port of its own is part of what is left, "other" or "harmonic"; one that
 * the model does not tell is silent. So what the mixer gets adds up to the mix. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"
#include "nn/net.h"

#include <stdbool.h>

struct routes {
  unsigned stems;                /* of the mixer, two or more, */
  enum stem to[N_STEMS];         /* [stems] in port order */
  unsigned rows[NET_MOST_STEMS]; /* of each stem of the model: its place in `to` */
  unsigned rest;                 /* the one place that several may have; N_STEMS: none */
};

/** Finds the way of a model's stems to those of a split.
 * @param error on failure: why there is none, without the file. @return false then. */
bool routes_find(struct routes *routes, const struct net_info *info, enum split_id split,
                 char *error, size_t error_size);

/** From the model's masks [info->stems][info->bins] to those of the mixer's stems, [stems][bins];
 * both in sum one. Real-time safe. */
void routes_follow(const struct routes *routes, const struct net_info *info, const float *model,
                   float *masks) UNBRAID_REALTIME;
