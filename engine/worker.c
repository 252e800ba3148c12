/* SPDX-License-Identifier: ISC */
#include "engine/worker.h"

#include "engine/clock.h"
#include "engine/thread.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

/* Owned by the worker thread, except the fields that wake and end it. */
struct worker {
  struct lane *lanes[MAX_LANES];
  uint32_t epochs[MAX_LANES]; /* that the separators have seen: in another one they are reset */
  unsigned count;
  bool urgent;         /* would have real-time priority */
  double overtaken_at; /* when frames were last thrown away, and */
  double placed_at;    /* when it last asked for the audio thread's priority; clock_seconds() */
  _Atomic thread_mark audio_thread;

  pthread_t thread;
  sem_t frames_sent;
  atomic_bool quit;
};

/* A worker that was too slow stays an ordinary thread for this time. */
#define ORDINARY_SECONDS 10.0

/* The interval at which it reads the audio thread's priority, because hosts may raise it later. */
#define PLACED_SECONDS 1.0

/* Weight of a new step in the running mean of the load: half a second at hops of 12 ms. */
#define LOAD_WEIGHT 0.02f

static void step(struct lane *lane, const struct mail *frame, float *masks) UNBRAID_REALTIME {
  struct separator *separator = lane->separator;
  double begun = clock_seconds();
  separator->step(separator, frame->values, frame->values + (size_t)2 * separator->reads, masks);
  double took = clock_seconds() - begun;
  float load = atomic_load_explicit(&lane->load, memory_order_relaxed);
  load += LOAD_WEIGHT * ((float)(took / lane->step_seconds) - load);
  atomic_store_explicit(&lane->load, load, memory_order_relaxed);
}

/* Discards frames whose masks would come too late and that the separator does not need to warm up.
 * @return whether there were any. */
static bool skip_stale(struct lane *lane) UNBRAID_REALTIME {
  bool lost = atomic_load_explicit(&lane->lost, memory_order_acquire), stale = lost;
  while (mailbox_peek(lane->frames, lost ? 1 : lane->keep)) {
    mailbox_release(lane->frames);
    stale = true;
  }
  return stale;
}

/* Steps one frame of one lane; false if there is none. */
static bool serve(struct worker *worker, unsigned index) {
  struct lane *lane = worker->lanes[index];
  if (skip_stale(lane)) {
    worker->overtaken_at = clock_seconds();
  }
  const struct mail *frame = mailbox_peek(lane->frames, 0);
  if (!frame) {
    return false;
  }
  if (frame->epoch == atomic_load_explicit(&lane->epoch, memory_order_acquire)) {
    if (frame->epoch != worker->epochs[index]) {
      lane->separator->reset(lane->separator);
      worker->epochs[index] = frame->epoch;
    }
    /* The box is full only if the audio thread has stopped taking masks; these would be void too.
     */
    struct mail *masks = mailbox_reserve(lane->masks);
    if (masks) {
      step(lane, frame, masks->values);
      if (frame->wanted) {
        masks->sequence = frame->sequence;
        masks->epoch = frame->epoch;
        mailbox_send(lane->masks);
      }
    }
  }
  mailbox_release(lane->frames);
  return true;
}

/* Stays below the audio thread, which takes the worker's masks and must not wait for its steps. A
 * worker that falls behind gives up real-time priority until it has kept pace for a while, because
 * Linux stops all real-time threads of a core for 50 ms, audio threads included, after they took
 * 950 ms together. */
static void choose_priority(struct worker *worker) {
  double now = clock_seconds();
  bool urgent = now - worker->overtaken_at >= ORDINARY_SECONDS;
  thread_mark audio_thread = atomic_load_explicit(&worker->audio_thread, memory_order_relaxed);
  if (audio_thread && (urgent != worker->urgent || now - worker->placed_at >= PLACED_SECONDS)) {
    worker->urgent = urgent;
    worker->placed_at = now;
    thread_stay_below(audio_thread, urgent);
  }
}

static void *worker_main(void *argument) {
  struct worker *worker = argument;
  rt_fp_flush_denormals();
  while (!atomic_load(&worker->quit)) {
    while (sem_wait(&worker->frames_sent) != 0) {
    }
    bool served = true;
    while (served && !atomic_load(&worker->quit)) {
      choose_priority(worker);
      served = false;
      for (unsigned i = 0; i < worker->count; ++i) {
        served = serve(worker, i) || served;
      }
    }
  }
  return NULL;
}

struct worker *worker_new(struct lane *const *lanes, unsigned count, const char **lack) {
  struct worker *worker = calloc(1, sizeof *worker);
  *lack = worker ? LACK_THREAD : LACK_MEMORY;
  if (!worker) {
    return NULL;
  }
  for (unsigned i = 0; i < count; ++i) {
    worker->lanes[i] = lanes[i];
  }
  worker->count = count;
  worker->overtaken_at = -ORDINARY_SECONDS;
  worker->placed_at = -PLACED_SECONDS;
  if (sem_init(&worker->frames_sent, 0, 0) != 0) {
    free(worker);
    return NULL;
  }
  if (!thread_start(&worker->thread, worker_main, worker)) {
    sem_destroy(&worker->frames_sent);
    free(worker);
    return NULL;
  }
  return worker;
}

void worker_free(struct worker *worker) {
  if (!worker) {
    return;
  }
  atomic_store(&worker->quit, true);
  sem_post(&worker->frames_sent);
  pthread_join(worker->thread, NULL);
  sem_destroy(&worker->frames_sent);
  free(worker);
}

void worker_wake(struct worker *worker) UNBRAID_REALTIME {
  atomic_store_explicit(&worker->audio_thread, thread_self(), memory_order_relaxed);
  UNBRAID_TRUST_BEGIN
  sem_post(&worker->frames_sent);
  UNBRAID_TRUST_END
}
