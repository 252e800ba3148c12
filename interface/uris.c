/* SPDX-License-Identifier: ISC */
#include "interface/uris.h"

#include <lv2/atom/atom.h>
#include <lv2/patch/patch.h>

void uris_map(struct uris *uris, LV2_URID_Map *map) {
  LV2_URID (*number)(LV2_URID_Map_Handle, const char *) = map->map;
  LV2_URID_Map_Handle h = map->handle;
  *uris = (struct uris){
      .atom_blank = number(h, LV2_ATOM__Blank),
      .atom_chunk = number(h, LV2_ATOM__Chunk),
      .atom_float = number(h, LV2_ATOM__Float),
      .atom_int = number(h, LV2_ATOM__Int),
      .atom_object = number(h, LV2_ATOM__Object),
      .atom_path = number(h, LV2_ATOM__Path),
      .atom_sequence = number(h, LV2_ATOM__Sequence),
      .atom_urid = number(h, LV2_ATOM__URID),
      .patch_get = number(h, LV2_PATCH__Get),
      .patch_set = number(h, LV2_PATCH__Set),
      .patch_property = number(h, LV2_PATCH__property),
      .patch_value = number(h, LV2_PATCH__value),
      .files = {number(h, UNBRAID__model_four), number(h, UNBRAID__model_hp)},
      .quality = number(h, UNBRAID__quality),
      .watch = number(h, UNBRAID__Watch),
      .view = number(h, UNBRAID__View),
      .levels = number(h, UNBRAID__levels),
      .column = number(h, UNBRAID__column),
      .load = number(h, UNBRAID__load),
      .message = number(h, UNBRAID__Message),
      .text = number(h, UNBRAID__text),
      .name = number(h, UNBRAID__name),
  };
}
