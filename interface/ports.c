/* SPDX-License-Identifier: ISC */
#include "interface/ports.h"

#include "dsp/refine.h"

#include <stddef.h>

/* Below this the fader is closed: a stem at -60 dB is off. */
#define GAIN_OFF (-60.0f)

const char *const stem_symbols[N_STEMS] = {"vocals", "drums",    "bass",
                                           "other",  "harmonic", "percussive"};
const char *const stem_names[N_STEMS] = {"Vocals", "Drums",    "Bass",
                                         "Other",  "Harmonic", "Percussive"};

static const struct scale_point gain_points[] = {{GAIN_OFF, "Off"}, {0.0f, "Unity"}, {0.0f, NULL}};
static const struct scale_point floor_points[] = {{REFINE_FLOOR_OFF, "Off"}, {0.0f, NULL}};
static const struct scale_point main_from_points[] = {
    {0.0f, "Four stems"}, {1.0f, "Harmonic/percussive"}, {0.0f, NULL}};
static const struct scale_point outs_points[] = {
    {0.0f, "After the fader"}, {1.0f, "Before the fader"}, {0.0f, NULL}};

static const struct scale_point quality_points[] = {
    {0.0f, "Balanced"}, {1.0f, "Light"}, {2.0f, "Live"}, {3.0f, "Instant"}, {0.0f, NULL}};

/* What these macros take are initialisers. NOLINTBEGIN(bugprone-macro-parentheses) */
#define AUDIO(SYM, NAME, SHORT, COMMENT, KIND, FLAGS, SIDE, GROUP)                                 \
  {.symbol = SYM,                                                                                  \
   .name = NAME,                                                                                   \
   .short_name = SHORT,                                                                            \
   .comment = COMMENT,                                                                             \
   .kind = KIND,                                                                                   \
   .flags = FLAGS,                                                                                 \
   .designation = SIDE,                                                                            \
   .group = GROUP}

#define STEM_OUTS(SYM, NAME, SHORT)                                                                \
  AUDIO(SYM "_l", NAME " Left", SHORT " L", "The " SYM " alone, left channel", KIND_AUDIO_OUT,     \
        FLAG_OPTIONAL, "pg:left", SYM),                                                            \
      AUDIO(SYM "_r", NAME " Right", SHORT " R", "The " SYM " alone, right channel",               \
            KIND_AUDIO_OUT, FLAG_OPTIONAL, "pg:right", SYM)

/* A stem's controls have a group beside that of its outputs, which is stereo audio alone. */
#define STEM_FADER(SYM, NAME, SHORT, PRIORITY)                                                     \
  {.symbol = SYM "_gain",                                                                          \
   .name = NAME " Gain",                                                                           \
   .short_name = SHORT " Gain",                                                                    \
   .comment = "Fader of the " SYM ": -60 dB is off, 0 dB keeps the level of the mix",              \
   .kind = KIND_CONTROL_IN,                                                                        \
   .minimum = GAIN_OFF,                                                                            \
   .maximum = 12.0f,                                                                               \
   .unit = "db",                                                                                   \
   .group = SYM "_fader",                                                                          \
   .priority = PRIORITY,                                                                           \
   .points = gain_points,                                                                          \
   .shown = {SHOWN_FADER, PLACE_STRIP, 0}},                                                        \
      {.symbol = SYM "_mute",                                                                      \
       .name = NAME " Mute",                                                                       \
       .short_name = SHORT " Mute",                                                                \
       .comment = "Silences the " SYM,                                                             \
       .kind = KIND_CONTROL_IN,                                                                    \
       .flags = FLAG_TOGGLED | FLAG_INTEGER,                                                       \
       .maximum = 1.0f,                                                                            \
       .group = SYM "_fader",                                                                      \
       .priority = PRIORITY,                                                                       \
       .shown = {SHOWN_BUTTON, PLACE_STRIP, 0}},                                                   \
      {.symbol = SYM "_solo",                                                                      \
       .name = NAME " Solo",                                                                       \
       .short_name = SHORT " Solo",                                                                \
       .comment = "Silences the other stems of the same split",                                    \
       .kind = KIND_CONTROL_IN,                                                                    \
       .flags = FLAG_TOGGLED | FLAG_INTEGER,                                                       \
       .maximum = 1.0f,                                                                            \
       .group = SYM "_fader",                                                                      \
       .priority = PRIORITY,                                                                       \
       .shown = {SHOWN_BUTTON, PLACE_STRIP, 0}},                                                   \
  {                                                                                                \
    .symbol = SYM "_wet", .name = NAME " Wet", .short_name = SHORT " Wet",                         \
    .comment = "100 %: the " SYM " alone; 0 %: the untouched mix, equally delayed",                \
    .kind = KIND_CONTROL_IN, .maximum = 100.0f, .initial = 100.0f, .unit = "pc",                   \
    .group = SYM "_fader", .priority = PRIORITY, .shown = {SHOWN_BAR, PLACE_STRIP, 0}              \
  }
/* NOLINTEND(bugprone-macro-parentheses) */

