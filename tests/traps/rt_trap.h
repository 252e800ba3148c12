/* SPDX-License-Identifier: ISC */
/* The trap of rt_trap.so, which a program finds with dlsym() when it was started with that library
 * in LD_PRELOAD. Each thread has its own marks and its own count. */
#pragma once

/** From here to rt_trap_leave() this thread may call nothing that allocates, locks, waits, or
 * touches a file. */
typedef void rt_trap_enter_fn(void);
typedef void rt_trap_leave_fn(void);

/** Forbidden calls on this thread since the last time it asked. */
typedef unsigned rt_trap_hits_fn(void);

/** Name of the latest forbidden call on this thread, or "". */
typedef const char *rt_trap_last_fn(void);

/** Lets so many seconds pass at once on CLOCK_MONOTONIC, as this process reads it. */
typedef void rt_trap_pass_fn(double seconds);
