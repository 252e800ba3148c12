/* SPDX-License-Identifier: ISC */
/* Records which song a file was made from, so that stems of another song with the same name are not
 * replaced. */
#pragma once

#include <stdbool.h>

/** Sizes of a path and of a mark. */
enum { ORIGIN_SIZE = 4096, MARK_SIZE = 64 };

/** Stores the absolute path of the song, and a stamp of how the file is made, in extended
 * attributes of the open file; they do not travel with the file. @return false if the file system
 * has no such attributes. */
bool origin_note(int fd, const char *song, const char *stamp);

/** Whether path is a regular file that has this song and this stamp in its attributes. */
bool origin_is(const char *path, const char *song, const char *stamp);

/** Whether a file has a stamp: this program made it. */
bool origin_is_ours(const char *path);

/** The text to write into a file without attributes: a hash of the path, which does not reveal the
 * path. */
void origin_mark(const char *song, char mark[MARK_SIZE]);

/** Adds a mark to a complete PNG file. @return false, with errno, if it cannot be written. */
bool origin_mark_png(const char *path, const char *mark);

/** Whether a file was made from another song, by its attribute, else by its mark. False if it has
 * neither. @param other the path of that song from the attribute, else "". */
bool origin_differs(const char *path, const char *song, char other[ORIGIN_SIZE]);
