/* Whether run() may wait for another thread. It may when the host freewheels and says so. It also
 * may while the host is ahead: while the audio asked for is ahead of the clock by more than that of
 * a host that plays ever is, for then no deadline can be missed. So an export is the same where the
 * host does not know of the freewheel port.
 *
 * Hosts that play work in bursts or keep some audio in hand, stall and catch up, stop for a while,
 * and their clock is another one. So the lead is counted from the moments when the host was latest,
 * a little of it is forgotten all the time, and it must exceed half a second. At the start, where
 * the first masks of an export count as much as any, half of the audio asked for is enough: no host
 * that plays is that far ahead, but in a burst that comes first of all. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

/** The audio thread's. Times are seconds on a clock that never goes back. */
struct pace {
  double rate;        /* Hz */
  bool freewheels;    /* for the player to set */
  bool begun;         /* anything was asked for since the reset */
  double asked;       /* audio since the reset, without what is under way */
  double lead, at;    /* of that audio over the clock, as it was at that time */
  double grace;       /* waiting that will not count as the host's time */
  unsigned under_way; /* samples */
};

/** A host of `rate` samples a second that starts now. Real-time safe. */
void pace_reset(struct pace *pace, double rate) UNBRAID_REALTIME;

/** The host asks for n samples more: it has what it asked for before. Real-time safe. */
void pace_advance(struct pace *pace, double now, unsigned n) UNBRAID_REALTIME;

/** Real-time safe. */
bool pace_may_wait(const struct pace *pace, double now) UNBRAID_REALTIME;

/** run() has waited so long. Where the calling thread has no deadline, being one of ordinary
 * priority, up to half a second of that is no time of the host's while it starts: so a worker that
 * wakes up slowly costs an export none of its first masks. Not real-time safe. */
void pace_waited(struct pace *pace, double seconds);
