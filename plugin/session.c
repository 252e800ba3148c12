/* SPDX-License-Identifier: ISC */
#include "plugin/session.h"

#include <lv2/core/lv2_util.h>
#include <stdlib.h>
#include <string.h>

/* Maps paths for a session. The host does it if it can, so that files move with the session. */
struct paths {
  const LV2_State_Map_Path *map;
  const LV2_State_Free_Path *release;
};

static struct paths paths_of(const LV2_Feature *const *features) {
  return (struct paths){lv2_features_data(features, LV2_STATE__mapPath),
                        lv2_features_data(features, LV2_STATE__freePath)};
}

static void release(const struct paths *paths, char *path) {
  if (paths->release) {
    paths->release->free_path(paths->release->handle, path);
  } else {
    free(path);
  }
}

static LV2_State_Status save_file(const struct paths *paths, LV2_URID key, LV2_URID type,
                                  const char *file, LV2_State_Store_Function store,
                                  LV2_State_Handle handle) {
  uint32_t flags = LV2_STATE_IS_POD;
  if (!paths->map) {
    return store(handle, key, file, strlen(file) + 1, type, flags);
  }
  char *path = paths->map->abstract_path(paths->map->handle, file);
  if (!path) {
    return LV2_STATE_ERR_UNKNOWN;
  }
  flags |= LV2_STATE_IS_PORTABLE;
  LV2_State_Status status = store(handle, key, path, strlen(path) + 1, type, flags);
  release(paths, path);
  return status;
}

LV2_State_Status session_save(struct player *player, const struct uris *uris,
                              LV2_State_Store_Function store, LV2_State_Handle handle,
                              const LV2_Feature *const *features) {
  struct choice choice;
  struct paths paths = paths_of(features);
  player_saved(player, &choice);
  int32_t quality = (int32_t)choice.quality;
  LV2_State_Status status = store(handle, uris->quality, &quality, sizeof quality, uris->atom_int,
                                  LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  for (unsigned i = 0; i < N_SPLITS && status == LV2_STATE_SUCCESS; ++i) {
    if (choice.files[i][0]) {
      status = save_file(&paths, uris->files[i], uris->atom_path, choice.files[i], store, handle);
    }
  }
  return status;
}

/* @return false, and an empty file, when it is too long. */
static bool copy_path(char file[MAX_PATH], const char *path, size_t length) {
  bool fits = length < MAX_PATH;
  length = fits ? length : 0;
  memcpy(file, path, length);
  file[length] = '\0';
  return fits;
}

/* Reads a file, or "" if the state has none. */
static LV2_State_Status restore_file(const struct paths *paths, LV2_URID key, LV2_URID path_type,
                                     char file[MAX_PATH], LV2_State_Retrieve_Function retrieve,
                                     LV2_State_Handle handle) {
  size_t size = 0;
  uint32_t type = 0, flags = 0;
  const char *value = retrieve(handle, key, &size, &type, &flags);
  file[0] = '\0';
  if (!value) {
    return LV2_STATE_SUCCESS;
  }
  if (type != path_type || size == 0) {
    return LV2_STATE_ERR_BAD_TYPE;
  }
  /* Carla does not count the terminating zero. */
  if (!copy_path(file, value, strnlen(value, size))) {
    return LV2_STATE_ERR_UNKNOWN;
  }
  char *mapped = paths->map ? paths->map->absolute_path(paths->map->handle, file) : NULL;
  bool fits = !mapped || copy_path(file, mapped, strlen(mapped));
  if (mapped) {
    release(paths, mapped);
  }
  return fits ? LV2_STATE_SUCCESS : LV2_STATE_ERR_UNKNOWN;
}

LV2_State_Status session_restore(struct player *player, const struct uris *uris,
                                 LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                                 const LV2_Feature *const *features) {
  size_t size = 0;
  uint32_t type = 0, flags = 0;
  const void *value = retrieve(handle, uris->quality, &size, &type, &flags);
  if (!value) {
    return LV2_STATE_SUCCESS;
  }
  int32_t quality = -1;
  if (type == uris->atom_int && size == sizeof quality) {
    memcpy(&quality, value, sizeof quality);
  }
  LV2_State_Status status = LV2_STATE_SUCCESS;
  struct choice choice = {.quality = 0};
  if (quality >= 0 && quality < N_QUALITIES) {
    choice.quality = (unsigned)quality;
  } else {
    status = LV2_STATE_ERR_BAD_TYPE;
  }
  struct paths paths = paths_of(features);
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    LV2_State_Status read =
        restore_file(&paths, uris->files[i], uris->atom_path, choice.files[i], retrieve, handle);
    status = read == LV2_STATE_SUCCESS ? status : read;
  }
  bool whole = player_restore(player, &choice);
  return whole || status != LV2_STATE_SUCCESS ? status : LV2_STATE_ERR_UNKNOWN;
}
