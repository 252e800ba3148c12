#include "nn/net.h"

#include "dsp/memory.h"
#include "dsp/rate.h"
#include "nn/chandna.h"
#include "nn/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keeps a bin that no estimate claims from dividing by zero; training uses the same. */
#define MASK_FLOOR 1e-4f

struct net {
  struct net_info info;
  unsigned bins;     /* that the network was trained with, at least info.bins */
  float scale;       /* from an unscaled spectrum to units of a full-scale sine */
  float *magnitudes; /* [bins] */
  struct chandna *chandna;
};

static bool read_info(struct net *net, const struct safetensors *file, double rate, char *error,
                      size_t size) {
  struct net_info *i = &net->info;
  unsigned trained_rate = 0;
  double power = 0.0;
  if (!safetensors_expect(file, "format", "unbraid-model", error, size) ||
      !safetensors_expect(file, "format_version", "1", error, size) ||
      !safetensors_expect(file, "architecture", "chandna", error, size) ||
      !safetensors_expect(file, "feature", "rms-magnitude", error, size) ||
      !safetensors_expect(file, "stems", "vocals,drums,bass,other", error, size) ||
      !safetensors_count(file, "sample_rate", 1000, 1000000, &trained_rate, error, size) ||
      !safetensors_count(file, "analysis", 64, 16384, &i->analysis, error, size) ||
      !safetensors_count(file, "synthesis", 32, i->analysis, &i->synthesis, error, size) ||
      !safetensors_count(file, "hop", 16, i->synthesis / 2, &i->hop, error, size) ||
      !safetensors_count(file, "lookahead", 0, 16, &i->lookahead, error, size) ||
      !safetensors_count(file, "bins", 1, i->analysis / 2 + 1, &net->bins, error, size) ||
      !safetensors_number(file, "mask_power", 0.1, 10.0, &power, error, size)) {
    return false;
  }
  const char *name = safetensors_text(file, "name");
  snprintf(i->name, sizeof i->name, "%s", name ? name : "unnamed");
  i->stems = CHANDNA_STEMS;
  i->mask_power = (float)power;
  i->mask_floor = MASK_FLOOR;
  int k = rate_octaves(rate, trained_rate);
  i->analysis = rate_scale(i->analysis, k);
  i->synthesis = rate_scale(i->synthesis, k);
  i->hop = rate_scale(i->hop, k);
  net->scale = 4.0f / (float)i->analysis;
  /* At a low sample rate the spectrum ends below the network's range. */
  i->bins = net->bins < i->analysis / 2 + 1 ? net->bins : i->analysis / 2 + 1;
  return true;
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
    net->chandna = chandna_new(file, net->bins, net->info.lookahead, error, error_size);
    net->magnitudes = memory_floats(net->bins);
    if (net->chandna && !net->magnitudes) {
      snprintf(error, error_size, "%s: out of memory", path);
    }
    good = net->chandna && net->magnitudes;
  }
  safetensors_free(file);
  if (!good) {
    net_free(net);
    return NULL;
  }
  net->info.context = chandna_context(net->chandna);
  net_reset(net);
  return net;
}

void net_free(struct net *net) {
  if (net) {
    chandna_free(net->chandna);
    free(net->magnitudes);
    free(net);
  }
}

const struct net_info *net_info(const struct net *net) UNBRAID_REALTIME {
  return &net->info;
}

void net_reset(struct net *net) UNBRAID_REALTIME {
  chandna_reset(net->chandna);
}

void net_use_kernels(struct net *net, const struct kernels *kernels) {
  chandna_use_kernels(net->chandna, kernels);
}

void net_step(struct net *net, const float *left, const float *right,
              float *estimates) UNBRAID_REALTIME {
  for (unsigned b = 0; b < net->info.bins; ++b) {
    float lr = left[2 * b], li = left[2 * b + 1], rr = right[2 * b], ri = right[2 * b + 1];
    net->magnitudes[b] = net->scale * sqrtf(0.5f * (lr * lr + li * li + rr * rr + ri * ri));
  }
  memset(net->magnitudes + net->info.bins, 0,
         (net->bins - net->info.bins) * sizeof *net->magnitudes);
  chandna_step(net->chandna, net->magnitudes, estimates, net->info.bins);
}
