# SPDX-License-Identifier: GPL-2.0-only
#
# The C part of the tests, into build/tests/. What judges the parser, the
# splicer and the tools is built with sanitizers, what asks the kernel is not:
# it is to run on small machines as well.

T := $(B)/tests
O := $(T)/objects

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_CFLAGS := $(TOOL_CFLAGS) -Itests -Itests/packets -Itests/unit
FUZZ_CFLAGS := $(TEST_CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link

# A source has up to three objects: as it is, sanitized, and for fuzzing.
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

# Loops that the verifier wants unrolled need not be here.
$(O)/tests/unit/keys.o: TEST_CFLAGS += -Wno-pass-failed
$(O)/tests/unit/live_fact.san.o: TEST_CFLAGS += -Wno-pass-failed

# A million rules, sanitized, take half a minute, and there is more to be found.
$(O)/tools/policy/import/%.fuzz.o: FUZZ_CFLAGS += -DIMPORT_RULES_MAX=20000

# A changed offset may be odd, and is read all the same.
$(O)/tests/tables/native.fuzz.o: FUZZ_CFLAGS += -fno-sanitize=alignment

# What tests share, and the library of the tools: programs take what they use.
PARTS := $(addprefix tests/packets/,craft layer field table extent found judge \
	words object splice reference) $(addprefix tests/tables/,fields native \
	pools random_packet random_policy shrink subject) tests/unit/policy_same
SANITIZED := $(PARTS) $(LIBRARY_SOURCES:.c=)

$(T)/parts.a: $(PARTS:%=$(O)/%.o)
	$(archive)

$(T)/sanitized.a: $(SANITIZED:%=$(O)/%.san.o)
	$(archive)

$(T)/fuzz.a: $(SANITIZED:%=$(O)/%.fuzz.o)
	$(archive)

# --- programs

# A file in tests/unit/ that is no part of another is a test, and so is one in
# tests/fuzz/.
UNIT := $(patsubst tests/unit/%.c,%,$(filter-out $(PARTS:=.c),$(wildcard tests/unit/*.c)))
TIMED := policy_speed
TIMED_TESTS := $(TIMED:%=$(T)/%)
# Their random part is long: sanitized it is shorter, and a twin that is not
# sanitized runs all of it. The longest first, as several run at once.
TWINS := differ keys
UNIT_TESTS := $(addprefix $(T)/,$(TWINS) $(TWINS:=-fast) \
	$(filter-out $(TIMED) $(TWINS),$(UNIT)))
FUZZERS := $(patsubst tests/fuzz/%.c,$(T)/fuzz-%,\
	$(filter-out %.bpf.c,$(wildcard tests/fuzz/*.c)))
KERNEL_TESTS := $(addprefix $(T)/,run verify answer)
TEST_PROGRAMS := $(T)/craft
TEST_OBJECTS := $(addprefix $(T)/,tag.bpf.o wire.bpf.o small.bpf.o)

SANITIZED_TESTS := $(filter-out %-fast,$(UNIT_TESTS))
PLAIN_TESTS := $(TIMED_TESTS) $(KERNEL_TESTS) $(TEST_PROGRAMS) $(T)/kernel \
	$(TWINS:%=$(T)/%-fast)

tests-build: $(SANITIZED_TESTS) $(PLAIN_TESTS) $(FUZZERS) $(TEST_OBJECTS)

$(addprefix $(T)/,$(filter-out $(TIMED),$(UNIT))): $(T)/%: $(O)/tests/unit/%.san.o
$(TIMED:%=$(T)/%): $(T)/%: $(O)/tests/unit/%.o
$(KERNEL_TESTS): $(T)/%: $(O)/tests/packets/%.o
$(T)/craft: $(O)/tests/packets/craft-main.o
$(T)/kernel: $(O)/tests/tables/kernel.o
$(FUZZERS): $(T)/fuzz-%: $(O)/tests/fuzz/%.fuzz.o

$(T)/differ: $(O)/tests/tables/differ.san.o
$(T)/differ-fast: $(O)/tests/tables/differ.o
$(T)/keys-fast: $(O)/tests/unit/keys.o

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

# --- objects for verifiers and splicers

$(T)/%.bpf.o: tests/packets/%.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

# no larger than it has to be: a fuzzer is to change bytes that matter
$(T)/small.bpf.o: tests/fuzz/small.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(filter-out -g,$(BPF_CFLAGS)) -MMD -MP -c $< -o $@

# Policies: all of the language, what people write, and prefixes so scattered
# that trees and searches are needed.
COMPILED := $(T)/policies
COMPILED_POLICIES := $(addprefix $(COMPILED)/,everything.o web.o server.o \
	scattered.o scattered6.o)

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

tests-build: $(COMPILED_POLICIES)
.PRECIOUS: $(COMPILED)/%.policy
.SECONDARY: $(SANITIZED:%=$(O)/%.san.o) $(SANITIZED:%=$(O)/%.fuzz.o) $(PARTS:%=$(O)/%.o)

-include $(wildcard $(T)/*.d) $(shell find $(O) -name '*.d' 2>/dev/null)
