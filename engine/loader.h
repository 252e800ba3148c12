/* Makes setups off the audio thread: on an ordinary thread of its own for what the player changes,
 * and on the host's thread for what a session restores. The audio thread waits for neither: it
 * leaves a request, takes what has been made, and hands back what it has done with. engine/player.c
 * is the only user. */
#pragma once

#include "dsp/rt.h"
#include "engine/log.h"
#include "engine/pace.h"
#include "engine/setup.h"

struct loader;

/** Makes the first setup, of the bundle's best models, which loader_take() then gives, and starts
 * the thread. The log is copied. Not real-time safe. @return NULL, with a line in the log, when
 * memory is short or no thread can be started. */
struct loader *loader_new(const struct maker *maker, const struct log *log);

/** Joins the thread and frees every setup it holds. NULL is allowed. Not real-time safe. */
void loader_free(struct loader *loader);

/* ---- The audio thread's, or any while that does not run. Real-time safe but for the last. ---- */

/** Asks for a model of the bundle; a file chosen for the four stems is forgotten. */
void loader_ask_quality(struct loader *loader, unsigned quality) UNBRAID_REALTIME;

/** Asks for a file, shorter than MAX_PATH; "" is the bundle's own model. */
void loader_ask_file(struct loader *loader, enum split_id split, const char *path) UNBRAID_REALTIME;

/** Sends what was asked for since; to be called in every run. */
void loader_send(struct loader *loader) UNBRAID_REALTIME;

/** The newest setup made, now the caller's; NULL: none since the last time. */
struct setup *loader_take(struct loader *loader) UNBRAID_REALTIME;

/** The newest refusal, one line, good until the next call; NULL: none since the last time. */
const char *loader_refusal(struct loader *loader) UNBRAID_REALTIME;

/** Hands back a setup that loader_take() gave, to be freed; NULL is allowed. */
void loader_retire(struct loader *loader, struct setup *setup) UNBRAID_REALTIME;

/** Waits until everything asked for has been made or refused, as long as `pace` lets it; a dead
 * thread costs an export one such wait, not one in every run(). */
void loader_wait(struct loader *loader, struct pace *pace);

/* ---- Any other thread's. Not real-time safe. ---- */

/** Makes a session's setup at once, in place of whatever was asked for before. What cannot be used
 * is replaced, but kept for the next loader_saved(). @return false when something could not be
 * used. */
bool loader_restore(struct loader *loader, const struct choice *choice);

/** The choice to be saved with a session; waits for one under way. */
void loader_saved(struct loader *loader, struct choice *choice);
