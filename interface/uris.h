/* SPDX-License-Identifier: ISC */
/* The vocabulary of plugin, window and sessions. */
#pragma once

#include <lv2/urid/urid.h>

#define UNBRAID_PREFIX "urn:unbraid#"

/** Properties, atom:Path: the model file of a split; set and got by patch messages, and saved. */
#define UNBRAID__model_four UNBRAID_PREFIX "model_four"
#define UNBRAID__model_hp UNBRAID_PREFIX "model_hp"

/** Another property of this patch:Set from the plugin, atom:String: the name of the playing model,
 * bundled or from a file. */
#define UNBRAID__name UNBRAID_PREFIX "name"

/** Saved, atom:Int: the quality that belongs to the files. */
#define UNBRAID__quality UNBRAID_PREFIX "quality"

/** An object without properties. A window sends it at least once a second to receive views. */
#define UNBRAID__Watch UNBRAID_PREFIX "Watch"

/** An object for windows, with these properties. */
#define UNBRAID__View UNBRAID_PREFIX "View"
#define UNBRAID__levels UNBRAID_PREFIX "levels" /* atom:Vector of a peak per stem, linear */
#define UNBRAID__column UNBRAID_PREFIX "column" /* atom:Chunk of VIEW_BANDS x VIEW_BYTES bytes */
#define UNBRAID__load UNBRAID_PREFIX "load"     /* atom:Float: worker time over hop */

/** An object for windows: an error or a change, as text. */
#define UNBRAID__Message UNBRAID_PREFIX "Message"
#define UNBRAID__text UNBRAID_PREFIX "text" /* atom:String, one line */

/** The URIDs of all used URIs. */
struct uris {
  LV2_URID atom_blank, atom_chunk, atom_float, atom_int, atom_object, atom_path, atom_sequence,
      atom_urid;
  LV2_URID patch_get, patch_set, patch_property, patch_value;
  LV2_URID files[2]; /* model_four, model_hp: by enum split_id */
  LV2_URID quality, watch, view, levels, column, load, message, text, name;
};

/** Not real-time safe. */
void uris_map(struct uris *uris, LV2_URID_Map *map);
