#include "engine/loader.h"

#include "engine/thread.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Nothing is waited for longer than this. */
enum { PATIENCE_SECONDS = 10, POLL_NANOSECONDS = 200000 };

/* What the player changed. */
struct request {
  bool has_quality, has_file[N_SPLITS];
  unsigned quality;
  char files[N_SPLITS][MAX_PATH];
};

struct loader {
  struct maker maker;
  struct log log;
  pthread_t thread;
  sem_t woken;
  atomic_bool quit;

  /* Under the lock, which the audio thread never takes and which is held while a setup is made. */
  pthread_mutex_t lock;
  struct choice playing, saved;
  char names[N_SPLITS][MAX_NAME]; /* of what plays */
  char reasons[MAX_REASONS];
  struct setup *spare; /* for the next refusal: the player is told even when memory is short */

  /* One request on its way: the audio thread fills it in while `full` is false, the loader empties
   * it while it is true. */
  struct request letter;
  atomic_bool full;
  _Atomic uint32_t served; /* letters answered */

  /* The audio thread's own. */
  struct request asked;
  bool asking, patient; /* patient: false once a wait was in vain */
  uint32_t sent;        /* letters */

  _Atomic(struct setup *) made, refused; /* for the audio thread to take, the newest alone */
  _Atomic(struct setup *) retired;       /* a list, from the audio thread */
};

static void free_retired(struct loader *loader) {
  struct setup *setup = atomic_exchange(&loader->retired, NULL);
  while (setup) {
    struct setup *next = setup->next;
    setup_free(setup);
    setup = next;
  }
}

static void publish(struct loader *loader, struct setup *setup) {
  memcpy(loader->names, setup->names, sizeof loader->names);
  loader->playing = setup->choice;
  struct setup *overtaken = atomic_exchange(&loader->made, NULL);
  setup->restored = setup->restored || (overtaken && overtaken->restored);
  setup_free(overtaken);
  atomic_store(&loader->made, setup);
}

static void refuse(struct loader *loader, enum split_id split) {
  const char *name = loader->names[split];
  char text[MAX_TEXT];
  snprintf(text, sizeof text, "%s; %s plays on", loader->reasons, name);
  loader->log.say(loader->log.data, LOG_LEVEL_WARNING, text);
  struct setup *refusal = loader->spare ? loader->spare : calloc(1, sizeof *refusal);
  loader->spare = NULL;
  if (refusal) {
    refusal->choice = loader->playing;
    memcpy(refusal->text, text, sizeof refusal->text);
    setup_free(atomic_exchange(&loader->refused, refusal));
  }
  loader->spare = calloc(1, sizeof *loader->spare);
}

static void apply(const struct request *request, struct choice *choice) {
  if (request->has_quality) {
    choice->quality = request->quality;
  }
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    if (request->has_file[i]) {
      memcpy(choice->files[i], request->files[i], sizeof choice->files[i]);
    }
  }
}

/* Under the lock. */
static void serve(struct loader *loader, const struct request *request) {
  struct choice choice = loader->playing;
  apply(request, &choice);
  struct setup *setup = setup_new(&loader->maker, &choice, false, loader->reasons);
  enum split_id changed = request->has_file[SPLIT_FOUR] ? SPLIT_FOUR : SPLIT_HP;
  if (!setup) {
    refuse(loader, changed);
    return;
  }
  snprintf(setup->text, sizeof setup->text, "%s plays", setup->names[changed]);
  apply(request, &loader->saved);
  publish(loader, setup);
}

static void *loader_main(void *argument) {
  struct loader *loader = argument;
  while (!atomic_load(&loader->quit)) {
    while (sem_wait(&loader->woken) != 0) {
    }
    free_retired(loader);
    pthread_mutex_lock(&loader->lock);
    if (!atomic_load(&loader->quit) && atomic_load(&loader->full)) {
      struct request request = loader->letter;
      atomic_store(&loader->full, false);
      serve(loader, &request);
      atomic_fetch_add(&loader->served, 1);
    }
    pthread_mutex_unlock(&loader->lock);
  }
  return NULL;
}

struct loader *loader_new(const struct maker *maker, const struct setup *first,
                          const struct log *log) {
  struct loader *loader = calloc(1, sizeof *loader);
  if (!loader) {
    return NULL;
  }
  loader->maker = *maker;
  loader->log = *log;
  loader->playing = loader->saved = first->choice;
  memcpy(loader->names, first->names, sizeof loader->names);
  loader->patient = true;
  loader->spare = calloc(1, sizeof *loader->spare);
  bool has_semaphore = loader->spare && sem_init(&loader->woken, 0, 0) == 0;
  bool has_lock = has_semaphore && pthread_mutex_init(&loader->lock, NULL) == 0;
  if (has_lock && thread_start(&loader->thread, loader_main, loader)) {
    return loader;
  }
  if (has_lock) {
    pthread_mutex_destroy(&loader->lock);
  }
  if (has_semaphore) {
    sem_destroy(&loader->woken);
  }
  free(loader->spare);
  free(loader);
  return NULL;
}

