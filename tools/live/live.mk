# SPDX-License-Identifier: GPL-2.0-only
#
# tg-explain: every file in tools/live is a part of it. Packets in words and in
# captures it reads as tg-policy does.

LIVE_SOURCES := $(sort $(wildcard tools/live/*.c))
LIVE_OBJECTS := $(patsubst tools/live/%.c,$(B)/live/%.o,$(LIVE_SOURCES))

$(B)/live/%.o: tools/live/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) $(POLICY_INCLUDES) -Itools/live -MMD -MP \
		-c $< -o $@

$(B)/tg-explain: $(LIVE_OBJECTS) $(addprefix $(B)/tools/,program.o \
	verdict_names.o) $(POLICY_LIBRARY)
$(B)/tg-explain: LDLIBS := -lbpf
