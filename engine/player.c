/* SPDX-License-Identifier: ISC */
#include "engine/player.h"

#include "dsp/memory.h"
#include "dsp/ramp.h"
#include "engine/clock.h"
#include "engine/loader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FADE_SECONDS 0.025

/* How long after a session's models a host may be with its controls. */
#define SESSION_SECONDS 2.0

enum {
  CHUNK = 256,        /* samples at a time while two engines play */
  USUAL_BLOCK = 8192, /* samples, at most, where none was announced */
  QUALITY_UNKNOWN = N_QUALITIES,
};

/* Buffers for all outputs of one engine. */
struct outputs {
  float main[N_CHANNELS][CHUNK];
  float stems[N_STEMS][N_CHANNELS][CHUNK];
};

/* The last session whose models were taken: 0, none. */
struct session {
  uint32_t number;
  unsigned quality;
  char file[MAX_PATH]; /* of the four stems */
  double left;         /* seconds that the host may take to restore the quality too */
};

/* The input since the reset, as far as there is room: for the longest block. */
struct beginning {
  struct engine_request request; /* the first one */
  float *input[N_CHANNELS];      /* [longest] */
  unsigned samples;              /* longest + 1 if they did not fit */
};

/* The audio thread's, but for the loader, which is everyone's. */
struct player {
  struct loader *loader;
  struct setup *playing, *coming; /* coming: NULL unless a change is under way */
  unsigned prime;                 /* samples that the coming engine has yet to hear */
  struct ramp fade;               /* 1: the coming engine alone */
  struct beginning beginning;
  struct pace pace;
  unsigned longest;     /* block of a host that plays: a longer one counts as several */
  uint32_t late_before; /* late frames of engines that played before */

  unsigned wanted;  /* quality, by the last request; QUALITY_UNKNOWN: not looked at yet */
  unsigned quality; /* asked for last, or restored */

  struct session session;

  float input[N_CHANNELS][CHUNK], gain[CHUNK];
  struct outputs old, new;
};

static bool allocate(struct player *player, const struct maker *maker) {
  struct beginning *beginning = &player->beginning;
  player->longest = maker->block > USUAL_BLOCK ? maker->block : USUAL_BLOCK;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    beginning->input[c] = memory_floats(player->longest);
  }
  return beginning->input[0] && beginning->input[1];
}

static void player_release(struct player *player) {
  for (unsigned c = 0; player && c < N_CHANNELS; ++c) {
    free(player->beginning.input[c]);
  }
  free(player);
}

struct player *player_new(const struct maker *maker, const struct log *log) {
  struct loader *loader = loader_new(maker, log);
  struct player *player = loader ? calloc(1, sizeof *player) : NULL;
  if (!player || !allocate(player, maker)) {
    if (loader) {
      log->say(log->data, LOG_LEVEL_ERROR, "out of memory");
    }
    player_release(player);
    loader_free(loader);
    return NULL;
  }
  player->loader = loader;
  player->playing = loader_take(loader);
  player->wanted = QUALITY_UNKNOWN;
  pace_reset(&player->pace, maker->rate);
  ramp_init(&player->fade, 0.0f, (unsigned)fmax(1.0, round(FADE_SECONDS * maker->rate)));
  return player;
}

void player_free(struct player *player) {
  if (player) {
    loader_retire(player->loader, player->playing);
    loader_retire(player->loader, player->coming);
    loader_free(player->loader);
    player_release(player);
  }
}

/* ---- Changing models ---- */

/* The coming engine has taken over. */
static void finish(struct player *player) UNBRAID_REALTIME {
  player->late_before +=
      engine_late_frames(player->playing->engine) - engine_late_frames(player->coming->engine);
  loader_retire(player->loader, player->playing);
  player->playing = player->coming;
  player->coming = NULL;
}

void player_reset(struct player *player) UNBRAID_REALTIME {
  if (player->coming) {
    finish(player);
  }
  engine_reset(player->playing->engine);
  player->late_before = 0;
  player->beginning.samples = 0;
  pace_reset(&player->pace, player->pace.rate);
}

static bool fading(const struct player *player) UNBRAID_REALTIME {
  return player->coming && player->prime == 0;
}

const struct setup *player_setup(const struct player *player) UNBRAID_REALTIME {
  return player->coming ? player->coming : player->playing;
}

