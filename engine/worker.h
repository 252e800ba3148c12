/* SPDX-License-Identifier: ISC */
/* The worker thread: takes spectra out of mailboxes, steps the separators, sends masks back. The
 * audio thread's end of a lane is engine/mask_link.c. */
#pragma once

#include "dsp/rt.h"
#include "engine/mailbox.h"
#include "engine/separator.h"

#include <stdatomic.h>
#include <stdbool.h>

/** The shared data of one separator between the worker and the audio thread. */
struct lane {
  /* Constant while both threads run. */
  struct separator *separator; /* the worker's to step */
  struct mailbox *frames;      /* to the worker: [2][reads] pairs of real and imaginary part */
  struct mailbox *masks;       /* from the worker: [stems][stft_bins()] */
  unsigned keep;               /* frames that may wait; older ones are discarded */
  double step_seconds;         /* time between two steps */

  /* The audio thread writes these. */
  _Atomic uint32_t epoch; /* frames of another epoch are skipped */
  atomic_bool lost;       /* the mailbox was full; only its newest frame counts */

  /* The worker writes this. */
  _Atomic float load; /* time of a step over the available time, running mean */
};

struct worker;

enum { MAX_LANES = 2 };

/** Starts a thread that serves up to MAX_LANES lanes, with a priority below the thread that wakes
 * it. The lanes must outlive it. Not real-time safe. @return NULL on failure, and what it lacks
 * (thread.h). */
struct worker *worker_new(struct lane *const *lanes, unsigned count, const char **lack);

/** Ends and joins the thread. NULL is allowed. Not real-time safe. */
void worker_free(struct worker *worker);

/** Tells the worker that frames have been sent. The audio thread's, real-time safe. */
void worker_wake(struct worker *worker) UNBRAID_REALTIME;
