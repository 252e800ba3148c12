/* SPDX-License-Identifier: ISC */
/* Names files by templates such as "{title}/{stem}". */
#pragma once

#include "cli/folder.h"

#include <stdbool.h>

/** The fields of a template. Their values are untrusted: slashes and control characters become '_',
 * and no component of a path is "." or "..". */
struct name_fields {
  const char *title, *artist, *album; /* the song's tags; NULL where it has none */
  const char *track;                  /* its file's name without the extension */
  const char *folder;                 /* between the folder that was given and the file: "a/b" */
  const char *stem, *extension;       /* "vocals", "wav" */
};

/** Whether a template is valid: it stays in its folder, ends in a name and has no unknown field.
 * False after saying what is wrong. */
bool naming_check(const char *name);

/** Makes the path of a file in a folder ("": the current one): DIR/TEMPLATE.EXTENSION, without a
 * second extension where the template ends in "{ext}". A field without a value is the track for the
 * title, "Unknown artist", "Unknown album". STATUS_FAILED after saying that it is too long. */
enum status naming_path(char path[PATH_SIZE], const char *folder, const char *name,
                        const struct name_fields *fields);
