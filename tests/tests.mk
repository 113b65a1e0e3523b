# SPDX-License-Identifier: GPL-2.0-only
#
# The C programs of the tests, in build/tests/. Tests of the parser, the splicer
# and the tools are built with sanitizers; those that load programs into the
# kernel are not, as they also run in small virtual machines.

T := $(B)/tests
O := $(T)/objects

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_CFLAGS := $(TOOL_CFLAGS) -Itests -Itests/packets -Itests/unit
FUZZ_CFLAGS := $(TEST_CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link

# A source has up to three objects: plain, sanitized, and for fuzzing.
$(O)/%.o: %.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TEST_CFLAGS) -MMD -MP -c $< -o $@

$(O)/%.san.o: %.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TEST_CFLAGS) $(SANITIZE) -MMD -MP -c $< -o $@

$(O)/%.fuzz.o: %.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@

# Loops with "#pragma unroll" for the verifier need not be unrolled here.
$(O)/tests/unit/keys.o: TEST_CFLAGS += -Wno-pass-failed
$(O)/tests/unit/live_fact.san.o: TEST_CFLAGS += -Wno-pass-failed

# A million rules take half a minute with sanitizers, so the fuzzer uses fewer.
$(O)/tools/policy/import/%.fuzz.o: FUZZ_CFLAGS += -DIMPORT_RULES_MAX=20000

# Modified tables may contain unaligned offsets, which are read as in the
# kernel.
$(O)/tests/tables/native.fuzz.o: FUZZ_CFLAGS += -fno-sanitize=alignment

# Lengths in modified tables of sets may be shifts by a whole word, which the
# kernel masks.
$(O)/tools/sets/%.fuzz.o $(O)/tests/fuzz/set_table.fuzz.o: FUZZ_CFLAGS += -fno-sanitize=shift

# Archives of the tests' shared code and the tools' library.
PARTS := $(addprefix tests/packets/,craft layer field table extent found judge \
	words object splice reference set_bed set_subject \
	set_values) $(addprefix tests/tables/,fields filled_sets native \
	pools random_packet random_policy random_sets shrink subject) \
	$(addprefix tests/flows/,nf_conntrack what_packet tcp_end tcp_flow \
	tcp_story tcp_talk) tests/unit/policy_same tests/unit/set_contents
SANITIZED := $(PARTS) $(LIBRARY_SOURCES:.c=)

$(T)/parts.a: $(PARTS:%=$(O)/%.o)
	$(archive)

$(T)/sanitized.a: $(SANITIZED:%=$(O)/%.san.o)
	$(archive)

$(T)/fuzz.a: $(SANITIZED:%=$(O)/%.fuzz.o)
	$(archive)

# --- programs

