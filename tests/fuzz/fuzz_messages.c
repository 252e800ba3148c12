/* SPDX-License-Identifier: ISC */
/* The atom ports: what the plugin reads from the control port, and what the window understands of
 * the answers, in buffers of any size. */
#include "interface/limits.h"
#include "interface/plugin_messages.h"
#include "interface/window_messages.h"
#include "tests/fuzz/fuzz.h"

#include <lv2/atom/util.h>
#include <stdlib.h>
#include <string.h>

static struct plugin_messages messages;
static struct window_messages window;

/* The host promises that the buffer holds what the atom's size says, and no more. */
static LV2_Atom_Sequence *port_of(struct bytes *input, bool mended) {
  size_t size;
  LV2_Atom_Sequence *port = (LV2_Atom_Sequence *)(void *)bytes_block(input, input->size, &size);
  if (size < sizeof port->atom) {
    free(port);
    return NULL;
  }
  uint32_t room = (uint32_t)(size - sizeof port->atom);
  if (mended) {
    port->atom = (LV2_Atom){room, messages.uris.atom_sequence};
  }
  port->atom.size = port->atom.size < room ? port->atom.size : room;
  return port;
}

static void answer(const struct order *order, size_t room) {
  LV2_Atom_Sequence *port = calloc(1, room > sizeof port->atom ? room : sizeof port->atom);
  must(port != NULL, "there is memory");
  port->atom.size = (uint32_t)room;
  static const struct view_data view = {.load = 0.5f};
  enum split_id split = order->split < N_SPLITS ? order->split : SPLIT_HP;
  const char *path = order->path ? order->path : "";
  plugin_messages_begin(&messages, port);
  bool file = plugin_messages_file(&messages, split, path, "a model");
  bool text = plugin_messages_text(&messages, path), seen = plugin_messages_view(&messages, &view);
  plugin_messages_end(&messages);
  if (room < sizeof *port) {
    must(!file && !text && !seen, "nothing is written without room");
    free(port);
    return;
  }
  must(port->atom.size + sizeof port->atom <= room, "what is written fits");
  unsigned files = 0, texts = 0, views = 0;
  LV2_ATOM_SEQUENCE_FOREACH(port, event) {
    struct window_messages_news news;
    must(window_messages_read(&window, &event->body, (uint32_t)sizeof(LV2_Atom) + event->body.size,
                              &news),
         "the window understands the plugin");
    files += news.path && news.split == split && strcmp(news.path, path) == 0;
    texts += news.text && strcmp(news.text, path) == 0;
    views += news.levels && news.column && news.load;
  }
  must(files == file && texts == text && views == seen, "the window reads what was written");
  free(port);
}

static void check(const struct order *order, const LV2_Atom_Sequence *port) {
  const char *from = (const char *)port, *end = from + sizeof port->atom + port->atom.size;
  must(order->kind <= ORDER_MISTAKEN && order->split <= N_SPLITS, "an order is one there is");
  if (order->kind == ORDER_SET) {
    must(order->split < N_SPLITS, "a file is of a split");
    must(order->path > from && order->path + strlen(order->path) < end, "the path is in the port");
    must(strlen(order->path) < MAX_PATH, "the path is short enough");
    must(*order->path == '\0' || *order->path == '/', "the path is absolute or empty");
  }
  if (order->kind == ORDER_MISTAKEN) {
    must(order->path && *order->path && !strchr(order->path, '\n'), "a mistake has one line");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!messages.mapped) {
    plugin_messages_init(&messages, fuzz_map());
    window_messages_init(&window, fuzz_map());
  }
  struct bytes input = {data, size};
  bool mended = bytes_u8(&input) & 1;
  size_t room = (size_t)8 * bytes_u8(&input) + bytes_u8(&input) % 8;
  LV2_Atom_Sequence *port = port_of(&input, mended);
  struct order order;
  uint32_t at = 0;
  for (uint32_t before = 0; plugin_messages_read(&messages, port, &at, &order); before = at) {
    must(at > before && at <= port->atom.size, "reading goes on, and ends");
    check(&order, port);
    answer(&order, room);
  }
  free(port);
  return 0;
}
