/* Which song a written file was made from, so that another one of its name does not replace it. */
#pragma once

#include <stdbool.h>

/** Long enough for what is said of a song by its path, and for its mark. */
enum { ORIGIN_SIZE = 4096, MARK_SIZE = 64 };

/** Notes the song, by its absolute path, beside a file that is open. It stays behind when the file
 * is sent to somebody. @return false where the file system keeps no such notes. */
bool origin_note(int fd, const char *song);

/** What to write into a file where it cannot be noted beside it: a line that tells songs apart by a
 * number made of the path, from which nobody learns where the song lay. */
void origin_mark(const char *song, char mark[MARK_SIZE]);

/** Puts the line of origin_mark() into a PNG file that is whole. @return false, with errno, when it
 * cannot be written. */
bool origin_mark_png(const char *path, const char *mark);

/** Whether a file was made from another song than this one, as far as it tells: by a note, else by
 * a mark. @param other the path of that song where there is a note, else "". */
bool origin_differs(const char *path, const char *song, char other[ORIGIN_SIZE]);
