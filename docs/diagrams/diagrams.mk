# SPDX-License-Identifier: GPL-2.0-only
#
# make diagrams draws docs/diagrams/*.svg from *.dot. The drawings are committed,
# so only a redraw needs graphviz. Each has the checksum of its source.

DIAGRAMS := $(patsubst %.dot,%.svg,$(wildcard docs/diagrams/*.dot))

.PHONY: diagrams
diagrams: $(DIAGRAMS)

docs/diagrams/%.svg: docs/diagrams/%.dot
	$(call say,DOT,$@)
	$(Q)dot -Tsvg $< -o $@.new || { rm -f $@.new; \
		echo "dot has not drawn $@: it is in the package graphviz" >&2; \
		exit 1; }
	$(Q)sed "1a <!-- $(notdir $<) sha256 $$(sha256sum <$< | cut -d' ' -f1) -->" \
		$@.new >$@
	$(Q)rm $@.new
