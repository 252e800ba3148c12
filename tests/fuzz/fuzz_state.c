/* SPDX-License-Identifier: ISC */
/* Sessions: what session_restore() makes of values of any type and size. What it took is saved
 * again, and then restores to the same. Takes the place of engine/player.c. */
#include "plugin/session.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { N_KEYS = 3 };

struct player {
  struct choice choice;
  bool restored, refuses;
};

bool player_restore(struct player *player, const struct choice *choice) {
  must(choice->quality < N_QUALITIES, "the quality is one there is");
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    must(memchr(choice->files[i], '\0', MAX_PATH) != NULL, "a path ends");
  }
  player->choice = *choice;
  player->restored = true;
  return !player->refuses;
}

void player_saved(struct player *player, struct choice *choice) {
  *choice = player->choice;
}

struct value {
  LV2_URID key, type;
  size_t size;
  uint8_t *bytes; /* NULL: not there */
};

struct session {
  struct value values[N_KEYS];
};

static struct uris uris;

static LV2_URID key_of(unsigned i) {
  return i == 0 ? uris.quality : uris.files[i - 1];
}

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                            uint32_t *flags) {
  const struct session *session = handle;
  for (unsigned i = 0; i < N_KEYS; ++i) {
    const struct value *value = &session->values[i];
    if (value->key == key && value->bytes) {
      *size = value->size;
      *type = value->type;
      *flags = LV2_STATE_IS_POD;
      return value->bytes;
    }
  }
  return NULL;
}

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *from, size_t size,
                              uint32_t type, uint32_t flags) {
  struct session *session = handle;
  must(flags & LV2_STATE_IS_POD, "what is stored can be copied");
  for (unsigned i = 0; i < N_KEYS; ++i) {
    struct value *value = &session->values[i];
    if (key_of(i) == key) {
      must(!value->bytes, "each key is stored once");
      *value = (struct value){.key = key, .type = type, .size = size, .bytes = malloc(size)};
      must(value->bytes != NULL, "there is memory");
      memcpy(value->bytes, from, size);
      return LV2_STATE_SUCCESS;
    }
  }
  must(false, "a stored key is one of ours");
  return LV2_STATE_ERR_UNKNOWN;
}

static void session_free(struct session *session) {
  for (unsigned i = 0; i < N_KEYS; ++i) {
    free(session->values[i].bytes);
  }
}

/* A host's paths: as they are, none at all, or far longer. */
static char *map_path(LV2_State_Map_Path_Handle handle, const char *path) {
  unsigned kind = *(const unsigned *)handle;
  size_t length = strlen(path), more = kind == 2 ? MAX_PATH - 4 : 0;
  char *mapped = kind == 1 ? NULL : malloc(length + more + 1);
  if (mapped) {
    memset(mapped, '/', more);
    memcpy(mapped + more, path, length + 1);
  }
  return mapped;
}

static void free_path(LV2_State_Free_Path_Handle handle, char *path) {
  (void)handle;
  free(path);
}

static struct session read_session(struct bytes *input) {
  const LV2_URID types[] = {uris.atom_int, uris.atom_path, uris.atom_float, 0};
  struct session session;
  for (unsigned i = 0; i < N_KEYS; ++i) {
    struct value *value = &session.values[i];
    unsigned kind = bytes_u8(input);
    size_t size = bytes_u8(input);
    size = size < 0xf0 ? size : (size - 0xf0) * 512;
    *value = (struct value){.key = key_of(i), .type = types[kind % 4]};
    uint8_t *block = bytes_block(input, size, &value->size);
    if (kind & 0x80) { /* long strings are hard to come by */
      uint8_t *longer = malloc(value->size + 5000);
      must(longer != NULL, "there is memory");
      memset(longer, 'a', 5000);
      memcpy(longer + 5000, block, value->size);
      value->size += 5000;
      free(block);
      block = longer;
    }
    value->bytes = kind & 4 ? NULL : block;
    if (kind & 4) {
      free(block);
    }
  }
  return session;
}

/* What was restored and saved as it is restores to the same. */
static void again(const struct choice *choice) {
  struct player player = {.choice = *choice};
  struct session session = {0};
  must(session_save(&player, &uris, store, &session, NULL) == LV2_STATE_SUCCESS, "it is saved");
  struct player other = {.restored = false};
  must(session_restore(&other, &uris, retrieve, &session, NULL) == LV2_STATE_SUCCESS,
       "what was saved is restored");
  must(other.choice.quality == choice->quality, "the quality is the same");
  for (unsigned i = 0; i < N_SPLITS; ++i) {
    must(strcmp(other.choice.files[i], choice->files[i]) == 0, "the files are the same");
  }
  session_free(&session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct bytes input = {data, size};
  if (uris.quality == 0) {
    uris_map(&uris, fuzz_map());
  }
  unsigned host = bytes_u8(&input), kind = host % 3;
  LV2_State_Map_Path map = {&kind, map_path, map_path};
  LV2_State_Free_Path release = {NULL, free_path};
  const LV2_Feature maps = {LV2_STATE__mapPath, &map}, frees = {LV2_STATE__freePath, &release};
  const LV2_Feature *const none[] = {NULL}, *const one[] = {&maps, NULL},
                           *const both[] = {&maps, &frees, NULL};
  const LV2_Feature *const *const features[] = {NULL, none, one, both};
  static struct player player;
  player = (struct player){.refuses = host & 0x80};
  struct session session = read_session(&input);
  LV2_State_Status status =
      session_restore(&player, &uris, retrieve, &session, features[host / 4 % 4]);
  must(player.restored || status == LV2_STATE_SUCCESS, "what is left alone is no error");
  if (player.restored) {
    again(&player.choice);
  }
  session_free(&session);
  return 0;
}
