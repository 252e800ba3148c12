/* SPDX-License-Identifier: ISC */
/* Files and folders that a test makes and takes away again. */
#pragma once

#include <stddef.h>

/** An empty file of its own in $TMPDIR or /tmp; its path, to be removed with file_remove(). Aborts
 * when that fails, as do the others. */
char *file_temporary(void);

/** Deletes the file and frees the path. */
void file_remove(char *path);

/** Makes a file hold these bytes and no others; it need not exist. */
void file_write(const char *path, const void *bytes, size_t size);

/** A whole file, with a zero byte behind it; to be freed with free(). */
unsigned char *file_read(const char *path, size_t *size);

/** Makes `to` hold the bytes of `from`. */
void file_copy(const char *from, const char *to);

/** A folder of its own in $TMPDIR or /tmp; its path, to be removed with file_folder_remove(). */
char *file_folder(void);

/** The same, with links [count][name, file] in it. */
char *file_folder_of_links(const char *const links[][2], unsigned count);

/** Deletes the folder with all that is in it and frees the path. */
void file_folder_remove(char *folder);

/** The path of a file in a folder; to be freed with free(). */
char *file_in(const char *folder, const char *name);

/** The absolute path of a file, seen from the current folder; to be freed with free(). */
char *file_absolute(const char *name);
