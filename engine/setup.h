/* SPDX-License-Identifier: ISC */
/* A setup: the model of each split and the engine made from them. It is made off the audio thread;
 * after that only its engine changes. */
#pragma once

#include "engine/engine.h"
#include "interface/limits.h"

/** The user's choice of models. */
struct choice {
  unsigned quality;               /* below N_QUALITIES */
  char files[N_SPLITS][MAX_PATH]; /* "": the bundled model */
};

/** The data needed to make an engine. */
struct maker {
  char bundle[MAX_PATH]; /* folder of the bundled models */
  double rate;           /* Hz */
  unsigned block;        /* samples that the host processes at a time */
};

struct setup {
  struct engine *engine;
  struct choice choice;           /* that plays */
  char names[N_SPLITS][MAX_NAME]; /* names of the playing models: "balanced" */
  char text[MAX_TEXT];            /* one line for the user */
  bool whole;                     /* no model was replaced by another */
  uint32_t session;               /* number of sessions restored before it was made */
};

/** The models that could not be used. */
struct shortfall {
  char reasons[MAX_REASONS]; /* each refused file with the reason; "": none */
  char note[MAX_REASONS];    /* only for the log: optional models that are missing; "": none */
  bool note_matters;         /* the optional file exists but cannot be used */
};

/** Makes an engine for a choice. If `lenient`, the best usable model replaces a model that cannot
 * be used, and setup->choice names the replacement. Not real-time safe.
 * @return false, with the reasons, when a model cannot be used, or memory or threads are short. */
bool setup_make(struct setup *setup, const struct maker *maker, const struct choice *choice,
                bool lenient, struct shortfall *shortfall);

/** Whether the four stems have no model at all. */
bool setup_stands_in(const struct setup *setup);
