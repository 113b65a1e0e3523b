# SPDX-License-Identifier: GPL-2.0-only
#
# The C part of the tests, into build/tests/. What judges the parser and the
# splicer is built with sanitizers, what asks the kernel is not: it is to run
# on small machines as well.

T := $(B)/tests

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_CFLAGS := $(TOOL_CFLAGS) $(POLICY_INCLUDES) -Itests -Itests/packets -Itests/unit
FUZZ_CFLAGS := $(TEST_CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link

CRAFT := craft.o layer.o field.o table.o
UNIT_TESTS := $(addprefix $(T)/,parser parser_bits splice damage counters)
FUZZERS := $(addprefix $(T)/,fuzz-parser fuzz-elf_object)
KERNEL_TESTS := $(addprefix $(T)/,run verify answer)
TEST_PROGRAMS := $(T)/craft
TEST_OBJECTS := $(addprefix $(T)/,tag.bpf.o small.bpf.o)

tests-build: $(TEST_PROGRAMS) $(TEST_OBJECTS) $(UNIT_TESTS) $(KERNEL_TESTS) \
	$(FUZZERS)

$(T):
	$(Q)mkdir -p $@

# A source has up to three objects: as it is, sanitized, and for fuzzing.
# Each is $(T)/PREFIX followed by the name of the source.
define test_objects
$(T)/$(2)%.o: $(1)/%.c $(B)/compiler | $(T)
	$$(call say,CC,$$@)
	$(Q)$(CLANG) $$(TEST_CFLAGS) -MMD -MP -c $$< -o $$@

$(T)/$(2)%.san.o: $(1)/%.c $(B)/compiler | $(T)
	$$(call say,CC,$$@)
	$(Q)$(CLANG) $$(TEST_CFLAGS) $(SANITIZE) -MMD -MP -c $$< -o $$@

$(T)/$(2)%.fuzz.o: $(1)/%.c $(B)/compiler | $(T)
	$$(call say,CC,$$@)
	$(Q)$(CLANG) $$(FUZZ_CFLAGS) -MMD -MP -c $$< -o $$@
endef

$(eval $(call test_objects,tests/packets,))
$(eval $(call test_objects,tests/unit,unit-))
$(eval $(call test_objects,tests/fuzz,fuzz-))
$(eval $(call test_objects,tools,tools-))

$(T)/craft: $(addprefix $(T)/,craft-main.o $(CRAFT))
$(T)/parser: $(addprefix $(T)/,unit-parser.san.o extent.san.o found.san.o \
	$(CRAFT:.o=.san.o))
$(T)/parser_bits: $(addprefix $(T)/,unit-parser_bits.san.o found.san.o)

$(T)/run: $(addprefix $(T)/,run.o judge.o words.o object.o splice.o $(CRAFT))
$(T)/verify: $(addprefix $(T)/,verify.o object.o)
$(T)/answer: $(addprefix $(T)/,answer.o object.o)
$(KERNEL_TESTS): LDLIBS := -lbpf

$(T)/%.bpf.o: tests/packets/%.bpf.c $(B)/compiler | $(T)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(T)/splice: $(addprefix $(T)/,unit-splice.san.o tools-elf_object.san.o \
	tools-elf_strip.san.o)
$(T)/damage: $(addprefix $(T)/,unit-damage.san.o tools-elf_object.san.o)
$(T)/counters: $(addprefix $(T)/,unit-counters.san.o)

# no larger than it has to be: a fuzzer is to change bytes that matter
$(T)/small.bpf.o: tests/fuzz/small.bpf.c $(B)/compiler | $(T)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(filter-out -g,$(BPF_CFLAGS)) -MMD -MP -c $< -o $@

$(T)/fuzz-parser: $(addprefix $(T)/,fuzz-parser.fuzz.o found.fuzz.o \
	reference.fuzz.o)
$(T)/fuzz-elf_object: $(addprefix $(T)/,fuzz-elf_object.fuzz.o \
	tools-elf_object.fuzz.o tools-elf_strip.fuzz.o)

$(FUZZERS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) \
		-o $@ $(LDLIBS)

$(TEST_PROGRAMS) $(KERNEL_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(filter %.o,$^) -o $@ $(LDLIBS)

$(UNIT_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)
