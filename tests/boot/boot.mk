# SPDX-License-Identifier: GPL-2.0-only
#
# make test-boot     boot a Debian with systemd that is flooded from the start,
#                    in a virtual machine; root
# make test-boot-13  install the package of build/deb13 in a Debian 13 there, and
#                    boot it again. 'make test-deb' builds the package; root

BOOT_FLOOD := $(B)/tests/flood

BOOT_PACKAGES := $(B)/deb13/tailgate-dev_$(VERSION)_all.deb

.PHONY: test-boot test-boot-13
test-boot:
	$(Q)tc-scripts/deps use build test vm debian
	$(Q)$(MAKE) --no-print-directory all $(BOOT_FLOOD)
	$(Q)tests/boot/run $(if $(V),--verbose)

test-boot-13: $(BOOT_PACKAGES)
	$(Q)tc-scripts/deps use build test vm debian
	$(Q)$(MAKE) --no-print-directory $(BOOT_FLOOD)
	$(Q)tests/boot/installed/run --release 13 $(if $(V),--verbose)

# Packages that exist are taken, as building them takes minutes.
$(BOOT_PACKAGES):
	$(Q)tests/debian/run --release 13 --take $(B)/deb13 debian/build $(B)/deb13

$(BOOT_FLOOD): tests/boot/flood.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -MMD -MP $< -o $@
