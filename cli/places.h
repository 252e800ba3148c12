/* SPDX-License-Identifier: ISC */
/* The folders that songs share: one song must not remove a folder that it made while the file of
 * another is about to be created there, and the last one removes it. */
#pragma once

#include "cli/folder.h"

/** Between these two, only this thread makes and removes folders. */
void places_enter(void);
void places_leave(void);

/** Removes what folder_make() made for a song that failed; what other songs still use is left to
 * places_tidy(). Call it after places_enter(). */
void places_give_up(const struct folder *folder);

/** At the end of the run, removes the folders that were given up and are empty now. */
void places_tidy(void);
