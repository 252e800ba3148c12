/* SPDX-License-Identifier: ISC */
/* Fingerprints of everything that comes out of a plugin, for telling whether two builds of it make
 * the same samples.
 *
 *   sample_prints PLUGIN.so MODELS SONG
 *
 * Plays the song, freewheeling, through every quality, rate and kind of setting below, with the
 * models of the folder, and prints a line for each output: the case, the port, a hash of the bytes
 * of its samples, and what is left of it in a few numbers. The hash is another one when a single
 * bit is; the numbers move by as much as the samples do, so they can be compared where sums are
 * rounded in another order: on another processor, or by another FFTW. */
#include "tests/support/random.h"
#include "tests/support/rig.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 4, MAX_FRAMES = 1 << 26 };

struct trial {
  const char *name;
  double rate; /* 0: the song's own */
  enum variant variant;
  unsigned block; /* as announced, and run; 0: of changing lengths, and nothing is announced */
  const char *before, *after; /* settings from the start, and from the middle of the song on */
  bool bare;                  /* without any model */
};

#define SOME_FADERS                                                                                \
  "vocals_mute=1 drums_gain=-7 bass_wet=40 harmonic_gain=3 percussive_solo=1 other_gain=5"

static const struct trial trials[] = {
    {.name = "balanced", .block = 256, .before = "quality=0", .after = ""},
    {.name = "light", .block = 256, .before = "quality=1", .after = ""},
    {.name = "live", .block = 256, .before = "quality=2", .after = ""},
    {.name = "instant", .block = 64, .before = "quality=3", .after = ""},
    {.name = "lengths", .block = 0, .before = "", .after = "drums_mute=1"},
    {.name = "long", .block = 2048, .before = "", .after = "main_from=1 harmonic_gain=-60"},
    {.name = "faders", .block = 256, .before = SOME_FADERS, .after = "outs=1 vocals_mute=0"},
    {.name = "bypass", .block = 256, .before = SOME_FADERS, .after = "enabled=0"},
    {.name = "floor", .block = 256, .before = "floor=-20", .after = "spatial=0"},
    {.name = "sharp", .block = 256, .before = "sharpness=1.6 spatial=50", .after = "floor=-14"},
    {.name = "48k", .rate = 48000, .block = 256, .before = "", .after = SOME_FADERS},
    {.name = "96k", .rate = 96000, .block = 512, .before = SOME_FADERS, .after = ""},
    {.name = "swap", .block = 256, .before = "vocals_mute=1", .after = "quality=2"},
    {.name = "swap-back", .block = 0, .before = "quality=3", .after = "quality=1 bass_solo=1"},
    {.name = "bare", .block = 256, .before = "", .after = "vocals_mute=1", .bare = true},
    {.name = "insert",
     .variant = VARIANT_INSERT,
     .block = 128,
     .before = "vocals_gain=-12",
     .after = "main_from=1 percussive_mute=1"},
};

static const LV2_Descriptor *(*descriptor_of)(uint32_t index);

/* The plugin of the rig: not the one of this build, but the one that was named. */
const LV2_Descriptor *lv2_descriptor(uint32_t index);
const LV2_Descriptor *lv2_descriptor(uint32_t index) {
  return descriptor_of(index);
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "sample_prints: %s: %s\n", what, why);
  exit(EXIT_FAILURE);
}

static void load_plugin(const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  void *symbol = library ? dlsym(library, "lv2_descriptor") : NULL;
  if (!symbol) {
    fail(path, dlerror());
  }
  memcpy(&descriptor_of, &symbol, sizeof descriptor_of);
}

struct song {
  float *channels[2];
  size_t frames;
  double rate;
};

