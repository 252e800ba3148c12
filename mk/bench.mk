# Benchmarks, and the libraries they compare with.

BENCH_OBJ := $(call obj,bench/bench.c bench/fft.c bench/measure.c)
BENCH_RUN_OBJ := $(call obj,bench/run.c bench/measure.c)
$(BENCH_OBJ) $(BENCH_RUN_OBJ): EXTRA_CFLAGS = $(call flags,cflags,lv2)

$(B)/bench: $(BENCH_OBJ) $(RIG_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(BENCH_OBJ) $(RIG_OBJ) $(CORE_OBJ) $(DSP_LIBS) -pthread

$(B)/bench-run: $(BENCH_RUN_OBJ) $(RIG_OBJ) $(CORE_OBJ)
	$(CC) $(LDFLAGS) -o $@ $(BENCH_RUN_OBJ) $(RIG_OBJ) $(CORE_OBJ) $(DSP_LIBS) -pthread

bench-run: all $(B)/bench-run
	UNBRAID_BUNDLE=$(BUNDLE) $(B)/bench-run
	UNBRAID_BUNDLE=$(BUNDLE) taskset -c 0 $(B)/bench-run instances

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
