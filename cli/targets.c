/* SPDX-License-Identifier: ISC */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "cli/targets.h"

#include "cli/naming.h"
#include "cli/origin.h"
#include "cli/output.h"
#include "cli/tags.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum status targets_name(struct targets *targets, const struct song *song) {
  const bool piped = songs_is_stdin(song->path);
  const char *slash = strrchr(song->path, '/');
  *targets = (struct targets){.base = piped ? "standard input" : slash ? slash + 1 : song->path};
  const char *base = piped ? "stdin" : targets->base, *dot = strrchr(base, '.');
  const int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
  if (snprintf(targets->name, sizeof targets->name, "%.*s", length, base) >=
      (int)sizeof targets->name) {
    say("%s: name too long", song->path);
    return STATUS_FAILED;
  }
  targets->song = piped ? strdup(targets->base) : realpath(song->path, NULL);
  if (!targets->song) {
    say("%s: %s", song->path, strerror(errno));
    return STATUS_FAILED;
  }
  return STATUS_OK;
}

/* The song as it is now, and what makes its stems what they are. What comes through a pipe has no
 * time that would tell it from another. */
static void stamp(struct targets *targets, const struct options *o, const struct song *song,
                  const struct input *input, uint64_t fingerprint) {
  struct stat st = {0};
  if (songs_is_stdin(song->path) || fstat(input->fd, &st) != 0) {
    snprintf(targets->stamp, sizeof targets->stamp, "%s", UNBRAID_VERSION);
    return;
  }
  snprintf(targets->stamp, sizeof targets->stamp, "%s %lld %lld.%09ld %d%d%d%d%d %016llx",
           UNBRAID_VERSION, (long long)st.st_size, (long long)st.st_mtim.tv_sec,
           (long)st.st_mtim.tv_nsec, (int)o->format, (int)o->bits, o->dither, o->cold, o->two >= 0,
           (unsigned long long)fingerprint);
}

/* Beside the first file. */
static enum status place_picture(const struct targets *targets, const struct options *o,
                                 struct separation *result) {
  int first = 0;
  while (!result->files[first].stem) {
    first++;
  }
  const char *path = result->files[first].path, *slash = strrchr(path, '/');
  const int folder = slash ? (int)(slash + 1 - path) : 0;
  const int length = o->plot_file ? snprintf(result->picture, PATH_SIZE, "%s", o->plot_file)
                                  : snprintf(result->picture, PATH_SIZE, "%.*s%s.png", folder, path,
                                             targets->name);
  if (length < PATH_SIZE) {
    return STATUS_OK;
  }
  say("%s: name too long", targets->song);
  return STATUS_FAILED;
}

enum status targets_place(struct targets *targets, const struct options *o, const struct song *song,
                          const struct input *input, const bool wanted[N_OUTPUTS],
                          uint64_t fingerprint, struct separation *result) {
  /* "dir/song.flac" goes into song.stems in the current folder by itself. */
  const char *name = o->name  ? o->name
                     : o->out ? "{folder}/{track}.{stem}"
                              : "{folder}/{track}.stems/{track}.{stem}";
  char *title = tags_string(input->file, SF_STR_TITLE);
  char *artist = tags_string(input->file, SF_STR_ARTIST);
  char *album = tags_string(input->file, SF_STR_ALBUM);
  struct name_fields fields = {.title = title,
                               .artist = artist,
                               .album = album,
                               .track = targets->name,
                               .folder = song->folder,
                               .extension = output_extension(o->format)};
  enum status status = STATUS_OK;
  stamp(targets, o, song, input, fingerprint);
  for (int i = 0; status == STATUS_OK && i < N_OUTPUTS; i++) {
    struct made *file = &result->files[i];
    fields.stem = options_output_name(o, i);
    if (wanted[i] && !o->to_stdout) {
      status = naming_path(file->path, o->out ? o->out : "", name, &fields);
    }
    file->stem = wanted[i] ? fields.stem : NULL;
  }
  free(title);
  free(artist);
  free(album);
  return status == STATUS_OK && o->plot ? place_picture(targets, o, result) : status;
}

bool targets_are_made(const struct targets *targets, const struct separation *result) {
  for (int i = 0; i < N_OUTPUTS; i++) {
    const struct made *file = &result->files[i];
    if (file->stem && !origin_is(file->path, targets->song, targets->stamp)) {
      return false;
    }
  }
  return !*result->picture || origin_is(result->picture, targets->song, targets->stamp);
}

void targets_free(struct targets *targets) {
  free(targets->song);
  *targets = (struct targets){0};
}
