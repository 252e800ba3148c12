/* One split of the mix: STFT on the audio thread, masks from the worker, a stem's audio out. */
#pragma once

#include "dsp/picture.h"
#include "dsp/refine.h"
#include "engine/worker.h"

struct split;

/** Takes the separator over (frees it, also on failure). `refined`: its masks are, by
 * split_use.refine. `block`: samples that the host processes
 * at a time; masks have max(1, ceil(block/hop)) hops to arrive. Not real-time safe. @return NULL
 * when memory is short. */
struct split *split_new(struct separator *separator, bool refined, double rate, unsigned block);

/** The worker must have ended. NULL is allowed. Not real-time safe. */
void split_free(struct split *split);

/** Delays the input by `samples` more, so that both splits have one latency. Not real-time safe.
 * @return false when memory is short. */
bool split_delay_input(struct split *split, unsigned samples);

/** The lane for worker_new(). */
struct lane *split_lane(struct split *split);

/* ---- The audio thread's, or any while that does not run. All real-time safe. ---- */

/** Its stems: how many, and which of the mixer's each is, in port order. */
unsigned split_stems(const struct split *split, const enum stem **ports) UNBRAID_REALTIME;

/** Samples from input to output: synthesis + lookahead*hop + hop*max(1, ceil(block/hop)). */
unsigned split_latency(const struct split *split) UNBRAID_REALTIME;

/** Samples of input until the output is as good as it will be: the latency, and what the separator
 * must have seen before. */
unsigned split_prime(const struct split *split) UNBRAID_REALTIME;

/** Forgets all audio and starts a new epoch. `filled`: samples, counted modulo the hop, that the
 * first hop has already, of silence: with different ones two splits never have a frame to make in
 * the same sample. */
void split_reset(struct split *split, unsigned filled) UNBRAID_REALTIME;

/** Samples that can be taken before the hop is half full or full: at least 1. */
unsigned split_room(const struct split *split) UNBRAID_REALTIME;

/** The next output samples of a stem (counted inside the split): split_room() of them. */
const float *split_samples(const struct split *split, unsigned stem,
                           unsigned channel) UNBRAID_REALTIME;

/** What the mixer makes of the stems at the moment: a bit per stem, counted inside the split. */
struct split_use {
  unsigned heard;    /* the others are not computed */
  unsigned closed;   /* the fader is closed: late masks must not let the stem through */
  bool shown;        /* masks are wanted although no stem is heard; else the separator rests then */
  struct pace *pace; /* whether masks may be waited for; NULL: never */
  struct refine_settings refine;
};

/** Takes n input samples, at most split_room(). When the hop is full, posts the frame to the worker
 * and has the next hop's output ready, which is made bit by bit from the middle of the hop on, as
 * `use` was there, if its masks have come by then. Real-time safe unless use->pace lets it wait. */
void split_advance(struct split *split, struct worker *worker, const float *const in[N_CHANNELS],
                   unsigned n, const struct split_use *use) UNBRAID_REALTIME;

/** What the newest output was made of, but nothing of main; good until the next split_advance().
 * @return false when there is none yet. */
bool split_picture(const struct split *split, struct picture *picture) UNBRAID_REALTIME;

/** Frames since the reset whose masks came too late. */
uint32_t split_late_frames(const struct split *split) UNBRAID_REALTIME;

/** Share of the time there is that the worker spends on this split. */
float split_load(const struct split *split) UNBRAID_REALTIME;
