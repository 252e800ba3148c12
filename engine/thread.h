/* Threads of the plugin's own inside a host's process. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

/** Starts main(argument) on an ordinary thread, whatever the priority of the caller, with every
 * signal blocked: the host's handlers are none of its business. To be joined. Not real-time safe.
 * @return false on failure. */
bool thread_start(pthread_t *thread, void *(*main)(void *), void *argument);
