# Unbraid: the plugin bundle, the program, tests and benchmarks.
#
#   make            build/unbraid.lv2 and build/unbraid
#   make demo       install what is missing, build, take a song apart
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
CORE_SRC := $(call files,dsp/*.c nn/*.c plugin/*.c)
CORE_OBJ := $(call obj,$(CORE_SRC))
CLI_OBJ := $(call obj,$(call files,cli/*.c))
DEMO_OBJ := $(call obj,$(call files,demo/*.c))
SONG_OBJ := $(filter-out $(B)/obj/demo/main.o,$(DEMO_OBJ))
# The UI is built where X11 and cairo are; without them the bundle has none, and does not name one.
UI := $(if $(call flags,libs,x11 cairo-xlib),ui)
UI_OBJ := $(call obj,$(call files,ui/*.c) plugin/ports.c plugin/uris.c plugin/host.c)
TTL_OBJ := $(patsubst %.c,$(B)/obj/for-build/%.o,$(call files,ttl/*.c) plugin/ports.c)
BENCH_OBJ := $(call obj,bench/bench.c bench/fft.c bench/measure.c)
BENCH_RUN_OBJ := $(call obj,bench/run.c bench/measure.c)
XTEST := $(call flags,libs,xtst)
UI_TEST_SRC := $(wildcard tests/test_ui_*.c)
UI_TEST_OBJ := $(call obj,tests/ui/lively.c $(if $(XTEST),tests/ui/stage.c))
UI_TESTS := $(if $(UI),$(patsubst tests/%.c,$(B)/tests/%,\
              $(filter-out $(if $(XTEST),,tests/test_ui_window.c),$(UI_TEST_SRC))))
TESTS := $(UI_TESTS) \
         $(patsubst tests/%.c,$(B)/tests/%,$(filter-out $(UI_TEST_SRC),$(wildcard tests/test_*.c)))
SUPPORT_OBJ := $(call obj,$(wildcard tests/support/*.c))
MODELS := $(call files,models/*.safetensors)
PRESETS := $(call files,presets/*.ttl)
LANGUAGES := $(call files,ttl/po/*.po)
BUNDLE := $(B)/unbraid.lv2
BUNDLE_FILES := $(BUNDLE)/unbraid.so $(if $(UI),$(BUNDLE)/unbraid_ui.so) $(BUNDLE)/manifest.ttl \
                $(patsubst models/%,$(BUNDLE)/%,$(MODELS)) \
                $(patsubst presets/%,$(BUNDLE)/presets/%,$(PRESETS))

# Programs that the tests in tests/*.sh and tests/hosts/ use.
TEST_TOOLS := $(addprefix $(B)/tests/,rt_trap.so io_fault.so check_rt wav_probe wavtool $(if $(call flags,libs,jack),jack_probe)) \
              $(B)/demo-song

.PHONY: all deps tests check check-hosts check-quick check-memory check-faults check-packages check-arm check-rtsan check-races \
        arm-tests bench bench-run bench-programs fuzz fuzz-programs fuzzers soak demo model install install-user uninstall \
        uninstall-user dist clean help format lint lint-realtime
.SECONDARY:

all: $(BUNDLE_FILES) $(B)/unbraid

help:
	@sed -n 's/^## //p' Makefile

## all            the bundle build/unbraid.lv2 and the program build/unbraid
## deps           say what is missing, and install it when run as root
## demo           deps, all, then take the demo song apart
## check          every test; installs the hosts it needs when it may
## check-hosts    of these the ones in real hosts: jalv, Ardour, ecasound, lilv
## check-quick    those of them that need no hosts, no screen and no spare time: for packages
## check-packages archive, bundle and Debian packages: the same bytes again, and what checkers say
## check-faults   the long forms of the tests of failing calls and of torture
## check-memory   the quick ones again under valgrind
## check-arm      the tests of dsp/, nn/ and the engine for aarch64, under qemu
## fuzz           hostile files, sessions and messages: FUZZ_RUNS inputs each, with clang
## check-rtsan    run() under clang's RealtimeSanitizer, clang 20 or later
## check-races    the threads under ThreadSanitizer
## bench          worker and run() times, share of a core, offline speed; against other libraries
## soak           SOAK_HOURS of audio, and SOAK_MINUTES in real time on a loaded machine
## bench-run      the longest run() of a million blocks, and many instances at once
## model          train a model on SONGS=folder of songs in stems (MUSDB18-HQ, your own)
## lint           clang-format, clang-tidy, and what real-time functions call
## install        into DESTDIR, PREFIX (/usr/local), LV2DIR (PREFIX/lib/lv2)
## install-user   the bundle into ~/.lv2, the program into ~/.local/bin
## uninstall, uninstall-user  what those put there
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
$(B)/obj/dsp/%.o: EXTRA_CFLAGS = -O3 -fno-math-errno -fno-trapping-math
$(call obj,$(wildcard plugin/*.c)): EXTRA_CFLAGS = $(call flags,cflags,lv2)
$(call obj,$(wildcard ui/*.c)): EXTRA_CFLAGS = $(call flags,cflags,lv2 cairo-xlib x11)
$(CLI_OBJ): EXTRA_CFLAGS = $(call flags,cflags,lilv-0 sndfile cairo fftw3f)
$(DEMO_OBJ): EXTRA_CFLAGS = $(call flags,cflags,sndfile)
$(BENCH_OBJ) $(BENCH_RUN_OBJ): EXTRA_CFLAGS = $(call flags,cflags,lv2)
$(SUPPORT_OBJ) $(call obj,$(wildcard tests/test_*.c tests/check_*.c tests/hosts/*.c tests/ui/*.c)): EXTRA_CFLAGS = $(call flags,cflags,lv2 lilv-0 sndfile cmocka cairo)

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

$(BUNDLE)/%.safetensors: models/%.safetensors
	@mkdir -p $(@D)
	cp $< $@

$(BUNDLE)/presets/%.ttl: presets/%.ttl
	@mkdir -p $(@D)
	cp $< $@

CLI_PORTS := $(call obj,plugin/ports.c)
$(B)/unbraid: $(CLI_OBJ) $(CLI_PORTS)
	$(CC) $(PROGRAM_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) $(CLI_PORTS) $(call flags,libs,lilv-0 sndfile cairo fftw3f) -lm -pthread

$(B)/demo-song: $(DEMO_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(DEMO_OBJ) $(call flags,libs,sndfile) -lm

$(addprefix $(B)/tests/,test_bundle test_state): TEST_LIBS = $(call flags,libs,lilv-0)
WORDS_OBJ := $(call obj,ttl/words.c ttl/turtle.c)
$(B)/tests/test_translations: $(WORDS_OBJ)
$(B)/tests/test_translations: TEST_LIBS = $(WORDS_OBJ) $(call flags,libs,lilv-0)
# In these the linker leads calls through tests/fault/fault.c, which lets them fail.
FAULT_CALLS := malloc calloc aligned_alloc free strdup open fstat fdopen fseek ftell fread \
               pthread_create pthread_attr_init pthread_mutex_init sem_init sem_post sem_wait \
               json_loads json_loadb fftwf_plan_dft_1d
FAULT_OBJ := $(call obj,tests/fault/fault.c)
FAULT_TESTS := $(addprefix $(B)/tests/,test_faults test_late)
$(FAULT_TESTS): TEST_LIBS = $(FAULT_OBJ) $(FAULT_CALLS:%=-Wl,--wrap=%)
$(FAULT_TESTS): $(FAULT_OBJ)
$(B)/tests/%: $(B)/obj/tests/%.o $(SUPPORT_OBJ) $(SONG_OBJ) $(CORE_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -rdynamic -o $@ $< $(SUPPORT_OBJ) $(SONG_OBJ) $(CORE_OBJ) \
	  $(call flags,libs,cmocka) $(TEST_LIBS) $(DSP_LIBS) -ldl -pthread

$(UI_TESTS): $(B)/tests/%: $(B)/obj/tests/%.o $(UI_TEST_OBJ) $(UI_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $< $(UI_TEST_OBJ) $(UI_OBJ) \
	  $(call flags,libs,cmocka lilv-0 cairo-xlib x11 $(if $(XTEST),xtst)) -ldl -lm
$(UI_TESTS): $(BUNDLE)/unbraid_ui.so

tests: $(TESTS) $(TEST_TOOLS)

# Hosts of our own: they see the plugin as any host does, and share nothing but its port table.
PORTS_OBJ := $(call obj,plugin/ports.c)
$(B)/tests/rt_trap.so: $(call obj,tests/rt_trap.c tests/rt_trap_calls.c)
	@mkdir -p $(@D)
	$(CC) -shared -o $@ $^ -ldl -pthread

$(B)/tests/io_fault.so: $(call obj,tests/io_fault.c)
	@mkdir -p $(@D)
	$(CC) -shared -o $@ $< -ldl

$(B)/tests/check_rt: $(call obj,tests/check_rt.c) $(PORTS_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -ldl -pthread

$(B)/tests/wav_probe: $(call obj,tests/hosts/wav_probe.c) $(PORTS_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(call flags,libs,sndfile) -lm

$(B)/tests/wavtool: $(call obj,tests/wavtool.c)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(call flags,libs,sndfile) -lm

$(B)/tests/jack_probe: $(call obj,tests/hosts/jack_probe.c) $(PORTS_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(call flags,libs,jack)

# Each fuzzer with the units that it feeds, and no others.
FUZZERS := $(patsubst tests/fuzz/%.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_OBJ := $(call obj,tests/fuzz/fuzz.c $(wildcard tests/fuzz/fuzz_*.c))
NN_OBJ := $(call obj,$(wildcard nn/*.c))
$(FUZZ_OBJ): EXTRA_CFLAGS = $(call flags,cflags,lv2 lilv-0 sndfile cairo)
$(B)/fuzz_model: $(NN_OBJ)
$(B)/fuzz_net: $(filter-out %/safetensors.o,$(NN_OBJ))
$(B)/fuzz_state: $(call obj,plugin/state.c plugin/host.c plugin/uris.c)
$(B)/fuzz_messages: $(call obj,plugin/messages.c plugin/uris.c ui/atoms.c)
$(B)/fuzz_window: $(call obj,ui/atoms.c ui/state.c ui/text.c plugin/ports.c plugin/uris.c)
$(B)/fuzz_song: $(call obj,$(addprefix cli/,input.c columns.c tags.c layout.c chunks.c ogg.c view.c ffmpeg.c interrupt.c status.c))
$(B)/fuzz_options: $(call obj,cli/options.c cli/presets.c cli/status.c plugin/ports.c)
$(FUZZERS): $(B)/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/fuzz.o
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(call flags,libs,jansson lilv-0 sndfile) -lm
fuzzers: $(FUZZERS)

RIG_OBJ := $(call obj,tests/support/rig.c)
$(B)/bench: $(BENCH_OBJ) $(RIG_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(BENCH_OBJ) $(RIG_OBJ) $(CORE_OBJ) $(DSP_LIBS) -pthread

$(B)/bench-run: $(BENCH_RUN_OBJ) $(RIG_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(BENCH_RUN_OBJ) $(RIG_OBJ) $(CORE_OBJ) $(DSP_LIBS) -pthread

bench-run: all $(B)/bench-run
	UNBRAID_BUNDLE=$(BUNDLE) $(B)/bench-run
	UNBRAID_BUNDLE=$(BUNDLE) taskset -c 0 $(B)/bench-run instances

PLAYER_OBJ := $(call obj,tests/soak/player.c)
$(PLAYER_OBJ) $(call obj,tests/soak/soak.c tests/soak/soak_jack.c): EXTRA_CFLAGS = $(call flags,cflags,lv2)
$(B)/soak: $(call obj,tests/soak/soak.c) $(PLAYER_OBJ) $(RIG_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(DSP_LIBS) -pthread
$(B)/soak-jack: $(call obj,tests/soak/soak_jack.c) $(PLAYER_OBJ) $(RIG_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $^ $(call flags,libs,jack) $(DSP_LIBS) -pthread

SOAK_HOURS ?= 8
SOAK_MINUTES ?= 30
soak:
	packaging/deps.sh test
	$(MAKE) all $(B)/soak $(B)/soak-jack
	B=$(B) HOURS=$(SOAK_HOURS) MINUTES=$(SOAK_MINUTES) tests/soak/run.sh

# Libraries to compare with: those whose adapter compiles here.
ifneq ($(filter bench-programs $(B)/bench-kernels,$(MAKECMDGOALS)),)
compiles = $(shell $(CC) -std=c11 -I. -D_POSIX_C_SOURCE=200809L $(2) -fsyntax-only $(1) 2>/dev/null && echo yes)
RIVALS := $(foreach rival,onednn xnnpack openblas,\
            $(if $(call compiles,bench/rival_$(rival).c,$(call flags,cflags,openblas)),$(rival)))
endif
RIVAL_LIBS_onednn := -ldnnl
RIVAL_LIBS_xnnpack := -lXNNPACK -lcpuinfo
RIVAL_LIBS_openblas = $(call flags,libs,openblas)
KERNEL_BENCH_OBJ = $(call obj,bench/kernels.c bench/layers.c bench/measure.c bench/peak.c \
                     $(patsubst %,bench/rival_%.c,unbraid $(RIVALS)))

$(call obj,bench/rival_openblas.c): EXTRA_CFLAGS = $(call flags,cflags,openblas)
$(call obj,bench/kernels.c): EXTRA_CFLAGS = $(patsubst %,-DWITH_%,$(RIVALS))
# Compiled anew each time: which libraries are there may have changed.
.PHONY: rivals
$(call obj,bench/kernels.c): rivals
$(B)/bench-kernels: $(KERNEL_BENCH_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(KERNEL_BENCH_OBJ) $(CORE_OBJ) $(DSP_LIBS) $(foreach r,$(RIVALS),$(RIVAL_LIBS_$(r))) -pthread

NETWORK_BENCH_OBJ := $(call obj,bench/network.c bench/measure.c)
$(B)/bench-network: $(NETWORK_BENCH_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(NETWORK_BENCH_OBJ) $(CORE_OBJ) $(DSP_LIBS) -pthread

bench-programs: all $(addprefix $(B)/,bench bench-kernels bench-network demo-song)

BENCH_SECONDS ?= 10
PYTHON ?= /usr/bin/python3
bench:
	packaging/deps.sh bench
	$(MAKE) bench-programs
	UNBRAID_BUNDLE=$(BUNDLE) $(B)/bench $(BENCH_SECONDS)
	@echo; $(B)/bench-kernels
	@echo; OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PYTHON) -B bench/network.py $(B)
	@$(B)/demo-song $(B)/bench-song --seconds 120 >/dev/null
	@echo; echo "unbraid, offline, six stems of 120 s:"
	$(B)/unbraid $(B)/bench-song/mix.wav --out $(B)/bench-song/stems

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

deps:
	packaging/deps.sh build

# make asks pkg-config when it starts: what deps.sh installs counts for the make that follows it.
check:
	packaging/deps.sh test
	$(MAKE) all tests
	B=$(B) SAN=$(SAN) tests/run.sh

check-hosts:
	packaging/deps.sh test
	$(MAKE) all $(TEST_TOOLS)
	B=$(B) tests/run.sh tests/hosts/*.sh

# Installs nothing. Not among them: a window, what needs a worker that keeps up, and half a minute of
# late masks.
QUICK_TESTS := $(filter-out $(addprefix %/test_,late mailbox messages state swap ui_window),$(TESTS))
check-quick: all $(QUICK_TESTS)
	B=$(B) SAN=$(SAN) tests/run.sh $(QUICK_TESTS)

# Left to the sanitizers: cairo, models opened by the thousand, and what plays for minutes.
MEMCHECK := valgrind -q --error-exitcode=66 --leak-check=full --errors-for-leak-kinds=definite
MEMCHECK_TESTS := $(filter-out $(UI_TESTS) $(addprefix %/test_,automation faults plugin qualities torture),$(QUICK_TESTS) $(B)/tests/test_state)
check-memory: all $(MEMCHECK_TESTS)
	B=$(B) EMULATOR='$(MEMCHECK)' tests/run.sh $(MEMCHECK_TESTS)

check-packages:
	packaging/deps.sh packages
	packaging/check.sh

# What glibc keeps for a thread's next allocations counts as in use; over many instances that adds up.
check-faults:
	packaging/deps.sh test
	$(MAKE) all tests
	for test in faults torture; do \
	  GLIBC_TUNABLES=glibc.malloc.tcache_count=0 UNBRAID_FAULTS=all UNBRAID_BUNDLE=$(BUNDLE) $(B)/tests/test_$$test || exit 1; done

# For aarch64, by Debian's cross compiler and libraries; the models come from the bundle of this
# machine. Of the other tests, some would need hosts and their libraries for that processor too, and
# some a worker that keeps up, which it does not in an emulator; test_plugin runs the whole networks in
# more than forty instances, which takes it more than a quarter of an hour there.
ARM := aarch64-linux-gnu
ARM_B := $(B)-$(ARM)
ARM_TESTS := $(filter-out $(addprefix %/test_,bundle messages plugin state swap torture translations) $(UI_TESTS),\
               $(TESTS))
arm-tests: $(ARM_TESTS)
check-arm:
	packaging/deps.sh arm
	$(MAKE) all
	$(MAKE) CC=$(ARM)-gcc PKG_CONFIG='env PKG_CONFIG_LIBDIR=/usr/lib/$(ARM)/pkgconfig pkg-config' \
	  B=$(ARM_B) arm-tests
	B=$(ARM_B) UNBRAID_BUNDLE=$(BUNDLE) EMULATOR=qemu-aarch64 tests/run.sh

# Inputs that reach new code are kept in $(FUZZ_B)/corpus, what fails in $(FUZZ_B).
FUZZ_B := $(B)-fuzz
FUZZ_RUNS ?= 1000000
FUZZ_CC ?= clang
fuzz: fuzz-programs
	B=$(FUZZ_B) RUNS=$(FUZZ_RUNS) tests/fuzz/run.sh
fuzz-programs:
	$(MAKE) CC=$(FUZZ_CC) SAN=fuzzer-no-link,address,undefined B=$(FUZZ_B) KERNEL_CFLAGS=-O1 \
	  CFLAGS='-O2 -g -fno-sanitize-recover=all' fuzzers

# The plugin and its host built by a clang that knows real-time functions when it sees them run.
RTSAN_CC ?= $(shell for v in '' -22 -21 -20; do echo 'int main(void) { return 0; }' | clang$$v -fsanitize=realtime \
              -x c -o /dev/null - 2>/dev/null && echo clang$$v && break; done)
RTSAN_B := $(B)-rtsan
check-rtsan: all
	$(if $(RTSAN_CC),,$(error no clang here has RealtimeSanitizer: it takes clang 20 or later))
	$(MAKE) CC=$(RTSAN_CC) SAN=realtime B=$(RTSAN_B) KERNEL_CFLAGS=-O1 \
	  $(RTSAN_B)/unbraid.lv2/unbraid.so $(addprefix $(RTSAN_B)/tests/,check_rt rt_trap.so)
	cp $(MODELS) $(RTSAN_B)/unbraid.lv2
	B=$(RTSAN_B) tests/check_rtsan.sh

# Not all tests: those in which threads meet.
RACE_B := $(B)-thread
RACE_TESTS := $(addprefix $(RACE_B)/tests/test_,mailbox late plugin messages swap)
check-races:
	$(MAKE) SAN=thread B=$(RACE_B) all $(RACE_TESTS)
	UNBRAID_BUNDLE=$(RACE_B)/unbraid.lv2 tests/check_races.sh $(RACE_TESTS)
	B=$(RACE_B) tests/check_races_jalv.sh $$($(CC) -print-file-name=libtsan.so)

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
	  $(DESTDIR)$(METAINFODIR)
	$(INSTALL) -m755 $(filter %.so,$(BUNDLE_FILES)) $(BUNDLE_DIR)
	$(INSTALL) -m644 $(addprefix $(BUNDLE)/,manifest.ttl unbraid.ttl insert.ttl) $(MODELS) $(BUNDLE_DIR)
	$(INSTALL) -m644 $(PRESETS) $(BUNDLE_DIR)/presets
	$(INSTALL) -m755 $(B)/unbraid $(DESTDIR)$(BINDIR)
	$(INSTALL) -m644 cli/unbraid.1 $(DESTDIR)$(MANDIR)/man1
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
	rm -f $(DESTDIR)$(BINDIR)/unbraid $(DESTDIR)$(MANDIR)/man1/unbraid.1 \
	  $(DESTDIR)$(METAINFODIR)/$(notdir $(METAINFO))

# Files, owners and times come from the commit, nothing from who makes it, and gzip is called here
# since git has changed its own: the same commit gives the same archive.
ARCHIVE := unbraid-$(VERSION)
dist:
	git -c tar.umask=022 -c core.autocrlf=false -c core.attributesFile=/dev/null archive --format=tar \
	  --prefix=$(ARCHIVE)/ -o $(ARCHIVE).tar HEAD
	GZIP= gzip -9nf $(ARCHIVE).tar

# InsertBraces came with 15, and what a version makes of macros differs from the next one's.
CLANG_FORMAT ?= clang-format-19
format:
	$(CLANG_FORMAT) -i $$(git ls-files '*.c' '*.h')

LINT_FLAGS := -std=c11 -I. -DUNBRAID_VERSION='"$(VERSION)"' -D_POSIX_C_SOURCE=200809L \
              $(call flags,cflags,lv2 lilv-0 sndfile cairo x11 fftw3f jansson)
lint:
	$(CLANG_FORMAT) --dry-run -Werror $$(git ls-files '*.c' '*.h')
	git ls-files '*.c' | grep -E '^(dsp|nn|plugin|ui|cli|ttl|demo)/' | \
	  xargs -P $$(nproc) -I {} clang-tidy --quiet {} -- $(LINT_FLAGS)
	$(if $(RTSAN_CC),$(MAKE) lint-realtime,@echo 'no clang here that knows real-time functions')

# Functions marked UNBRAID_REALTIME call only such functions, and nothing that allocates.
lint-realtime:
	for f in dsp/*.c nn/*.c plugin/*.c; do \
	  $(RTSAN_CC) $(LINT_FLAGS) -Werror -Wfunction-effects -fsyntax-only $$f || exit 1; done

clean:
	rm -rf build build-*
