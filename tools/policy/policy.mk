# SPDX-License-Identifier: GPL-2.0-only
#
# tg-policy: every file in tools/policy is a part of it.

POLICY_SOURCES := $(sort $(wildcard tools/policy/*.c))
POLICY_OBJECTS := $(patsubst tools/policy/%.c,$(B)/policy/%.o,$(POLICY_SOURCES))

$(B)/policy/%.o: tools/policy/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -Iprogs/include -MMD -MP -c $< -o $@

$(B)/tg-policy: $(B)/tools/tg-policy.o $(POLICY_OBJECTS)
