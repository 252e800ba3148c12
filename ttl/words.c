/* SPDX-License-Identifier: ISC */
#include "ttl/words.h"

#include "ttl/turtle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 4096 };

static struct language languages[MAX_LANGUAGES];
static size_t n_languages;

static bool starts(const char *line, const char *keyword) {
  return strncmp(line, keyword, strlen(keyword)) == 0;
}

/* Appends the quoted text of a line to *text; false: there is none, or, with errno, no memory. */
static bool append(char **text, const char *line) {
  const char *from = strchr(line, '"');
  const size_t used = *text ? strlen(*text) : 0;
  char *longer = realloc(*text, used + strlen(line) + 1);
  if (!from || !longer) {
    return longer ? (*text = longer, false) : false;
  }
  char *to = longer + used;
  for (from++; *from && *from != '"'; from++) {
    if (*from == '\\' && from[1]) {
      *to++ = *++from == 'n' ? '\n' : *from;
    } else {
      *to++ = *from;
    }
  }
  *to = '\0';
  *text = longer;
  return *from == '"';
}

static struct word *add_word(struct language *language) {
  struct word *words = realloc(language->words, (language->count + 1) * sizeof *words);
  if (!words) {
    return NULL;
  }
  language->words = words;
  words[language->count] = (struct word){NULL, NULL};
  return &words[language->count++];
}

/* Comments and empty lines, a msgid, its msgstr, and further lines of either. */
static bool read_lines(struct language *language, FILE *in, unsigned *number) {
  char line[MAX_LINE], **text = NULL;
  for (*number = 1; fgets(line, sizeof line, in); ++*number) {
    struct word *last = language->count > 0 ? &language->words[language->count - 1] : NULL;
    if (*line == '#' || *line == '\n') {
      continue;
    }
    if (!strchr(line, '\n')) {
      return false;
    }
    if (starts(line, "msgid ")) {
      if ((last && !last->translated) || !(last = add_word(language))) {
        return false;
      }
      text = &last->english;
    } else if (starts(line, "msgstr ")) {
      if (!last || last->translated) {
        return false;
      }
      text = &last->translated;
    } else if (*line != '"' || !text) {
      return false;
    }
    if (!append(text, line)) {
      return false;
    }
  }
  return language->count > 0 && language->words[language->count - 1].translated;
}

bool words_read(const char *path) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  const size_t length = strcspn(name, ".");
  struct language *language = &languages[n_languages];
  if (n_languages == MAX_LANGUAGES || length == 0 || length >= sizeof language->tag) {
    fprintf(stderr, "ttlgen: %s: not named after a language, or too many languages\n", path);
    return false;
  }
  FILE *in = fopen(path, "r");
  if (!in) {
    perror(path);
    return false;
  }
  memset(language, 0, sizeof *language);
  memcpy(language->tag, name, length);
  n_languages++;
  unsigned line = 0;
  errno = 0;
  const bool good = read_lines(language, in, &line) && !ferror(in);
  if (!good) {
    fprintf(stderr, "ttlgen: %s:%u: %s\n", path, line, errno ? strerror(errno) : "not understood");
  }
  fclose(in);
  return good;
}

const struct language *words_languages(size_t *count) {
  *count = n_languages;
  return languages;
}

/* The empty msgid stands before the notes of gettext's tools. */
const char *words_find(const struct language *language, const char *english) {
  for (size_t i = 0; *english && i < language->count; i++) {
    if (strcmp(language->words[i].english, english) == 0 && *language->words[i].translated) {
      return language->words[i].translated;
    }
  }
  return NULL;
}

void words_write(FILE *out, const char *english) {
  turtle_literal(out, english);
  for (size_t i = 0; i < n_languages; i++) {
    const char *translated = words_find(&languages[i], english);
    if (translated) {
      fputs(" , ", out);
      turtle_literal(out, translated);
      fprintf(out, "@%s", languages[i].tag);
    }
  }
}

void words_free(void) {
  for (size_t i = 0; i < n_languages; i++) {
    for (size_t w = 0; w < languages[i].count; w++) {
      free(languages[i].words[w].english);
      free(languages[i].words[w].translated);
    }
    free(languages[i].words);
  }
  n_languages = 0;
}
