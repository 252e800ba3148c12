# Unbraid: the plugin bundle, the program, tests and benchmarks.
#
#   make            build/unbraid.lv2 and build/unbraid
#   make demo       install what is missing, build, split a song
#   make check      every test
#   make help       all targets

VERSION := $(shell cat VERSION)

CC ?= cc
PKG_CONFIG ?= pkg-config
INSTALL ?= install
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
MANDIR ?= $(PREFIX)/share/man
LV2DIR ?= $(PREFIX)/lib/lv2
METAINFODIR ?= $(PREFIX)/share/metainfo
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
CFLAGS ?= -O2 -g

# SAN=address,undefined or SAN=thread builds into a folder of its own.
SAN ?=
comma := ,
B := build$(if $(SAN),-$(subst $(comma),-,$(SAN)))

# Packages are built with WERROR= : a compiler yet to come must not break them.
WERROR ?= -Werror
WARNINGS := -Wall -Wextra $(WERROR) -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla
# -ffp-contract=off: the same sums on every machine and compiler; the kernels ask for FMA by name.
# -ffile-prefix-map: the same bytes from any folder.
OWN_CFLAGS := -std=c11 $(WARNINGS) -I. -fPIC -fvisibility=hidden -ffp-contract=off \
              '-ffile-prefix-map=$(CURDIR)=.' \
              -DUNBRAID_VERSION='"$(VERSION)"' -D_POSIX_C_SOURCE=200809L -MMD -MP
