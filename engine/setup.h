/* What plays: which model each split has, and the engine that was made of them. Made off the audio
 * thread, then not changed any more, but for its engine. */
#pragma once

#include "dsp/stems.h"
#include "engine/engine.h"
#include "interface/limits.h"

#include <stdbool.h>

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
  struct engine *engine;          /* NULL: a refusal, the text says why */
  struct choice choice;           /* that plays */
  bool restored;                  /* comes from a session, not from the player */
  char names[N_SPLITS][MAX_NAME]; /* of what plays: "balanced" */
  char text[MAX_TEXT];            /* one line for the player */
  char note[MAX_REASONS];         /* for the log: what is as well without a file; or "" */
  bool note_matters;              /* the file is there */
  struct setup *next;             /* in a list of those to be freed */
};

/** Makes an engine for a choice. A model that cannot be used is replaced by the best one that can
 * when `lenient`; setup->choice is then what plays instead. Not real-time safe.
 * @param reasons [MAX_REASONS]: a line that names each file that was refused and why; "" for none.
 * @return NULL, with the reasons, when a model cannot be used, or memory or threads are short. */
struct setup *setup_new(const struct maker *maker, const struct choice *choice, bool lenient,
                        char *reasons);

/** Whether the four stems have no model at all. */
bool setup_stands_in(const struct setup *setup);

/** NULL is allowed. */
void setup_free(struct setup *setup);
