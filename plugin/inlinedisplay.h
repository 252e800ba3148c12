/* The inline display extension, with which Ardour and Carla show a picture of a plugin in the
 * mixer. It has no header of its own; this is its interface as those hosts have it. */
#pragma once

#include <lv2/core/lv2.h>
#include <stdint.h>

#define INLINEDISPLAY_PREFIX "http://harrisonconsoles.com/lv2/inlinedisplay#"
#define INLINEDISPLAY__interface INLINEDISPLAY_PREFIX "interface"
#define INLINEDISPLAY__queue_draw INLINEDISPLAY_PREFIX "queue_draw"

/** A picture of the plugin's own, good until cleanup() or the next picture: pixels 0xAARRGGBB of 32
 * bits in the machine's byte order, colours multiplied by alpha. */
struct inlinedisplay_surface {
  unsigned char *data;
  int width, height, stride; /* stride: bytes from a row to the next */
};

/** The data of the feature queue_draw. */
struct inlinedisplay_host {
  void *handle;
  /** Asks for a call of render() some time later. Meant for run(): Ardour writes into the ring that
   * each of its audio threads has for its GUI, Carla sets a flag. */
  void (*queue_draw)(void *handle);
};

/** What extension_data() gives for the interface. */
struct inlinedisplay_interface {
  /** On a thread that is not the audio thread, mostly the GUI's. w, h: the room there is, in
   * pixels.
   * @return NULL: nothing to show. */
  struct inlinedisplay_surface *(*render)(LV2_Handle instance, uint32_t w, uint32_t h);
};
