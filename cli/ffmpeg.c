/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE /* pipe2() */
#include "cli/ffmpeg.h"

#include "cli/interrupt.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A process group of its own, so that a terminal's Ctrl-C reaches this program alone, which ends
 * it; and the signals that are ignored here end it as they should. */
static int spawn(struct ffmpeg *ffmpeg, char *url, int out, int said) {
  /* Whatever a file names, ffmpeg gets no further than other files. */
  static char words[][24] = {
      "ffmpeg",    "-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist",
      "file",      "-i",       "the url",      "-map",      "0:a:0", "-c:a",
      "pcm_f32le", "-f",       "caf",          "pipe:1"};
  enum { N_WORDS = sizeof words / sizeof *words, URL = 8 };
  char *arguments[N_WORDS + 1] = {NULL};
  for (int i = 0; i < N_WORDS; i++) {
    arguments[i] = i == URL ? url : words[i];
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  sigaddset(&signals, SIGXFSZ);
  if (posix_spawn_file_actions_init(&files) != 0) {
    return ENOMEM;
  }
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return ENOMEM;
  }
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, said, STDERR_FILENO);
  const int failed = posix_spawnp(&ffmpeg->pid, "ffmpeg", &files, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return failed;
}

/* Both ends are closed in what is started, but for the copies that it gets; from the beginning, for
 * other threads start programs too. */
static bool make_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC) == 0;
}

enum ffmpeg_start ffmpeg_start(struct ffmpeg *ffmpeg, const char *path) {
  *ffmpeg = (struct ffmpeg){.out = -1, .said = -1, .head = malloc(FFMPEG_HEAD)};
  /* So that no name is an option or a protocol. */
  const size_t room = strlen(path) + sizeof "file:";
  char *url = malloc(room);
  int out[2] = {-1, -1}, said[2] = {-1, -1};
  int failed = ENOMEM;
  if (ffmpeg->head && url) {
    failed = make_pipe(out) && make_pipe(said) ? 0 : errno;
  }
  if (!failed) {
    snprintf(url, room, "file:%s", path);
    failed = spawn(ffmpeg, url, out[1], said[1]);
    ffmpeg->pid = failed ? 0 : ffmpeg->pid;
  }
  free(url);
  ffmpeg->out = out[0];
  ffmpeg->said = said[0];
  for (int i = 0; i < 2; i++) {
    const int end = i ? out[1] : said[1];
    if (end >= 0) {
      close(end);
    }
  }
  if (!failed) {
    return FFMPEG_RUNS;
  }
  ffmpeg_stop(ffmpeg);
  errno = failed;
  return failed == ENOENT ? FFMPEG_MISSING : FFMPEG_FAILED;
}

static void close_end(int *fd) {
  if (*fd >= 0) {
    close(*fd);
  }
  *fd = -1;
}

static void listen_to(struct ffmpeg *ffmpeg) {
  char said[512];
  const ssize_t n = read(ffmpeg->said, said, sizeof said);
  if (n == 0 || (n < 0 && errno != EINTR)) {
    close_end(&ffmpeg->said);
  }
  for (ssize_t i = 0; i < n && ffmpeg->n_words + 1 < sizeof ffmpeg->words; i++) {
    ffmpeg->words[ffmpeg->n_words++] = said[i];
  }
}

/* What comes next, into bytes: 0 at the end, and when the program is interrupted. Both pipes are
 * read: one that is full would stop it. */
static size_t receive(struct ffmpeg *ffmpeg, void *bytes, size_t n) {
  while (ffmpeg->out >= 0 && !interrupt_pending()) {
    struct pollfd fds[2] = {{ffmpeg->out, POLLIN, 0}, {ffmpeg->said, POLLIN, 0}};
    if (poll(fds, 2, 100) <= 0) {
      continue;
    }
    if (fds[1].revents) {
      listen_to(ffmpeg);
    }
    if (!fds[0].revents) {
      continue;
    }
    const ssize_t got = read(ffmpeg->out, bytes, n);
    if (got > 0) {
      return (size_t)got;
    }
    if (got == 0 || errno != EINTR) {
      close_end(&ffmpeg->out);
    }
  }
  while (ffmpeg->out < 0 && ffmpeg->said >= 0 && !interrupt_pending()) {
    struct pollfd last = {ffmpeg->said, POLLIN, 0};
    if (poll(&last, 1, 100) > 0) {
      listen_to(ffmpeg);
    }
  }
  return 0;
}

