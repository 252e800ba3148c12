/* SPDX-License-Identifier: ISC */
/* Hosts the plugin: its controls, presets and audio. Each thread needs a host of its own. */
#pragma once

#include "cli/options.h"

#include <stdint.h>
#include <stdio.h>

enum { HOST_BLOCK = 1024 }; /* frames per run */

struct host;

/** Finds and loads the plugin; the controls have their defaults. STATUS_FAILED after saying why,
 * with *host NULL. */
enum status host_open(struct host **host);

/** Prints the labels of the presets, one a line, in alphabetical order. */
enum status host_list_presets(struct host *host, FILE *out);

/** Sets the controls to a preset. Case does not matter in its label; spaces, dashes and underscores
 * are the same. STATUS_USAGE after reporting that there is none. */
enum status host_preset(struct host *host, const char *label);

/** Sets a control by its port symbol. STATUS_USAGE, after saying why, when there is none or the
 * value is out of its range. */
enum status host_set(struct host *host, const char *symbol, float value);

/** Chooses a model file for a split. STATUS_FAILED after saying that its path is too long;
 * host_start() reads the file. */
enum status host_model(struct host *host, enum split_id split, const char *path);

/** Whether a gain, mute or solo differs from its default, so that the main output is not the
 * song. */
bool host_faders_moved(const struct host *host);

/** Instantiates and activates the plugin at a sample rate in Hz with the wanted outputs connected.
 * STATUS_FAILED after saying why; also if a chosen model file cannot be used, or if one of the four
 * stems is wanted and the plugin cannot use its model. The plugin would play on without a model,
 * which is right on a stage but not for a file. */
enum status host_start(struct host *host, double rate, const bool wanted[N_OUTPUTS]);

/** Where to put the next HOST_BLOCK input samples of a channel (0, 1). */
float *host_input(struct host *host, int channel);

/** Runs the plugin over one block. */
void host_run(struct host *host);

/** The last run's samples of a wanted output, HOST_BLOCK of them. */
const float *host_output(const struct host *host, int output, int channel);

/** A number that changes when the controls or the model files change. */
uint64_t host_fingerprint(const struct host *host);

/** The latency in frames that the plugin reported in the last run. */
uint32_t host_latency(const struct host *host);

/** Ends what host_start() started, before another start; does nothing if it was not started. */
void host_stop(struct host *host);

/** Stops and unloads everything; NULL is fine. */
void host_close(struct host *host);
