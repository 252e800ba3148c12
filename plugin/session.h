/* What a session keeps: the chosen model files, and the quality they go with. */
#pragma once

#include "engine/player.h"
#include "interface/uris.h"

#include <lv2/state/state.h>

/** The arguments are those of LV2_State_Interface. May run beside run(). */
LV2_State_Status session_save(struct player *player, const struct uris *uris,
                              LV2_State_Store_Function store, LV2_State_Handle handle,
                              const LV2_Feature *const *features);

/** Makes what the session asks for before it returns. A state that is not of this plugin, as that
 * of a preset of controls alone, changes nothing. May run beside run(). */
LV2_State_Status session_restore(struct player *player, const struct uris *uris,
                                 LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                                 const LV2_Feature *const *features);
