/* SPDX-License-Identifier: ISC */
/* Plays the music and changes models meanwhile. The loader makes a new engine. The new engine gets
 * the input beside the old one until its output has full quality. Then the outputs cross-fade, and
 * the old engine goes back to the loader to be freed. Code outside of engine/ uses only this
 * interface. */
#pragma once

#include "engine/exchange.h"
#include "engine/log.h"
#include "engine/setup.h"

struct player;

/** Starts with the best bundled models. The log is copied. Not real-time safe. @return NULL, with a
 * line in the log, when memory is short, no thread can be started or no model used. */
struct player *player_new(const struct maker *maker, const struct log *log);

/** NULL is allowed. Not real-time safe. */
void player_free(struct player *player);

/* ---- The audio thread's, or any while that does not run. All real-time safe. ---- */

/** Clears all audio; completes a change in progress at once. */
void player_reset(struct player *player) UNBRAID_REALTIME;

/** Processes one block of n samples. If the host freewheels or is ahead (engine/pace.h), the call
 * waits for a requested model. The model plays at once if nothing was processed since the reset. It
 * also plays at once, as if from the first sample on, if the host is ahead and the output cannot
 * contain any input yet. */
void player_process(struct player *player, const struct engine_request *request,
                    const struct audio *audio, unsigned n,
                    struct engine_report *report) UNBRAID_REALTIME;

/** The newest models, heard or not yet heard. Valid until the next player_process(). */
const struct setup *player_setup(const struct player *player) UNBRAID_REALTIME;

/* ---- Any other thread's, beside the audio thread. Not real-time safe. ---- */

/** Makes a session's models at once; earlier requests are void. A model that cannot be used is
 * replaced, but its path is kept for the next player_saved(). @return false when a model could not
 * be used. */
bool player_restore(struct player *player, const struct choice *choice);

/** The choice to save with a session. Waits for a restore in progress. */
void player_saved(struct player *player, struct choice *choice);
