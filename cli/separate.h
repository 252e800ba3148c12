/* SPDX-License-Identifier: ISC */
/* Splits one song into its stems. */
#pragma once

#include "cli/hosted.h"
#include "cli/separation.h"
#include "cli/songs.h"

/** Splits a song with a host whose controls are set, and writes the wanted outputs. Whatever ends
 * it early, no unfinished file remains; if nothing could be written, no folder remains either. Any
 * thread may call it, with a host of its own. STATUS_FAILED after saying why. */
enum status separate(const struct options *options, struct host *host, const struct song *song,
                     struct separation *result);