/* Whether the quality agrees is looked at anew. */
static void take_session(struct player *player, const struct setup *setup) UNBRAID_REALTIME {
  struct session *session = &player->session;
  session->number = setup->session;
  session->quality = player->quality = setup->choice.quality;
  memcpy(session->file, setup->choice.files[SPLIT_FOUR], sizeof session->file);
  session->left = SESSION_SECONDS;
  player->wanted = QUALITY_UNKNOWN;
}

/* An input that is not connected is silent. */
static void copy_input(const float *in, float *out, unsigned n) UNBRAID_REALTIME {
  for (unsigned i = 0; i < n; ++i) {
    out[i] = in ? in[i] : 0.0f;
  }
}

/* Room for the outputs that are connected. */
static struct audio place(const struct player *player, struct outputs *room,
                          const struct audio *audio) UNBRAID_REALTIME {
  struct audio placed;
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    placed.in[c] = player->input[c];
    placed.main[c] = audio->main[c] ? room->main[c] : NULL;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      placed.outs[s][c] = audio->outs[s][c] ? room->stems[s][c] : NULL;
    }
  }
  return placed;
}

/* ---- An export that starts with another model ---- */

/* Called before the block is processed: input and output may share buffers. */
static void remember(struct player *player, const struct engine_request *request,
                     const struct audio *audio, unsigned n) UNBRAID_REALTIME {
  struct beginning *beginning = &player->beginning;
  if (beginning->samples == 0) {
    beginning->request = *request;
  }
  if (n > player->longest || beginning->samples > player->longest - n) {
    beginning->samples = player->longest + 1;
    return;
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    copy_input(audio->in[c], beginning->input[c] + beginning->samples, n);
  }
  beginning->samples += n;
}

/* Whether the coming engine can play as if from the first sample on: so far the output is silent
 * with either engine. Processing the input again takes time, so the host must be ahead. */
static bool can_begin_anew(const struct player *player) UNBRAID_REALTIME {
  unsigned samples = player->beginning.samples;
  return samples == 0 ||
         (samples <= engine_silence(player->playing->engine) &&
          samples <= engine_silence(player->coming->engine) && samples <= player->longest &&
          pace_may_wait(&player->pace, player->pace.at));
}

/* audio: tells which outputs are connected. */
static void begin_anew(struct player *player, const struct audio *audio) UNBRAID_REALTIME {
  const struct beginning *beginning = &player->beginning;
  if (beginning->samples > 0) {
    engine_set(player->coming->engine, &beginning->request);
  }
  for (unsigned done = 0; done < beginning->samples; done += CHUNK) {
    unsigned left = beginning->samples - done;
    struct audio placed = place(player, &player->new, audio);
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      placed.in[c] = beginning->input[c] + done;
    }
    engine_process(player->coming->engine, &placed, left < CHUNK ? left : CHUNK);
  }
  finish(player);
  player->late_before = 0;
}

/* The newest setup that the loader made, unless a cross-fade is under way; and what it refused. */
static void take(struct player *player, const struct audio *audio,
                 struct engine_report *report) UNBRAID_REALTIME {
  struct setup *setup = fading(player) ? NULL : loader_take(player->loader);
  if (setup) {
    loader_retire(player->loader, player->coming); /* overtaken before it was heard */
    player->coming = setup;
    player->prime = engine_prime(setup->engine);
    ramp_set(&player->fade, 0.0f);
    ramp_settle(&player->fade);
    if (can_begin_anew(player)) {
      begin_anew(player, audio);
    }
    if (setup->session != player->session.number) {
      take_session(player, setup);
    }
    report->plays = setup->text;
  }
  const char *refusal = loader_refusal(player->loader);
  report->refused = refusal ? refusal : report->refused;
}

/* Asks for another model of the bundle when the quality is not the one that was asked for. The
 * control has the last word, whatever a session said: it may have been moved while the plugin was
 * not run, before the session was saved. But some hosts restore controls later than models: when
 * it moves to what the session has, a file chosen there comes back. */
static void follow_quality(struct player *player, unsigned wanted) UNBRAID_REALTIME {
  struct session *session = &player->session;
  if (wanted == player->wanted) {
    return;
  }
  player->wanted = wanted;
  if (wanted != player->quality) {
    player->quality = wanted;
    loader_ask_quality(player->loader, wanted);
    if (session->left > 0.0 && wanted == session->quality) {
      loader_ask_file(player->loader, SPLIT_FOUR, session->file);
    }
  }
  if (wanted == session->quality) {
    session->left = 0.0;
  }
}

