#include "engine/worker.h"

#include "engine/thread.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

/* The worker thread's own, but for what wakes and ends it. */
struct worker {
  struct lane *lanes[MAX_LANES];
  uint32_t epochs[MAX_LANES]; /* that the separators have seen: in another one they are reset */
  unsigned count;
  bool urgent;         /* has asked for real-time priority */
  double overtaken_at; /* when frames were last thrown away, on the monotonic clock */

  pthread_t thread;
  sem_t frames_sent;
  atomic_bool quit;
};

/* How long a worker that was too slow stays an ordinary thread. */
#define ORDINARY_SECONDS 10.0

/* Weight of a new step in the running mean of the load: half a second at hops of 12 ms. */
#define LOAD_WEIGHT 0.02f

/* Seconds on a clock that needs no system call. */
static double clock_seconds(void) UNBRAID_REALTIME {
  struct timespec now;
  UNBRAID_TRUST_BEGIN
  clock_gettime(CLOCK_MONOTONIC, &now);
  UNBRAID_TRUST_END
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void step(struct lane *lane, const struct mail *frame, float *masks) UNBRAID_REALTIME {
  struct separator *separator = lane->separator;
  double begun = clock_seconds();
  separator->step(separator, frame->values, frame->values + (size_t)2 * separator->reads, masks);
  double took = clock_seconds() - begun;
  float load = atomic_load_explicit(&lane->load, memory_order_relaxed);
  load += LOAD_WEIGHT * ((float)(took / lane->step_seconds) - load);
  atomic_store_explicit(&lane->load, load, memory_order_relaxed);
}

/* Throws away frames whose masks come too late and without which the separator is as warm.
 * @return whether there were any. */
static bool skip_stale(struct lane *lane) UNBRAID_REALTIME {
  bool lost = atomic_load_explicit(&lane->lost, memory_order_acquire), stale = lost;
  while (mailbox_peek(lane->frames, lost ? 1 : lane->keep)) {
    mailbox_release(lane->frames);
    stale = true;
  }
  return stale;
}

/* One frame of one lane; false when it has none. */
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
    /* Full only where the audio thread has stopped taking masks: these would be void too. */
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

/* Above ordinary threads, below the audio threads of JACK, PipeWire and Ardour; or ordinary.
 * Refused without the right to real-time scheduling: then it stays an ordinary thread. */
static void set_priority(pthread_t thread, bool urgent) {
  struct sched_param priority = {.sched_priority =
                                     urgent ? sched_get_priority_min(SCHED_FIFO) + 1 : 0};
  (void)pthread_setschedparam(thread, urgent ? SCHED_FIFO : SCHED_OTHER, &priority);
}

/* A worker that is overtaken gives its priority up until it has kept pace for a while: Linux stops
 * all real-time threads of a core for 50 ms when together they took 950, audio threads too. */
static void choose_priority(struct worker *worker) {
  bool urgent = clock_seconds() - worker->overtaken_at >= ORDINARY_SECONDS;
  if (urgent != worker->urgent) {
    worker->urgent = urgent;
    set_priority(pthread_self(), urgent);
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

struct worker *worker_new(struct lane *const *lanes, unsigned count) {
  struct worker *worker = calloc(1, sizeof *worker);
  if (!worker) {
    return NULL;
  }
  for (unsigned i = 0; i < count; ++i) {
    worker->lanes[i] = lanes[i];
  }
  worker->count = count;
  worker->overtaken_at = -ORDINARY_SECONDS;
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
  UNBRAID_TRUST_BEGIN
  sem_post(&worker->frames_sent);
  UNBRAID_TRUST_END
}
