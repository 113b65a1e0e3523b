# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the policy language, with sanitizers. This comes after tests.mk,
# which has the rules for their objects.

$(foreach folder,tools/policy $(POLICY_FOLDERS), \
	$(eval $(call test_objects,$(folder),policy-)))

POLICY_PARTS := $(basename $(notdir $(wildcard \
	$(addsuffix /*.c,$(addprefix tools/policy/,language json)))))
POLICY_SANITIZED := $(POLICY_PARTS:%=$(T)/policy-%.san.o)
POLICY_TESTS := $(addprefix $(T)/,policy_accept policy_golden policy_words \
	policy_limits policy_order policy_values)
POLICY_SPEED := $(T)/policy_speed

$(T)/policy_accept: $(addprefix $(T)/,unit-policy_accept.san.o \
	unit-policy_same.san.o table.san.o) $(POLICY_SANITIZED)
$(T)/policy_golden: $(T)/unit-policy_golden.san.o $(POLICY_SANITIZED)
$(T)/policy_values: $(T)/unit-policy_values.san.o $(POLICY_SANITIZED)
$(T)/policy_words: $(T)/unit-policy_words.san.o $(POLICY_SANITIZED)
$(T)/policy_limits: $(addprefix $(T)/,unit-policy_limits.san.o \
	unit-policy_same.san.o) $(POLICY_SANITIZED)

$(T)/policy_order: $(T)/unit-policy_order.san.o $(T)/policy-match.san.o \
	$(POLICY_SANITIZED)

$(T)/fuzz-policy: $(addprefix $(T)/,fuzz-policy.fuzz.o \
	unit-policy_same.fuzz.o) $(POLICY_PARTS:%=$(T)/policy-%.fuzz.o)

$(POLICY_SPEED): $(T)/unit-policy_speed.o $(POLICY_LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(filter %.o,$^) -o $@ $(LDLIBS)

$(POLICY_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)

$(T)/fuzz-policy:
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) \
		-o $@ $(LDLIBS)

tests-build: $(POLICY_TESTS) $(POLICY_SPEED) $(T)/fuzz-policy
UNIT_TESTS += $(POLICY_TESTS) $(POLICY_SPEED)
FUZZERS += $(T)/fuzz-policy
