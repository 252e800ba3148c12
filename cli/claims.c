/* SPDX-License-Identifier: ISC */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "cli/claims.h"

#include "cli/folder.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
  struct claim *next;
  char *path, *song;
};

enum { BUCKETS = 1024 };

/* They stand until the program ends. */
static struct claim *claims[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Another way to the same folder is the same path. */
static char *canonical(const char *path) {
  char parent[PATH_SIZE];
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  snprintf(parent, sizeof parent, "%.*s", slash ? (int)(name - path) : 1, slash ? path : ".");
  char *folder = realpath(parent, NULL);
  if (!folder) {
    return strdup(path);
  }
  const size_t room = strlen(folder) + strlen(name) + 2;
  char *whole = malloc(room);
  if (whole) {
    snprintf(whole, room, "%s/%s", folder, name);
  }
  free(folder);
  return whole;
}

static unsigned bucket_of(const char *text) {
  unsigned hash = 2166136261u; /* FNV-1a */
  for (; *text; text++) {
    hash = (hash ^ (unsigned char)*text) * 16777619u;
  }
  return hash % BUCKETS;
}

static bool take(const char *path, const char *whole, const char *song) {
  struct claim **bucket = &claims[bucket_of(whole)];
  for (const struct claim *c = *bucket; c; c = c->next) {
    if (strcmp(c->path, whole) == 0) {
      say("%s: %s: is already written for %s; use --name or --out", song, path,
          strcmp(c->song, song) == 0 ? "another of its stems" : c->song);
      return false;
    }
  }
  struct claim *claim = malloc(sizeof *claim);
  if (claim) {
    *claim = (struct claim){*bucket, strdup(whole), strdup(song)};
  }
  if (!claim || !claim->path || !claim->song) {
    say("out of memory");
    if (claim) {
      free(claim->path);
      free(claim->song);
    }
    free(claim);
    return false;
  }
  *bucket = claim;
  return true;
}

bool claims_take(const char *path, const char *song) {
  char *whole = canonical(path);
  if (!whole) {
    say("out of memory");
    return false;
  }
  pthread_mutex_lock(&lock);
  const bool taken = take(path, whole, song);
  pthread_mutex_unlock(&lock);
  free(whole);
  return taken;
}
