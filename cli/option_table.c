/* SPDX-License-Identifier: ISC */
#include "cli/option_table.h"

#include <stddef.h>

#define STEM_WORDS "vocals drums bass other harmonic percussive"

/* clang-format off: a paragraph of roff is lines. */
const struct option_row option_table[N_PROGRAM_OPTIONS] = {
    [OPTION_OUT] =
        {"out", 'o', VALUE_FOLDER, "DIR", NULL,
         "write into DIR (default: NAME.stems in the current\nfolder); - is standard output, for "
         "one stem",
         "Write into\n.IR DIR ,\n"
         "which is created, with its parents, if it does not exist.\n"
         "With\n.B \\-\nthe selected stem is written to standard output when it is complete.\n"},
    [OPTION_STEMS] = {"stems", 's', VALUE_WORDS, "LIST", STEM_WORDS " main",
                      "write these only: vocals,drums,bass,other,harmonic,\npercussive,main",
                      "Write only these outputs, separated by commas:\n"
                      ".BR vocals ,\n.BR drums ,\n.BR bass ,\n.BR other ,\n.BR harmonic ,\n.BR "
                      "percussive ,\n.BR main .\n"
                      "Other outputs are not computed.\n"},
    [OPTION_TWO_STEMS] =
        {"two-stems", 0, VALUE_WORD, "STEM", STEM_WORDS,
         "write STEM and the song without it; --two is the same",
         "Write two files that add up to the song: this stem, and the song without it.\n"
         "The second is named\n.B instrumental\nfor vocals, and\n.BR no_drums ,\n.B no_bass\nand "
         "so on for the others.\n"
         "If\n.B \\-\\-set\nmoves faders, only the second changes.\n"},
    [OPTION_NAME] = {"name", 0, VALUE_TEXT, "TEMPLATE", NULL,
                     "name the files, such as '{artist}/{title}/{stem}';\nsee unbraid(1)",
                     "Name the files within the folder of\n.BR \\-\\-out ,\nor the current folder, "
                     "by a template; see\n.BR NAMES .\n"},
    [OPTION_SET] = {"set", 0, VALUE_CONTROL, "PORT=VALUE", NULL,
                    "set a control of the plugin, such as vocals_gain=-6\nor spatial=0; see "
                    "unbraid(1) for all",
                    "Set a control of the plugin by its symbol; see\n.BR CONTROLS .\n"
                    "May be given many times, and overrides a preset.\n"},
    [OPTION_PRESET] = {"preset", 'p', VALUE_PRESET, "NAME", NULL, "set the controls to a preset",
                       "Set the controls to a preset.\nIn\n.I NAME\n"
                       "case does not matter, and spaces, dashes and underscores are the same.\n"},
    [OPTION_LIST_PRESETS] = {"list-presets", 0, VALUE_NONE, NULL, NULL, "list the presets",
                             "List the presets.\n"},
    [OPTION_QUALITY] = {"quality", 0, VALUE_WORD, "NAME", "balanced light live instant",
                        "bundled model: balanced (default), light, live\nor instant",
                        "Select a bundled model:\n.B balanced\n(the default),\n.BR light ,\n"
                        "which needs the least CPU,\n.B live\nor\n.BR instant ,\n"
                        "which have less delay in a host and sound here as they do there.\n"},
    [OPTION_MODEL] = {"model", 0, VALUE_FILE, "FILE", NULL,
                      "your own model file for the four stems",
                      "Load your own model file for vocals, drums, bass and other instead of the "
                      "bundled model.\n"},
    [OPTION_MODEL_HP] = {"model-hp", 0, VALUE_FILE, "FILE", NULL,
                         "your own model file for harmonic and percussive",
                         "Load your own model file for harmonic and percussive.\n"},
    [OPTION_FORMAT] =
        {"format", 'f', VALUE_WORD, "FORMAT", "wav flac ogg opus mp3",
         "wav (default), flac, ogg, opus or mp3",
         ".B wav\n(the default),\n.BR flac ,\n.B ogg\n(Ogg Vorbis),\n.B opus\nor\n.BR mp3 .\n"
         "WAV files of more than 4 GB are written as RF64.\n"
         "Opus has about 192 kbit/s; MP3 has its best variable bit rate.\n"
         "Stems in Opus are resampled to 8, 12, 16, 24 or 48 kHz, and stems in MP3 to 48 kHz or "
         "less, if the song\n"
         "has another rate.\n"},
    [OPTION_BITS] = {"bits", 'b', VALUE_WORD, "BITS", "16 24 32f",
                     "16, 24 or 32f (default: 32f for wav, 24 for flac)",
                     ".BR 16 ,\n.B 24\nor\n.B 32f\n(floating point) bits per sample.\n"
                     "The default is 32f for wav, which keeps the stems exact, and 24 for flac, "
                     "which cannot hold 32f.\n"
                     "Ogg, Opus and MP3 have no such option.\n"
                     "A stem may exceed full scale where the other stems cancel it; 16 and 24 bits "
                     "clip such samples,\n"
                     "and their number is printed at the end.\n"
                     "16 bits are dithered with triangular noise (TPDF); samples that 16 bits hold "
                     "exactly are not changed.\n"},
    [OPTION_NO_DITHER] = {"no-dither", 0, VALUE_NONE, NULL, NULL, "round to 16 bits without dither",
                          "Round to 16 bits without dither.\n"},
    [OPTION_PLOT] = {"plot", 0, VALUE_PICTURE, "FILE", NULL,
                     "draw the spectrograms (default: NAME.png with the\nstems)",
                     "Draw spectrograms of each song and of all its written files into a PNG "
                     "picture, by default\n"
                     ".I song.png\nbeside its first stem: time, frequency in Hz on a logarithmic "
                     "axis, level in dB.\n"},
    [OPTION_JOBS] = {"jobs", 'j', VALUE_NUMBER, "N", NULL, "split N songs at a time (default: 1)",
                     "Split up to\n.I N\nsongs at the same time, 1 to 64.\nEach needs about one "
                     "core and 30 MB of memory.\n"},
    [OPTION_RESUME] = {"resume", 0, VALUE_NONE, NULL, NULL, "skip songs that are finished already",
                       "Skip songs whose files all exist, if they were made from the same file, "
                       "unchanged since then, with\n"
                       "the same settings and model files and by the same version.\n"
                       "This is stored in the extended attribute\n.BR user.unbraid.made ;\n"
                       "on a file system without extended attributes every song is split again.\n"},
    [OPTION_JSON] =
        {"json", 0, VALUE_NONE, NULL, NULL, "print a line of JSON for each song on standard output",
         "Print a line of JSON for each song on standard output instead of the file names; see\n"
         ".BR JSON .\n"},
    [OPTION_NO_WARM_UP] =
        {"no-warm-up", 0, VALUE_NONE, NULL, NULL, "start on silence, as a host does",
         "Start on silence, as a host does.\n"
         "By default the plugin first hears the first four seconds of the song mirrored in time, "
         "and their output is\n"
         "discarded: the first tenth of a second is then separated about as well as the rest.\n"},
    [OPTION_QUIET] = {"quiet", 'q', VALUE_NONE, NULL, NULL, "print errors only",
                      "Print only errors and warnings, and the output of\n.B \\-\\-json\nand\n.BR "
                      "\\-\\-out=\\- .\n"},
    [OPTION_HELP] = {"help", 'h', VALUE_NONE, NULL, NULL, "print this help",
                     "Print a short help.\n"},
    [OPTION_VERSION] = {"version", 'V', VALUE_NONE, NULL, NULL, "print the version",
                        "Print the version.\n"},
};
/* clang-format on */
