/* SPDX-License-Identifier: ISC */
/* The inline display extension, with which Ardour and Carla show a plugin's picture in the mixer.
 * The extension has no header; this is the interface of those hosts. */
#pragma once

#include <lv2/core/lv2.h>
#include <stdint.h>

#define INLINEDISPLAY_PREFIX "http://harrisonconsoles.com/lv2/inlinedisplay#"
#define INLINEDISPLAY__interface INLINEDISPLAY_PREFIX "interface"
#define INLINEDISPLAY__queue_draw INLINEDISPLAY_PREFIX "queue_draw"

/** A picture owned by the plugin, valid until cleanup() or the next picture: pixels 0xAARRGGBB of
 * 32 bits in the machine's byte order, colours multiplied by alpha. */
struct inlinedisplay_surface {
  unsigned char *data;
  int width, height, stride; /* stride: bytes from a row to the next */
};

/** The data of the feature queue_draw. */
struct inlinedisplay_host {
  void *handle;
  /** Requests a later call of render(). Meant for run(): Ardour writes into the ring from each
   * audio thread to its GUI, Carla sets a flag. */
  void (*queue_draw)(void *handle);
};

/** The result of extension_data() for the interface. */
struct inlinedisplay_interface {
  /** Called on a thread that is not the audio thread, usually the GUI's. w, h: the available
   * pixels.
   * @return NULL: nothing to show. */
  struct inlinedisplay_surface *(*render)(LV2_Handle instance, uint32_t w, uint32_t h);
};
