/* SPDX-License-Identifier: ISC */
#include "tests/support/rig.h"

#include <lv2/atom/atom.h>
#include <lv2/buf-size/buf-size.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/urid/urid.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PI 3.14159265358979323846

const LV2_Descriptor *lv2_descriptor(uint32_t index);

enum { MAX_URIS = 256 };

/* The plugin's threads map and log as well. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *uris[MAX_URIS];

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri) {
  (void)handle;
  LV2_URID urid = 0;
  pthread_mutex_lock(&lock);
  for (LV2_URID i = 0; i < MAX_URIS && urid == 0; ++i) {
    if (!uris[i]) {
      uris[i] = strdup(uri);
    }
    urid = strcmp(uris[i], uri) == 0 ? i + 1 : 0;
  }
  pthread_mutex_unlock(&lock);
  return urid ? urid : (abort(), 0);
}

static const char *unmap_urid(LV2_URID_Unmap_Handle handle, LV2_URID urid) {
  (void)handle;
  return urid > 0 && urid <= MAX_URIS ? uris[urid - 1] : NULL;
}

LV2_URID_Map *rig_map(void) {
  static LV2_URID_Map map = {NULL, map_uri};
  return &map;
}

LV2_URID_Unmap *rig_unmap(void) {
  static LV2_URID_Unmap unmap = {NULL, unmap_urid};
  return &unmap;
}

static int log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char *format, va_list ap) {
  (void)type;
  struct rig *rig = handle;
  pthread_mutex_lock(&lock);
  size_t used = strlen(rig->log);
  int length = vsnprintf(rig->log + used, sizeof rig->log - used, format, ap);
  pthread_mutex_unlock(&lock);
  return length;
}

static int log_printf(LV2_Log_Handle handle, LV2_URID type, const char *format, ...) {
  va_list ap;
  va_start(ap, format);
  int written = log_vprintf(handle, type, format, ap);
  va_end(ap);
  return written;
}

const char *rig_bundle(void) {
  const char *bundle = getenv("UNBRAID_BUNDLE");
  return bundle ? bundle : "build/unbraid.lv2";
}

bool rig_open(struct rig *rig, enum variant variant, double rate, unsigned block,
              const char *bundle) {
  return rig_open_with(rig, variant, rate, block, bundle, NULL);
}

bool rig_open_with(struct rig *rig, enum variant variant, double rate, unsigned block,
                   const char *bundle, const LV2_Feature *more) {
  *rig = (struct rig){.variant = variant, .descriptor = lv2_descriptor(variant)};
  for (unsigned i = 0; i < N_PORTS; ++i) {
    rig->controls[i] = port_table[i].initial;
  }
  int32_t length = (int32_t)block;
  rig->logging = (LV2_Log_Log){rig, log_printf, log_vprintf};
  LV2_Options_Option options[] = {{LV2_OPTIONS_INSTANCE, 0,
                                   map_uri(NULL, LV2_BUF_SIZE__nominalBlockLength), sizeof length,
                                   map_uri(NULL, LV2_ATOM__Int), &length},
                                  {LV2_OPTIONS_INSTANCE, 0, 0, 0, 0, NULL}};
  LV2_Feature map_feature = {LV2_URID__map, rig_map()}, log_feature = {LV2_LOG__log, &rig->logging},
              options_feature = {LV2_OPTIONS__options, options};
  const LV2_Feature *const features[] = {&map_feature, &log_feature, &options_feature, more, NULL};
  rig->handle =
      rig->descriptor->instantiate(rig->descriptor, rate, bundle, block ? features : NULL);
  if (!rig->handle) {
    return false;
  }
  for (uint32_t i = 0; i < ports_count(variant); ++i) {
    enum port port = ports_from_variant(variant, i);
    rig->descriptor->connect_port(rig->handle, i,
                                  ports_is_control(port) ? &rig->controls[port] : NULL);
  }
  rig->descriptor->activate(rig->handle);
  return true;
}

void rig_close(struct rig *rig) {
  if (rig->handle) {
    rig->descriptor->cleanup(rig->handle);
    rig->handle = NULL;
  }
}

unsigned rig_latency(const struct rig *rig) {
  return (unsigned)rig->controls[PORT_LATENCY];
}

void rig_connect(struct rig *rig, enum port port, void *data) {
  rig->descriptor->connect_port(rig->handle, ports_to_variant(rig->variant, port), data);
}

void rig_connect_audio(struct rig *rig, float *in, float *out, size_t stride) {
  for (uint32_t i = 0; i < ports_count(rig->variant); ++i) {
    enum port port = ports_from_variant(rig->variant, i);
    if (port_table[port].kind == KIND_AUDIO_IN) {
      rig->descriptor->connect_port(rig->handle, i, in);
    } else if (port_table[port].kind == KIND_AUDIO_OUT) {
      rig->descriptor->connect_port(rig->handle, i, out + (port - PORT_MAIN_L) * stride);
    }
  }
}

struct rig_audio rig_audio_new(size_t frames, bool stems) {
  struct rig_audio audio = {.frames = frames};
  unsigned end = stems ? PORT_STEM_CONTROLS : PORT_STEM_AUDIO;
  for (unsigned p = PORT_MAIN_L; p < end; ++p) {
    audio.left_right[p] = calloc(frames + 1, sizeof(float));
    if (!audio.left_right[p]) {
      abort();
    }
  }
  return audio;
}

void rig_audio_free(struct rig_audio *audio) {
  for (unsigned p = 0; p < N_PORTS; ++p) {
    free(audio->left_right[p]);
  }
  *audio = (struct rig_audio){0};
}

struct rig_audio rig_audio_part(const struct rig_audio *audio, size_t from, size_t frames) {
  struct rig_audio part = {.frames = frames};
  for (unsigned p = 0; p < N_PORTS; ++p) {
    part.left_right[p] = audio->left_right[p] ? audio->left_right[p] + from : NULL;
  }
  return part;
}

float *rig_audio_stem(const struct rig_audio *audio, unsigned stem, unsigned channel) {
  return audio->left_right[PORT_STEM_AUDIO + stem * N_CHANNELS + channel];
}

void rig_audio_sum(const struct rig_audio *audio, enum split_id split, unsigned channel,
                   float *sum) {
  memset(sum, 0, audio->frames * sizeof *sum);
  for (unsigned s = split_first(split); s < split_end(split); ++s) {
    const float *stem = rig_audio_stem(audio, s, channel);
    for (size_t i = 0; i < audio->frames; ++i) {
      sum[i] += stem[i];
    }
  }
}

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

void rig_render(struct rig *rig, const float *left, const float *right, struct rig_audio *out,
                unsigned block) {
  uint32_t random = 7;
  union {
    const float *in;
    float *port;
  } l, r;
  for (size_t done = 0; done < out->frames;) {
    size_t n = block ? block : 1 + next_random(&random) % 700;
    n = n < out->frames - done ? n : out->frames - done;
    l.in = left + done;
    r.in = right ? right + done : NULL;
    for (uint32_t i = 0; i < ports_count(rig->variant); ++i) {
      enum port port = ports_from_variant(rig->variant, i);
      float *buffer = port == PORT_IN_L   ? l.port
                      : port == PORT_IN_R ? r.port
                                          : out->left_right[port];
      if (port < PORT_STEM_CONTROLS) {
        bool offset = port >= PORT_MAIN_L && buffer;
        rig->descriptor->connect_port(rig->handle, i, offset ? buffer + done : buffer);
      }
    }
    rig->descriptor->run(rig->handle, (uint32_t)n);
    done += n;
  }
}

void rig_noise(float *to, size_t frames, unsigned seed) {
  uint32_t random = seed;
  for (size_t i = 0; i < frames; ++i) {
    to[i] = (float)next_random(&random) / 8388608.0f - 1.0f;
  }
}

void rig_music(float *left, float *right, size_t frames, double rate) {
  uint32_t random = 3;
  double voice_phase = 0.0;
  for (size_t i = 0; i < frames; ++i) {
    double t = (double)i / rate, beat = fmod(t, 0.5);
    double bass = 0.2 * sin(2 * PI * 55.0 * t);
    double chord =
        0.07 * (sin(2 * PI * 220.0 * t) + sin(2 * PI * 277.2 * t) + sin(2 * PI * 329.6 * t));
    voice_phase += (440.0 + 30.0 * sin(2 * PI * 0.7 * t) + 8.0 * sin(2 * PI * 5.5 * t)) / rate;
    double voice = 0.0;
    for (int h = 1; h <= 8; ++h) {
      voice += 0.15 / h * sin(2 * PI * h * voice_phase);
    }
    voice *= fmod(t, 2.0) < 1.3;
    double noise = (double)next_random(&random) / 8388608.0 - 1.0;
    double drum =
        0.4 * noise * exp(-beat * 60.0) + 0.4 * sin(2 * PI * 60.0 * beat) * exp(-beat * 20.0);
    left[i] = (float)(bass + 1.2 * chord + voice + drum);
    right[i] = (float)(bass + 0.8 * chord + voice + 0.9 * drum);
  }
}

double rig_error_db(const float *a, const float *b, size_t frames) {
  double error = 0.0, reference = 1e-30;
  for (size_t i = 0; i < frames; ++i) {
    double d = (double)a[i] - b[i];
    error += d * d;
    reference += (double)b[i] * b[i];
  }
  return error == 0.0 ? -400.0 : 10.0 * log10(error / reference);
}

double rig_level_db(const float *x, size_t frames) {
  double energy = 0.0;
  for (size_t i = 0; i < frames; ++i) {
    energy += (double)x[i] * x[i];
  }
  return 10.0 * log10(energy / (double)frames + 1e-30);
}

double rig_resident_mib(void) {
  long size = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (!file || fscanf(file, "%ld %ld", &size, &resident) != 2) {
    resident = 0;
  }
  if (file) {
    fclose(file);
  }
  return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1048576.0;
}
