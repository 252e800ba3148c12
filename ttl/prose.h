/* SPDX-License-Identifier: ISC */
/* The texts of the bundle that do not belong to a port. */
#pragma once

#define TEXT_PROJECT "urn:unbraid:project"
#define TEXT_LICENSE "http://opensource.org/licenses/isc"
#define TEXT_MAINTAINER "The Unbraid authors"

#define TEXT_PREFIXES                                                                              \
  "@prefix atom: <http://lv2plug.in/ns/ext/atom#> .\n"                                             \
  "@prefix bufsz: <http://lv2plug.in/ns/ext/buf-size#> .\n"                                        \
  "@prefix doap: <http://usefulinc.com/ns/doap#> .\n"                                              \
  "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n"                                                 \
  "@prefix inline: <http://harrisonconsoles.com/lv2/inlinedisplay#> .\n"                           \
  "@prefix log: <http://lv2plug.in/ns/ext/log#> .\n"                                               \
  "@prefix lv2: <http://lv2plug.in/ns/lv2core#> .\n"                                               \
  "@prefix mod: <http://moddevices.com/ns/mod#> .\n"                                               \
  "@prefix opts: <http://lv2plug.in/ns/ext/options#> .\n"                                          \
  "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"                                              \
  "@prefix param: <http://lv2plug.in/ns/ext/parameters#> .\n"                                      \
  "@prefix patch: <http://lv2plug.in/ns/ext/patch#> .\n"                                           \
  "@prefix pg: <http://lv2plug.in/ns/ext/port-groups#> .\n"                                        \
  "@prefix pprops: <http://lv2plug.in/ns/ext/port-props#> .\n"                                     \
  "@prefix pset: <http://lv2plug.in/ns/ext/presets#> .\n"                                          \
  "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"                                 \
  "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"                                      \
  "@prefix rsz: <http://lv2plug.in/ns/ext/resize-port#> .\n"                                       \
  "@prefix state: <http://lv2plug.in/ns/ext/state#> .\n"                                           \
  "@prefix ui: <http://lv2plug.in/ns/extensions/ui#> .\n"                                          \
  "@prefix units: <http://lv2plug.in/ns/extensions/units#> .\n"                                    \
  "@prefix urid: <http://lv2plug.in/ns/ext/urid#> .\n\n"

#define TEXT_STEMS_NAME "Unbraid"
#define TEXT_STEMS_SHORTDESC "Splits a stereo mix into stems while it plays"
#define TEXT_STEMS_DOCUMENTATION                                                                   \
  "Unbraid splits a stereo mix into stems while it plays. Vocals, drums, bass and other are one "  \
  "split of the mix; harmonic and percussive are another. Each stem has a stereo output, a "       \
  "fader, mute, solo and a wet control. The stems of a split add up to the mix.\n\n"               \
  "The main output is the mix after the faders. With every fader at 0 dB it is the input, "        \
  "sample for sample, delayed by the reported latency. Main From selects the split whose faders "  \
  "change the main output. A stem that is neither connected nor heard in the main output costs "   \
  "nothing."

#define TEXT_INSERT_NAME "Unbraid Insert"
#define TEXT_INSERT_SHORTDESC "Stem faders for a stereo mix, as an insert"
#define TEXT_INSERT_DOCUMENTATION                                                                  \
  "The faders of Unbraid as a stereo insert, for a channel strip or a DJ: turn down, mute or "     \
  "solo the vocals, drums, bass and other of a finished mix, or its harmonic and percussive "      \
  "parts. With every fader at 0 dB the output is the input, sample for sample, delayed by the "    \
  "reported latency. Main From selects the split whose faders are heard."

#define TEXT_MODEL_FOUR "Four-stem model"
#define TEXT_MODEL_FOUR_COMMENT                                                                    \
  "Model file for vocals, drums, bass and other; if empty, Quality selects the model"
#define TEXT_MODEL_HP "Harmonic/percussive model"
#define TEXT_MODEL_HP_COMMENT                                                                      \
  "Model file for harmonic and percussive; if empty, the bundled model plays"
