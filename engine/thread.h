/* Threads of the plugin's own inside a host's process, and their place among the host's. */
#pragma once

#include "dsp/rt.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

/** What an engine or a thread may lack. */
#define LACK_MEMORY "out of memory"
#define LACK_THREAD "no thread could be started"

/** Starts main(argument) on an ordinary thread, whatever the priority of the caller, with every
 * signal blocked: the host's handlers are none of its business. To be joined. Its stack is a small
 * one, for a host that locks its memory pays for all of it. Not real-time safe.
 * @return false on failure. */
bool thread_start(pthread_t *thread, void *(*main)(void *), void *argument);

/** Tells one thread from the others of the process; 0 is none. */
typedef clockid_t thread_mark;

/** The calling thread's. Real-time safe. */
thread_mark thread_self(void) UNBRAID_REALTIME;

/** Whether the calling thread has real-time priority. Not real-time safe. */
bool thread_is_urgent(void);

/** Takes the calling thread's place below the marked one: when that has real-time priority, with a
 * lower one if `urgent`, as an ordinary thread if not or where the system refuses; else as ordinary
 * as that, and no less nice. Not real-time safe. */
void thread_stay_below(thread_mark mark, bool urgent);
