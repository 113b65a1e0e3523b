# SPDX-License-Identifier: GPL-2.0-only
#
# The tutorial, into build/tutorial/: NAME.o from progs/tutorial/NAME.bpf.c,
# and the program NAME from tools/tutorial/NAME.c. What stands in
# tools/tutorial/lib/ is linked into each program.
#
# A program of a few lines may well leave the packet that it is given alone.

TUTORIAL := $(B)/tutorial
TUTORIAL_OBJECTS := $(patsubst progs/tutorial/%.bpf.c,$(TUTORIAL)/%.o,\
	$(wildcard progs/tutorial/*.bpf.c))
TUTORIAL_TOOLS := $(patsubst tools/tutorial/%.c,$(TUTORIAL)/%,\
	$(wildcard tools/tutorial/*.c))
TUTORIAL_LIB := $(patsubst tools/tutorial/lib/%.c,$(TUTORIAL)/tools/lib/%.o,\
	$(wildcard tools/tutorial/lib/*.c))

.PHONY: tutorial
all: tutorial
tutorial: $(TUTORIAL_OBJECTS) $(TUTORIAL_TOOLS)

$(TUTORIAL)/tools/lib:
	$(Q)mkdir -p $@

$(TUTORIAL)/%.o: progs/tutorial/%.bpf.c $(B)/compiler | $(TUTORIAL)/tools/lib
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -Wno-unused-parameter -MMD -MP -c $< -o $@

$(TUTORIAL)/tools/%.o: tools/tutorial/%.c $(B)/compiler | $(TUTORIAL)/tools/lib
	$(call say,CC,$@)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -Itools/tutorial/lib -MMD -MP -c $< -o $@

$(TUTORIAL_TOOLS): $(TUTORIAL)/%: $(TUTORIAL)/tools/%.o $(TUTORIAL_LIB)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $^ -o $@ -lbpf

# or make would take them for intermediate files, and remove them
.SECONDARY: $(TUTORIAL_LIB) \
	$(TUTORIAL_TOOLS:$(TUTORIAL)/%=$(TUTORIAL)/tools/%.o)

-include $(wildcard $(TUTORIAL)/*.d $(TUTORIAL)/tools/*.d $(TUTORIAL)/tools/lib/*.d)
