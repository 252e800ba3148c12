/* SPDX-License-Identifier: ISC */
/* The audio thread's end of the link to the worker: spectra go out, masks come back, on time, late
 * or never. */
#pragma once

#include "engine/pace.h"
#include "engine/spectra.h"
#include "engine/worker.h"

struct mask_link;

/** Takes the separator over (frees it, also on failure).
 * @param spectra that the separator reads; must outlive this.
 * @param deadline hops from a frame to the use of its masks. Not real-time safe. @return NULL: no
 * memory. */
struct mask_link *mask_link_new(struct separator *separator, const struct spectra *spectra,
                                unsigned deadline, double rate);

/** The worker must have ended. NULL is allowed. Not real-time safe. */
void mask_link_free(struct mask_link *link);

/** The lane for worker_new(). */
struct lane *mask_link_lane(struct mask_link *link);

/* ---- The audio thread's, or any while that does not run. All real-time safe. ---- */

/** Restarts the frame count at 0; masks of earlier frames are void. */
void mask_link_reset(struct mask_link *link) UNBRAID_REALTIME;

/** Frame `now` has been analysed: the separator continues, starts or rests, depending on whether
 * its stems are heard.
 * @return whether to wake the worker. */
bool mask_link_feed(struct mask_link *link, uint64_t now, bool heard) UNBRAID_REALTIME;

/** Whether the output made while frame `now` is filled needs masks. */
bool mask_link_due(const struct mask_link *link, uint64_t now) UNBRAID_REALTIME;

/** Masks for the output made while frame `now` is filled, once they are due.
 * @param closed a bit per stem whose fader is closed: late masks must not let it through.
 * @param last false: another call follows, so this one returns NULL if the masks have not arrived.
 * @param pace whether to wait for them; NULL: never. Real-time safe if it does not wait.
 * @param own whether they belong to the frame, and are not older ones. */
const float *mask_link_get(struct mask_link *link, uint64_t now, unsigned closed, bool last,
                           struct pace *pace, bool *own) UNBRAID_REALTIME;

/** Stores the newest masks for a time without masks; the caller chooses the moment. */
void mask_link_learn(struct mask_link *link) UNBRAID_REALTIME;

/** Number of frames with late masks since the reset. */
uint32_t mask_link_late_frames(const struct mask_link *link) UNBRAID_REALTIME;

/** The worker's time for this separator over the available time: a running mean; 0 while it rests.
 */
float mask_link_load(const struct mask_link *link) UNBRAID_REALTIME;
