/* SPDX-License-Identifier: ISC */
#include "engine/separator.h"

#include "dsp/hpss.h"
#include "dsp/mask.h"
#include "dsp/memory.h"
#include "dsp/rate.h"
#include "engine/routes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The STFT of the separators that have no model, at 44.1 kHz. */
static const struct stft_geometry base_geometry = {.analysis = 4096, .synthesis = 1024, .hop = 512};
#define BASE_RATE 44100.0

/* One stem per port of the split. */
static void tell_all(struct separator *separator, enum split_id split) {
  separator->stems = split_end(split) - split_first(split);
  for (unsigned i = 0; i < separator->stems; ++i) {
    separator->ports[i] = split_first(split) + i;
  }
}

static struct stft_geometry geometry_at(double rate) {
  int k = rate_octaves(rate, BASE_RATE);
  return (struct stft_geometry){.analysis = rate_scale(base_geometry.analysis, k),
                                .synthesis = rate_scale(base_geometry.synthesis, k),
                                .hop = rate_scale(base_geometry.hop, k)};
}

struct net_separator {
  struct separator base;
  struct net *net;
  struct routes routes;
  float *masks; /* of the model's own stems */
};

static void net_separator_step(struct separator *self, const float *left, const float *right,
                               float *masks) UNBRAID_REALTIME {
  struct net_separator *s = (struct net_separator *)self;
  const struct net_info *info = net_info(s->net);
  net_step(s->net, left, right, s->masks);
  mask_soft(s->masks, info->stems, info->bins, info->mask_power, info->mask_floor);
  routes_follow(&s->routes, info, s->masks, masks);
  mask_extend(masks, self->stems, info->bins, stft_bins(self->geometry));
}

static void net_separator_reset(struct separator *self) UNBRAID_REALTIME {
  net_reset(((struct net_separator *)self)->net);
}

static void net_separator_free(struct separator *self) {
  struct net_separator *s = (struct net_separator *)self;
  net_free(s->net);
  free(s->masks);
  free(s);
}

/* @return false, with the reason in `why`, when the network does not fit this split. */
static bool use_net(struct net_separator *s, enum split_id split, char *why, size_t size) {
  const struct net_info *info = net_info(s->net);
  if (!routes_find(&s->routes, info, split, why, size)) {
    return false;
  }
  s->base = (struct separator){
      .step = net_separator_step,
      .reset = net_separator_reset,
      .free = net_separator_free,
      .geometry = {.analysis = info->analysis, .synthesis = info->synthesis, .hop = info->hop},
      .renew = info->renew,
      .lookahead = info->lookahead,
      .context = info->context,
      .reads = info->bins,
      .stems = s->routes.stems,
  };
  memcpy(s->base.ports, s->routes.to, sizeof s->base.ports);
  if (!stft_geometry_valid(s->base.geometry)) {
    snprintf(why, size, "no STFT of %u, %u and %u samples reconstructs its input", info->analysis,
             info->synthesis, info->hop);
    return false;
  }
  s->masks = memory_floats((size_t)info->stems * info->bins);
  return s->masks != NULL;
}

struct separator *separator_net_new(const char *path, enum split_id split, double rate, char *error,
                                    size_t error_size) {
  char why[256] = "out of memory";
  struct net_separator *s = calloc(1, sizeof *s);
  if (s) {
    s->net = net_open(path, rate, error, error_size);
    if (!s->net) {
      free(s);
      return NULL;
    }
    if (use_net(s, split, why, sizeof why)) {
      return &s->base;
    }
    net_separator_free(&s->base);
  }
  snprintf(error, error_size, "%s: %s", path, why);
  return NULL;
}

void separator_net_use_kernels(struct separator *separator, const struct kernels *kernels) {
  net_use_kernels(((struct net_separator *)separator)->net, kernels);
}

/* Among 9, 17 and 25 frames, 9 to 61 bins and powers 1 and 2, these values separate drums best on
 * five songs of the training set: 0.3 s, 0.3 kHz and the ratio mask. */
enum { HPSS_FRAMES = 25, HPSS_SPAN = 31 };
#define HPSS_POWER 1.0f
#define HPSS_FLOOR 1e-9f

struct hpss_separator {
  struct separator base;
  struct hpss *hpss;
  float *magnitudes; /* [bins] */
};

static void hpss_separator_step(struct separator *self, const float *left, const float *right,
                                float *masks) UNBRAID_REALTIME {
  struct hpss_separator *s = (struct hpss_separator *)self;
  float scale = 4.0f / (float)self->geometry.analysis;
  for (unsigned b = 0; b < self->reads; ++b) {
    float lr = left[2 * b], li = left[2 * b + 1], rr = right[2 * b], ri = right[2 * b + 1];
    s->magnitudes[b] = scale * sqrtf(lr * lr + li * li + rr * rr + ri * ri);
  }
  hpss_process(s->hpss, s->magnitudes, masks);
  mask_soft(masks, self->stems, self->reads, HPSS_POWER, HPSS_FLOOR);
}

static void hpss_separator_reset(struct separator *self) UNBRAID_REALTIME {
  hpss_reset(((struct hpss_separator *)self)->hpss);
}

static void hpss_separator_free(struct separator *self) {
  struct hpss_separator *s = (struct hpss_separator *)self;
  hpss_free(s->hpss);
  free(s->magnitudes);
  free(s);
}

struct separator *separator_hpss_new(double rate) {
  struct hpss_separator *s = calloc(1, sizeof *s);
  if (!s) {
    return NULL;
  }
  s->base = (struct separator){
      .step = hpss_separator_step,
      .reset = hpss_separator_reset,
      .free = hpss_separator_free,
      .geometry = geometry_at(rate),
      .renew = 1,
      .context = HPSS_FRAMES,
  };
  tell_all(&s->base, SPLIT_HP);
  s->base.reads = stft_bins(s->base.geometry);
  s->hpss = hpss_new(s->base.reads, HPSS_FRAMES, HPSS_SPAN);
  s->magnitudes = memory_floats(s->base.reads);
  if (!s->hpss || !s->magnitudes) {
    hpss_separator_free(&s->base);
    return NULL;
  }
  return &s->base;
}

static void none_step(struct separator *self, const float *left, const float *right,
                      float *masks) UNBRAID_REALTIME {
  (void)left;
  (void)right;
  unsigned bins = stft_bins(self->geometry);
  memset(masks, 0, (size_t)bins * self->stems * sizeof *masks);
  for (unsigned b = 0; b < bins; ++b) {
    masks[(self->stems - 1) * bins + b] = 1.0f;
  }
}

static void none_reset(struct separator *self) UNBRAID_REALTIME {
  (void)self;
}

static void none_free(struct separator *self) {
  free(self);
}

struct separator *separator_none_new(double rate) {
  struct separator *s = calloc(1, sizeof *s);
  if (s) {
    *s = (struct separator){
        .step = none_step,
        .reset = none_reset,
        .free = none_free,
        .geometry = geometry_at(rate),
        .renew = 1,
        .reads = 1,
    };
    tell_all(s, SPLIT_FOUR);
  }
  return s;
}
