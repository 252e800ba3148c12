/* The whole of Unbraid without LV2: two splits, a worker, the mixer and the delayed dry path. */
#pragma once

#include "dsp/mixer.h"
#include "dsp/refine.h"
#include "dsp/rt.h"
#include "engine/separator.h"
#include "engine/split.h"

#include <stdint.h>

struct engine;

/** Takes both separators over (frees them, also on failure).
 * @param rate sample rate in Hz.
 * @param block samples that the host processes at a time; other lengths work, but masks may come
 * too late for longer ones. Not real-time safe. @return NULL when memory is short or no thread can
 * be started. */
struct engine *engine_new(struct separator *four, struct separator *hp, double rate,
                          unsigned block);
void engine_free(struct engine *engine);

/** Silence, no ramps under way, a new epoch. Real-time safe. */
void engine_reset(struct engine *engine) UNBRAID_REALTIME;

/** Delay of every output against the input, in samples: constant. Real-time safe. */
unsigned engine_latency(const struct engine *engine) UNBRAID_REALTIME;

/** Samples of input until the output is as good as it will be. Real-time safe. */
unsigned engine_prime(const struct engine *engine) UNBRAID_REALTIME;

/** Frames since the reset whose masks came too late. Real-time safe. */
uint32_t engine_late_frames(const struct engine *engine) UNBRAID_REALTIME;

/** While it is watched every stem is computed, heard or not. Real-time safe. */
void engine_watch(struct engine *engine, bool watched) UNBRAID_REALTIME;

/** Whether the peaks of the stems are measured. Real-time safe. */
void engine_measure(struct engine *engine, bool measured) UNBRAID_REALTIME;

/** Peak of a stem behind its fader since it was last asked for; 0 unless measured. Real-time safe.
 */
float engine_peak(struct engine *engine, unsigned stem) UNBRAID_REALTIME;

/** Fader of a stem at the moment: gain, mute and solo together. Real-time safe. */
float engine_fader(const struct engine *engine, unsigned stem) UNBRAID_REALTIME;

/** What the newest output of the four stems was made of. Real-time safe. @return false: nothing. */
bool engine_picture(const struct engine *engine, struct picture *picture) UNBRAID_REALTIME;

/** Share of the time that the worker is busy, running mean. Real-time safe. */
float engine_load(const struct engine *engine) UNBRAID_REALTIME;

/** How masks are refined from the next frame on. Real-time safe. */
void engine_refine(struct engine *engine, const struct refine_settings *settings) UNBRAID_REALTIME;

/** Heads for new controls. The first ones after a reset hold at once. Real-time safe. */
void engine_set(struct engine *engine, const struct mixer_controls *controls) UNBRAID_REALTIME;

/** Processes n samples. Any buffer may be NULL or the same as any other.
 * @param wait freewheeling: waits for every mask; real-time safe only when false. */
void engine_process(struct engine *engine, const float *const in[N_CHANNELS],
                    float *const main[N_CHANNELS], float *const outs[N_STEMS][N_CHANNELS],
                    unsigned n, bool wait) UNBRAID_REALTIME;
