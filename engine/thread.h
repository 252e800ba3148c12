/* SPDX-License-Identifier: ISC */
/* The plugin's own threads in a host's process, and their priority among the host's threads. */
#pragma once

#include "dsp/rt.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

/** What an engine or a thread may lack. */
#define LACK_MEMORY "out of memory"
#define LACK_THREAD "no thread could be started"

/** Starts main(argument) on an ordinary thread, whatever the caller's priority, with every signal
 * blocked, so that it never runs the host's handlers. Must be joined. Its stack is small, because a
 * host that locks its memory pays for the whole stack. Not real-time safe.
 * @return false on failure. */
bool thread_start(pthread_t *thread, void *(*main)(void *), void *argument);

/** Identifies a thread of the process; 0 is none. */
typedef clockid_t thread_mark;

/** The calling thread's. Real-time safe. */
thread_mark thread_self(void) UNBRAID_REALTIME;

/** Whether the calling thread has real-time priority. Not real-time safe. */
bool thread_is_urgent(void);

/** Puts the calling thread below the marked thread. If the marked thread has real-time priority,
 * the caller gets a lower real-time priority if `urgent`; otherwise, or if the system refuses, it
 * becomes an ordinary thread. If the marked thread is ordinary, the caller gets the same policy and
 * is at least as nice. Not real-time safe. */
void thread_stay_below(thread_mark mark, bool urgent);