const struct port_info port_table[N_PORTS] = {
    AUDIO("in_l", "In Left", "In L", "The mix, left channel", KIND_AUDIO_IN, 0, "pg:left", "in"),
    AUDIO("in_r", "In Right", "In R", "The mix, right channel", KIND_AUDIO_IN, 0, "pg:right", "in"),
    AUDIO("main_l", "Main Left", "Main L", "The mix after the faders, left channel", KIND_AUDIO_OUT,
          0, "pg:left", "main"),
    AUDIO("main_r", "Main Right", "Main R", "The mix after the faders, right channel",
          KIND_AUDIO_OUT, 0, "pg:right", "main"),
    STEM_OUTS("vocals", "Vocals", "Voc"),
    STEM_OUTS("drums", "Drums", "Drm"),
    STEM_OUTS("bass", "Bass", "Bass"),
    STEM_OUTS("other", "Other", "Oth"),
    STEM_OUTS("harmonic", "Harmonic", "Harm"),
    STEM_OUTS("percussive", "Percussive", "Perc"),
    STEM_FADER("vocals", "Vocals", "Voc", 60),
    STEM_FADER("drums", "Drums", "Drm", 50),
    STEM_FADER("bass", "Bass", "Bass", 40),
    STEM_FADER("other", "Other", "Oth", 30),
    STEM_FADER("harmonic", "Harmonic", "Harm", 20),
    STEM_FADER("percussive", "Percussive", "Perc", 10),
    {.symbol = "main_from",
     .name = "Main From",
     .short_name = "Main From",
     .comment = "The split whose faders change the main output",
     .kind = KIND_CONTROL_IN,
     .flags = FLAG_INTEGER | FLAG_ENUM,
     .maximum = 1.0f,
     .priority = 80,
     .points = main_from_points,
     .shown = {SHOWN_SEGMENTS, PLACE_HEADER, 226}},
    {.symbol = "outs",
     .name = "Stem Outputs",
     .short_name = "Outs",
     .comment = "Whether the stem outputs follow the faders",
     .kind = KIND_CONTROL_IN,
     .flags = FLAG_INTEGER | FLAG_ENUM,
     .maximum = 1.0f,
     .priority = 8,
     .points = outs_points,
     .shown = {SHOWN_SEGMENTS, PLACE_HEADER, 220}},
    {.symbol = "enabled",
     .name = "Enabled",
     .short_name = "Enabled",
     .comment = "Off: main is the delayed input, the stem outputs are silent",
     .kind = KIND_CONTROL_IN,
     .flags = FLAG_TOGGLED | FLAG_INTEGER,
     .maximum = 1.0f,
     .initial = 1.0f,
     .designation = "lv2:enabled",
     .priority = 90,
     .shown = {SHOWN_POWER, PLACE_HEADER, 100}},
    {.symbol = "freewheel",
     .name = "Freewheel",
     .short_name = "Freewheel",
     .comment = "Set by the host while it renders faster or slower than real time: every frame "
                "waits for its masks",
     .kind = KIND_CONTROL_IN,
     .flags = FLAG_TOGGLED | FLAG_INTEGER | FLAG_OPTIONAL | FLAG_NOT_ON_GUI,
     .maximum = 1.0f,
     .designation = "lv2:freeWheeling"},
    {.symbol = "latency",
     .name = "Latency",
     .short_name = "Latency",
     .comment = "Delay of every output against the input",
     .kind = KIND_CONTROL_OUT,
     .flags = FLAG_INTEGER | FLAG_LATENCY | FLAG_NOT_ON_GUI,
     .maximum = 131072.0f,
     .unit = "frame",
     .designation = "lv2:latency"},
    {.symbol = "late_frames",
     .name = "Late Frames",
     .short_name = "Late",
     .comment = "Number of frames with late masks since activation",
     .kind = KIND_CONTROL_OUT,
     .flags = FLAG_INTEGER,
     .maximum = 16777216.0f,
     .priority = 5},
    {.symbol = "quality",
     .name = "Quality",
     .short_name = "Quality",
     .comment =
         "Selects a bundled model, unless a file is chosen; Live and Instant have less delay",
     .kind = KIND_CONTROL_IN,
     .flags = FLAG_INTEGER | FLAG_ENUM,
     .maximum = 3.0f,
     .priority = 70,
     .points = quality_points,
     .shown = {SHOWN_MENU, PLACE_HEADER, 98}},
    {.symbol = "control",
     .name = "Control",
     .short_name = "Control",
     .comment = "Receives the choice of model files",
     .kind = KIND_ATOM_IN,
     .flags = FLAG_OPTIONAL,
     .designation = "lv2:control",
     .bytes = 8192},
    {.symbol = "notify",
     .name = "Notify",
     .short_name = "Notify",
     .comment = "Sends the chosen model files and the data of the window",
     .kind = KIND_ATOM_OUT,
     .flags = FLAG_OPTIONAL,
     .designation = "lv2:control",
     .bytes = 32768},
    {.symbol = "sharpness",
     .name = "Sharpness",
     .short_name = "Sharpness",
     .comment =
         "Exponent of the masks of the four stems: 1 keeps the model's masks; 2 leaves less of "
         "the other stems in each stem, with more artefacts",
     .kind = KIND_CONTROL_IN,
     .minimum = 1.0f,
     .maximum = 2.0f,
     .initial = 1.0f,
     .priority = 4,
     .shown = {SHOWN_BAR, PLACE_FOUR, 98}},
    {.symbol = "spatial",
     .name = "Stereo Filter",
     .short_name = "Stereo",
     .comment =
         "How much the position between the loudspeakers helps to separate the four stems; no "
         "effect on a mono mix",
     .kind = KIND_CONTROL_IN,
     .maximum = 100.0f,
     .initial = 100.0f,
     .unit = "pc",
     .priority = 4,
     .shown = {SHOWN_BAR, PLACE_FOUR, 98}},
    {.symbol = "floor",
     .name = "Floor",
     .short_name = "Floor",
     .comment =
         "Closes vocals, drums or bass this far below the mix; their remainder goes to other: "
         "-80 dB is off",
     .kind = KIND_CONTROL_IN,
     .minimum = REFINE_FLOOR_OFF,
     .maximum = -10.0f,
     .initial = REFINE_FLOOR_OFF,
     .unit = "db",
     .priority = 4,
     .points = floor_points,
     .shown = {SHOWN_BAR, PLACE_FOUR, 98}},
};
