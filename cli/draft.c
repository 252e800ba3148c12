/* SPDX-License-Identifier: ISC */
#include "cli/draft.h"

#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether a path is a file of that name, which may be replaced, or none; false after saying why
 * not. */
static bool replaceable(const char *path, const char *song) {
  struct stat there, source;
  if (stat(path, &there) != 0) {
    return true;
  }
  if (S_ISDIR(there.st_mode)) {
    say("%s: %s", path, strerror(EISDIR));
    return false;
  }
  if (stat(song, &source) == 0 && source.st_dev == there.st_dev && source.st_ino == there.st_ino) {
    say("%s: is the song itself", path);
    return false;
  }
  char origin[ORIGIN_SIZE];
  if (!origin_differs(path, song, origin)) {
    return true;
  }
  say("%s: was made from %s, not from %s; --out=DIR writes elsewhere", path,
      *origin ? origin : "another song", song);
  return false;
}

static bool name_fits(const char *path, int folder) {
  char parent[PATH_SIZE];
  snprintf(parent, sizeof parent, "%.*s", folder, path);
  errno = 0;
  const long most = pathconf(folder > 0 ? parent : ".", _PC_NAME_MAX);
  const size_t length = strlen(path);
  if (length < PATH_SIZE && (most < 0 || length - (size_t)folder <= (size_t)most)) {
    return true;
  }
  say("%s: %s", path, strerror(ENAMETOOLONG));
  return false;
}

int draft_open(struct draft *draft, const char *path, const char *song, const char *stamp) {
  *draft = (struct draft){.path = ""};
  const char *slash = strrchr(path, '/');
  const int folder = slash ? (int)(slash + 1 - path) : 0;
  if (!name_fits(path, folder) || !replaceable(path, song)) {
    return -1;
  }
  memcpy(draft->path, path, strlen(path) + 1);
  /* Short, whatever the final name is; others' files of that name are left alone. */
  int fd = -1;
  errno = EEXIST;
  for (int i = 0; fd < 0 && errno == EEXIST && i < 1000; i++) {
    const int length = snprintf(draft->hidden, PATH_SIZE, "%.*s.unbraid.%ld.%d.part", folder, path,
                                (long)getpid(), i);
    errno = ENAMETOOLONG;
    fd = length < PATH_SIZE ? open(draft->hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
  }
  if (fd < 0) {
    say("%s: %s", path, strerror(errno));
    draft->hidden[0] = '\0';
    return -1;
  }
  interrupt_guard(draft->hidden);
  if (!origin_note(fd, song, stamp)) {
    origin_mark(song, draft->mark);
  }
  return fd;
}

static void forget(struct draft *draft) {
  interrupt_release(draft->hidden);
  draft->hidden[0] = '\0';
}

enum status draft_publish(struct draft *draft) {
  if (rename(draft->hidden, draft->path) != 0) {
    say("%s: %s", draft->path, strerror(errno));
    return STATUS_FAILED;
  }
  forget(draft);
  return STATUS_OK;
}

void draft_discard(struct draft *draft) {
  if (draft->hidden[0]) {
    unlink(draft->hidden);
    forget(draft);
  }
}
