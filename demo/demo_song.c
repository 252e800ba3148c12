/* SPDX-License-Identifier: ISC */
/* demo-song OUT_DIR [--seconds N] [--rate R] [--seed S]: writes mix.wav and the four stems that it
 * is the sum of, as 32-bit float WAV. */
#include "demo/song.h"

#include <errno.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 4096 };

/* Writes one file: a stem, or the mix when stem is SONG_STEMS. */
static bool write_wav(const struct song *song, int stem, int rate, const char *folder) {
  const char *name = stem == SONG_STEMS ? "mix" : song_stem_names[stem];
  char path[4096];
  if (snprintf(path, sizeof path, "%s/%s.wav", folder, name) >= (int)sizeof path) {
    fprintf(stderr, "demo-song: %s: name too long\n", folder);
    return false;
  }
  SF_INFO info = {.samplerate = rate, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
  SNDFILE *out = sf_open(path, SFM_WRITE, &info);
  if (!out) {
    fprintf(stderr, "demo-song: %s: %s\n", path, sf_strerror(NULL));
    return false;
  }
  /* The chunk of peaks carries the time of day: without it the same song is the same file. */
  sf_command(out, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
  bool ok = true;
  for (size_t n = 0; ok && n < song->frames; n += CHUNK) {
    const size_t count = song->frames - n < CHUNK ? song->frames - n : CHUNK;
    float left[CHUNK], right[CHUNK], frames[2 * CHUNK];
    if (stem == SONG_STEMS) {
      song_mix(song, n, count, left, right);
    } else {
      memcpy(left, song->stem[stem][0] + n, count * sizeof *left);
      memcpy(right, song->stem[stem][1] + n, count * sizeof *right);
    }
    for (size_t i = 0; i < count; i++) {
      frames[2 * i] = left[i];
      frames[2 * i + 1] = right[i];
    }
    ok = sf_writef_float(out, frames, (sf_count_t)count) == (sf_count_t)count;
  }
  if (sf_close(out) != 0) {
    ok = false;
  }
  if (!ok) {
    fprintf(stderr, "demo-song: %s: write error\n", path);
  }
  return ok;
}

static int usage(void) {
  fputs("usage: demo-song OUT_DIR [--seconds N] [--rate R] [--seed S]\n", stderr);
  return 2;
}

int main(int argc, char **argv) {
  double seconds = 30.0, rate = 44100.0, seed = 1.0;
  if (argc < 2 || argv[1][0] == '-' || argc % 2 != 0) {
    return usage();
  }
  for (int i = 2; i < argc; i += 2) {
    double *value = strcmp(argv[i], "--seconds") == 0 ? &seconds
                    : strcmp(argv[i], "--rate") == 0  ? &rate
                    : strcmp(argv[i], "--seed") == 0  ? &seed
                                                      : NULL;
    char *end;
    if (!value) {
      return usage();
    }
    *value = strtod(argv[i + 1], &end);
    if (end == argv[i + 1] || *end || !(*value >= 0.0 && *value <= 1e9)) {
      return usage();
    }
  }
  if (mkdir(argv[1], 0777) != 0 && errno != EEXIST) {
    perror(argv[1]);
    return EXIT_FAILURE;
  }
  struct song song;
  const int hertz = (int)rate;
  if (!song_make(&song, seconds, hertz, (uint64_t)seed)) {
    fputs("demo-song: no memory, or not 0 to 3600 s at 8000 to 192000 Hz\n", stderr);
    return EXIT_FAILURE;
  }
  bool ok = true;
  for (int stem = 0; ok && stem <= SONG_STEMS; stem++) {
    ok = write_wav(&song, stem, hertz, argv[1]);
  }
  song_free(&song);
  return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
