/* The worker thread: takes spectra out of mailboxes, steps the separators, sends masks back. */
#pragma once

#include "dsp/rt.h"
#include "engine/mailbox.h"
#include "engine/separator.h"

#include <stdatomic.h>
#include <stdbool.h>

/** One separator and its two mailboxes. */
struct lane {
  struct separator *separator; /* the worker's once it runs */
  struct mailbox *frames;      /* to the worker: [2][reads] pairs of real and imaginary part */
  struct mailbox *masks;       /* from the worker: [stems][stft_bins()] */
  _Atomic uint32_t epoch;      /* of the audio thread: frames of another one are skipped */
  uint32_t known_epoch;        /* the worker's: when it differs, the separator is reset */
  unsigned keep;               /* frames that may wait: older ones are not stepped any more */
  atomic_bool lost;            /* of the audio thread: the box was full, only its newest counts */
  double step_seconds;         /* time between two steps */
  _Atomic float load; /* of the worker: time of a step over the time there is, running mean */
};

struct worker;

/** Starts a thread that serves `count` lanes, at real-time priority below any audio thread's where
 * the system grants it. The lanes must outlive it. Not real-time safe. @return NULL on failure. */
struct worker *worker_new(struct lane *const *lanes, unsigned count);

/** Ends and joins the thread. NULL is allowed. Not real-time safe. */
void worker_free(struct worker *worker);

/** Tells the worker that frames have been sent. Real-time safe. */
void worker_wake(struct worker *worker) UNBRAID_REALTIME;
