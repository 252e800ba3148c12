/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE /* O_TMPFILE */
#include "cli/spool.h"

#include "cli/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 65536 };

/* Where file systems have no files without names: one whose name is taken away at once. */
static int nameless(const char *folder) {
  int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  for (int i = 0; fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EEXIST) && i < 1000;
       i++) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/.unbraid.%ld.%d.spool", folder, (long)getpid(), i) >=
        (int)sizeof path) {
      errno = ENAMETOOLONG;
      return -1;
    }
    fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
      unlink(path);
    }
  }
  return fd;
}

int spool_new(void) {
  const char *folder = getenv("TMPDIR");
  folder = folder && *folder ? folder : "/var/tmp"; /* long songs: not where memory may be meant */
  const int fd = nameless(folder);
  if (fd < 0) {
    say("%s: %s", folder, strerror(errno));
  }
  return fd;
}

static bool write_all(int fd, const char *bytes, size_t n) {
  while (n > 0) {
    const ssize_t count = write(fd, bytes, n);
    if (count < 0 && errno != EINTR) {
      return false;
    }
    if (interrupt_pending()) {
      errno = EINTR;
      return false;
    }
    bytes += count > 0 ? count : 0;
    n -= count > 0 ? (size_t)count : 0;
  }
  return true;
}

/* The next bytes, and 0 at the end; -1 with errno set. A pipe may have nothing for long, and
 * signals count meanwhile. */
static ssize_t next_bytes(char *bytes, size_t n) {
  struct pollfd ready = {STDIN_FILENO, POLLIN, 0};
  while (!interrupt_pending()) {
    const int found = poll(&ready, 1, 100);
    if (found == 0 || (found < 0 && errno == EINTR)) {
      continue;
    }
    const ssize_t count = found < 0 ? -1 : read(STDIN_FILENO, bytes, n);
    if (count >= 0 || (errno != EINTR && errno != EAGAIN)) {
      return count;
    }
  }
  errno = EINTR;
  return -1;
}

static bool fill(int fd) {
  static char bytes[CHUNK];
  for (;;) {
    const ssize_t n = next_bytes(bytes, sizeof bytes);
    if (n < 0) {
      say("standard input: %s", interrupt_pending() ? "interrupted" : strerror(errno));
      return false;
    }
    if (n == 0) {
      return true;
    }
    if (!write_all(fd, bytes, (size_t)n)) {
      say("standard input: cannot be kept on disk: %s",
          interrupt_pending() ? "interrupted" : strerror(errno));
      return false;
    }
  }
}

int spool_stdin(void) {
  struct stat st;
  if (fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
      lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
    const int copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (copy < 0) {
      say("standard input: %s", strerror(errno));
    }
    return copy;
  }
  const int fd = spool_new();
  if (fd >= 0 && !fill(fd)) {
    close(fd);
    return -1;
  }
  return fd;
}

enum status spool_to_stdout(int fd) {
  char bytes[CHUNK];
  off_t at = 0;
  for (;;) {
    const ssize_t n = pread(fd, bytes, sizeof bytes, at);
    if (n == 0) {
      return STATUS_OK;
    }
    if (n < 0 || !write_all(STDOUT_FILENO, bytes, (size_t)n)) {
      if (errno == EPIPE) {
        interrupt_by(SIGPIPE);
      } else {
        say("standard output: %s", interrupt_pending() ? "interrupted" : strerror(errno));
      }
      return STATUS_FAILED;
    }
    at += n;
  }
}