void loader_free(struct loader *loader) {
  if (!loader) {
    return;
  }
  atomic_store(&loader->quit, true);
  sem_post(&loader->woken);
  pthread_join(loader->thread, NULL);
  free_retired(loader);
  setup_free(atomic_load(&loader->made));
  setup_free(atomic_load(&loader->refused));
  free(loader->spare);
  pthread_mutex_destroy(&loader->lock);
  sem_destroy(&loader->woken);
  free(loader);
}

static void wake(struct loader *loader) UNBRAID_REALTIME {
  UNBRAID_TRUST_BEGIN
  sem_post(&loader->woken);
  UNBRAID_TRUST_END
}

void loader_ask_quality(struct loader *loader, unsigned quality) UNBRAID_REALTIME {
  loader->asked.has_quality = true;
  loader->asked.quality = quality;
  loader_ask_file(loader, SPLIT_FOUR, "");
}

void loader_ask_file(struct loader *loader, enum split_id split,
                     const char *path) UNBRAID_REALTIME {
  size_t length = strlen(path);
  loader->asking = loader->asked.has_file[split] = true;
  memcpy(loader->asked.files[split], path, length + 1);
}

void loader_send(struct loader *loader) UNBRAID_REALTIME {
  if (loader->asking && !atomic_load(&loader->full)) {
    loader->letter = loader->asked;
    loader_unask(loader);
    ++loader->sent;
    atomic_store(&loader->full, true);
    wake(loader);
  }
}

void loader_unask(struct loader *loader) UNBRAID_REALTIME {
  loader->asking = loader->asked.has_quality = false;
  memset(loader->asked.has_file, 0, sizeof loader->asked.has_file);
}

struct setup *loader_take(struct loader *loader) UNBRAID_REALTIME {
  return atomic_exchange(&loader->made, NULL);
}

struct setup *loader_take_refusal(struct loader *loader) UNBRAID_REALTIME {
  return atomic_exchange(&loader->refused, NULL);
}

void loader_retire(struct loader *loader, struct setup *setup) UNBRAID_REALTIME {
  if (setup) {
    /* No other thread adds to the list, so this fails only when it has just been emptied. */
    setup->next = atomic_load(&loader->retired);
    while (!atomic_compare_exchange_strong(&loader->retired, &setup->next, setup)) {
    }
    wake(loader);
  }
}

static void nap(void) {
  struct timespec t = {.tv_nsec = POLL_NANOSECONDS};
  nanosleep(&t, NULL);
}

static bool patient_since(const struct timespec *begun) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec - begun->tv_sec <= PATIENCE_SECONDS;
}

void loader_wait(struct loader *loader) {
  struct timespec begun;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  bool done = false;
  do {
    loader_send(loader);
    done = !loader->asking && atomic_load(&loader->served) == loader->sent;
    if (!done && loader->patient) {
      nap();
    }
  } while (!done && loader->patient && patient_since(&begun));
  loader->patient = done; /* a dead thread costs an export this wait once, not in every run() */
}

static bool same(const struct choice *a, const struct choice *b) {
  return a->quality == b->quality && strcmp(a->files[SPLIT_FOUR], b->files[SPLIT_FOUR]) == 0 &&
         strcmp(a->files[SPLIT_HP], b->files[SPLIT_HP]) == 0;
}

bool loader_restore(struct loader *loader, const struct choice *choice) {
  pthread_mutex_lock(&loader->lock);
  if (atomic_load(&loader->full)) { /* older than the session */
    atomic_store(&loader->full, false);
    atomic_fetch_add(&loader->served, 1);
  } else if (same(choice, &loader->playing) && same(choice, &loader->saved)) {
    pthread_mutex_unlock(&loader->lock);
    return true;
  }
  struct setup *setup = setup_new(&loader->maker, choice, true, loader->reasons);
  bool whole = setup && !*loader->reasons;
  if (!whole) {
    loader->log.say(loader->log.data, LOG_LEVEL_WARNING, setup ? setup->text : loader->reasons);
  }
  if (setup) {
    setup->restored = true;
    publish(loader, setup);
  }
  loader->saved = *choice;
  pthread_mutex_unlock(&loader->lock);
  free_retired(loader);
  return whole;
}

void loader_saved(struct loader *loader, struct choice *choice) {
  struct timespec begun;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  pthread_mutex_lock(&loader->lock);
  while (atomic_load(&loader->full) && patient_since(&begun)) {
    pthread_mutex_unlock(&loader->lock);
    nap();
    pthread_mutex_lock(&loader->lock);
  }
  *choice = loader->saved;
  pthread_mutex_unlock(&loader->lock);
}
