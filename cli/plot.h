/* SPDX-License-Identifier: ISC */
/* A picture of a separation: the spectrograms of the song and its stems below each other. */
#pragma once

#include "cli/draft.h"
#include "cli/plot_spectrogram.h"

enum { PLOT_COLUMNS = 1200, PLOT_ROWS = 150, MAX_PANELS = 8 };

struct panel {
  const char *name;
  struct spectrogram *spectrogram; /* PLOT_COLUMNS x PLOT_ROWS, finished */
};

struct plot {
  const char *title;
  double rate, seconds; /* Hz; length of the song */
  struct panel panels[MAX_PANELS];
  int n_panels;
};

/** Draws a plot as a PNG into a draft. The colours span 70 dB below the loudest spot of the first
 * panel. STATUS_FAILED after saying why. */
enum status plot_write(const struct plot *plot, const struct draft *draft);
