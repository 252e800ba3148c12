/* Files that a test makes and takes away again. */
#pragma once

#include <stddef.h>

/** An empty file of its own in $TMPDIR or /tmp; its path, to be removed with file_remove(). Aborts
 * when that fails, as do the others. */
char *file_temporary(void);

/** Deletes the file and frees the path. */
void file_remove(char *path);

/** Makes a file that exists hold these bytes and no others. */
void file_write(const char *path, const void *bytes, size_t size);

/** A whole file, with a zero byte behind it; to be freed with free(). */
unsigned char *file_read(const char *path, size_t *size);

/** The absolute path of a file, seen from the current folder; to be freed with free(). */
char *file_absolute(const char *name);
