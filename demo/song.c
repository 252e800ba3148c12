/* SPDX-License-Identifier: ISC */
#include "demo/song.h"

#include "demo/parts.h"

#include <math.h>
#include <stdlib.h>

const char *const song_stem_names[SONG_STEMS] = {"vocals", "drums", "bass", "other"};

static bool (*const parts[SONG_STEMS])(const struct sink *, uint64_t) = {
    [SONG_VOCALS] = part_vocals,
    [SONG_DRUMS] = part_drums,
    [SONG_BASS] = part_bass,
    [SONG_OTHER] = part_other,
};

/* One factor for all stems, so that they keep their balance and their sum. */
static void bring_to_level(struct song *song) {
  float peak = 0.0f;
  for (size_t n = 0; n < song->frames; n++) {
    float left, right;
    song_mix(song, n, 1, &left, &right);
    peak = fmaxf(peak, fmaxf(fabsf(left), fabsf(right)));
  }
  const float factor = peak > 0.0f ? 0.891f / peak : 1.0f;
  for (int s = 0; s < SONG_STEMS; s++) {
    for (int c = 0; c < 2; c++) {
      for (size_t n = 0; n < song->frames; n++) {
        song->stem[s][c][n] *= factor;
      }
    }
  }
}

bool song_make(struct song *song, double seconds, double rate, uint64_t seed) {
  *song = (struct song){0};
  if (!(rate >= 8000.0 && rate <= 192000.0) || !(seconds > 0.0 && seconds <= 3600.0)) {
    return false;
  }
  const size_t frames = (size_t)ceil(seconds * rate);
  bool ok = true;
  for (int s = 0; s < SONG_STEMS; s++) {
    for (int c = 0; c < 2; c++) {
      song->stem[s][c] = calloc(frames, sizeof(float));
      ok = ok && song->stem[s][c];
    }
  }
  for (int s = 0; ok && s < SONG_STEMS; s++) {
    const struct sink sink = {song->stem[s][0], song->stem[s][1], frames, rate};
    ok = parts[s](&sink, seed);
  }
  if (!ok) {
    song_free(song);
    return false;
  }
  song->frames = frames;
  bring_to_level(song);
  return true;
}

void song_mix(const struct song *song, size_t first, size_t n, float *left, float *right) {
  for (size_t i = 0; i < n; i++) {
    left[i] = right[i] = 0.0f;
    for (int s = 0; s < SONG_STEMS; s++) {
      left[i] += song->stem[s][0][first + i];
      right[i] += song->stem[s][1][first + i];
    }
  }
}

void song_free(struct song *song) {
  for (int s = 0; s < SONG_STEMS; s++) {
    for (int c = 0; c < 2; c++) {
      free(song->stem[s][c]);
    }
  }
  *song = (struct song){0};
}
