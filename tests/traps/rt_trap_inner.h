/* SPDX-License-Identifier: ISC */
/* What the two files of rt_trap.so share. */
#pragma once

/** Counts a forbidden call if this thread is inside its marks. */
void rt_trap_hit(const char *name);

/** The C library's function of this name. */
void *rt_trap_next_of(const char *name);
