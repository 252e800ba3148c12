/* SPDX-License-Identifier: ISC */
#include "engine/split.h"

#include "dsp/synthesis.h"
#include "engine/mask_link.h"
#include "engine/spectra.h"

#include <stdlib.h>

/* The stages of a hop, counted in samples of input:
 *
 *   FILLING ── half full: what is heard is decided ──> PLANNED ── masks, if it needs any ──> MAKING
 *      ^                                                                                       │
 *      └──── full: the frame goes to the worker, the output is whole, the next hop begins ─────┘
 *
 * If masks have not arrived by the end of the hop, older ones replace them. */
enum stage { FILLING, PLANNED, MAKING };

/* Owned by the audio thread, except the lane in its link. */
struct split {
  struct stft *stft;
  struct spectra *spectra;
  struct mask_link *link;
  struct synthesis *synthesis;

  struct stft_geometry geometry;
  const enum stem *ports; /* [stems] */
  unsigned stems, hop, renew;
  unsigned lookahead, context; /* frames */
  unsigned deadline;           /* hops from a frame to the use of its masks */

  uint64_t now;    /* number of the frame being filled */
  unsigned filled; /* samples of the hop */
  enum stage stage;
  bool due;             /* from PLANNED on: there must be masks */
  struct split_use use; /* from PLANNED on, as it was then */
};

static bool allocate(struct split *split, struct separator *separator, bool refined, double rate) {
  unsigned bins = stft_bins(split->geometry), delayed = split->deadline + split->lookahead;
  unsigned kept = (delayed > split->context ? delayed : split->context) + split->renew;
  split->stft = stft_new(split->geometry);
  split->spectra = split->stft ? spectra_new(split->stft, split->geometry, kept) : NULL;
  split->link = mask_link_new(separator, split->spectra, split->deadline, rate);
  if (!split->spectra || !split->link) {
    return false;
  }
  struct refine *refine = NULL;
  if (refined) {
    refine = refine_new(split->stems, bins, rate / split->geometry.analysis, split->hop / rate,
                        split->renew);
    if (!refine) {
      return false;
    }
  }
  split->synthesis = synthesis_new(split->stft, split->stems, bins, refine);
  return split->synthesis != NULL;
}

struct split *split_new(struct separator *separator, bool refined, double rate, unsigned block) {
  struct split *split = calloc(1, sizeof *split);
  if (!split) {
    separator_free(separator);
    return NULL;
  }
  split->geometry = separator->geometry;
  split->ports = separator->ports;
  split->stems = separator->stems;
  split->hop = separator->geometry.hop;
  split->renew = separator->renew;
  split->lookahead = separator->lookahead;
  split->context = separator->context;
  split->deadline = block > split->hop ? (block + split->hop - 1) / split->hop : 1;
  if (!allocate(split, separator, refined, rate)) {
    split_free(split);
    return NULL;
  }
  split_reset(split, 0);
  return split;
}

void split_free(struct split *split) {
  if (split) {
    mask_link_free(split->link);
    spectra_free(split->spectra);
    synthesis_free(split->synthesis);
    stft_free(split->stft);
    free(split);
  }
}

bool split_delay_input(struct split *split, unsigned samples) {
  return spectra_delay(split->spectra, samples);
}

struct lane *split_lane(struct split *split) {
  return mask_link_lane(split->link);
}

unsigned split_stems(const struct split *split, const enum stem **ports) UNBRAID_REALTIME {
  *ports = split->ports;
  return split->stems;
}

unsigned split_latency(const struct split *split) UNBRAID_REALTIME {
  return split->geometry.synthesis + (split->lookahead + split->deadline) * split->hop;
}

unsigned split_silence(const struct split *split) UNBRAID_REALTIME {
  return split->deadline * split->hop;
}

unsigned split_prime(const struct split *split) UNBRAID_REALTIME {
  return split_latency(split) + split->context * split->hop;
}

void split_reset(struct split *split, unsigned filled) UNBRAID_REALTIME {
  spectra_reset(split->spectra);
  mask_link_reset(split->link);
  synthesis_reset(split->synthesis);
  split->now = 0;
  split->filled = filled % split->hop;
  split->stage = FILLING;
}

