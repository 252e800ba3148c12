/* SPDX-License-Identifier: ISC */
/* The saved state: the chosen model files and their quality. */
#pragma once

#include "engine/player.h"
#include "interface/uris.h"

#include <lv2/state/state.h>

/** The arguments are those of LV2_State_Interface. May run beside run(). */
LV2_State_Status session_save(struct player *player, const struct uris *uris,
                              LV2_State_Store_Function store, LV2_State_Handle handle,
                              const LV2_Feature *const *features);

/** Makes the session's models before it returns. A state without this plugin's properties, such as
 * a preset of controls, changes nothing. May run beside run(). */
LV2_State_Status session_restore(struct player *player, const struct uris *uris,
                                 LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                                 const LV2_Feature *const *features);
