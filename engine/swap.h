/* The engine that plays, and the change to another one while the music goes on: the new engine
 * hears the input beside the old one until its output is as good as it will be, then the outputs
 * are cross-faded, then the old engine is handed back. */
#pragma once

#include "dsp/mixer.h"
#include "dsp/rt.h"
#include "engine/loader.h"
#include "engine/setup.h"

#include <stdbool.h>
#include <stdint.h>

struct swap;

/** Plays `first`, which it takes over on success; what follows comes from the loader, which must
 * outlive it. Not real-time safe. @return NULL: no memory. */
struct swap *swap_new(struct loader *loader, struct setup *first, double rate);
void swap_free(struct swap *swap);

/** Silence; a change under way is done at once. Real-time safe. */
void swap_reset(struct swap *swap) UNBRAID_REALTIME;

/** Takes the newest setup that the loader made, if there is one and no cross-fade is under way. It
 * plays at once when nothing was processed since the reset. Real-time safe.
 * @return what was taken, still the swap's; or NULL. */
const struct setup *swap_take(struct swap *swap) UNBRAID_REALTIME;

/** The newest setup taken, heard already or not yet. Real-time safe. */
const struct setup *swap_setup(const struct swap *swap) UNBRAID_REALTIME;

/** Whether what plays is watched, see engine_watch(). Real-time safe. */
void swap_watch(struct swap *swap, bool watched) UNBRAID_REALTIME;

/** Whether the peaks of what plays are measured, see engine_measure(). Real-time safe. */
void swap_measure(struct swap *swap, bool measured) UNBRAID_REALTIME;

/** How the masks of all that plays are refined, see engine_refine(). Real-time safe. */
void swap_refine(struct swap *swap, const struct refine_settings *settings) UNBRAID_REALTIME;

/** What plays; while a cross-fade is under way, what fades out. Real-time safe. */
const struct setup *swap_playing(const struct swap *swap) UNBRAID_REALTIME;

/** Frames since the reset whose masks came too late for what was playing. Real-time safe. */
uint32_t swap_late_frames(const struct swap *swap) UNBRAID_REALTIME;

/** Processes n samples; the arguments are those of engine_set() and engine_process(). */
void swap_process(struct swap *swap, const struct mixer_controls *controls,
                  const float *const in[N_CHANNELS], float *const main[N_CHANNELS],
                  float *const outs[N_STEMS][N_CHANNELS], unsigned n, bool wait) UNBRAID_REALTIME;
