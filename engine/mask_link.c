/* SPDX-License-Identifier: ISC */
#include "engine/mask_link.h"

#include "dsp/mask.h"
#include "engine/patience.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A separator runs for this long after its last stem was heard, so that it is still warm when a
 * mute is lifted soon. */
#define LINGER_SECONDS 1.0

/* The states of the separator, which change at the ends of hops:
 *
 *           a stem is heard: a new epoch            the worker's box is full
 *   RESTING ───────────────────────────────> RUNNING ───────────────────────> LOST
 *      ^                                      │   ^                            │ │
 *      ├── unheard for LINGER_SECONDS ────────┘   └── the box is empty again ──┘ │
 *      └── unheard for LINGER_SECONDS ──────────────────────────────────────────┘
 *
 * Before it runs again, the separator gets the frames that it missed, so that its first masks are
 * as good as any. While it is LOST, it gets nothing, and the worker discards what is in the box. */
enum life { RESTING, RUNNING, LOST };

struct mask_link {
  struct lane lane; /* shared with the worker; the rest is the audio thread's */
  const struct spectra *spectra;
  struct mask_hold *hold;
  unsigned renew, context, deadline; /* frames, or hops */
  unsigned linger;                   /* hops */
  unsigned frames;                   /* of this ring: */
  bool *posted;                      /* [frames] whether masks of the frame will come */

  enum life life;
  uint32_t epoch, late_frames;
  uint64_t first;           /* the first frame whose masks are wanted since the separator began */
  uint64_t held;            /* the frame whose masks `hold` has; NONE: it has none of this epoch */
  unsigned unheard;         /* hops since a stem was heard */
  struct patience patience; /* with the worker */
};

#define NONE UINT64_MAX

struct mask_link *mask_link_new(struct separator *separator, const struct spectra *spectra,
                                unsigned deadline, double rate) {
  struct mask_link *link = calloc(1, sizeof *link);
  if (!link) {
    separator_free(separator);
    return NULL;
  }
  unsigned hop = separator->geometry.hop, bins = stft_bins(separator->geometry);
  link->spectra = spectra;
  link->renew = separator->renew;
  link->context = separator->context;
  link->deadline = deadline;
  link->linger = (unsigned)ceil(LINGER_SECONDS * rate / hop);
  unsigned way = deadline + separator->lookahead, behind = link->context / link->renew;
  link->frames = (way > link->context ? way : link->context) + link->renew;
  /* Frames that wait: the frames in transit and a whole warm-up behind them. Twice this, because
   * letters of an older epoch may still be in the box. */
  unsigned slots = 2 * (behind + way) + 4;
  link->lane.separator = separator;
  link->lane.step_seconds = hop * link->renew / rate;
  link->lane.keep = behind + deadline + 1; /* more never wait in an export */
  link->lane.frames = mailbox_new(slots, (size_t)N_CHANNELS * separator->reads * 2);
  link->lane.masks = mailbox_new(slots, (size_t)separator->stems * bins);
  link->hold = mask_hold_new(separator->stems, bins, hop / rate);
  link->posted = calloc(link->frames, sizeof *link->posted);
  if (!link->lane.frames || !link->lane.masks || !link->hold || !link->posted) {
    mask_link_free(link);
    return NULL;
  }
  return link;
}

void mask_link_free(struct mask_link *link) {
  if (link) {
    separator_free(link->lane.separator);
    mailbox_free(link->lane.frames);
    mailbox_free(link->lane.masks);
    mask_hold_free(link->hold);
    free(link->posted);
    free(link);
  }
}

struct lane *mask_link_lane(struct mask_link *link) {
  return &link->lane;
}

static void new_epoch(struct mask_link *link) UNBRAID_REALTIME {
  link->held = NONE;
  atomic_store_explicit(&link->lane.epoch, ++link->epoch, memory_order_release);
}

void mask_link_reset(struct mask_link *link) UNBRAID_REALTIME {
  mask_hold_reset(link->hold);
  new_epoch(link);
  link->life = RESTING;
  link->first = 0;
  link->unheard = 0;
  link->late_frames = 0;
  patience_renew(&link->patience);
}

uint32_t mask_link_late_frames(const struct mask_link *link) UNBRAID_REALTIME {
  return link->late_frames;
}

float mask_link_load(const struct mask_link *link) UNBRAID_REALTIME {
  return link->life == RESTING ? 0.0f
                               : atomic_load_explicit(&link->lane.load, memory_order_relaxed);
}

/* ---- Spectra to the worker ---- */

static bool is_step(const struct mask_link *link, uint64_t frame) UNBRAID_REALTIME {
  return frame % link->renew == 0;
}

