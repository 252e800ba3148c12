/* SPDX-License-Identifier: ISC */
/* Decides whether run() may wait for another thread. It may if the host freewheels and says so. It
 * also may while the host is ahead: the requested audio leads the clock by more than in any host
 * that plays, so no deadline can be missed. So an export has the same result in a host without the
 * freewheel port.
 *
 * Hosts that play work in bursts, compute ahead, stall and catch up, and pause; their clock differs
 * from ours. So the lead counts from the moments when the host was latest, a little of it is
 * forgotten all the time, and it must exceed half a second. At the start, where an export needs its
 * first masks too, a lead of half of the requested audio is enough. A host that plays has such a
 * lead only in a burst at the very start. So at the start only threads without real-time priority
 * wait: the system knows no deadline for them. */
#pragma once

#include "dsp/rt.h"

#include <stdbool.h>

/** The audio thread's. Times are seconds on a clock that never goes back. */
struct pace {
  double rate;        /* Hz */
  bool freewheels;    /* set by struct player */
  bool begun;         /* any audio was requested since the reset */
  double asked;       /* requested audio since the reset, without the current request */
  double lead, at;    /* lead over the clock, at that time */
  double grace;       /* waiting that does not count as time of the host */
  unsigned under_way; /* samples */
};

/** Starts for a host at `rate` samples a second. Real-time safe. */
void pace_reset(struct pace *pace, double rate) UNBRAID_REALTIME;

/** The host requests n more samples; it has received all earlier ones. Real-time safe. */
void pace_advance(struct pace *pace, double now, unsigned n) UNBRAID_REALTIME;

/** Whether the host is ahead, or freewheels. Real-time safe. */
bool pace_may_wait(const struct pace *pace, double now) UNBRAID_REALTIME;

/** Whether the calling thread may sleep for a moment now. Not real-time safe. */
bool pace_may_nap(const struct pace *pace, double now);

/** run() has waited for this time. Up to half a second of waiting at the start does not count as
 * time of the host. So a worker that starts slowly does not cost an export its first masks. */
void pace_waited(struct pace *pace, double seconds);
