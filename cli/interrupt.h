/* SPDX-License-Identifier: ISC */
/* Handles Ctrl-C and similar signals: the work stops at the next block and cleans up; then the
 * program ends as the signal would have ended it. */
#pragma once

#include <stdbool.h>

/** Handles every catchable signal that would end the program. A file size limit and a closed pipe
 * become ordinary write errors. */
void interrupt_catch(void);

/** Whether one of them came. */
bool interrupt_pending(void);

/** Behaves as if this signal had arrived. */
void interrupt_by(int signal_number);

/** Ends by the signal that arrived, if any, so that a shell sees it. */
void interrupt_resume(void);

/** Registers a file that even a crash must remove; the string must not change until it is released.
 * Any thread may call it. */
void interrupt_guard(const char *path);

/** Removes a file from the list; does nothing if it is not on it. */
void interrupt_release(const char *path);