/* @return false when the box is full: then the frame is lost. */
static bool post(struct mask_link *link, uint64_t frame, bool wanted) UNBRAID_REALTIME {
  struct mail *mail = mailbox_reserve(link->lane.frames);
  link->posted[frame % link->frames] = mail && wanted;
  if (!mail) {
    return false;
  }
  size_t values = (size_t)link->lane.separator->reads * 2;
  const float *of[N_CHANNELS];
  spectra_of(link->spectra, frame, of);
  mail->sequence = frame;
  mail->epoch = link->epoch;
  mail->wanted = wanted;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    memcpy(mail->values + c * values, of[c], values * sizeof *mail->values);
  }
  mailbox_send(link->lane.frames);
  return true;
}

/* The separator continues, after the missed frames before `now`. */
static void run_from(struct mask_link *link, uint64_t now) UNBRAID_REALTIME {
  link->life = RUNNING;
  atomic_store_explicit(&link->lane.lost, false, memory_order_release);
  for (uint64_t frame = now - (now < link->context ? now : link->context); frame < now; ++frame) {
    if (is_step(link, frame)) {
      post(link, frame, false);
    }
  }
}

static void lose(struct mask_link *link) UNBRAID_REALTIME {
  link->life = LOST;
  atomic_store_explicit(&link->lane.lost, true, memory_order_release);
}

static void live(struct mask_link *link, uint64_t now, bool heard) UNBRAID_REALTIME {
  link->unheard = heard ? 0 : link->unheard + 1;
  if (heard && link->life == RESTING) {
    new_epoch(link);
    link->first = now + (link->renew - now % link->renew) % link->renew;
    run_from(link, now);
  } else if (link->unheard > link->linger) {
    link->life = RESTING;
  }
}

bool mask_link_feed(struct mask_link *link, uint64_t now, bool heard) UNBRAID_REALTIME {
  live(link, now, heard);
  if (link->life == RESTING || !is_step(link, now)) {
    return false;
  }
  if (link->life == LOST && mailbox_empty(link->lane.frames)) {
    run_from(link, now);
  }
  if (link->life == RUNNING && !post(link, now, true)) {
    lose(link);
  }
  if (link->life == LOST) { /* then no masks are waited for, see wait_for() */
    memset(link->posted, 0, link->frames * sizeof *link->posted);
  }
  return true;
}

/* ---- Masks from the worker ---- */

bool mask_link_due(const struct mask_link *link, uint64_t now) UNBRAID_REALTIME {
  return link->life != RESTING && now >= link->first + link->deadline;
}

/* Takes the newest masks that are due, up to step `frame`; true if they belong to this step. */
static bool collect(struct mask_link *link, uint64_t frame) UNBRAID_REALTIME {
  const struct mail *newest = NULL, *mail = NULL;
  unsigned due = 0;
  for (; (mail = mailbox_peek(link->lane.masks, due)); ++due) {
    if (mail->epoch == link->epoch) {
      if (mail->sequence > frame) {
        break;
      }
      newest = mail;
    }
  }
  if (newest) {
    mask_hold_put(link->hold, newest->values);
    link->held = newest->sequence;
  }
  for (; due > 0; --due) {
    mailbox_release(link->lane.masks);
  }
  return link->held == frame;
}

/* Waits as long as `pace` allows, unless the worker was given up: for the masks, or, if the frame
 * was not sent, until the separator is no longer lost. */
static bool wait_for(struct mask_link *link, uint64_t frame, struct pace *pace) {
  const bool *posted = &link->posted[frame % link->frames];
  while ((*posted || !mailbox_empty(link->lane.frames)) && patience_nap(&link->patience, pace)) {
    if (collect(link, frame)) {
      return true;
    }
  }
  return false;
}

const float *mask_link_get(struct mask_link *link, uint64_t now, unsigned closed, bool last,
                           struct pace *pace, bool *own) UNBRAID_REALTIME {
  uint64_t step = now - link->deadline;
  step -= step % link->renew;
  *own = collect(link, step);
  if (!*own && !last) {
    return NULL;
  }
  if (!*own && pace) {
    UNBRAID_TRUST_BEGIN
    *own = wait_for(link, step, pace);
    UNBRAID_TRUST_END
  }
  if (*own) {
    patience_renew(&link->patience);
  }
  link->late_frames += *own ? 0 : 1;
  return mask_hold_next(link->hold, *own, closed);
}

void mask_link_learn(struct mask_link *link) UNBRAID_REALTIME {
  mask_hold_learn(link->hold);
}
