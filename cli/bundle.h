/* SPDX-License-Identifier: ISC */
/* Finds the plugin. */
#pragma once

#include "cli/status.h"

#include <lilv/lilv.h>

/** Finds the plugin: in unbraid.lv2 beside the program, as in the build folder; in
 * ../lib/lv2/unbraid.lv2 seen from the program, as installed; or, like any host, in the folders of
 * LV2_PATH. Sets *plugin, which belongs to the world. STATUS_FAILED after saying why. */
enum status bundle_find(LilvWorld *world, const LilvPlugin **plugin);
