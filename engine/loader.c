/* SPDX-License-Identifier: ISC */
#include "engine/loader.h"

#include "engine/patience.h"
#include "engine/thread.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A change by the user. */
struct request {
  bool has_quality, has_file[N_SPLITS];
  unsigned quality;
  char files[N_SPLITS][MAX_PATH];
  uint32_t session; /* that the audio thread knew of: void when another one has come since */
};

/* A setup, in a list of those to be freed. */
struct made {
  struct setup setup; /* first: a pointer to it is one to this */
  struct made *next;
};

/* Refusals have three places: the loader writes one, the audio thread reads one, and the third is
 * exchanged. */
enum { N_PLACES = 3, UNREAD = 4 };

struct loader {
  struct maker maker;
  struct log log;
  pthread_t thread;
  sem_t woken;
  atomic_bool quit;

  /* Protected by the lock. The audio thread never takes it; it is held while a setup is made. */
  pthread_mutex_t lock;
  struct choice playing, saved;
  uint32_t sessions;              /* restored so far */
  char names[N_SPLITS][MAX_NAME]; /* of what plays */
  struct shortfall shortfall;
  unsigned writes; /* place of the next refusal */

  /* One request in transit: the audio thread fills it while `full` is false, the loader empties it
   * while `full` is true. */
  struct request letter;
  atomic_bool full;
  _Atomic uint32_t served; /* letters answered */

  /* Owned by the audio thread. */
  struct request asked;
  bool asking;
  struct patience patience; /* with the loader */
  uint32_t sent;            /* letters */
  unsigned reads;           /* place of the newest refusal */

  /* Exchanged between the threads. */
  _Atomic(struct made *) made;    /* to the audio thread, the newest alone */
  _Atomic(struct made *) retired; /* a list, from the audio thread */
  char refusals[N_PLACES][MAX_TEXT];
  atomic_uint passed; /* the third place, and whether it is UNREAD */
};

static void say(const struct loader *loader, enum log_level level, const char *line) {
  loader->log.say(loader->log.data, level, line);
}

static void made_free(struct made *made) {
  if (made) {
    engine_free(made->setup.engine);
    free(made);
  }
}

static void free_retired(struct loader *loader) {
  struct made *made = atomic_exchange(&loader->retired, NULL);
  while (made) {
    struct made *next = made->next;
    made_free(made);
    made = next;
  }
}

/* @return NULL, with the reasons. */
static struct made *make(struct loader *loader, const struct choice *choice, bool lenient) {
  struct made *made = calloc(1, sizeof *made);
  if (made && setup_make(&made->setup, &loader->maker, choice, lenient, &loader->shortfall)) {
    return made;
  }
  if (!made) {
    snprintf(loader->shortfall.reasons, MAX_REASONS, LACK_MEMORY);
  }
  free(made);
  return NULL;
}

static void publish(struct loader *loader, struct made *made) {
  memcpy(loader->names, made->setup.names, sizeof loader->names);
  loader->playing = made->setup.choice;
  made->setup.session = loader->sessions;
  made_free(atomic_exchange(&loader->made, made));
}

static void refuse(struct loader *loader, enum split_id split) {
  char text[MAX_TEXT];
  snprintf(text, sizeof text, "%s; %s plays on", loader->shortfall.reasons, loader->names[split]);
  say(loader, LOG_LEVEL_WARNING, text);
  memcpy(loader->refusals[loader->writes], text, sizeof text);
  loader->writes = atomic_exchange(&loader->passed, loader->writes | UNREAD) % UNREAD;
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
  struct made *made = make(loader, &choice, false);
  enum split_id changed = request->has_file[SPLIT_FOUR] ? SPLIT_FOUR : SPLIT_HP;
  if (!made) {
    refuse(loader, changed);
    return;
  }
  snprintf(made->setup.text, MAX_TEXT, "%s plays", made->setup.names[changed]);
  apply(request, &loader->saved);
  publish(loader, made);
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
      if (request.session == loader->sessions) {
        serve(loader, &request);
      }
      atomic_fetch_add(&loader->served, 1);
    }
    pthread_mutex_unlock(&loader->lock);
  }
  return NULL;
}

/* Makes the first setup and logs its messages. */
static bool make_first(struct loader *loader) {
  static const struct choice best = {.quality = 0};
  struct made *made = make(loader, &best, true);
  if (!made) {
    say(loader, LOG_LEVEL_ERROR, loader->shortfall.reasons);
    return false;
  }
  const struct setup *first = &made->setup;
  if (!first->whole) {
    say(loader, setup_stands_in(first) ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTE, first->text);
  }
  if (loader->shortfall.note[0]) {
    say(loader, loader->shortfall.note_matters ? LOG_LEVEL_NOTE : LOG_LEVEL_TRACE,
        loader->shortfall.note);
  }
  publish(loader, made);
  loader->saved = first->choice;
  return true;
}

