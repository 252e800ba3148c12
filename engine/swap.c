#include "engine/swap.h"

#include "dsp/ramp.h"

#include <math.h>
#include <stdlib.h>

#define FADE_SECONDS 0.025

/* Samples at a time while two engines play. */
enum { CHUNK = 256 };

/* Buffers for all outputs of one engine. */
struct outputs {
  float main[N_CHANNELS][CHUNK];
  float stems[N_STEMS][N_CHANNELS][CHUNK];
};

struct swap {
  struct loader *loader;
  struct setup *playing, *coming; /* coming: NULL unless a change is under way */
  unsigned prime;                 /* samples that the coming engine has yet to hear */
  struct ramp fade;               /* 1: the coming engine alone */
  bool fresh;                     /* nothing was processed since the reset */
  uint32_t late_before;           /* late frames of engines that played before */
  float input[N_CHANNELS][CHUNK], gain[CHUNK];
  struct outputs old, new;
};

struct swap *swap_new(struct loader *loader, struct setup *first, double rate) {
  struct swap *swap = calloc(1, sizeof *swap);
  if (swap) {
    swap->loader = loader;
    swap->playing = first;
    swap->fresh = true;
    ramp_init(&swap->fade, 0.0f, (unsigned)fmax(1.0, round(FADE_SECONDS * rate)));
  }
  return swap;
}

void swap_free(struct swap *swap) {
  if (swap) {
    setup_free(swap->playing);
    setup_free(swap->coming);
    free(swap);
  }
}

/* The coming engine has taken over. */
static void finish(struct swap *swap) UNBRAID_REALTIME {
  swap->late_before = swap_late_frames(swap) - engine_late_frames(swap->coming->engine);
  loader_retire(swap->loader, swap->playing);
  swap->playing = swap->coming;
  swap->coming = NULL;
}

void swap_reset(struct swap *swap) UNBRAID_REALTIME {
  if (swap->coming) {
    finish(swap);
  }
  engine_reset(swap->playing->engine);
  swap->late_before = 0;
  swap->fresh = true;
}

static bool fading(const struct swap *swap) UNBRAID_REALTIME {
  return swap->coming && swap->prime == 0;
}

const struct setup *swap_take(struct swap *swap) UNBRAID_REALTIME {
  struct setup *setup = fading(swap) ? NULL : loader_take(swap->loader);
  if (setup) {
    loader_retire(swap->loader, swap->coming); /* overtaken before it was heard */
    swap->coming = setup;
    swap->prime = engine_prime(setup->engine);
    ramp_set(&swap->fade, 0.0f);
    ramp_settle(&swap->fade);
    if (swap->fresh) {
      finish(swap);
    }
  }
  return setup;
}

const struct setup *swap_setup(const struct swap *swap) UNBRAID_REALTIME {
  return swap->coming ? swap->coming : swap->playing;
}

void swap_watch(struct swap *swap, bool watched) UNBRAID_REALTIME {
  engine_watch(swap->playing->engine, watched);
  if (swap->coming) {
    engine_watch(swap->coming->engine, watched);
  }
}

void swap_measure(struct swap *swap, bool measured) UNBRAID_REALTIME {
  engine_measure(swap->playing->engine, measured);
  if (swap->coming) {
    engine_measure(swap->coming->engine, measured);
  }
}

void swap_refine(struct swap *swap, const struct refine_settings *settings) UNBRAID_REALTIME {
  engine_refine(swap->playing->engine, settings);
  if (swap->coming) {
    engine_refine(swap->coming->engine, settings);
  }
}

const struct setup *swap_playing(const struct swap *swap) UNBRAID_REALTIME {
  return swap->playing;
}

uint32_t swap_late_frames(const struct swap *swap) UNBRAID_REALTIME {
  return swap->late_before + engine_late_frames(swap->playing->engine);
}

/* Room for the outputs that are connected. */
static void place(struct outputs *room, float *const main[N_CHANNELS],
                  float *const outs[N_STEMS][N_CHANNELS], float *main_at[N_CHANNELS],
                  float *outs_at[N_STEMS][N_CHANNELS]) UNBRAID_REALTIME {
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    main_at[c] = main[c] ? room->main[c] : NULL;
    for (unsigned s = 0; s < N_STEMS; ++s) {
      outs_at[s][c] = outs[s][c] ? room->stems[s][c] : NULL;
    }
  }
}

