/* How unbraid ends, and how it says why. */
#pragma once

/** Exit status of the program and of its stages. Whoever returns a failure has said why. */
enum status { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

#if defined(__GNUC__)
#define SAY_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define SAY_FORMAT
#endif

/** Prints one line "unbraid: ..." on stderr, over the progress bar if there is one. */
void say(const char *format, ...) SAY_FORMAT;
