/* SPDX-License-Identifier: ISC */
#include "cli/songs.h"

#include "cli/folder.h"
#include "cli/interrupt.h"
#include "cli/origin.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

struct search {
  struct songs *songs;
  struct stat out;
  bool has_out;
  bool ok; /* there is memory */
};

bool songs_is_stdin(const char *path) {
  return strcmp(path, "-") == 0;
}

static bool is_listed(const struct songs *songs, const struct song *song) {
  for (size_t i = 0; i < songs->count; i++) {
    const struct song *other = &songs->list[i];
    if (song->number ? song->number == other->number && song->device == other->device
                     : strcmp(song->path, other->path) == 0) {
      return true;
    }
  }
  return false;
}

/* Room doubles when it is full. */
static bool make_room(struct songs *songs) {
  if ((songs->count & (songs->count - 1)) != 0) {
    return true;
  }
  struct song *list = realloc(songs->list, 2 * (songs->count + 1) * sizeof *list);
  songs->list = list ? list : songs->list;
  return list != NULL;
}

static void add(struct search *search, const char *path, const char *folder) {
  struct songs *songs = search->songs;
  struct stat st;
  struct song song = {strdup(path), strdup(folder), 0, 0};
  if (!songs_is_stdin(path) && stat(path, &st) == 0) {
    song.device = st.st_dev;
    song.number = st.st_ino;
  }
  search->ok = search->ok && song.path && song.folder;
  if (search->ok && !is_listed(songs, &song)) {
    search->ok = make_room(songs);
    if (search->ok) {
      songs->list[songs->count++] = song;
      return;
    }
  }
  free(song.path);
  free(song.folder);
}

static bool is_audio(const char *name) {
  static const char *const extensions[] = {
      "aac", "ac3", "aif", "aifc", "aiff", "alac", "ape", "au",  "caf", "dsf", "flac", "m4a", "mka",
      "mp2", "mp3", "oga", "ogg",  "opus", "rf64", "snd", "tta", "w64", "wav", "wave", "wma", "wv"};
  const char *dot = strrchr(name, '.');
  for (size_t i = 0; dot && i < sizeof extensions / sizeof *extensions; i++) {
    if (strcasecmp(dot + 1, extensions[i]) == 0) {
      return true;
    }
  }
  return false;
}

static bool ends_in_stems(const char *name) {
  const size_t length = strlen(name);
  return length >= 6 && strcmp(name + length - 6, ".stems") == 0;
}

static int visible(const struct dirent *entry) {
  return entry->d_name[0] != '.';
}

/* What path/name is: a song, or a folder that is looked through as well. Links to folders are not
 * followed: they may lead in a ring. */
static void look_at(struct search *search, const char *path, const char *name, const char *folder);

static bool look_through(struct search *search, const char *path, const char *folder) {
  struct dirent **entries;
  const int n = scandir(path, &entries, visible, alphasort);
  if (n < 0) {
    say("%s: %s", path, strerror(errno));
    return false;
  }
  for (int i = 0; i < n; i++) {
    if (search->ok && !interrupt_pending()) {
      look_at(search, path, entries[i]->d_name, folder);
    }
    free(entries[i]);
  }
  free(entries);
  return true;
}

static void look_at(struct search *search, const char *path, const char *name, const char *folder) {
  char whole[PATH_SIZE], below[PATH_SIZE];
  const size_t length = strlen(path);
  const char *slash = length > 0 && path[length - 1] == '/' ? "" : "/";
  struct stat st;
  if (snprintf(whole, sizeof whole, "%s%s%s", path, slash, name) >= (int)sizeof whole ||
      snprintf(below, sizeof below, "%s%s%s", folder, *folder ? "/" : "", name) >=
          (int)sizeof below) {
    say("%s: name too long", path);
    search->songs->failed++;
  } else if (lstat(whole, &st) != 0) {
    say("%s: %s", whole, strerror(errno));
    search->songs->failed++;
  } else if (S_ISDIR(st.st_mode)) {
    const bool is_out =
        search->has_out && st.st_dev == search->out.st_dev && st.st_ino == search->out.st_ino;
    if (!is_out && !ends_in_stems(name) && !look_through(search, whole, below)) {
      search->songs->failed++;
    }
  } else if (is_audio(name) && stat(whole, &st) == 0 && S_ISREG(st.st_mode) &&
             !origin_is_ours(whole)) {
    add(search, whole, folder);
  }
}

enum status songs_find(struct songs *songs, char *const *inputs, int n, const char *out) {
  *songs = (struct songs){0};
  struct search search = {.songs = songs, .ok = true};
  search.has_out = out && stat(out, &search.out) == 0;
  for (int i = 0; i < n && search.ok; i++) {
    struct stat st;
    const size_t before = songs->count, failed = songs->failed;
    if (songs_is_stdin(inputs[i]) || stat(inputs[i], &st) != 0 || !S_ISDIR(st.st_mode)) {
      add(&search, inputs[i], "");
    } else if (!look_through(&search, inputs[i], "")) {
      songs->failed++;
    } else if (songs->count == before && songs->failed == failed && search.ok &&
               !interrupt_pending()) {
      say("%s: no audio file in this folder", inputs[i]);
      songs->failed++;
    }
  }
  if (!search.ok) {
    say("out of memory");
  }
  return search.ok ? STATUS_OK : STATUS_FAILED;
}

void songs_free(struct songs *songs) {
  for (size_t i = 0; i < songs->count; i++) {
    free(songs->list[i].path);
    free(songs->list[i].folder);
  }
  free(songs->list);
  *songs = (struct songs){0};
}
