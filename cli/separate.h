/* The work itself: from a song to its stems. */
#pragma once

#include "cli/hosted.h"

/** Takes options->input apart with a host whose controls are set, and writes what is wanted.
 * Whatever ends it early, no file is left unfinished; when nothing could be written the folder is
 * not left behind either. */
enum status separate(const struct options *options, struct host *host);
