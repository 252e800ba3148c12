/* SPDX-License-Identifier: ISC */
#include "cli/naming.h"

#include <stdio.h>
#include <string.h>

enum field {
  FIELD_TITLE,
  FIELD_ARTIST,
  FIELD_ALBUM,
  FIELD_TRACK,
  FIELD_FOLDER,
  FIELD_STEM,
  FIELD_EXT,
  N_FIELDS
};

static const char *const field_names[N_FIELDS] = {"title",  "artist", "album", "track",
                                                  "folder", "stem",   "ext"};

/* The field that a text begins with, '{' and '}' included; N_FIELDS when it begins with none. */
static enum field field_at(const char *text, size_t *length) {
  for (int i = 0; i < N_FIELDS; i++) {
    const size_t n = strlen(field_names[i]);
    if (text[0] == '{' && strncmp(text + 1, field_names[i], n) == 0 && text[n + 1] == '}') {
      *length = n + 2;
      return (enum field)i;
    }
  }
  return N_FIELDS;
}

static bool is_dots(const char *name, size_t length) {
  return (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
}

bool naming_check(const char *name) {
  const size_t length = strlen(name);
  if (length == 0 || name[length - 1] == '/') {
    say("--name: '%s' does not end in a name", name);
    return false;
  }
  if (name[0] == '/') {
    say("--name: '%s' leaves the output folder; use --out", name);
    return false;
  }
  for (const char *c = name; *c;) {
    size_t n = strcspn(c, "/");
    if (is_dots(c, n)) {
      say("--name: '%s' leaves the output folder; use --out", name);
      return false;
    }
    c += n + (c[n] == '/');
  }
  for (const char *c = name; *c; c++) {
    size_t n = 0;
    if (field_at(c, &n) != N_FIELDS) {
      c += n - 1;
    } else if (*c == '{' || *c == '}') {
      say("--name: '%s' is not a field; there are {title}, {artist}, {album}, {track}, "
          "{folder}, {stem} and {ext}",
          c);
      return false;
    }
  }
  return true;
}

static const char *value_of(enum field field, const struct name_fields *f) {
  switch (field) {
  case FIELD_TITLE:
    return f->title && *f->title ? f->title : f->track;
  case FIELD_ARTIST:
    return f->artist && *f->artist ? f->artist : "Unknown artist";
  case FIELD_ALBUM:
    return f->album && *f->album ? f->album : "Unknown album";
  case FIELD_TRACK:
    return f->track;
  case FIELD_FOLDER:
    return f->folder;
  case FIELD_STEM:
    return f->stem;
  case FIELD_EXT:
    return f->extension;
  case N_FIELDS:
    break;
  }
  return "";
}

struct text {
  char *at;
  size_t length;
  bool whole; /* it fitted */
};

static void append(struct text *text, char c) {
  text->whole = text->whole && text->length + 1 < PATH_SIZE;
  if (text->whole) {
    text->at[text->length++] = c;
  }
}

/* Names of files are as they are, a folder's slashes too; tags may hold anything. */
static void append_value(struct text *text, enum field field, const char *value) {
  const bool of_file = field == FIELD_FOLDER || field == FIELD_TRACK;
  for (; *value; value++) {
    const bool odd = (unsigned char)*value < 0x20 || *value == 0x7f || *value == '/';
    append(text, odd && !of_file ? '_' : *value);
  }
}

/* Ends a component that began at `from`: it is no way out, and one that is empty is left out. */
static void end_component(struct text *text, size_t from) {
  const size_t length = text->length - from;
  if (is_dots(text->at + from, length)) {
    memset(text->at + from, '_', length);
  }
  if (length > 0) {
    append(text, '/');
  }
}

enum status naming_path(char path[PATH_SIZE], const char *folder, const char *name,
                        const struct name_fields *fields) {
  struct text text = {.at = path, .whole = true};
  for (const char *c = folder; *c; c++) {
    append(&text, *c);
  }
  if (*folder) {
    append(&text, '/');
  }
  size_t from = text.length;
  bool extended = false;
  for (const char *c = name; *c;) {
    size_t n = 1;
    const enum field field = field_at(c, &n);
    if (field != N_FIELDS) {
      append_value(&text, field, value_of(field, fields));
    } else if (*c == '/') {
      end_component(&text, from);
      from = text.length;
    } else {
      append(&text, *c);
    }
    extended = field == FIELD_EXT;
    c += n;
  }
  if (!extended) {
    append(&text, '.');
    append_value(&text, FIELD_EXT, fields->extension);
  }
  if (!text.whole) {
    say("%s/%s: name too long", folder, name);
    return STATUS_FAILED;
  }
  path[text.length] = '\0';
  return STATUS_OK;
}
