/* Ctrl-C and its like: the work stops at the next block, cleans up, and then the program ends as
 * the signal would have ended it. */
#pragma once

#include <stdbool.h>

/** Takes over SIGINT, SIGTERM and SIGHUP, and makes a file size limit an ordinary write error. */
void interrupt_catch(void);

/** Whether one of them came. */
bool interrupt_pending(void);

/** Dies of the signal that came, if one did, so that a shell sees it. */
void interrupt_resume(void);
