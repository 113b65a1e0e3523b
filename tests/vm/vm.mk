# SPDX-License-Identifier: GPL-2.0-only
#
# make test-vm             the tests on the kernels of tests/vm/kernels, in
#                          virtual machines; without root
# make test-vm SHORT=1     a subset of three minutes
# make test-vm KERNEL=6.1  only this kernel
# make test-vm UPDATE=1    update docs/kernels.md and tests/vm/budget
#
# The machines have no compiler, so everything that the tests compile is built
# here, in build/vm/.

VM := $(B)/vm
VM_FIXTURES := $(foreach folder,facts chain vm, \
	$(patsubst tests/fixtures/%.bpf.c,$(VM)/compiled/%, \
	$(wildcard tests/fixtures/$(folder)/*.bpf.c)))
VM_OBJECTS := $(VM_FIXTURES:=.o) $(VM)/compiled/facts/gate.plain.o \
	$(addsuffix .frags.o,$(filter $(VM)/compiled/chain/%,$(VM_FIXTURES)))
VM_TOOLS := $(patsubst tests/tools/%.c,$(VM)/compiled/tools/%, \
	$(wildcard tests/tools/*.c))

VM_PARTS := $(VM_OBJECTS) $(VM_TOOLS) $(VM)/weigh

.PHONY: test-vm vm-build
vm-build: all $(KERNEL_TESTS) $(TEST_PROGRAMS) $(TEST_OBJECTS) \
	$(COMPILED_POLICIES) $(VM_PARTS)

# tests/bats/vm.bats tests the virtual machines themselves
tests-build: $(VM_PARTS)

test-vm:
	$(Q)tc-scripts/deps use build test vm
	$(Q)$(MAKE) --no-print-directory vm-build
	$(Q)tests/vm/run --build $(B) $(if $(SHORT),--short) \
		$(if $(UPDATE),--update) $(if $(V),--verbose) $(KERNEL)

$(VM)/compiled/%.o: tests/fixtures/%.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(VM)/compiled/%.plain.o: tests/fixtures/%.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(filter-out -g,$(BPF_CFLAGS)) -MMD -MP -c $< -o $@

$(VM)/compiled/%.frags.o: tests/fixtures/%.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DTG_MULTI_BUFFER -MMD -MP -c $< -o $@

$(VM)/compiled/tools/%: tests/tools/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -MMD -MP $< -o $@ -lbpf

$(VM)/weigh.o: tests/vm/weigh.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -Itests/packets -Itests/unit \
		-MMD -MP -c $< -o $@

$(VM)/weigh: $(VM)/weigh.o $(T)/parts.a
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $^ -o $@ -lbpf

-include $(wildcard $(VM)/*.d $(VM)/compiled/*/*.d)
