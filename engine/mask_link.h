/* The audio thread's end of a split's way to its masks: spectra go to the worker, masks come back,
 * in time, late or never. */
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

/** Frames are counted from 0 again; masks of those before are void. */
void mask_link_reset(struct mask_link *link) UNBRAID_REALTIME;

/** Frame `now` has been analysed: has the separator go on, begin or rest, as its stems are heard.
 * @return whether the worker is to be woken. */
bool mask_link_feed(struct mask_link *link, uint64_t now, bool heard) UNBRAID_REALTIME;

/** Whether there must be masks for an output while frame `now` is filled. */
bool mask_link_due(const struct mask_link *link, uint64_t now) UNBRAID_REALTIME;

/** Masks for the output made while frame `now` is filled, once they are due.
 * @param closed a bit per stem whose fader is closed: late masks must not let it through.
 * @param last false: there will be another call, so that this one gives NULL if they have not come.
 * @param pace whether they may be waited for; NULL: never. Real-time safe unless they may.
 * @param own whether they are those of the frame, not older ones. */
const float *mask_link_get(struct mask_link *link, uint64_t now, unsigned closed, bool last,
                           struct pace *pace, bool *own) UNBRAID_REALTIME;

/** Remembers the newest masks for the time when none come: a choice of when. */
void mask_link_learn(struct mask_link *link) UNBRAID_REALTIME;

/** Frames since the reset whose masks came too late. */
uint32_t mask_link_late_frames(const struct mask_link *link) UNBRAID_REALTIME;

/** Time that the worker spends on this separator, over the time there is: a running mean; 0 while
 * it rests. */
float mask_link_load(const struct mask_link *link) UNBRAID_REALTIME;