# Unless the flags that were given say something about it.
unless_said = $(if $(findstring $(1),$(GIVEN_FLAGS)),,$(2))
GIVEN_FLAGS := $(CFLAGS) $(CPPFLAGS)
HARDENING := $(call unless_said,stack-protector,-fstack-protector-strong)
ifneq ($(if $(SAN),,$(filter -O1 -O2 -O3 -Os,$(GIVEN_FLAGS))),)
HARDENING += $(call unless_said,_FORTIFY_SOURCE,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif
SAN_FLAGS := $(if $(SAN),-fsanitize=$(SAN))
override CFLAGS += $(OWN_CFLAGS) $(HARDENING) $(if $(SAN),$(SAN_FLAGS) -fno-omit-frame-pointer)
override LDFLAGS += $(SAN_FLAGS)

MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
# Said before the first recipe fails; what installs packages says it by itself.
ifeq ($(MACHINE)$(filter deps demo check% bench soak clean help,$(MAKECMDGOALS)),)
$(info There is no C compiler '$(CC)' here. `packaging/deps.sh build` installs what is missing, or names it.)
endif

# What runs while building is compiled for this machine, whatever the rest is for.
CC_FOR_BUILD ?= $(CC)

# Missing libraries are reported by the `deps` script in one line; pkg-config stays quiet here.
flags = $(shell $(PKG_CONFIG) --$(1) $(2) 2>/dev/null)

DSP_LIBS := $(call flags,libs,fftw3f jansson) -lfftw3f_threads -lm
PLUGIN_LDFLAGS := -shared -Wl,--no-undefined,--as-needed,-z,nodelete,-z,relro,-z,now \
                  -Wl,--version-script=plugin/exports.map
PROGRAM_LDFLAGS := -pie -Wl,-z,relro,-z,now
ifneq ($(SAN),)
PLUGIN_LDFLAGS := -shared -Wl,-z,nodelete -Wl,--version-script=plugin/exports.map
endif

# Sorted by make itself, whose order no locale changes: objects are linked, and presets named, in it.
files = $(sort $(wildcard $(1)))
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
CORE_SRC := $(call files,dsp/*.c nn/*.c engine/*.c plugin/*.c) $(addprefix interface/,plugin_messages.c ports.c uris.c view.c)
CORE_OBJ := $(call obj,$(CORE_SRC))
CLI_OBJ := $(call obj,$(call files,cli/*.c))
DEMO_OBJ := $(call obj,$(call files,demo/*.c))
SONG_OBJ := $(filter-out $(B)/obj/demo/demo_song.o,$(DEMO_OBJ))
# The UI is built where X11 and cairo are; without them the bundle has none, and does not name one.
UI := $(if $(call flags,libs,x11 cairo-xlib),ui)
UI_OBJ := $(call obj,$(call files,ui/*.c) $(addprefix interface/,ports.c uris.c window_messages.c))
TTL_OBJ := $(patsubst %.c,$(B)/obj/for-build/%.o,$(call files,ttl/*.c) interface/ports.c)
MODELS := $(call files,models/*.safetensors)
PRESETS := $(call files,presets/*.ttl)
LANGUAGES := $(call files,ttl/po/*.po)
BUNDLE := $(B)/unbraid.lv2
BUNDLE_FILES := $(BUNDLE)/unbraid.so $(if $(UI),$(BUNDLE)/unbraid_ui.so) $(BUNDLE)/manifest.ttl \
                $(patsubst models/%,$(BUNDLE)/%,$(MODELS)) \
                $(patsubst presets/%,$(BUNDLE)/presets/%,$(PRESETS))

.PHONY: all deps tests check check-hosts check-quick check-memory check-faults check-packages check-arm check-rtsan check-races \
        arm-tests bench bench-run bench-programs fuzz fuzz-programs fuzzers soak demo model install install-user uninstall \
        uninstall-user dist clean help format lint lint-realtime
.SECONDARY:

COMPLETIONS := $(addprefix $(B)/completions/,unbraid.bash unbraid.zsh unbraid.fish)
all: $(BUNDLE_FILES) $(B)/unbraid $(B)/unbraid.1 $(COMPLETIONS)

help:
	@sed -n 's/^## //p' Makefile

## all            the bundle build/unbraid.lv2, the program build/unbraid and its manual page
## deps           name missing packages, and install them when run as root
## demo           deps, all, then split the demo song into stems
## check          every test; installs the hosts it needs if it is allowed to
## check-hosts    only the tests in real hosts: jalv, Ardour, ecasound, lilv
## check-quick    only the tests that need no host, screen or idle machine; for packages
## check-packages archive, bundle and Debian packages: reproducible, and clean for their checkers
## check-faults   the long forms of test_faults and test_torture
## check-memory   check-quick under valgrind
## check-arm      the tests of dsp/, nn/ and the engine for aarch64, under qemu
## fuzz           hostile files, sessions and messages: FUZZ_RUNS inputs each, with clang
## check-rtsan    run() under clang's RealtimeSanitizer, clang 20 or later
## check-races    the threads under ThreadSanitizer
## bench          worker and run() times, share of a core, offline speed; against other libraries
## soak           SOAK_HOURS of audio, and SOAK_MINUTES in real time on a loaded machine
## bench-run      the longest run() of a million blocks, and many instances at once
## model          train a model on SONGS=folder of songs in stems (MUSDB18-HQ, your own)
## lint           includes, links, clang-format, clang-tidy, calls of real-time functions
## install        into DESTDIR, PREFIX (/usr/local), LV2DIR (PREFIX/lib/lv2)
## install-user   the bundle into ~/.lv2, the program into ~/.local/bin
## uninstall, uninstall-user  remove the installed files
## dist           unbraid-VERSION.tar.gz
## clean          build folders

$(B)/obj/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(EXTRA_CFLAGS) -c -o $@ $<

$(B)/obj/for-build/%.o: %.c Makefile VERSION
	@mkdir -p $(@D)
	$(CC_FOR_BUILD) $(OWN_CFLAGS) $(SAN_FLAGS) $(call flags,cflags,lv2) -c -o $@ $<

# The kernels are one source, compiled once per instruction set.
KERNEL_CFLAGS := -O3 -ffp-contract=fast
$(B)/obj/nn/kernels_%.o: EXTRA_CFLAGS = $(KERNEL_CFLAGS)
ifeq ($(MACHINE),x86_64)
$(B)/obj/nn/kernels_avx2.o: EXTRA_CFLAGS = $(KERNEL_CFLAGS) -mavx2 -mfma
$(B)/obj/nn/kernels_avx512.o: EXTRA_CFLAGS = $(KERNEL_CFLAGS) -mavx512f -mavx512vl -mfma -mprefer-vector-width=512
endif
# Loops over bins that gain from vectors; nobody asks them for errno or floating-point exceptions.
$(B)/obj/dsp/%.o $(B)/obj/nn/features.o: EXTRA_CFLAGS = -O3 -fno-math-errno -fno-trapping-math
$(call obj,$(wildcard engine/*.c interface/*.c plugin/*.c)): EXTRA_CFLAGS = $(call flags,cflags,lv2)
$(call obj,$(wildcard ui/*.c)): EXTRA_CFLAGS = $(call flags,cflags,lv2 cairo-xlib x11)
$(CLI_OBJ): EXTRA_CFLAGS = $(call flags,cflags,lilv-0 sndfile samplerate cairo fftw3f jansson)
$(DEMO_OBJ): EXTRA_CFLAGS = $(call flags,cflags,sndfile)

$(BUNDLE)/unbraid.so: $(CORE_OBJ) plugin/exports.map
	@mkdir -p $(@D)
	$(CC) $(PLUGIN_LDFLAGS) $(LDFLAGS) -o $@ $(CORE_OBJ) $(DSP_LIBS) -pthread

$(BUNDLE)/unbraid_ui.so: $(UI_OBJ) ui/exports.map
	@mkdir -p $(@D)
	$(CC) $(subst plugin/exports.map,ui/exports.map,$(PLUGIN_LDFLAGS)) $(LDFLAGS) -o $@ $(UI_OBJ) \
	  $(call flags,libs,cairo-xlib x11) -lm

# One run writes manifest.ttl, unbraid.ttl and insert.ttl.
$(BUNDLE)/manifest.ttl: $(B)/ttlgen $(PRESETS) $(LANGUAGES) VERSION
	@mkdir -p $(@D)
	$(B)/ttlgen $(@D) $(if $(UI),--ui) $(LANGUAGES) $(PRESETS)

$(B)/ttlgen: $(TTL_OBJ)
	$(CC_FOR_BUILD) $(SAN_FLAGS) -o $@ $(TTL_OBJ)

# The controls of the manual page are the port table's.
$(B)/unbraid.1: cli/unbraid.1 $(B)/generate
	$(B)/generate controls >$(B)/controls.1
	$(B)/generate options >$(B)/options.1
	sed -e '/^\.\\" The entries/r $(B)/controls.1' -e '/^\.\\" The options/r $(B)/options.1' cli/unbraid.1 >$@

$(BUNDLE)/%.safetensors: models/%.safetensors
	@mkdir -p $(@D)
	cp $< $@

$(BUNDLE)/presets/%.ttl: presets/%.ttl
	@mkdir -p $(@D)
	cp $< $@

CLI_PORTS := $(call obj,interface/ports.c)
$(B)/unbraid: $(CLI_OBJ) $(CLI_PORTS)
	$(CC) $(PROGRAM_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(CLI_PORTS) $(call flags,libs,lilv-0 sndfile samplerate cairo fftw3f jansson) -lm -pthread

# The completions of shells, and the options of the manual page, are the option table's.
GENERATE_OBJ := $(patsubst %.c,$(B)/obj/for-build/%.o,$(call files,cli/generate/*.c) cli/option_table.c interface/ports.c)
$(B)/generate: $(GENERATE_OBJ)
	$(CC_FOR_BUILD) $(SAN_FLAGS) -o $@ $(GENERATE_OBJ)

$(B)/completions/unbraid.%: $(B)/generate
	@mkdir -p $(@D)
	$(B)/generate $* >$@

$(B)/demo-song: $(DEMO_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(DEMO_OBJ) $(call flags,libs,sndfile) -lm

include mk/test.mk mk/bench.mk mk/dist.mk

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

deps:
	packaging/deps.sh build

DEMO := $(B)/demo
demo: deps
	$(MAKE) all $(B)/demo-song
	$(B)/demo-song $(DEMO)
	$(B)/unbraid $(DEMO)/mix.wav --out $(DEMO)/stems --plot
	@echo; echo "The song:  $(DEMO)/mix.wav"
	@echo "Its stems: $(DEMO)/stems/mix.*.wav"
	@echo "A picture: $(DEMO)/stems/mix.png"

SONGS ?= MUSDB18-HQ
RUN ?= unbraid-model
model:
	train/model.sh "$(SONGS)" "$(RUN)"

METAINFO := packaging/org.freedesktop.LinuxAudio.Plugins.Unbraid.metainfo.xml
BUNDLE_DIR = $(DESTDIR)$(LV2DIR)/unbraid.lv2
install: all
	$(INSTALL) -d $(BUNDLE_DIR)/presets $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
	  $(DESTDIR)$(METAINFODIR) $(DESTDIR)$(BASHDIR) $(DESTDIR)$(ZSHDIR) $(DESTDIR)$(FISHDIR)
	$(INSTALL) -m755 $(filter %.so,$(BUNDLE_FILES)) $(BUNDLE_DIR)
	$(INSTALL) -m644 $(addprefix $(BUNDLE)/,manifest.ttl unbraid.ttl insert.ttl) $(MODELS) $(BUNDLE_DIR)
	$(INSTALL) -m644 $(PRESETS) $(BUNDLE_DIR)/presets
	$(INSTALL) -m755 $(B)/unbraid $(DESTDIR)$(BINDIR)
	$(INSTALL) -m644 $(B)/unbraid.1 $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m644 $(B)/completions/unbraid.bash $(DESTDIR)$(BASHDIR)/unbraid
	$(INSTALL) -m644 $(B)/completions/unbraid.zsh $(DESTDIR)$(ZSHDIR)/_unbraid
	$(INSTALL) -m644 $(B)/completions/unbraid.fish $(DESTDIR)$(FISHDIR)/unbraid.fish
	$(INSTALL) -m644 $(METAINFO) $(DESTDIR)$(METAINFODIR)

USER_PLACES = DESTDIR= PREFIX=$(HOME)/.local LV2DIR=$(HOME)/.lv2
install-user:
	$(MAKE) install $(USER_PLACES)
	@case ":$$PATH:" in \
	*":$(HOME)/.local/bin:"*) echo 'Installed. Try: unbraid --help' ;; \
	*) echo 'Installed. This shell does not look into ~/.local/bin yet; type:'; \
	   echo '  export PATH="$$HOME/.local/bin:$$PATH"' ;; \
	esac

uninstall-user:
	$(MAKE) uninstall $(USER_PLACES)

uninstall:
	rm -rf $(BUNDLE_DIR)
	rm -f $(DESTDIR)$(BINDIR)/unbraid $(DESTDIR)$(MANDIR)/man1/unbraid.1 $(DESTDIR)$(BASHDIR)/unbraid \
	  $(DESTDIR)$(ZSHDIR)/_unbraid $(DESTDIR)$(FISHDIR)/unbraid.fish \
	  $(DESTDIR)$(METAINFODIR)/$(notdir $(METAINFO))

clean:
	rm -rf build build-*
