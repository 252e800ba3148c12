/* SPDX-License-Identifier: ISC */
/* Exit status and error messages of unbraid. */
#pragma once

/** Exit status of the program and of its stages. A function that returns a failure has reported the
 * reason. */
enum status { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

#if defined(__GNUC__)
#define SAY_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define SAY_FORMAT
#endif

/** Prints one line "unbraid: ..." on stderr, over the progress bars if there are any. From any
 * thread. */
void say(const char *format, ...) SAY_FORMAT;

/** The last message of this thread, without "unbraid: ": after a failure, its reason. "" if there
 * was none. */
const char *last_said(void);
