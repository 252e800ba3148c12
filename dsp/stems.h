/* SPDX-License-Identifier: ISC */
/* The stems and the two splits of the mix that they form. */
#pragma once

/** The stems that have ports, in their order. The stems before STEM_HARMONIC are one split of the
 * mix; its last stem takes the rest of the others. The remaining stems are the other split. */
enum stem {
  STEM_VOCALS,
  STEM_DRUMS,
  STEM_BASS,
  STEM_OTHER,
  STEM_HARMONIC,
  STEM_PERCUSSIVE,
  N_STEMS,
};

enum split_id { SPLIT_FOUR, SPLIT_HP, N_SPLITS };

/** Ports of each split. A model may have more stems, or fewer: see engine/routes.h. */
enum { FOUR_STEMS = STEM_HARMONIC - STEM_VOCALS, HP_STEMS = N_STEMS - STEM_HARMONIC };

/** Left and right: Unbraid is stereo throughout. */
enum { N_CHANNELS = 2 };

/** First stem of a split; its stems follow in order. */
static inline unsigned split_first(enum split_id split) {
  return split == SPLIT_FOUR ? STEM_VOCALS : STEM_HARMONIC;
}

/** One past the last stem of a split. */
static inline unsigned split_end(enum split_id split) {
  return split == SPLIT_FOUR ? STEM_HARMONIC : N_STEMS;
}

/** The split that a stem belongs to. */
static inline enum split_id split_of(unsigned stem) {
  return stem < STEM_HARMONIC ? SPLIT_FOUR : SPLIT_HP;
}
