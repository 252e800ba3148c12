/* SPDX-License-Identifier: ISC */
#define _XOPEN_SOURCE 700 /* realpath() */
#include "cli/claims.h"

#include "cli/folder.h"

#include <pthread.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct claim {
  char *path, *song;
};

/* They stand until the program ends. */
static void *claims; /* of tsearch() */
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

static int by_path(const void *a, const void *b) {
  const struct claim *one = a, *other = b;
  return strcmp(one->path, other->path);
}

static void claim_free(struct claim *claim) {
  if (claim) {
    free(claim->path);
    free(claim->song);
  }
  free(claim);
}

static bool take(const char *path, const char *whole, const char *song) {
  struct claim *claim = calloc(1, sizeof *claim);
  if (claim) {
    *claim = (struct claim){strdup(whole), strdup(song)};
  }
  struct claim **found =
      claim && claim->path && claim->song ? tsearch(claim, &claims, by_path) : NULL;
  if (found && *found == claim) {
    return true;
  }
  if (found) {
    say("%s: %s: is already written for %s; use --name or --out", song, path,
        strcmp((*found)->song, song) == 0 ? "another of its stems" : (*found)->song);
  } else {
    say("out of memory");
  }
  claim_free(claim);
  return false;
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
