/* The work itself: from a song to its stems. */
#pragma once

#include "cli/hosted.h"

/** Splits options->input with a host whose controls are set, and writes the wanted outputs.
 * Whatever ends it early, no unfinished file remains; if nothing could be written, the folder does
 * not remain either. */
enum status separate(const struct options *options, struct host *host);
