/* SPDX-License-Identifier: ISC */
/* Translations of the bundle: ttl/po/LANGUAGE.po for each language, in gettext's format, with the
 * English text as msgid and its translation as msgstr. A text without a translation stays English.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct word {
  char *english, *translated;
};

struct language {
  char tag[16]; /* as in RDF: "de" */
  struct word *words;
  size_t count;
};

enum { MAX_LANGUAGES = 32 };

/** Reads another language, named like the file. @return false, with a line on stderr, when the file
 * cannot be read or parsed. */
bool words_read(const char *path);

/** The languages read so far. */
const struct language *words_languages(size_t *count);

/** A text's translation; NULL: there is none. */
const char *words_find(const struct language *language, const char *english);

/** Writes a text as a literal without a language, then its translations as literals with theirs, as
 * the objects of one predicate. */
void words_write(FILE *out, const char *english);

/** Forgets all languages. */
void words_free(void);
