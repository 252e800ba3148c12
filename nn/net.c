/* SPDX-License-Identifier: ISC */
#include "nn/net.h"

#include "dsp/memory.h"
#include "dsp/rate.h"
#include "nn/bandgru.h"
#include "nn/chandna.h"
#include "nn/features.h"
#include "nn/mdensenet.h"
#include "nn/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct architecture *const architectures[] = {&chandna, &bandgru, &mdensenet, NULL};

enum { MAX_STRIDE = 8, MAX_RENEW = 16 };

struct net {
  struct net_info info;
  unsigned bins; /* that the network was trained with, at least info.bins */
  float scale;   /* from an unscaled spectrum to units of a full-scale sine */
  const struct architecture *architecture;
  /* Networks of the same weights that take turns, each with its own past. So steps may be closer
   * together than in training. */
  void *networks[MAX_STRIDE];
  unsigned stride, turn;
  const struct kernels *kernels;
  struct features features;
  float *values; /* of the features */
};

static const struct architecture *find_architecture(const struct safetensors *file, char *error,
                                                    size_t size) {
  const char *name = safetensors_text(file, "architecture");
  for (const struct architecture *const *a = architectures; name && *a; ++a) {
    if (strcmp(name, (*a)->name) == 0) {
      return *a;
    }
  }
  snprintf(error, size, "%s: unknown architecture", safetensors_path(file));
  return NULL;
}

/* Older files without these fields have one network that steps every frame. */
static bool read_steps(struct net *net, const struct safetensors *file, char *error, size_t size) {
  net->info.renew = net->stride = 1;
  return (!safetensors_text(file, "renew") ||
          safetensors_count(file, "renew", 1, MAX_RENEW, &net->info.renew, error, size)) &&
         (!safetensors_text(file, "stride") ||
          safetensors_count(file, "stride", 1, MAX_STRIDE, &net->stride, error, size));
}

/* "vocals,drums,bass,other" */
static bool read_stems(struct net_info *info, const struct safetensors *file, char *error,
                       size_t size) {
  const char *text = safetensors_text(file, "stems");
  bool good = text != NULL;
  for (bool more = good; more; text += more) {
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");
    good = info->stems < NET_MOST_STEMS && length > 0 && length < NET_STEM_NAME;
    if (good) {
      memcpy(info->stem_names[info->stems], text, length);
      for (unsigned i = 0; i < info->stems; ++i) {
        good = good && strcmp(info->stem_names[i], info->stem_names[info->stems]) != 0;
      }
      ++info->stems;
      text += length;
    }
    more = good && *text == ',';
  }
  if (!good || *text || info->stems < NET_LEAST_STEMS) {
    snprintf(error, size, "%s: stems are not two to six names", safetensors_path(file));
    return false;
  }
  return true;
}

static bool read_info(struct net *net, const struct safetensors *file, double rate, char *error,
                      size_t size) {
  struct net_info *i = &net->info;
  unsigned trained_rate = 0;
  double power = 0.0;
  if (!safetensors_expect(file, "format", "unbraid-model", error, size) ||
      !safetensors_expect(file, "format_version", "1", error, size) ||
      !(net->architecture = find_architecture(file, error, size)) ||
      !read_stems(i, file, error, size) ||
      !safetensors_count(file, "sample_rate", 1000, 1000000, &trained_rate, error, size) ||
      !safetensors_count(file, "analysis", 64, 16384, &i->analysis, error, size) ||
      !safetensors_count(file, "synthesis", 32, i->analysis, &i->synthesis, error, size) ||
      !safetensors_count(file, "hop", 16, i->synthesis / 2, &i->hop, error, size) ||
      !read_steps(net, file, error, size) ||
      !safetensors_count(file, "lookahead", 0, 16, &i->lookahead, error, size) ||
      !safetensors_count(file, "bins", 1, i->analysis / 2 + 1, &net->bins, error, size) ||
      !safetensors_number(file, "mask_power", 0.1, 10.0, &power, error, size) ||
      !features_init(&net->features, file, net->architecture->feature, i->renew, net->bins, error,
                     size)) {
    return false;
  }
  const char *name = safetensors_text(file, "name");
  snprintf(i->name, sizeof i->name, "%s", name ? name : "unnamed");
  i->mask_power = (float)power;
  i->mask_floor = net->architecture->mask_floor;
  int k = rate_octaves(rate, trained_rate);
  i->analysis = rate_scale(i->analysis, k);
  i->synthesis = rate_scale(i->synthesis, k);
  i->hop = rate_scale(i->hop, k);
  net->scale = 4.0f / (float)i->analysis;
  /* At a low sample rate the spectrum ends below the network's range. */
  i->bins = net->bins < i->analysis / 2 + 1 ? net->bins : i->analysis / 2 + 1;
  return true;
}

static bool make_networks(struct net *net, const struct safetensors *file, char *error,
                          size_t error_size) {
  struct reader reader = reader_of(file, error, error_size);
  struct net_shape shape = {net->bins, net->info.stems, net->info.lookahead};
  for (unsigned i = 0; reader.good && i < net->stride; ++i) {
    net->networks[i] = calloc(1, net->architecture->size);
    if (net->networks[i]) {
      net->architecture->read(&reader, net->networks[i], &shape);
    } else {
      reader_fail(&reader, "out of memory");
    }
  }
  return reader.good;
}

struct net *net_open(const char *path, double rate, char *error, size_t error_size) {
  struct safetensors *file = safetensors_open(path, error, error_size);
  if (!file) {
    return NULL;
  }
  struct net *net = calloc(1, sizeof *net);
  bool good = false;
  if (!net) {
    snprintf(error, error_size, "%s: out of memory", path);
  } else if (read_info(net, file, rate, error, error_size)) {
    net->kernels = kernels_best();
    good = make_networks(net, file, error, error_size);
    net->values = memory_floats((size_t)FEATURES_MAX_PLANES * net->bins);
    if (good && !net->values) {
      snprintf(error, error_size, "%s: out of memory", path);
      good = false;
    }
  }
  safetensors_free(file);
  if (!good) {
    net_free(net);
    return NULL;
  }
  net->info.context = net->architecture->context(net->networks[0]) * net->stride * net->info.renew;
  net_reset(net);
  return net;
}

void net_free(struct net *net) {
  if (net) {
    for (unsigned i = 0; i < net->stride; ++i) {
      if (net->networks[i]) {
        net->architecture->free(net->networks[i]);
      }
    }
    free(net->values);
    free(net);
  }
}

const struct net_info *net_info(const struct net *net) UNBRAID_REALTIME {
  return &net->info;
}

void net_reset(struct net *net) UNBRAID_REALTIME {
  features_reset(&net->features);
  for (unsigned i = 0; i < net->stride; ++i) {
    net->architecture->reset(net->networks[i]);
  }
  net->turn = 0;
}

void net_use_kernels(struct net *net, const struct kernels *kernels) {
  net->kernels = kernels;
}

void net_step(struct net *net, const float *left, const float *right,
              float *estimates) UNBRAID_REALTIME {
  features_of(&net->features, left, right, net->info.bins, net->scale, net->values);
  net->architecture->step(net->networks[net->turn], net->kernels, net->values, estimates,
                          net->info.bins);
  net->turn = (net->turn + 1) % net->stride;
}