unsigned split_room(const struct split *split) UNBRAID_REALTIME {
  unsigned half = split->hop / 2;
  return (split->filled < half ? half : split->hop) - split->filled;
}

const float *split_samples(const struct split *split, unsigned stem,
                           unsigned channel) UNBRAID_REALTIME {
  return synthesis_samples(split->synthesis, stem, channel) + split->filled;
}

static void plan(struct split *split, const struct split_use *use) UNBRAID_REALTIME {
  split->stage = PLANNED;
  split->due = mask_link_due(split->link, split->now);
  split->use = *use;
}

/* Begins the next output, unless waiting for the masks of its frame is worthwhile. */
static void begin(struct split *split, bool last) UNBRAID_REALTIME {
  bool own = false;
  const float *masks = NULL, *spectra[N_CHANNELS];
  if (split->due) {
    masks = mask_link_get(split->link, split->now, split->use.closed, last, split->use.pace, &own);
    if (!masks) {
      return;
    }
  }
  split->stage = MAKING;
  unsigned delayed = split->deadline + split->lookahead;
  uint64_t frame = split->now - delayed;
  spectra_of(split->spectra, frame, spectra);
  synthesis_begin(split->synthesis, spectra, split->now < delayed ? NULL : masks,
                  own && (frame + split->lookahead) % split->renew == 0, split->use.heard,
                  &split->use.refine);
}

/* In the second half of the hop: makes the next output in pieces, so that no short block has all
 * the work. First the part that uses all masks, if they have arrived, then one stem after the
 * other. The last eighth stays free for the analysis of the next frame. The work does not start
 * right at the middle, because the other split ends its hops there. */
static void make_some(struct split *split) UNBRAID_REALTIME {
  unsigned eighth = split->hop / 8, from = split->hop / 2 + eighth, to = split->hop - eighth;
  if (split->filled < from) {
    return;
  }
  if (split->stage == PLANNED) {
    begin(split, false);
  }
  if (split->stage == MAKING) {
    unsigned passed = split->stems * (split->filled - from), whole = to - from;
    synthesis_make(split->synthesis, (passed + whole - 1) / whole);
  }
}

/* The hop is full: sends its frame to the worker and completes the output of the frame whose masks
 * are due. */
static void frame_done(struct split *split, struct worker *worker, bool wanted) UNBRAID_REALTIME {
  spectra_analyse(split->spectra, split->now);
  if (mask_link_feed(split->link, split->now, wanted)) {
    worker_wake(worker);
  }
  if (split->stage == PLANNED) {
    begin(split, true);
  }
  synthesis_end(split->synthesis);
  ++split->now;
  split->filled = 0;
  split->stage = FILLING;
}

void split_advance(struct split *split, struct worker *worker, const float *const in[N_CHANNELS],
                   unsigned n, const struct split_use *use) UNBRAID_REALTIME {
  spectra_push(split->spectra, in, n);
  split->filled += n;
  if (split->stage == FILLING && split->filled >= split->hop / 8) {
    mask_link_learn(split->link);
    synthesis_learn(split->synthesis);
  }
  if (split->stage == FILLING && split->filled >= split->hop / 2) {
    plan(split, use);
  }
  if (split->filled == split->hop) {
    frame_done(split, worker, use->heard != 0 || use->shown);
  } else if (split->stage != FILLING) {
    make_some(split);
  }
}

bool split_picture(const struct split *split, struct picture *picture) UNBRAID_REALTIME {
  unsigned delayed = split->deadline + split->lookahead;
  uint64_t outputs = split->now + (split->stage == MAKING ? 1 : 0);
  if (outputs <= delayed) {
    return false;
  }
  *picture = (struct picture){.masks = synthesis_masks(split->synthesis),
                              .stems = split->stems,
                              .ports = split->ports,
                              .geometry = split->geometry,
                              .amplitude = stft_amplitude(split->stft)};
  spectra_of(split->spectra, outputs - 1 - delayed, picture->spectra);
  return true;
}

uint32_t split_late_frames(const struct split *split) UNBRAID_REALTIME {
  return mask_link_late_frames(split->link);
}

float split_load(const struct split *split) UNBRAID_REALTIME {
  return mask_link_load(split->link);
}
