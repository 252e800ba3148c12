/* SPDX-License-Identifier: ISC */
#include "engine/engine.h"

#include "dsp/delay.h"
#include "dsp/memory.h"
#include "engine/split.h"
#include "engine/thread.h"

#include <math.h>
#include <stdlib.h>

/* A sample above this (120 dBFS) is damage, not sound. It would raise a network's running level for
 * minutes, and the square of a still larger sample would not be a finite float. */
#define SANE_LIMIT 1e6f

struct engine {
  struct split *splits[N_SPLITS];
  struct lane *lanes[N_SPLITS];
  struct worker *worker;
  struct mixer *mixer;
  struct delay *dry[N_CHANNELS];
  float *in_copy[N_CHANNELS], *dry_copy[N_CHANNELS]; /* [chunk] */
  float *silence;          /* [chunk] of stems that the models do not tell */
  unsigned latency, chunk; /* chunk: the most at a time */
  struct engine_request request;
  bool settle; /* the next request holds at once */
};

static unsigned least_room(const struct engine *engine) UNBRAID_REALTIME {
  unsigned a = split_room(engine->splits[SPLIT_FOUR]), b = split_room(engine->splits[SPLIT_HP]);
  return a < b ? a : b;
}

static bool align(struct engine *engine) {
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    unsigned latency = split_latency(engine->splits[i]);
    engine->latency = latency > engine->latency ? latency : engine->latency;
  }
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    unsigned short_by = engine->latency - split_latency(engine->splits[i]);
    if (short_by > 0 && !split_delay_input(engine->splits[i], short_by)) {
      return false;
    }
  }
  return true;
}

static bool allocate(struct engine *engine, double rate) {
  engine->chunk = least_room(engine);
  engine->mixer = mixer_new(rate, engine->chunk);
  engine->silence = memory_floats(engine->chunk);
  bool good = engine->mixer && engine->silence && align(engine);
  for (unsigned c = 0; good && c < N_CHANNELS; ++c) {
    engine->dry[c] = delay_new(engine->latency);
    engine->in_copy[c] = memory_floats(engine->chunk);
    engine->dry_copy[c] = memory_floats(engine->chunk);
    good = engine->dry[c] && engine->in_copy[c] && engine->dry_copy[c];
  }
  return good;
}

struct engine *engine_new(struct separator *four, struct separator *hp, double rate, unsigned block,
                          const char **lack) {
  struct engine *engine = calloc(1, sizeof *engine);
  *lack = LACK_MEMORY;
  if (!engine || !four || !hp) {
    separator_free(four);
    separator_free(hp);
    free(engine);
    return NULL;
  }
  engine->splits[SPLIT_FOUR] = split_new(four, true, rate, block);
  engine->splits[SPLIT_HP] = split_new(hp, false, rate, block);
  bool good = engine->splits[SPLIT_FOUR] && engine->splits[SPLIT_HP] && allocate(engine, rate);
  if (good) {
    for (unsigned i = 0; i < N_SPLITS; ++i) {
      engine->lanes[i] = split_lane(engine->splits[i]);
    }
    engine->worker = worker_new(engine->lanes, N_SPLITS, lack);
    good = engine->worker != NULL;
  }
  if (!good) {
    engine_free(engine);
    return NULL;
  }
  engine_reset(engine);
  return engine;
}

void engine_free(struct engine *engine) {
  if (!engine) {
    return;
  }
  worker_free(engine->worker); /* first: the splits are its own until it has ended */
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    split_free(engine->splits[i]);
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    delay_free(engine->dry[c]);
    free(engine->in_copy[c]);
    free(engine->dry_copy[c]);
  }
  mixer_free(engine->mixer);
  free(engine->silence);
  free(engine);
}

void engine_reset(struct engine *engine) UNBRAID_REALTIME {
  /* A block of a few samples has time for the frame of one split, not of two. */
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    split_reset(engine->splits[i], i * engine->chunk);
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    delay_reset(engine->dry[c]);
  }
  engine->settle = true;
}

unsigned engine_silence(const struct engine *engine) UNBRAID_REALTIME {
  unsigned a = split_silence(engine->splits[SPLIT_FOUR]),
           b = split_silence(engine->splits[SPLIT_HP]);
  return a < b ? a : b;
}

unsigned engine_prime(const struct engine *engine) UNBRAID_REALTIME {
  unsigned most = 0;
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    /* The input of the faster split is delayed to the latency of the other. */
    unsigned prime =
        split_prime(engine->splits[i]) + engine->latency - split_latency(engine->splits[i]);
    most = prime > most ? prime : most;
  }
  return most;
}

