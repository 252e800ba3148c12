/* SPDX-License-Identifier: ISC */
/* Decodes files that libsndfile cannot read with the program ffmpeg, if installed. ffmpeg writes a
 * CAF file of floating point samples into a pipe; CAF allows any length and tags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FFMPEG_HEAD = 256 * 1024 };

struct ffmpeg {
  pid_t pid;       /* 0: it does not run */
  int out, said;   /* what it writes, and what it complains of; -1: at its end */
  char words[512]; /* the first line of that */
  size_t n_words;  /* bytes kept */
  char *head;      /* the first FFMPEG_HEAD bytes at most, to which one may go back */
  size_t n_head;
  int64_t at; /* bytes that came */
  bool whole; /* it ended by itself */
};

enum ffmpeg_start { FFMPEG_RUNS, FFMPEG_MISSING, FFMPEG_FAILED };

/** Starts it on a file; *ffmpeg starts as {0}. FFMPEG_MISSING when it is not installed,
 * FFMPEG_FAILED with errno set. */
enum ffmpeg_start ffmpeg_start(struct ffmpeg *ffmpeg, const char *path);

/** Reads up to n bytes at an offset: in the head, or no further back than what was read last. Fewer
 * at the end, and when the program is interrupted. */
size_t ffmpeg_read(struct ffmpeg *ffmpeg, int64_t at, void *bytes, size_t n);

/** Makes the names of tags in the head lower case, as libsndfile knows them. */
void ffmpeg_name_tags(struct ffmpeg *ffmpeg);

/** Its first error message in one line, without the file's name; "" if there was none so far. */
const char *ffmpeg_words(struct ffmpeg *ffmpeg);

/** Whether it ended by itself; call it when no more can be read. False if it was killed. */
bool ffmpeg_ended(struct ffmpeg *ffmpeg);

/** Ends it in any state; does nothing if it does not run. */
void ffmpeg_stop(struct ffmpeg *ffmpeg);
