# SPDX-License-Identifier: GPL-2.0-only
#
# The C part of the tests, into build/tests/. What judges the parser and the
# splicer is built with sanitizers, what asks the kernel is not: it is to run
# on small machines as well.

T := $(B)/tests

SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
TEST_CFLAGS := $(TOOL_CFLAGS) -Iprogs/include -Itests/packets -Itests/unit
FUZZ_CFLAGS := $(TEST_CFLAGS) $(SANITIZE) -fsanitize=fuzzer-no-link

CRAFT := craft.o layer.o field.o table.o
UNIT_TESTS := $(addprefix $(T)/,parser)
FUZZERS :=
KERNEL_TESTS :=
TEST_PROGRAMS := $(T)/craft

tests-build: $(TEST_PROGRAMS) $(UNIT_TESTS) $(KERNEL_TESTS) $(FUZZERS)

$(T):
	$(Q)mkdir -p $@

# A source has up to three objects: as it is, sanitized, and for fuzzing.
define test_objects
$(T)/$(2)%.o: $(1)/%.c $(B)/compiler | $(T)
	$$(call say,CC,$$@)
	$(Q)$(CLANG) $(TEST_CFLAGS) -MMD -MP -c $$< -o $$@

$(T)/$(2)%.san.o: $(1)/%.c $(B)/compiler | $(T)
	$$(call say,CC,$$@)
	$(Q)$(CLANG) $(TEST_CFLAGS) $(SANITIZE) -MMD -MP -c $$< -o $$@

$(T)/$(2)%.fuzz.o: $(1)/%.c $(B)/compiler | $(T)
	$$(call say,CC,$$@)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c $$< -o $$@
endef

$(eval $(call test_objects,tests/packets,))
$(eval $(call test_objects,tests/unit,unit-))
$(eval $(call test_objects,tests/fuzz,fuzz-))
$(eval $(call test_objects,tools,tools-))

$(T)/craft: $(addprefix $(T)/,craft-main.o $(CRAFT))
$(T)/parser: $(addprefix $(T)/,unit-parser.san.o extent.san.o found.san.o \
	$(CRAFT:.o=.san.o))

$(TEST_PROGRAMS) $(KERNEL_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(filter %.o,$^) -o $@ $(LDLIBS)

$(UNIT_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)
