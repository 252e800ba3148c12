/* SPDX-License-Identifier: ISC */
#include "engine/pace.h"

#include "engine/thread.h"

#include <math.h>

/* More than the lead of any host that plays: bursts of 100 ms, anticipation of 200 ms, a block. */
#define MARGIN 0.5
#define MARGIN_AT_START 0.5 /* of the audio asked for */

/* Share of the time by which the lead shrinks: more than two clocks ever differ. */
#define FORGOTTEN 0.01

#define GRACE 0.5

void pace_reset(struct pace *pace, double rate) UNBRAID_REALTIME {
  *pace = (struct pace){.rate = rate, .grace = GRACE};
}

static double lead_at(const struct pace *pace, double now) UNBRAID_REALTIME {
  return pace->lead - (1.0 + FORGOTTEN) * (now - pace->at);
}

void pace_advance(struct pace *pace, double now, unsigned n) UNBRAID_REALTIME {
  double done = pace->under_way / pace->rate;
  pace->asked += done;
  pace->lead = pace->begun ? fmax(0.0, lead_at(pace, now) + done) : 0.0;
  pace->at = now;
  pace->begun = true;
  pace->under_way = n;
}

static bool starts(const struct pace *pace) UNBRAID_REALTIME {
  return MARGIN_AT_START * pace->asked < MARGIN;
}

bool pace_may_wait(const struct pace *pace, double now) UNBRAID_REALTIME {
  double margin = starts(pace) ? MARGIN_AT_START * pace->asked : MARGIN;
  return pace->freewheels || lead_at(pace, now) > margin;
}

bool pace_may_nap(const struct pace *pace, double now) {
  return pace_may_wait(pace, now) && (pace->freewheels || !starts(pace) || !thread_is_urgent());
}

void pace_waited(struct pace *pace, double seconds) {
  if (starts(pace) && pace->grace > 0.0) {
    double granted = fmin(seconds, pace->grace);
    pace->grace -= granted;
    pace->at += granted;
  }
}
