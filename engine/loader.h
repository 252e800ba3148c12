/* SPDX-License-Identifier: ISC */
/* Makes setups off the audio thread: on its own ordinary thread when the user changes a model, and
 * on the host's thread when a session is restored. The audio thread waits for neither. It leaves a
 * request, takes the finished setup, and hands back the old one. engine/player.c is the only user.
 */
#pragma once

#include "dsp/rt.h"
#include "engine/log.h"
#include "engine/pace.h"
#include "engine/setup.h"

struct loader;

/** Makes the first setup, with the best bundled models, for loader_take(), and starts the thread.
 * The log is copied. Not real-time safe. @return NULL, with a line in the log, when memory is short
 * or no thread can be started. */
struct loader *loader_new(const struct maker *maker, const struct log *log);

/** Joins the thread and frees every setup it holds. NULL is allowed. Not real-time safe. */
void loader_free(struct loader *loader);

/* ---- The audio thread's, or any while that does not run. Real-time safe but for the last. ---- */

/** Requests a bundled model; forgets a file chosen for the four stems. */
void loader_ask_quality(struct loader *loader, unsigned quality) UNBRAID_REALTIME;

/** Requests a file, shorter than MAX_PATH; "" is the bundled model. */
void loader_ask_file(struct loader *loader, enum split_id split, const char *path) UNBRAID_REALTIME;

/** Sends the collected requests; call it in every run(). */
void loader_send(struct loader *loader) UNBRAID_REALTIME;

/** The newest finished setup, which now belongs to the caller; NULL: none since the last call. */
struct setup *loader_take(struct loader *loader) UNBRAID_REALTIME;

/** The newest refusal, one line, valid until the next call; NULL: none since the last call. */
const char *loader_refusal(struct loader *loader) UNBRAID_REALTIME;

/** Hands back a setup of loader_take() to be freed; NULL is allowed. */
void loader_retire(struct loader *loader, struct setup *setup) UNBRAID_REALTIME;

/** Waits until every request is finished or refused, as long as `pace` allows. With a dead thread,
 * an export waits once, not in every run(). */
void loader_wait(struct loader *loader, struct pace *pace);

/* ---- Any other thread's. Not real-time safe. ---- */

/** Makes a session's setup at once; earlier requests are void. A model that cannot be used is
 * replaced, but its path is kept for the next loader_saved(). @return false when a model could not
 * be used. */
bool loader_restore(struct loader *loader, const struct choice *choice);

/** The choice to save with a session. Waits for a restore in progress. */
void loader_saved(struct loader *loader, struct choice *choice);
