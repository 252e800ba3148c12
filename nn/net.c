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
  unsigned readable; /* bins that the host's spectrum has, at most info.bins */
  float scale;       /* from an unscaled spectrum to units of a full-scale sine */
  float *magnitudes; /* [bins] */
  struct chandna *chandna;
};

static bool read_text(const struct safetensors *file, const char *key, const char *expected,
                      char *error, size_t error_size) {
  const char *text = safetensors_text(file, key);
  if (!text || strcmp(text, expected) != 0) {
    snprintf(error, error_size, "%s: %s is \"%.40s\", this version reads \"%s\"",
             safetensors_path(file), key, text ? text : "", expected);
    return false;
  }
  return true;
}

static bool read_info(struct net *net, const struct safetensors *file, double rate, char *error,
                      size_t size) {
  struct net_info *i = &net->info;
  unsigned trained_rate = 0;
  double power = 0.0;
  if (!read_text(file, "format", "unbraid-model", error, size) ||
      !read_text(file, "format_version", "1", error, size) ||
      !read_text(file, "architecture", "chandna", error, size) ||
      !read_text(file, "feature", "rms-magnitude", error, size) ||
      !read_text(file, "stems", "vocals,drums,bass,other", error, size) ||
      !safetensors_count(file, "sample_rate", 1000, 1000000, &trained_rate, error, size) ||
      !safetensors_count(file, "analysis", 64, 16384, &i->analysis, error, size) ||
      !safetensors_count(file, "synthesis", 32, i->analysis, &i->synthesis, error, size) ||
      !safetensors_count(file, "hop", 16, i->synthesis / 2, &i->hop, error, size) ||
      !safetensors_count(file, "lookahead", 0, 16, &i->lookahead, error, size) ||
      !safetensors_count(file, "bins", 1, i->analysis / 2 + 1, &i->bins, error, size) ||
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
  net->readable = i->bins < i->analysis / 2 + 1 ? i->bins : i->analysis / 2 + 1;
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
    net->chandna = chandna_new(file, net->info.bins, net->info.lookahead, error, error_size);
    net->magnitudes = memory_floats(net->info.bins);
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

void net_step(struct net *net, const float *left, const float *right,
              float *estimates) UNBRAID_REALTIME {
  for (unsigned b = 0; b < net->readable; ++b) {
    float lr = left[2 * b], li = left[2 * b + 1], rr = right[2 * b], ri = right[2 * b + 1];
    net->magnitudes[b] = net->scale * sqrtf(0.5f * (lr * lr + li * li + rr * rr + ri * ri));
  }
  /* At a low sample rate the spectrum ends below the network's range: silence above. */
  memset(net->magnitudes + net->readable, 0,
         (net->info.bins - net->readable) * sizeof *net->magnitudes);
  chandna_step(net->chandna, net->magnitudes, estimates);
}