static void blend(const float *old, const float *new, const float *gain, float *out,
                  unsigned n) UNBRAID_REALTIME {
  for (unsigned i = 0; out && i < n; ++i) {
    out[i] = old[i] + gain[i] * (new[i] - old[i]);
  }
}

/* n samples, at most CHUNK, of both engines; while the coming one is primed it is not heard. */
static void process_both(struct swap *swap, float *const main[N_CHANNELS],
                         float *const outs[N_STEMS][N_CHANNELS], unsigned n,
                         bool wait) UNBRAID_REALTIME {
  const float *const in[N_CHANNELS] = {swap->input[0], swap->input[1]};
  float *main_at[N_CHANNELS], *outs_at[N_STEMS][N_CHANNELS];
  bool heard = fading(swap);
  place(&swap->new, main, outs, main_at, outs_at);
  engine_process(swap->coming->engine, in, main_at, (float *const(*)[N_CHANNELS])outs_at, n, wait);
  if (!heard) {
    engine_process(swap->playing->engine, in, main, outs, n, wait);
    swap->prime -= n;
    return;
  }
  place(&swap->old, main, outs, main_at, outs_at);
  engine_process(swap->playing->engine, in, main_at, (float *const(*)[N_CHANNELS])outs_at, n, wait);
  ramp_set(&swap->fade, 1.0f);
  ramp_process(&swap->fade, swap->gain, n);
  /* In the order in which the mixer writes: a host may give one buffer for several outputs. */
  for (unsigned s = 0; s < N_STEMS; ++s) {
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      blend(swap->old.stems[s][c], swap->new.stems[s][c], swap->gain, outs[s][c], n);
    }
  }
  for (unsigned c = 0; c < N_CHANNELS; ++c) {
    blend(swap->old.main[c], swap->new.main[c], swap->gain, main[c], n);
  }
  if (ramp_rests_at(&swap->fade, 1.0f)) {
    finish(swap);
  }
}

/* Samples that may be taken before something changes. */
static unsigned room(const struct swap *swap) UNBRAID_REALTIME {
  unsigned left =
      fading(swap) ? swap->fade.length - (swap->fade.position % swap->fade.length) : swap->prime;
  return left < CHUNK ? left : CHUNK;
}

void swap_process(struct swap *swap, const struct mixer_controls *controls,
                  const float *const in[N_CHANNELS], float *const main[N_CHANNELS],
                  float *const outs[N_STEMS][N_CHANNELS], unsigned n, bool wait) UNBRAID_REALTIME {
  engine_set(swap->playing->engine, controls);
  if (swap->coming) {
    engine_set(swap->coming->engine, controls);
  }
  swap->fresh = swap->fresh && n == 0;
  for (unsigned done = 0; done < n;) {
    unsigned chunk = n - done;
    const float *in_at[N_CHANNELS];
    float *main_at[N_CHANNELS], *outs_at[N_STEMS][N_CHANNELS];
    if (swap->coming) {
      chunk = chunk < room(swap) ? chunk : room(swap);
    }
    for (unsigned c = 0; c < N_CHANNELS; ++c) {
      in_at[c] = in[c] ? in[c] + done : NULL;
      main_at[c] = main[c] ? main[c] + done : NULL;
      for (unsigned s = 0; s < N_STEMS; ++s) {
        outs_at[s][c] = outs[s][c] ? outs[s][c] + done : NULL;
      }
    }
    if (swap->coming) {
      /* Outputs may be the input's buffers, and both engines read it. */
      for (unsigned c = 0; c < N_CHANNELS; ++c) {
        for (unsigned i = 0; i < chunk; ++i) {
          swap->input[c][i] = in_at[c] ? in_at[c][i] : 0.0f;
        }
      }
      process_both(swap, main_at, (float *const(*)[N_CHANNELS])outs_at, chunk, wait);
    } else {
      engine_process(swap->playing->engine, in_at, main_at, (float *const(*)[N_CHANNELS])outs_at,
                     chunk, wait);
    }
    done += chunk;
  }
}
