#include "plugin/worker.h"

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

struct worker {
  struct lane *const *lanes;
  unsigned count;
  pthread_t thread;
  sem_t frames_sent;
  atomic_bool quit;
};

/* One frame of one lane; false when it has none. */
static bool serve(struct lane *lane) {
  const struct mail *frame = mailbox_peek(lane->frames, 0);
  if (!frame) {
    return false;
  }
  if (frame->epoch == atomic_load_explicit(&lane->epoch, memory_order_acquire)) {
    struct separator *separator = lane->separator;
    if (frame->epoch != lane->known_epoch) {
      separator->reset(separator);
      lane->known_epoch = frame->epoch;
    }
    /* Full only where the audio thread has stopped taking masks: these would be void too. */
    struct mail *masks = mailbox_reserve(lane->masks);
    if (masks) {
      separator->step(separator, frame->values, frame->values + (size_t)2 * separator->reads,
                      masks->values);
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

static void *worker_main(void *argument) {
  struct worker *worker = argument;
  rt_fp_flush_denormals();
  while (!atomic_load(&worker->quit)) {
    while (sem_wait(&worker->frames_sent) != 0) {
    }
    bool served = true;
    while (served && !atomic_load(&worker->quit)) {
      served = false;
      for (unsigned i = 0; i < worker->count; ++i) {
        served = serve(worker->lanes[i]) || served;
      }
    }
  }
  return NULL;
}

/* Above ordinary threads, below the audio threads of JACK, PipeWire and Ardour. */
static void raise_priority(pthread_t thread) {
  struct sched_param priority = {.sched_priority = sched_get_priority_min(SCHED_FIFO) + 1};
  /* Refused without the right to real-time scheduling: then it runs as an ordinary thread. */
  (void)pthread_setschedparam(thread, SCHED_FIFO, &priority);
}

struct worker *worker_new(struct lane *const *lanes, unsigned count) {
  struct worker *worker = calloc(1, sizeof *worker);
  if (!worker) {
    return NULL;
  }
  worker->lanes = lanes;
  worker->count = count;
  if (sem_init(&worker->frames_sent, 0, 0) != 0) {
    free(worker);
    return NULL;
  }
  /* The host's signal handlers are none of this thread's business. */
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&worker->thread, NULL, worker_main, worker);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (failed) {
    sem_destroy(&worker->frames_sent);
    free(worker);
    return NULL;
  }
  raise_priority(worker->thread);
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
  sem_post(&worker->frames_sent);
}
