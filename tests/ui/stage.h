/* SPDX-License-Identifier: ISC */
/* A host for the window, on an X server of its own: tests drive the window through it as a user and
 * a plugin would, and see what it writes back. */
#pragma once

#include "interface/window_messages.h"
#include "ui/layout.h"

#include <lv2/ui/ui.h>
#include <stdbool.h>
#include <X11/Xlib.h>

enum { STAGE_WRITES = 4096, STAGE_DATA = 256 };

struct stage_write {
  uint32_t port, size, protocol;
  _Alignas(8) uint8_t data[STAGE_DATA];
};

struct stage_options {
  enum variant variant;
  int width, height; /* of the parent; 0: of the window's choosing */
  double rate;       /* 0: not told */
  float scale;       /* 0: not told */
  bool bare;         /* no feature but the parent */
};

/** One open window. */
struct stage {
  const LV2UI_Descriptor *ui;
  const LV2UI_Idle_Interface *idle;
  const LV2UI_Resize *resize;
  LV2UI_Handle handle;
  enum variant variant;
  Window parent, window;
  int width, height; /* that the window asked for */
  struct stage_write writes[STAGE_WRITES];
  unsigned n_writes, touches, releases, requests;
  struct {
    LV2UI_Touch touch;
    LV2UI_Resize resize;
    LV2UI_Request_Value request;
  } features;
  LV2_URID requested;
};

/** Starts an X server and connects to it, and loads the window's code. Says so and returns false
 * where there is no Xvfb: main() then returns STAGE_SKIPPED. */
bool stage_start(void);
enum { STAGE_SKIPPED = 77 };

/** Stops the server. @return `failed`, for main(). */
int stage_stop(int failed);

/** The host's own connection. */
Display *stage_display(void);

/** Process number of the X server. */
int stage_server(void);

/** Numbers URIs, for all stages. */
extern LV2_URID_Map stage_map;

/** The code of a variant's window; NULL past the last one. */
const LV2UI_Descriptor *stage_descriptor(uint32_t index);

/** Opens a window in a parent; false: it refuses. parent 0: a new one. */
bool stage_open_in(struct stage *stage, const struct stage_options *options, Window parent);
bool stage_open(struct stage *stage, const struct stage_options *options);
void stage_close(struct stage *stage);

/** Lets the window run until all that was done to it has arrived. Returns what idle returned last.
 */
int stage_settle(struct stage *stage);

/* What a plugin tells. */
void stage_control(struct stage *stage, enum port port, float value);
void stage_view(struct stage *stage, unsigned t);
void stage_message(struct stage *stage, const char *text);
void stage_atom(struct stage *stage, const void *atom, uint32_t size);

/** Writes the message of a plugin into a buffer; returns its size. */
uint32_t stage_forge_view(void *buffer, uint32_t size, unsigned t);

/* What a user does, through XTest; the window has settled when they return. */
void stage_point(struct stage *stage, int x, int y);
void stage_button(struct stage *stage, unsigned button, bool down);
void stage_click(struct stage *stage, unsigned button, struct box box);
void stage_key(struct stage *stage, KeySym key, KeySym modifier);

/** Keys one after the other; the last is 0. */
void stage_type(struct stage *stage, const KeySym *keys);

/** Holds a key down, or lets it go. */
void stage_hold(struct stage *stage, KeySym key, bool down);

/** The newest value written to a control, or NAN. */
float stage_written(const struct stage *stage, enum port port);

/** Forgets what was written. */
void stage_forget(struct stage *stage);

/** The pixel of the window at x, y, 0xRRGGBB; what is on the screen. */
unsigned long stage_pixel(struct stage *stage, int x, int y);

/** Where the things of the window are. */
struct layout stage_layout(struct stage *stage, double scale);

/** A window of the stems variant, of its own size. */
extern const struct stage_options stage_plain;

/** A case with such a window in this stage, which is closed after it. */
#define STAGE_TEST(test, stage) {#test, test, stage_open_plain, stage_close_again, stage}
int stage_open_plain(void **state);
int stage_close_again(void **state);
