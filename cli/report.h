/* SPDX-License-Identifier: ISC */
/* Prints the result of a song on standard output: the names of its files, or a line of JSON. */
#pragma once

#include "cli/separate.h"

/** Prints a result. A failure is printed only in JSON, with the last message of this thread as its
 * reason. Any thread may call it. */
void report_song(const struct options *options, const struct song *song, enum status status,
                 const struct separation *result);

/** Flushes standard output. If the reader is gone, the program ends by SIGPIPE. Returns the given
 * status, or STATUS_FAILED after saying why. Any thread may call it. */
enum status report_flush(enum status status);
