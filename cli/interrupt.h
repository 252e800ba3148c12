/* Ctrl-C and its like: the work stops at the next block, cleans up, and then the program ends as
 * the signal would have ended it. */
#pragma once

#include <stdbool.h>

/** Takes over every signal that would end the program and can be taken over. A file size limit and
 * a reader that went away become ordinary write errors. */
void interrupt_catch(void);

/** Whether one of them came. */
bool interrupt_pending(void);

/** As if this signal had come. */
void interrupt_by(int signal_number);

/** Dies of the signal that came, if one did, so that a shell sees it. */
void interrupt_resume(void);

/** Names a file that even a crash shall remove; the string stays as it is until it is released. */
void interrupt_guard(const char *path);

/** Takes a file off that list; one that is not on it is fine. */
void interrupt_release(const char *path);
