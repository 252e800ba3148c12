/* SPDX-License-Identifier: ISC */
#include "cli/places.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
  struct place *next;
  struct folder folder;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct place *given_up; /* the latest first: a folder before those that it is in */

void places_enter(void) {
  pthread_mutex_lock(&lock);
}

void places_leave(void) {
  pthread_mutex_unlock(&lock);
}

void places_give_up(const struct folder *folder) {
  folder_unmake(folder);
  struct place *place = access(folder->path, F_OK) == 0 ? malloc(sizeof *place) : NULL;
  if (place) {
    *place = (struct place){given_up, *folder};
    given_up = place;
  }
}

void places_tidy(void) {
  while (given_up) {
    struct place *place = given_up;
    given_up = place->next;
    folder_unmake(&place->folder);
    free(place);
  }
}