static void change_models(struct player *player, const struct engine_request *request,
                          const struct audio *audio,
                          struct engine_report *report) UNBRAID_REALTIME {
  take(player, audio, report);
  if (!fading(player)) { /* else a session may be there and not taken yet */
    follow_quality(player, request->quality);
  }
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    if (request->files[i]) {
      player->session.left = 0.0;
      loader_ask_file(player->loader, i, request->files[i]);
    }
  }
  loader_send(player->loader);
  if (pace_may_wait(&player->pace, player->pace.at)) { /* an export has it from here on */
    UNBRAID_TRUST_BEGIN
    loader_wait(player->loader, &player->pace);
    UNBRAID_TRUST_END
    take(player, audio, report);
  }
}

bool player_restore(struct player *player, const struct choice *choice) {
  return loader_restore(player->loader, choice);
}

void player_saved(struct player *player, struct choice *choice) {
  loader_saved(player->loader, choice);
}

/* ---- Playing ---- */

static void blend(const float *old, const float *new, const float *gain, float *out,
                  unsigned n) UNBRAID_REALTIME {
  for (unsigned i = 0; out && i < n; ++i) {
    out[i] = old[i] + gain[i] * (new[i] - old[i]);
  }
}

/* n samples, at most CHUNK, of both engines; while the coming one is primed it is not heard. */
static void process_both(struct player *player, const struct audio *audio,
                         unsigned n) UNBRAID_REALTIME {
  bool heard = fading(player);
  /* Outputs may be the input's buffers, and both engines read it. */
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    copy_input(audio->in[c], player->input[c], n);
  }
  struct audio placed = place(player, &player->new, audio);
  engine_process(player->coming->engine, &placed, n);
  if (!heard) {
    engine_process(player->playing->engine, audio, n);
    player->prime -= n;
    return;
  }
  placed = place(player, &player->old, audio);
  engine_process(player->playing->engine, &placed, n);
  ramp_set(&player->fade, 1.0f);
  ramp_process(&player->fade, player->gain, n);
  /* In the order in which the mixer writes: a host may give one buffer for several outputs. */
  for (unsigned s = 0; s < N_STEMS; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      blend(player->old.stems[s][c], player->new.stems[s][c], player->gain, audio->outs[s][c], n);
    }
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    blend(player->old.main[c], player->new.main[c], player->gain, audio->main[c], n);
  }
  if (ramp_rests_at(&player->fade, 1.0f)) {
    finish(player);
  }
}

/* Samples that may be taken before something changes. */
static unsigned room(const struct player *player) UNBRAID_REALTIME {
  unsigned left = fading(player)
                      ? player->fade.length - (player->fade.position % player->fade.length)
                      : player->prime;
  return left < CHUNK ? left : CHUNK;
}

/* n samples, at most the longest block. */
static void process_block(struct player *player, const struct audio *audio,
                          unsigned n) UNBRAID_REALTIME {
  player->session.left -= n / player->pace.rate;
  pace_advance(&player->pace, clock_seconds(), n);
  for (unsigned done = 0; done < n;) {
    unsigned chunk = n - done;
    struct audio rest = audio_from(audio, done);
    if (player->coming) {
      chunk = chunk < room(player) ? chunk : room(player);
      process_both(player, &rest, chunk);
    } else {
      engine_process(player->playing->engine, &rest, chunk);
    }
    done += chunk;
  }
}

void player_process(struct player *player, const struct engine_request *request,
                    const struct audio *audio, unsigned n,
                    struct engine_report *report) UNBRAID_REALTIME {
  report->plays = report->refused = NULL;
  struct engine_request paced = *request;
  paced.pace = &player->pace;
  player->pace.freewheels = request->freewheels;
  pace_advance(&player->pace, clock_seconds(), 0);
  change_models(player, request, audio, report);
  engine_set(player->playing->engine, &paced);
  if (player->coming) {
    engine_set(player->coming->engine, &paced);
  }
  remember(player, &paced, audio, n);
  for (unsigned done = 0; done < n; done += player->longest) {
    struct audio rest = audio_from(audio, done);
    process_block(player, &rest, n - done < player->longest ? n - done : player->longest);
  }
  engine_report(player->playing->engine, report);
  report->late_frames += player->late_before;
}
