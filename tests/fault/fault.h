/* SPDX-License-Identifier: ISC */
/* Calls of the plugin that fail, get lost or come late, for tests that are linked with
 * -Wl,--wrap (see FAULT_CALLS in the Makefile). Nothing of it is in the plugin itself. */
#pragma once

#include <stdbool.h>

/** From now on the `nth` call that can fail does so (counted from 1, over all threads), and with
 * `forever` every one after it. Memory that libraries ask for does not fail: FFTW ends the program
 * then, and jansson 2.14 frees a pointer it never set. A whole plan or document fails instead. */
void fault_arm(unsigned long nth, bool forever);

/** Calls succeed again. @return how many were counted since fault_arm(). */
unsigned long fault_disarm(void);

/** Blocks of memory that the program holds. */
long fault_blocks(void);

/** Of the semaphore posts, the share that is lost: 0 none, 1 all; the same in every run. */
void fault_lose_posts(double share);

/** Threads that are created from now on do not begin before fault_release_threads(). */
void fault_hold_threads(void);
void fault_release_threads(void);

/** Whether a thread waits for a semaphore and every post was taken: for programs in which one
 * thread alone does so. */
bool fault_idle(void);
