/* SPDX-License-Identifier: ISC */
/* Plays a pair of models: two splits, a worker, the mixer and the delayed dry path. */
#pragma once

#include "engine/exchange.h"
#include "engine/separator.h"

struct engine;

/** Takes both separators over (frees them, also on failure).
 * @param rate sample rate in Hz.
 * @param block samples that the host processes at a time; other lengths work, but masks may come
 * too late for longer ones.
 * @param lack on failure: what is short, memory or threads, in words. Not real-time safe. @return
 * NULL then. */
struct engine *engine_new(struct separator *four, struct separator *hp, double rate, unsigned block,
                          const char **lack);

/** Joins the worker. NULL is allowed. Not real-time safe. */
void engine_free(struct engine *engine);

/* ---- The audio thread's, or any while that does not run. All real-time safe. ---- */

/** Clears all audio and ramps and starts a new epoch. */
void engine_reset(struct engine *engine) UNBRAID_REALTIME;

/** Samples after a reset in which the output is silent, whatever the input. */
unsigned engine_silence(const struct engine *engine) UNBRAID_REALTIME;

/** Samples of input until the output has its full quality: latency and memory of the networks. */
unsigned engine_prime(const struct engine *engine) UNBRAID_REALTIME;

/** Number of frames with late masks since the reset. */
uint32_t engine_late_frames(const struct engine *engine) UNBRAID_REALTIME;

/** Starts ramps to the request. The first request after a reset takes effect at once. */
void engine_set(struct engine *engine, const struct engine_request *request) UNBRAID_REALTIME;

/** Processes n samples with the newest request of engine_set(). */
void engine_process(struct engine *engine, const struct audio *audio, unsigned n) UNBRAID_REALTIME;

/** Fills a report, except the models. */
void engine_report(struct engine *engine, struct engine_report *report) UNBRAID_REALTIME;
