# SPDX-License-Identifier: GPL-2.0-only
#
# Programs of the benchmark, in build/bench/. The benchmark may load its own
# programs directly; those of the product are loaded with tc and ip.

BENCH := $(B)/bench
BENCH_PARTS := $(BENCH)/parts
BENCH_CFLAGS := $(TOOL_CFLAGS) -Ibench/common -Itests/packets
BENCH_TOOLS := $(addprefix $(BENCH)/,trace meter source flow-trace talk flood)
BENCH_OBJECTS := $(addprefix $(BENCH)/,driver.bpf.o empty.bpf.o \
	yardstick.bpf.o source.bpf.o limit.bpf.o bpf_lpm.bpf.o \
	bpf_hash.bpf.o policy_lookup.bpf.o policy_baseline.bpf.o sets.bpf.o \
	flows.bpf.o established.o) \
	$(patsubst bench/rules/limits/%.policy,$(BENCH)/limits/%.o, \
	$(wildcard bench/rules/limits/*.policy)) \
	$(BENCH)/limits/live.o

# Each object is named after its folder and source.
$(BENCH_PARTS)/%.o: bench/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BENCH_CFLAGS) -MMD -MP -c $< -o $@

$(BENCH_PARTS)/packets/%.o: tests/packets/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BENCH_CFLAGS) -MMD -MP -c $< -o $@

$(BENCH_PARTS)/tools/%.o: tests/tools/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BENCH_CFLAGS) -MMD -MP -c $< -o $@

define bench_objects
$(BENCH)/%.bpf.o: bench/$(1)/%.bpf.c $(B)/compiler
	$$(call say,BPF,$$@)
	$(Q)mkdir -p $$(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -Ibench/common -MMD -MP -c $$< -o $$@
endef

$(foreach folder,meter source peers,$(eval $(call bench_objects,$(folder))))

$(BENCH)/established.o: bench/rules/established.policy $(B)/tg-policy $(B)/policy.live.o
	$(call say,POLICY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(B)/tg-policy compile $< -o $@

$(BENCH)/limits/%.o: bench/rules/limits/%.policy $(B)/tg-policy $(LIVE) $(B)/policy.o
	$(call say,POLICY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(B)/tg-policy compile $< -o $@

# The rule without a limit, in the program that asks tables.
$(BENCH)/limits/live.o: bench/rules/limits/none.policy $(B)/tg-policy $(B)/policy.live.o
	$(call say,POLICY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(B)/tg-policy compile -q --plugin $(B)/policy.live.o $< -o $@

$(BENCH)/trace: $(addprefix $(BENCH_PARTS)/,trace/main.o trace/pick.o \
	trace/draw.o trace/truth.o common/packet_frame.o common/trace_file.o) $(LIBRARY)
$(BENCH)/trace: LDLIBS += -lm

$(BENCH)/meter: $(addprefix $(BENCH_PARTS)/,meter/main.o meter/load.o \
	meter/run.o meter/print.o meter/row.o meter/yardstick.o \
	meter/sets.o meter/flows.o meter/limits.o common/packet_frame.o \
	common/frames.o common/trace_file.o packets/object.o) $(LIBRARY)
$(BENCH)/flow-trace: $(addprefix $(BENCH_PARTS)/,flows/trace.o \
	common/packet_frame.o common/trace_file.o) $(LIBRARY)
$(BENCH)/talk: $(addprefix $(BENCH_PARTS)/flows/,talk.o serve.o)
$(BENCH)/flood: $(BENCH_PARTS)/tools/flood.o
$(BENCH)/source: $(addprefix $(BENCH_PARTS)/,source/main.o common/frames.o \
	common/trace_file.o packets/object.o)

$(BENCH_TOOLS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $^ -o $@ $(LDLIBS)

.PHONY: bench-build
bench-build: $(BENCH_TOOLS) $(BENCH_OBJECTS)

# tests/bats has tests of the benchmark
tests-build: bench-build

-include $(wildcard $(BENCH)/*.d $(BENCH_PARTS)/*/*.d)
