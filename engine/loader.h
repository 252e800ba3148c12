/* Makes setups off the audio thread: on an ordinary thread of its own for what the player changes,
 * and on the host's thread for what a session restores. The audio thread waits for neither: it
 * leaves a request, takes what has been made, and hands back what it has done with. */
#pragma once

#include "dsp/rt.h"
#include "engine/log.h"
#include "engine/setup.h"

struct loader;

/** Starts the thread. `first`: the setup that plays already, still the caller's. The log is copied.
 * Not real-time safe. @return NULL when memory is short or no thread can be started. */
struct loader *loader_new(const struct maker *maker, const struct setup *first,
                          const struct log *log);

/** Joins the thread and frees every setup it holds. NULL is allowed. Not real-time safe. */
void loader_free(struct loader *loader);

/* ---- The audio thread's ---- */

/** Asks for a model of the bundle; a file chosen for the four stems is forgotten. Real-time safe.
 */
void loader_ask_quality(struct loader *loader, unsigned quality) UNBRAID_REALTIME;

/** Asks for a file, shorter than MAX_PATH; "" is the bundle's own model. Real-time safe. */
void loader_ask_file(struct loader *loader, enum split_id split, const char *path) UNBRAID_REALTIME;

/** Sends what was asked for since; to be called in every run. Real-time safe. */
void loader_send(struct loader *loader) UNBRAID_REALTIME;

/** Forgets what was asked for and not sent yet. Real-time safe. */
void loader_unask(struct loader *loader) UNBRAID_REALTIME;

/** The newest setup made, now the caller's; NULL: none since the last time. Real-time safe. */
struct setup *loader_take(struct loader *loader) UNBRAID_REALTIME;

/** The newest refusal: a setup without an engine. NULL: none. Real-time safe. */
struct setup *loader_take_refusal(struct loader *loader) UNBRAID_REALTIME;

/** Hands a setup back to be freed; NULL is allowed. Real-time safe. */
void loader_retire(struct loader *loader, struct setup *setup) UNBRAID_REALTIME;

/** Waits until everything asked for has been made or refused. For freewheeling alone. */
void loader_wait(struct loader *loader);

/* ---- Any other thread's ---- */

/** Makes a session's setup at once, in place of whatever was asked for before. What cannot be used
 * is replaced, but kept for the next loader_saved(). Not real-time safe.
 * @return false when something could not be used. */
bool loader_restore(struct loader *loader, const struct choice *choice);

/** The choice to be saved with a session; waits for one under way. Not real-time safe. */
void loader_saved(struct loader *loader, struct choice *choice);