static bool start(struct loader *loader) {
  bool has_semaphore = sem_init(&loader->woken, 0, 0) == 0;
  bool has_lock = has_semaphore && pthread_mutex_init(&loader->lock, NULL) == 0;
  if (has_lock && thread_start(&loader->thread, loader_main, loader)) {
    return true;
  }
  if (has_lock) {
    pthread_mutex_destroy(&loader->lock);
  }
  if (has_semaphore) {
    sem_destroy(&loader->woken);
  }
  say(loader, LOG_LEVEL_ERROR, LACK_THREAD);
  return false;
}

struct loader *loader_new(const struct maker *maker, const struct log *log) {
  struct loader *loader = calloc(1, sizeof *loader);
  if (!loader) {
    log->say(log->data, LOG_LEVEL_ERROR, LACK_MEMORY);
    return NULL;
  }
  loader->maker = *maker;
  loader->log = *log;
  patience_renew(&loader->patience);
  loader->reads = 1;
  atomic_init(&loader->passed, 2);
  if (!make_first(loader) || !start(loader)) {
    made_free(atomic_load(&loader->made));
    free(loader);
    return NULL;
  }
  return loader;
}

void loader_free(struct loader *loader) {
  if (!loader) {
    return;
  }
  atomic_store(&loader->quit, true);
  sem_post(&loader->woken);
  pthread_join(loader->thread, NULL);
  free_retired(loader);
  made_free(atomic_load(&loader->made));
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

static void unask(struct loader *loader) UNBRAID_REALTIME {
  loader->asking = loader->asked.has_quality = false;
  memset(loader->asked.has_file, 0, sizeof loader->asked.has_file);
}

void loader_send(struct loader *loader) UNBRAID_REALTIME {
  if (loader->asking && !atomic_load(&loader->full)) {
    loader->letter = loader->asked;
    unask(loader);
    ++loader->sent;
    atomic_store(&loader->full, true);
    wake(loader);
  }
}

struct setup *loader_take(struct loader *loader) UNBRAID_REALTIME {
  struct made *made = atomic_exchange(&loader->made, NULL);
  if (!made) {
    return NULL;
  }
  if (made->setup.session != loader->asked.session) { /* older than the session */
    unask(loader);
    loader->asked.session = made->setup.session;
  }
  return &made->setup;
}

const char *loader_refusal(struct loader *loader) UNBRAID_REALTIME {
  if (!(atomic_load(&loader->passed) & UNREAD)) {
    return NULL;
  }
  loader->reads = atomic_exchange(&loader->passed, loader->reads) % UNREAD;
  return loader->refusals[loader->reads];
}

void loader_retire(struct loader *loader, struct setup *setup) UNBRAID_REALTIME {
  struct made *made = (struct made *)setup;
  if (made) {
    /* No other thread adds to the list, so this fails only if the list has just been emptied. */
    made->next = atomic_load(&loader->retired);
    while (!atomic_compare_exchange_strong(&loader->retired, &made->next, made)) {
    }
    wake(loader);
  }
}

void loader_wait(struct loader *loader, struct pace *pace) {
  bool done;
  do {
    loader_send(loader);
    done = !loader->asking && atomic_load(&loader->served) == loader->sent;
  } while (!done && patience_nap(&loader->patience, pace));
  if (done) {
    patience_renew(&loader->patience);
  }
}

static bool same(const struct choice *a, const struct choice *b) {
  return a->quality == b->quality && strcmp(a->files[SPLIT_FOUR], b->files[SPLIT_FOUR]) == 0 &&
         strcmp(a->files[SPLIT_HP], b->files[SPLIT_HP]) == 0;
}

bool loader_restore(struct loader *loader, const struct choice *choice) {
  pthread_mutex_lock(&loader->lock);
  if (!atomic_load(&loader->full) && same(choice, &loader->playing) &&
      same(choice, &loader->saved)) {
    pthread_mutex_unlock(&loader->lock);
    return true;
  }
  struct made *made = make(loader, choice, true);
  bool whole = made && made->setup.whole;
  if (!whole) {
    say(loader, LOG_LEVEL_WARNING, made ? made->setup.text : loader->shortfall.reasons);
  }
  if (made) {
    ++loader->sessions; /* what was asked for before is void */
    publish(loader, made);
  }
  loader->saved = *choice;
  pthread_mutex_unlock(&loader->lock);
  free_retired(loader);
  return whole;
}

void loader_saved(struct loader *loader, struct choice *choice) {
  struct patience patience;
  patience_renew(&patience);
  bool patient = true;
  pthread_mutex_lock(&loader->lock);
  while (atomic_load(&loader->full) && patient) {
    pthread_mutex_unlock(&loader->lock);
    patient = patience_nap(&patience, NULL);
    pthread_mutex_lock(&loader->lock);
  }
  *choice = loader->saved;
  pthread_mutex_unlock(&loader->lock);
}
