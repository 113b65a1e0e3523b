# SPDX-License-Identifier: GPL-2.0-only
#
# The tables that the policy compiler makes, against the reference matcher.
# This comes after policy.mk, which has the rules for the objects of policies.

$(eval $(call test_objects,tests/tables,tables-))

COMPILE_PARTS := $(filter-out object,$(basename $(notdir \
	$(wildcard tools/policy/compile/*.c))))
TABLES_PARTS := $(POLICY_PARTS) $(COMPILE_PARTS) match packet
TABLES_SANITIZED := $(TABLES_PARTS:%=$(T)/policy-%.san.o)
RANDOM_PARTS := pools random_packet random_policy subject

# a million packets with sanitizers, and without them as many as one likes
$(T)/differ: $(addprefix $(T)/,tables-differ.san.o tables-native.san.o \
	$(RANDOM_PARTS:%=tables-%.san.o)) $(TABLES_SANITIZED)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)

$(T)/differ-fast: $(addprefix $(T)/,tables-differ.o tables-native.o \
	$(RANDOM_PARTS:%=tables-%.o)) $(POLICY_LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(filter %.o,$^) -o $@ $(LDLIBS)

$(T)/kernel: $(addprefix $(T)/,tables-kernel.o object.o \
	$(RANDOM_PARTS:%=tables-%.o)) $(POLICY_LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(filter %.o,$^) -o $@ -lbpf

# a changed offset may be odd, and is read all the same
$(T)/tables-native.fuzz.o: FUZZ_CFLAGS += -fno-sanitize=alignment

$(T)/fuzz-tables: $(addprefix $(T)/,fuzz-tables.fuzz.o tables-native.fuzz.o \
	$(RANDOM_PARTS:%=tables-%.fuzz.o)) $(TABLES_PARTS:%=$(T)/policy-%.fuzz.o)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) \
		-o $@ $(LDLIBS)

tests-build: $(T)/differ $(T)/differ-fast $(T)/fuzz-tables $(T)/kernel
UNIT_TESTS += $(T)/differ
FUZZERS += $(T)/fuzz-tables

# Policies as objects, for verifiers: all of the language, what people write,
# and prefixes so scattered that trees and searches are needed.
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
