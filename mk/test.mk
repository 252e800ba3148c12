# Tests, the programs they use, fuzzers, soak, and the linters.

XTEST := $(call flags,libs,xtst)
UI_TEST_SRC := $(wildcard tests/test_ui_*.c)
UI_TEST_OBJ := $(call obj,tests/ui/leaks.c tests/ui/lively.c $(if $(XTEST),tests/ui/stage.c))
WINDOW_TESTS := $(addprefix $(B)/tests/test_ui_,cost input window)
UI_TESTS := $(if $(UI),$(filter-out $(if $(XTEST),,$(WINDOW_TESTS)),$(UI_TEST_SRC:%.c=$(B)/%)))
TESTS := $(UI_TESTS) \
         $(patsubst tests/%.c,$(B)/tests/%,$(filter-out $(UI_TEST_SRC),$(wildcard tests/test_*.c)))
SUPPORT_OBJ := $(call obj,$(wildcard tests/support/*.c))

# Programs that the tests in tests/*.sh and tests/hosts/ use.
TEST_TOOLS := $(addprefix $(B)/tests/,rt_trap.so io_fault.so slow_clock.so check_rt sample_prints wav_probe wavtool $(if $(call flags,libs,jack),jack_probe)) \
              $(B)/demo-song

$(SUPPORT_OBJ) $(call obj,$(wildcard tests/test_*.c $(patsubst %,tests/%/*.c,checks hosts lilv tools ui))): EXTRA_CFLAGS = $(call flags,cflags,lv2 lilv-0 sndfile cmocka cairo)

LILV_OBJ := $(call obj,$(wildcard tests/lilv/*.c))
LILV_TESTS := $(addprefix $(B)/tests/test_,bundle bundle_ports restore state)
$(LILV_TESTS): $(LILV_OBJ)
$(LILV_TESTS): TEST_LIBS = $(LILV_OBJ) $(call flags,libs,lilv-0)
$(B)/tests/test_ui_state: TEST_LIBS = $(call obj,tests/lilv/world.c)
$(B)/tests/test_ui_state: $(call obj,tests/lilv/world.c)
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
$(addprefix $(B)/tests/,test_automation test_swap): TEST_LIBS = -Wl,--wrap=clock_gettime
$(B)/tests/test_pace: TEST_LIBS = -Wl,--wrap=thread_is_urgent
$(B)/tests/test_thread: TEST_LIBS = -Wl,--wrap=pthread_create
$(B)/tests/%: $(B)/obj/tests/%.o $(SUPPORT_OBJ) $(SONG_OBJ) $(CORE_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -rdynamic -o $@ $< $(SUPPORT_OBJ) $(SONG_OBJ) $(CORE_OBJ) \
	  $(call flags,libs,cmocka) $(TEST_LIBS) $(DSP_LIBS) -ldl -pthread

$(UI_TESTS): $(B)/tests/%: $(B)/obj/tests/%.o $(UI_TEST_OBJ) $(UI_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $< $(UI_TEST_OBJ) $(UI_OBJ) $(TEST_LIBS) \
	  $(call flags,libs,cmocka lilv-0 cairo-xlib x11 $(if $(XTEST),xtst)) -ldl -lm
$(UI_TESTS): $(BUNDLE)/unbraid_ui.so

tests: $(TESTS) $(TEST_TOOLS)

# Hosts of our own: they see the plugin as any host does, and share nothing but its port table.
PORTS_OBJ := $(call obj,interface/ports.c)
$(B)/tests/rt_trap.so: $(call obj,tests/traps/rt_trap.c tests/traps/rt_trap_calls.c)
	@mkdir -p $(@D)
	$(CC) -shared -o $@ $^ -ldl -pthread

$(addprefix $(B)/tests/,io_fault.so slow_clock.so): $(B)/tests/%.so: $(B)/obj/tests/traps/%.o
	@mkdir -p $(@D)
	$(CC) -shared -o $@ $< -ldl

$(B)/tests/check_rt: $(call obj,$(wildcard tests/checks/*.c)) $(PORTS_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ -ldl -pthread

$(B)/tests/sample_prints: $(call obj,tests/tools/sample_prints.c tests/support/rig.c) $(PORTS_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(call flags,libs,sndfile) -lm -ldl -pthread

$(B)/tests/wav_probe: $(call obj,tests/hosts/wav_probe.c) $(PORTS_OBJ)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(call flags,libs,sndfile) -lm

$(B)/tests/wavtool: $(call obj,tests/tools/wavtool.c)
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
$(B)/fuzz_state: $(call obj,plugin/session.c interface/uris.c)
$(B)/fuzz_messages: $(call obj,interface/plugin_messages.c interface/uris.c interface/window_messages.c)
$(B)/fuzz_window: $(call obj,interface/window_messages.c ui/state.c ui/text.c interface/ports.c interface/uris.c)
$(B)/fuzz_song: $(call obj,$(addprefix cli/,input.c columns.c tags.c container.c song_parts.c chunks.c ogg.c file_view.c sound_file.c spool.c ffmpeg.c interrupt.c terminal.c status.c))
$(B)/fuzz_options: $(call obj,$(addprefix cli/,options.c option_table.c naming.c preset_list.c terminal.c status.c) interface/ports.c)
$(FUZZERS): $(B)/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/fuzz.o
	$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(call flags,libs,jansson lilv-0 sndfile) -lm
fuzzers: $(FUZZERS)

RIG_OBJ := $(call obj,tests/support/rig.c)

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
QUICK_TESTS := $(filter-out $(addprefix %/test_,late mailbox messages restore state swap views) $(WINDOW_TESTS),$(TESTS))
check-quick: all $(QUICK_TESTS)
	B=$(B) SAN=$(SAN) tests/run.sh $(QUICK_TESTS)

# Left to the sanitizers: cairo, models opened by the thousand, and what plays for minutes.
MEMCHECK := valgrind -q --error-exitcode=66 --leak-check=full --errors-for-leak-kinds=definite
MEMCHECK_TESTS := $(filter-out $(UI_TESTS) $(addprefix %/test_,automation faults plugin plugin_hosts plugin_models qualities torture),$(QUICK_TESTS) $(addprefix $(B)/tests/test_,restore state))
check-memory: all $(MEMCHECK_TESTS)
	B=$(B) EMULATOR='$(MEMCHECK)' tests/run.sh $(MEMCHECK_TESTS)

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
ARM_TESTS := $(filter-out $(addprefix %/test_,bundle bundle_ports messages plugin plugin_hosts plugin_models restore state swap \
                 thread torture translations views) $(UI_TESTS),\
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
	B=$(RTSAN_B) tests/checks/rtsan.sh

# Not all tests: those in which threads meet.
RACE_B := $(B)-thread
RACE_TESTS := $(addprefix $(RACE_B)/tests/test_,mailbox late plugin plugin_hosts plugin_models messages views swap)
check-races:
	$(MAKE) SAN=thread B=$(RACE_B) all $(RACE_TESTS)
	UNBRAID_BUNDLE=$(RACE_B)/unbraid.lv2 tests/checks/races.sh $(RACE_TESTS)
	B=$(RACE_B) tests/checks/races_jalv.sh $$($(CC) -print-file-name=libtsan.so)

# InsertBraces came with 15, and what a version makes of macros differs from the next one's.
CLANG_FORMAT ?= clang-format-19
format:
	$(CLANG_FORMAT) -i $$(git ls-files '*.c' '*.h')

LINT_FLAGS := -std=c11 -I. -DUNBRAID_VERSION='"$(VERSION)"' -D_POSIX_C_SOURCE=200809L \
              $(call flags,cflags,lv2 lilv-0 sndfile samplerate cairo x11 fftw3f jansson)
lint:
	tests/checks/includes.sh
	tests/checks/links.sh
	$(CLANG_FORMAT) --dry-run -Werror $$(git ls-files '*.c' '*.h')
	git ls-files '*.c' | grep -E '^(dsp|nn|engine|interface|plugin|ui|cli|ttl|demo)/' | \
	  xargs -P $$(nproc) -I {} clang-tidy --quiet {} -- $(LINT_FLAGS)
	$(if $(RTSAN_CC),$(MAKE) lint-realtime,@echo 'no clang here that knows real-time functions')

# Functions marked UNBRAID_REALTIME call only such functions, and nothing that allocates.
lint-realtime:
	for f in dsp/*.c nn/*.c engine/*.c interface/*.c plugin/*.c; do \
	  $(RTSAN_CC) $(LINT_FLAGS) -Werror -Wfunction-effects -fsyntax-only $$f || exit 1; done
