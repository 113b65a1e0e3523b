# SPDX-License-Identifier: GPL-2.0-only
#
# tg-policy: every file in tools/policy is a part of it.

# language/ reads, checks and prints policies, match/ is the reference matcher,
# explain/ asks it about packets, import/ reads the rules of other filters,
# compile/ turns policies into tables.

POLICY_FOLDERS := $(addprefix tools/policy/,language match explain import \
	json compile)
POLICY_SOURCES := $(sort $(wildcard tools/policy/*.c $(POLICY_FOLDERS:%=%/*.c)))
POLICY_OBJECTS := $(patsubst %.c,$(B)/policy/%.o,$(notdir $(POLICY_SOURCES)))
POLICY_INCLUDES := -Iprogs/include -Itools/policy $(POLICY_FOLDERS:%=-I%)

vpath %.c tools/policy $(POLICY_FOLDERS)

$(B)/policy/%.o: %.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) $(POLICY_INCLUDES) -MMD -MP -c $< -o $@

# what tools link that are no tg-policy
POLICY_LIBRARY := $(filter-out $(B)/policy/cmd_%,$(POLICY_OBJECTS)) \
	$(addprefix $(B)/tools/,elf_map.o elf_object.o elf_strip.o)

$(B)/tg-policy: $(B)/tools/tg-policy.o $(POLICY_LIBRARY) \
	$(filter $(B)/policy/cmd_%,$(POLICY_OBJECTS))
