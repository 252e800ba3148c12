/* SPDX-License-Identifier: ISC */
/* The files of a song, and whether they are up to date. */
#pragma once

#include "cli/input.h"
#include "cli/separation.h"
#include "cli/songs.h"

struct targets {
  const char *base; /* what the song is called: its file's name without the folder ... */
  char name[256];   /* ... and without the extension */
  char *song;       /* its absolute path */
  char stamp[96];   /* how its stems are made, for draft_open() */
};

/** Names a song; the song is kept. STATUS_FAILED after saying why; free the targets in every case.
 */
enum status targets_name(struct targets *targets, const struct song *song);

/** Sets the paths of the wanted outputs and of the picture in the result, from the options and the
 * tags of the open song, and sets the stamp. fingerprint stands for the controls and models.
 * STATUS_FAILED after saying why. */
enum status targets_place(struct targets *targets, const struct options *options,
                          const struct song *song, const struct input *input,
                          const bool wanted[N_OUTPUTS], uint64_t fingerprint,
                          struct separation *result);

/** Whether all these files exist and have this song and stamp. */
bool targets_are_made(const struct targets *targets, const struct separation *result);

/** {0} is allowed. */
void targets_free(struct targets *targets);
