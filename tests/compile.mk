# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the parts of the policy compiler, with sanitizers. This comes
# after policy.mk, which has the rules for their objects.

TREE_PARTS := blob $(patsubst %.c,%, \
	$(notdir $(wildcard tools/policy/compile/tree*.c)))

$(T)/tree: $(T)/unit-tree.san.o $(TREE_PARTS:%=$(T)/policy-%.san.o)

$(T)/keys: $(T)/unit-keys.san.o \
	$(patsubst %,$(T)/policy-%.san.o,blob tables trie wide wide_plan wide_windows)

$(T)/acts: $(T)/unit-acts.san.o $(T)/policy-acts.san.o $(POLICY_SANITIZED)

$(T)/loads: $(T)/unit-loads.san.o

COMPILE_TESTS := $(T)/tree $(T)/keys $(T)/acts $(T)/loads

$(COMPILE_TESTS):
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $(SANITIZE) $(filter %.o,$^) -o $@ $(LDLIBS)

tests-build: $(COMPILE_TESTS)
UNIT_TESTS += $(COMPILE_TESTS)