/* Takes in what comes until offset `to`; bytes behind the head are dropped. */
static bool skip_to(struct ffmpeg *ffmpeg, int64_t to) {
  char dropped[4096];
  while (ffmpeg->at < to) {
    const int64_t left = to - ffmpeg->at;
    const size_t head = FFMPEG_HEAD - ffmpeg->n_head;
    char *into = head > 0 ? ffmpeg->head + ffmpeg->n_head : dropped;
    const size_t room = head > 0 ? head : sizeof dropped;
    const size_t got = receive(ffmpeg, into, left < (int64_t)room ? (size_t)left : room);
    if (got == 0) {
      return false;
    }
    ffmpeg->n_head += head > 0 ? got : 0;
    ffmpeg->at += (int64_t)got;
  }
  return true;
}

size_t ffmpeg_read(struct ffmpeg *ffmpeg, int64_t at, void *bytes, size_t n) {
  size_t got = 0;
  while (got < n) {
    const int64_t next = at + (int64_t)got;
    size_t count = 0;
    if (next < FFMPEG_HEAD) {
      const int64_t want = next + (int64_t)(n - got);
      skip_to(ffmpeg, want < FFMPEG_HEAD ? want : FFMPEG_HEAD);
      count = next < (int64_t)ffmpeg->n_head ? ffmpeg->n_head - (size_t)next : 0;
      count = count < n - got ? count : n - got;
      memcpy((char *)bytes + got, ffmpeg->head + next, count);
    } else if (next >= ffmpeg->at && skip_to(ffmpeg, next)) {
      count = receive(ffmpeg, (char *)bytes + got, n - got);
      ffmpeg->at += (int64_t)count;
    }
    if (count == 0) {
      break;
    }
    got += count;
  }
  return got;
}

/* Strings that end in zeros, every other one a name. */
static void lower_names(char *strings, size_t size) {
  bool name = true;
  for (size_t i = 0; i < size; i++) {
    if (name) {
      strings[i] = (char)tolower((unsigned char)strings[i]);
    }
    name = strings[i] ? name : !name;
  }
}

/* Chunks with sizes of 8 bytes; in "info" a count of 4 bytes is before the strings. */
void ffmpeg_name_tags(struct ffmpeg *ffmpeg) {
  unsigned char head[12];
  int64_t at = 8, size = 0;
  while (size < FFMPEG_HEAD && ffmpeg_read(ffmpeg, at, head, sizeof head) == sizeof head &&
         memcmp(head, "data", 4) != 0) {
    size = (int64_t)head[8] << 24 | head[9] << 16 | head[10] << 8 | head[11];
    at += (int64_t)sizeof head + size;
    char last;
    if (memcmp(head, "info", 4) == 0 && size > 4 && at <= FFMPEG_HEAD &&
        ffmpeg_read(ffmpeg, at - 1, &last, 1) == 1) {
      lower_names(ffmpeg->head + at - size + 4, (size_t)size - 4);
    }
  }
}

/* "[mov,mp4 @ 0x5581c0] moov atom not found", or the name of the file in place of the brackets. */
const char *ffmpeg_words(struct ffmpeg *ffmpeg) {
  char *words = ffmpeg->words;
  words[strcspn(words, "\n")] = '\0';
  char *const bracket = *words == '[' ? strstr(words, "] ") : NULL;
  char *const name = strncmp(words, "file:", 5) == 0 ? strrchr(words, ':') : NULL;
  return bracket ? bracket + 2 : name && name[1] == ' ' ? name + 2 : words;
}

bool ffmpeg_ended(struct ffmpeg *ffmpeg) {
  int status = 0;
  pid_t ended = -1;
  /* A signal may come to another thread. */
  while (ffmpeg->pid > 0 && ended <= 0 && !interrupt_pending()) {
    ended = waitpid(ffmpeg->pid, &status, WNOHANG);
    if (ended < 0 && errno != EINTR) {
      return false;
    }
    if (ended == 0) {
      poll(NULL, 0, 5);
    }
  }
  if (ended > 0) {
    ffmpeg->pid = 0;
    ffmpeg->whole = WIFEXITED(status);
  }
  return ffmpeg->whole;
}

void ffmpeg_stop(struct ffmpeg *ffmpeg) {
  if (!ffmpeg->head) { /* it was never started */
    return;
  }
  close_end(&ffmpeg->out);
  close_end(&ffmpeg->said);
  if (ffmpeg->pid > 0) {
    kill(ffmpeg->pid, SIGKILL);
    while (waitpid(ffmpeg->pid, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  free(ffmpeg->head);
  *ffmpeg = (struct ffmpeg){.out = -1, .said = -1};
}
