/* What plays: which model each split has, and the engine that was made of them. Made off the audio
 * thread, then not changed any more, but for its engine. */
#pragma once

#include "engine/engine.h"
#include "interface/limits.h"

/** What the player asked for. */
struct choice {
  unsigned quality;               /* below N_QUALITIES */
  char files[N_SPLITS][MAX_PATH]; /* "": the model of the bundle */
};

/** What it takes to make an engine. */
struct maker {
  char bundle[MAX_PATH]; /* folder of the bundled models */
  double rate;           /* Hz */
  unsigned block;        /* samples that the host processes at a time */
};

struct setup {
  struct engine *engine;
  struct choice choice;           /* that plays */
  char names[N_SPLITS][MAX_NAME]; /* of what plays: "balanced" */
  char text[MAX_TEXT];            /* one line for the player */
  bool whole;                     /* nothing was replaced by something else */
  uint32_t session;               /* the number of sessions restored when it was made */
};

/** What could not be used, in lines. */
struct shortfall {
  char reasons[MAX_REASONS]; /* each file that was refused and why; "": none */
  char note[MAX_REASONS];    /* for the log alone: what is as well without a file; "": nothing */
  bool note_matters;         /* the file is there */
};

/** Makes an engine for a choice. A model that cannot be used is replaced by the best one that can
 * when `lenient`; setup->choice is then what plays instead. Not real-time safe.
 * @return false, with the reasons, when a model cannot be used, or memory or threads are short. */
bool setup_make(struct setup *setup, const struct maker *maker, const struct choice *choice,
                bool lenient, struct shortfall *shortfall);

/** Whether the four stems have no model at all. */
bool setup_stands_in(const struct setup *setup);
