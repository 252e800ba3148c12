/* SPDX-License-Identifier: ISC */
/* Maps the stems of a model to the mixer's stems: the only table from names in model files to
 * ports. A stem without a port is added to "other" or "harmonic". A port whose stem the model does
 * not have is silent. So the mixer's stems add up to the mix. */
#pragma once

#include "dsp/rt.h"
#include "dsp/stems.h"
#include "nn/net.h"

#include <stdbool.h>

struct routes {
  unsigned stems;                /* number of the mixer's stems, two or more */
  enum stem to[N_STEMS];         /* [stems] in port order */
  unsigned rows[NET_MOST_STEMS]; /* for each stem of the model, its place in `to` */
  unsigned rest;                 /* the only place that several stems may share; N_STEMS: none */
};

/** Maps a model's stems to the stems of a split.
 * @param error on failure: the reason, without the file's name. @return false then. */
bool routes_find(struct routes *routes, const struct net_info *info, enum split_id split,
                 char *error, size_t error_size);

/** Converts the model's masks [info->stems][info->bins] to masks of the mixer's stems,
 * [stems][bins]; both sum to one. Real-time safe. */
void routes_follow(const struct routes *routes, const struct net_info *info, const float *model,
                   float *masks) UNBRAID_REALTIME;
