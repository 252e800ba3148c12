/* SPDX-License-Identifier: ISC */
/* Splits all songs of a run, several of them at a time. */
#pragma once

#include "cli/options.h"

/** Splits the songs of the options. A song that fails does not stop the others. STATUS_FAILED if
 * one failed, after saying why; STATUS_USAGE after saying what is wrong with the options. */
enum status batch_run(const struct options *options);