uint32_t engine_late_frames(const struct engine *engine) UNBRAID_REALTIME {
  return split_late_frames(engine->splits[SPLIT_FOUR]) +
         split_late_frames(engine->splits[SPLIT_HP]);
}

void engine_set(struct engine *engine, const struct engine_request *request) UNBRAID_REALTIME {
  engine->request = *request;
  mixer_measure(engine->mixer, request->measured);
  mixer_set(engine->mixer, &request->mixer);
  if (engine->settle) {
    mixer_settle(engine->mixer);
    engine->settle = false;
  }
}

static void show(const struct engine *engine, enum split_id split,
                 struct picture *picture) UNBRAID_REALTIME {
  if (!split_picture(engine->splits[split], picture)) {
    picture->share = 0.0f;
    return;
  }
  picture->share = mixer_share(engine->mixer, split);
  for (unsigned i = 0; i < picture->stems; ++i) {
    picture->through[i] = mixer_through(engine->mixer, picture->ports[i]);
  }
}

void engine_report(struct engine *engine, struct engine_report *report) UNBRAID_REALTIME {
  report->latency = engine->latency;
  report->late_frames = engine_late_frames(engine);
  report->load = split_load(engine->splits[SPLIT_FOUR]) + split_load(engine->splits[SPLIT_HP]);
  for (unsigned s = 0; s < N_STEMS; ++s) {
    report->peaks[s] = mixer_peak(engine->mixer, s);
    report->faders[s] = mixer_fader(engine->mixer, s);
  }
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    show(engine, i, &report->pictures[i]);
  }
}

/* Samples that are not finite count as silence, so that they reach neither the network nor the
 * outputs. */
static void copy_sane(const float *in, float *out, unsigned n) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    float x = in ? in[i] : 0.0f;
    out[i] = fabsf(x) < SANE_LIMIT ? x : 0.0f; /* false for NaN as well */
  }
}

static struct split_use use_of(const struct engine *engine, enum split_id split,
                               const struct audio *audio) UNBRAID_REALTIME {
  const struct engine_request *request = &engine->request;
  struct split_use use = {
      .shown = request->watched, .pace = request->pace, .refine = request->refine};
  const enum stem *ports;
  for (unsigned i = 0; i < split_stems(engine->splits[split], &ports); ++i) {
    enum stem s = ports[i];
    bool taken = request->watched || audio->outs[s][0] || audio->outs[s][1];
    use.heard |= mixer_hears(engine->mixer, s, taken) ? 1u << i : 0;
    use.closed |= mixer_closed(engine->mixer, s) ? 1u << i : 0;
  }
  return use;
}

static void place_stems(const struct engine *engine, unsigned channel,
                        const float *stems[N_STEMS][N_CHANNELS]) UNBRAID_REALTIME {
  for (unsigned s = 0; s < N_STEMS; ++s) {
    stems[s][channel] = engine->silence;
  }
  for (unsigned split = 0; split < N_SPLITS; ++split) {
    const enum stem *ports;
    for (unsigned i = 0; i < split_stems(engine->splits[split], &ports); ++i) {
      stems[ports[i]][channel] = split_samples(engine->splits[split], i, channel);
    }
  }
}

/* n samples that end no later than the next hop of either split. */
static void process_chunk(struct engine *engine, const struct audio *audio,
                          unsigned n) UNBRAID_REALTIME {
  const float *in[N_CHANNELS], *dry[N_CHANNELS], *stems[N_STEMS][N_CHANNELS];
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    /* Both inputs are copied before any output is written, because outputs may be the same buffers.
     */
    copy_sane(audio->in[c], engine->in_copy[c], n);
    delay_process(engine->dry[c], engine->in_copy[c], engine->dry_copy[c], n);
    in[c] = engine->in_copy[c];
    dry[c] = engine->dry_copy[c];
    place_stems(engine, c, stems);
  }
  mixer_process(engine->mixer, dry, stems, audio->main, audio->outs, n);
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    struct split_use use = use_of(engine, i, audio);
    split_advance(engine->splits[i], engine->worker, in, n, &use);
  }
}

void engine_process(struct engine *engine, const struct audio *audio, unsigned n) UNBRAID_REALTIME {
  for (unsigned done = 0; done < n;) {
    unsigned room = least_room(engine), chunk = n - done < room ? n - done : room;
    struct audio rest = audio_from(audio, done);
    process_chunk(engine, &rest, chunk);
    done += chunk;
  }
}
