# SPDX-License-Identifier: GPL-2.0-only
#
# The tutorial, in build/tutorial/: NAME.o from progs/tutorial/NAME.bpf.c, and
# the program NAME from tools/tutorial/NAME.c. tools/tutorial/lib/ is linked
# into each program.
#
# Short programs may ignore the packet, hence -Wno-unused-parameter.

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

# otherwise make removes them as intermediate files
.SECONDARY: $(TUTORIAL_LIB) \
	$(TUTORIAL_TOOLS:$(TUTORIAL)/%=$(TUTORIAL)/tools/%.o)

-include $(wildcard $(TUTORIAL)/*.d $(TUTORIAL)/tools/*.d $(TUTORIAL)/tools/lib/*.d)