static struct song load_song(const char *path) {
  SF_INFO info = {.format = 0};
  SNDFILE *in = sf_open(path, SFM_READ, &info);
  if (!in || info.channels != 2 || info.frames < 2 || info.frames > MAX_FRAMES) {
    fail(path, in ? "not stereo, or too long" : sf_strerror(NULL));
  }
  struct song song = {.frames = (size_t)info.frames, .rate = info.samplerate};
  float *both = calloc(2 * song.frames, sizeof *both);
  for (unsigned c = 0; c < 2; ++c) {
    song.channels[c] = calloc(song.frames, sizeof(float));
  }
  if (!both || !song.channels[0] || !song.channels[1] ||
      sf_readf_float(in, both, info.frames) != info.frames) {
    fail(path, "cannot be read");
  }
  for (size_t i = 0; i < 2 * song.frames; ++i) {
    song.channels[i % 2][i / 2] = both[i];
  }
  sf_close(in);
  free(both);
  return song;
}

/* "symbol=value symbol=value" */
static void set(struct rig *rig, const char *settings) {
  char name[64];
  float value = 0.0f;
  int used = 0;
  for (; sscanf(settings, " %63[^=]=%f%n", name, &value, &used) == 2; settings += used) {
    unsigned p = 0;
    while (p < N_PORTS && strcmp(port_table[p].symbol, name) != 0) {
      ++p;
    }
    if (p == N_PORTS) {
      fail(name, "no such port");
    }
    rig->controls[p] = value;
  }
}

/* FNV-1a of 64 bits. */
static uint64_t hash_of(const float *samples, size_t n) {
  uint64_t hash = 0xcbf29ce484222325u;
  const unsigned char *bytes = (const unsigned char *)samples;
  for (size_t i = 0; i < n * sizeof *samples; ++i) {
    hash = (hash ^ bytes[i]) * 0x100000001b3u;
  }
  return hash;
}

/* The numbers: of each part of the samples the sum with random signs, over the square root of how
 * many there are. Noise of some level that is added to the samples moves them by that level. */
static void print_output(const char *trial, enum port port, const float *samples, size_t n) {
  uint32_t random = 1;
  printf("%-9s %-12s %016" PRIx64, trial, port_table[port].symbol, hash_of(samples, n));
  for (unsigned k = 0; k < NUMBERS; ++k) {
    size_t from = n * k / NUMBERS, to = n * (k + 1) / NUMBERS;
    double sum = 0.0;
    for (size_t i = from; i < to; ++i) {
      sum += random_below(&random, 2) ? (double)samples[i] : -(double)samples[i];
    }
    printf(" %10.7f", sum / sqrt((double)(to - from)));
  }
  printf("\n");
}

static void play(const struct trial *trial, const struct song *song, const char *models) {
  struct rig rig;
  double rate = trial->rate > 0.0 ? trial->rate : song->rate;
  if (!rig_open(&rig, trial->variant, rate, trial->block, trial->bare ? "/nowhere" : models)) {
    fail(trial->name, "the plugin cannot be instantiated");
  }
  struct rig_audio out = rig_audio_new(song->frames, trial->variant == VARIANT_STEMS);
  size_t middle = song->frames / 2;
  struct rig_audio first = rig_audio_part(&out, 0, middle),
                   second = rig_audio_part(&out, middle, song->frames - middle);
  rig.controls[PORT_FREEWHEEL] = 1.0f;
  set(&rig, trial->before);
  rig_render(&rig, song->channels[0], song->channels[1], &first, trial->block);
  set(&rig, trial->after);
  rig_render(&rig, song->channels[0] + middle, song->channels[1] + middle, &second, trial->block);
  if (rig.controls[PORT_LATE_FRAMES] != 0.0f) {
    fail(trial->name, "there were late frames");
  }
  for (unsigned p = PORT_MAIN_L; p < PORT_STEM_CONTROLS; ++p) {
    if (out.left_right[p]) {
      print_output(trial->name, p, out.left_right[p], song->frames);
    }
  }
  printf("%-9s latency      %g\n", trial->name, (double)rig.controls[PORT_LATENCY]);
  rig_audio_free(&out);
  rig_close(&rig);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fail("usage", "sample_prints PLUGIN.so MODELS SONG");
  }
  load_plugin(argv[1]);
  struct song song = load_song(argv[3]);
  for (size_t i = 0; i < sizeof trials / sizeof *trials; ++i) {
    play(&trials[i], &song, argv[2]);
  }
  free(song.channels[0]);
  free(song.channels[1]);
  return 0;
}