# Each file in tests/unit/, except shared code, and each in tests/fuzz/ is a
# test.
UNIT := $(patsubst tests/unit/%.c,%,$(filter-out $(PARTS:=.c),$(wildcard tests/unit/*.c)))
TIMED := policy_speed pcapng_speed
TIMED_TESTS := $(TIMED:%=$(T)/%)
# Their random part is long, so it is shorter in the sanitized build; a second,
# plain build (-fast) runs all of it. Listed first, as they take longest.
TWINS := differ keys limit_churn
UNIT_TESTS := $(addprefix $(T)/,$(TWINS) $(TWINS:=-fast) \
	$(filter-out $(TIMED) $(TWINS),$(UNIT)))
FUZZERS := $(patsubst tests/fuzz/%.c,$(T)/fuzz-%,\
	$(filter-out %.bpf.c,$(wildcard tests/fuzz/*.c)))
KERNEL_TESTS := $(addprefix $(T)/,run verify answer sets flows)
FLOW_TESTS := $(addprefix $(T)/conntrack_,tcp other)
TEST_PROGRAMS := $(T)/craft $(T)/ask_sets
TEST_OBJECTS := $(addprefix $(T)/,tag.bpf.o wire.bpf.o small.bpf.o sets.bpf.o \
	set_rules.bpf.o flows.bpf.o flow_rules.bpf.o)

SANITIZED_TESTS := $(filter-out %-fast,$(UNIT_TESTS))
PLAIN_TESTS := $(TIMED_TESTS) $(KERNEL_TESTS) $(FLOW_TESTS) $(TEST_PROGRAMS) $(T)/kernel \
	$(TWINS:%=$(T)/%-fast)

tests-build: $(SANITIZED_TESTS) $(PLAIN_TESTS) $(FUZZERS) $(TEST_OBJECTS)

$(addprefix $(T)/,$(filter-out $(TIMED),$(UNIT))): $(T)/%: $(O)/tests/unit/%.san.o
$(TIMED:%=$(T)/%): $(T)/%: $(O)/tests/unit/%.o
$(KERNEL_TESTS): $(T)/%: $(O)/tests/packets/%.o
$(FLOW_TESTS): $(T)/%: $(O)/tests/flows/%.o
$(T)/craft: $(O)/tests/packets/craft-main.o
$(T)/ask_sets: $(O)/tests/packets/ask_sets.o
$(T)/kernel: $(O)/tests/tables/kernel.o
$(FUZZERS): $(T)/fuzz-%: $(O)/tests/fuzz/%.fuzz.o

$(T)/differ: $(O)/tests/tables/differ.san.o
$(T)/differ-fast: $(O)/tests/tables/differ.o
$(T)/keys-fast: $(O)/tests/unit/keys.o
$(T)/limit_churn-fast: $(O)/tests/unit/limit_churn.o

$(SANITIZED_TESTS): $(T)/sanitized.a
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) $(filter %.a,$^) -o $@ $(LDLIBS)

$(PLAIN_TESTS): $(T)/parts.a $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) -o $@ $(LDLIBS)

$(FUZZERS): $(T)/fuzz.a
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) $(filter %.a,$^) \
		-o $@ $(LDLIBS)

# --- BPF objects of the tests

$(T)/%.bpf.o: tests/packets/%.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# small: the fuzzer should modify bytes that matter
$(T)/small.bpf.o: tests/fuzz/small.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(filter-out -g,$(BPF_CFLAGS)) -MMD -MP -c $< -o $@

# Policies: the whole language, realistic ones, and prefixes so scattered that
# trees and searches are needed; some ask sets and flows, too.
COMPILED := $(T)/policies
COMPILED_POLICIES := $(addprefix $(COMPILED)/,everything.o web.o server.o \
	scattered.o scattered6.o everything.sets.o web.sets.o flows.o \
	logs.o)

$(COMPILED)/flows.o: $(B)/policy.live.o

$(COMPILED)/%.o: tests/policy/compiled/%.policy $(B)/tg-policy $(B)/policy.o
	$(call say,POLICY,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(B)/tg-policy compile $< -o $@

$(COMPILED)/web.policy: docs/examples/web.policy
	$(Q)mkdir -p $(@D) && cp $< $@

$(COMPILED)/server.policy: bench/rules/server.policy
	$(Q)mkdir -p $(@D) && cp $< $@

$(COMPILED)/scattered.policy: bench/rules/fw1w_10k.xz $(B)/tg-policy
	$(Q)mkdir -p $(@D)
	$(Q)bench/rules/unpack fw1w_10k | \
		$(B)/tg-policy import --classbench - >$@.new && mv $@.new $@

$(COMPILED)/scattered6.policy: $(COMPILED)/scattered.policy
	$(Q)awk -f bench/rules/twin6.awk $< >$@.new && mv $@.new $@

$(COMPILED)/%.o: $(COMPILED)/%.policy $(B)/tg-policy $(B)/policy.o
	$(call say,POLICY,$@)
	$(Q)$(B)/tg-policy compile $< -o $@

$(COMPILED)/%.sets.o: $(COMPILED)/%.o $(B)/policy.live.o $(T)/ask_sets
	$(call say,POLICY,$@)
	$(Q)$(B)/tg-policy compile -q --plugin $(B)/policy.live.o \
		$(or $(wildcard tests/policy/compiled/$*.policy),$(COMPILED)/$*.policy) -o $@.plain
	$(Q)$(T)/ask_sets $@.plain $@ && rm $@.plain

tests-build: $(COMPILED_POLICIES)
.PRECIOUS: $(COMPILED)/%.policy
.SECONDARY: $(SANITIZED:%=$(O)/%.san.o) $(SANITIZED:%=$(O)/%.fuzz.o) $(PARTS:%=$(O)/%.o)

-include $(wildcard $(T)/*.d) $(shell find $(O) -name '*.d' 2>/dev/null)
