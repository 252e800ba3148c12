/* What plays, and the change to other models while the music goes on: the loader makes a new
 * engine; that hears the input beside the old one until its output is as good as it will be, then
 * the outputs are cross-faded, then the old engine goes back to be freed. All that is outside of
 * engine/ speaks to the engine through this. */
#pragma once

#include "engine/exchange.h"
#include "engine/log.h"
#include "engine/setup.h"

struct player;

/** Plays the bundle's best models. The log is copied. Not real-time safe. @return NULL, with a line
 * in the log, when memory is short, no thread can be started or no model used. */
struct player *player_new(const struct maker *maker, const struct log *log);

/** NULL is allowed. Not real-time safe. */
void player_free(struct player *player);

/* ---- The audio thread's, or any while that does not run. All real-time safe. ---- */

/** Silence; a change under way is done at once. */
void player_reset(struct player *player) UNBRAID_REALTIME;

/** One block of n samples. A model that was asked for plays at once when nothing was processed
 * since the reset; it is waited for where the host freewheels, or is ahead (engine/pace.h). */
void player_process(struct player *player, const struct engine_request *request,
                    const struct audio *audio, unsigned n,
                    struct engine_report *report) UNBRAID_REALTIME;

/** The newest models, heard already or not yet. Good until the next player_process(). */
const struct setup *player_setup(const struct player *player) UNBRAID_REALTIME;

/* ---- Any other thread's, beside the audio thread. Not real-time safe. ---- */

/** Makes a session's models at once, in place of whatever was asked for before. What cannot be used
 * is replaced, but kept for the next player_saved(). @return false when something could not be
 * used. */
bool player_restore(struct player *player, const struct choice *choice);

/** The choice to be saved with a session; waits for one under way. */
void player_saved(struct player *player, struct choice *choice);
