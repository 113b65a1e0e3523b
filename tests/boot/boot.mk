# SPDX-License-Identifier: GPL-2.0-only
#
# make test-boot  boot a Debian with systemd that is flooded from the start, in
#                 a virtual machine; root

BOOT_FLOOD := $(B)/tests/flood

.PHONY: test-boot
test-boot:
	$(Q)tc-scripts/deps use build test vm debian
	$(Q)$(MAKE) --no-print-directory all $(BOOT_FLOOD)
	$(Q)tests/boot/run $(if $(V),--verbose)

$(BOOT_FLOOD): tests/boot/flood.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -MMD -MP $< -o $@
