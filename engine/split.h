/* SPDX-License-Identifier: ISC */
/* One split of the mix: STFT on the audio thread, masks from the worker, audio of the stems. */
#pragma once

#include "dsp/picture.h"
#include "dsp/refine.h"
#include "engine/worker.h"

struct split;

/** Takes the separator over (frees it, also on failure). `refined`: split_use.refine applies to the
 * masks. `block`: samples per call of the host; masks have max(1, ceil(block/hop)) hops to arrive.
 * Not real-time safe. @return NULL when memory is short. */
struct split *split_new(struct separator *separator, bool refined, double rate, unsigned block);

/** The worker must have ended. NULL is allowed. Not real-time safe. */
void split_free(struct split *split);

/** Delays the input by `samples` more, so that both splits have one latency. Not real-time safe.
 * @return false when memory is short. */
bool split_delay_input(struct split *split, unsigned samples);

/** The lane for worker_new(). */
struct lane *split_lane(struct split *split);

/* ---- The audio thread's, or any while that does not run. All real-time safe. ---- */

/** The number of its stems, and the mixer's stem of each, in port order. */
unsigned split_stems(const struct split *split, const enum stem **ports) UNBRAID_REALTIME;

/** Samples from input to output: synthesis + lookahead*hop + hop*max(1, ceil(block/hop)). */
unsigned split_latency(const struct split *split) UNBRAID_REALTIME;

/** Samples after a reset in which the output contains nothing of the input: no masks are due yet.
 */
unsigned split_silence(const struct split *split) UNBRAID_REALTIME;

/** Samples of input until the output has its full quality: the latency and the memory of the
 * separator. */
unsigned split_prime(const struct split *split) UNBRAID_REALTIME;

/** Forgets all audio and starts a new epoch. `filled`: samples of silence, modulo the hop, at the
 * start of the first hop. With different values, two splits never complete a frame at the same
 * sample. */
void split_reset(struct split *split, unsigned filled) UNBRAID_REALTIME;

/** Samples until the hop is half full or full: at least 1. */
unsigned split_room(const struct split *split) UNBRAID_REALTIME;

/** The next output samples of a stem (counted inside the split): split_room() of them. */
const float *split_samples(const struct split *split, unsigned stem,
                           unsigned channel) UNBRAID_REALTIME;

/** The current use of the stems by the mixer. Masks have one bit per stem, counted inside the
 * split. */
struct split_use {
  unsigned heard;    /* stems that are heard; others are not computed */
  unsigned closed;   /* stems with a closed fader, which late masks must not let through */
  bool shown;        /* masks are wanted even if no stem is heard; otherwise the separator rests */
  struct pace *pace; /* whether to wait for masks; NULL: never */
  struct refine_settings refine;
};

/** Takes n input samples, at most split_room(). A full hop posts its frame to the worker and
 * completes the output of the next hop. This output is made in pieces from the middle of the hop
 * on, if its masks have arrived, with the `use` of that moment. Real-time safe unless use->pace
 * allows waiting. */
void split_advance(struct split *split, struct worker *worker, const float *const in[N_CHANNELS],
                   unsigned n, const struct split_use *use) UNBRAID_REALTIME;

/** The spectra and masks of the newest output, without the fields of main; valid until the next
 * split_advance().
 * @return false when there is no output yet. */
bool split_picture(const struct split *split, struct picture *picture) UNBRAID_REALTIME;

/** Number of frames with late masks since the reset. */
uint32_t split_late_frames(const struct split *split) UNBRAID_REALTIME;

/** The worker's time for this split over the available time. */
float split_load(const struct split *split) UNBRAID_REALTIME;
