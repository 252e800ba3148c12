/* SPDX-License-Identifier: ISC */
/* A song that the project may give away: drums, bass, chords and a sung voice, synthesised, with
 * every stem known. The demo takes it apart, and tests compare stems with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The stems, in the order of the plugin's four. */
enum song_stem { SONG_VOCALS, SONG_DRUMS, SONG_BASS, SONG_OTHER, SONG_STEMS };

/** Names of the stems, as in file names: "vocals" ... */
extern const char *const song_stem_names[SONG_STEMS];

struct song {
  size_t frames;
  float *stem[SONG_STEMS][2]; /* [stem][channel][frame]; full scale is 1 */
};

/** Makes the first seconds (above 0) of the song at a sample rate of 8000 to 192000 Hz. The same
 * arguments give the same song; seed varies the timing, the touch and the voice, not the notes.
 * The sum of the stems peaks at -1 dB. Returns false when out of memory or when the arguments are
 * out of range; the song is then empty. */
bool song_make(struct song *song, double seconds, double rate, uint64_t seed);

/** Writes frames [first, first + n) of the mix, the plain float sum of the stems, to left and
 * right. */
void song_mix(const struct song *song, size_t first, size_t n, float *left, float *right);

/** Frees the buffers. An empty song is fine. */
void song_free(struct song *song);
