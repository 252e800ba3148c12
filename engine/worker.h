/* The worker thread: takes spectra out of mailboxes, steps the separators, sends masks back. The
 * audio thread's end of a lane is engine/mask_link.c. */
#pragma once

#include "dsp/rt.h"
#include "engine/mailbox.h"
#include "engine/separator.h"

#include <stdatomic.h>
#include <stdbool.h>

/** What the worker and the audio thread share of one separator. */
struct lane {
  /* Neither changes these while both run. */
  struct separator *separator; /* the worker's to step */
  struct mailbox *frames;      /* to the worker: [2][reads] pairs of real and imaginary part */
  struct mailbox *masks;       /* from the worker: [stems][stft_bins()] */
  unsigned keep;               /* frames that may wait: older ones are not stepped any more */
  double step_seconds;         /* time between two steps */

  /* The audio thread writes these. */
  _Atomic uint32_t epoch; /* frames of another one are skipped */
  atomic_bool lost;       /* the box was full, only its newest counts */

  /* The worker writes this. */
  _Atomic float load; /* time of a step over the time there is, running mean */
};

struct worker;

enum { MAX_LANES = 2 };

/** Starts a thread that serves up to MAX_LANES lanes, with a priority below that of the thread
 * that wakes it. The lanes must outlive it. Not real-time safe. @return NULL, and what it lacks
 * (thread.h), on failure. */
struct worker *worker_new(struct lane *const *lanes, unsigned count, const char **lack);

/** Ends and joins the thread. NULL is allowed. Not real-time safe. */
void worker_free(struct worker *worker);

/** Tells the worker that frames have been sent. The audio thread's, real-time safe. */
void worker_wake(struct worker *worker) UNBRAID_REALTIME;
