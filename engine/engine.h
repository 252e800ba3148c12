/* What plays a pair of models: two splits, a worker, the mixer and the delayed dry path. */
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

/** Silence, no ramps under way, a new epoch. */
void engine_reset(struct engine *engine) UNBRAID_REALTIME;

/** Samples of input until the output is as good as it will be. */
unsigned engine_prime(const struct engine *engine) UNBRAID_REALTIME;

/** Frames since the reset whose masks came too late. */
uint32_t engine_late_frames(const struct engine *engine) UNBRAID_REALTIME;

/** Heads for what is asked for. The first after a reset holds at once. */
void engine_set(struct engine *engine, const struct engine_request *request) UNBRAID_REALTIME;

/** Processes n samples as engine_set() said last. */
void engine_process(struct engine *engine, const struct audio *audio, unsigned n) UNBRAID_REALTIME;

/** All of a report but the models. */
void engine_report(struct engine *engine, struct engine_report *report) UNBRAID_REALTIME;
