# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the importers, with sanitizers. This comes after policy.mk, which
# has the rules for the objects of the policy language.

IMPORT_PARTS := $(patsubst %.c,%, \
	$(notdir $(wildcard tools/policy/import/import_*.c)))

$(T)/import_json: $(addprefix $(T)/,unit-import_json.san.o \
	policy-json.san.o policy-json_string.san.o)

$(T)/import_sets: $(addprefix $(T)/,unit-import_sets.san.o \
	policy-import_set.san.o policy-import_memory.san.o \
	policy-names.san.o policy-json.san.o policy-json_string.san.o)

# A million of rules, sanitized, take half a minute, and there is more to be found.
$(IMPORT_PARTS:%=$(T)/policy-%.fuzz.o): FUZZ_CFLAGS += -DIMPORT_RULES_MAX=20000

$(T)/fuzz-import: $(T)/fuzz-import.fuzz.o \
	$(POLICY_PARTS:%=$(T)/policy-%.fuzz.o) \
	$(IMPORT_PARTS:%=$(T)/policy-%.fuzz.o)

IMPORT_TESTS := $(T)/import_json $(T)/import_sets

$(IMPORT_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)

$(T)/fuzz-import:
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) -fsanitize=fuzzer $(filter %.o,$^) \
		-o $@ $(LDLIBS)

tests-build: $(IMPORT_TESTS) $(T)/fuzz-import
UNIT_TESTS += $(IMPORT_TESTS)
FUZZERS += $(T)/fuzz-import
