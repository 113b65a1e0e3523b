# SPDX-License-Identifier: GPL-2.0-only
#
# make            build every object and tool into build/
# make check      tests without root: style, unit
# make test       all tests; root. DOCKER=1 adds containers, with an engine
# make test-long  tests that take long: a thousand flips, mutants; root
# make test-vm    the tests on Debian's 6.1 and 6.12, in virtual machines
# make test-boot  units of systemd, in a virtual machine under a flood; root
# make test-boot-13  the package in a machine that is rebooted; root
# make test-debian13  build and test in a Debian 13 root directory; root
# make bench      compare with other filters; root. QUICK=1: regressions only
# make demo       a demonstration in a temporary playground; root
# make diagrams   generate docs/diagrams/*.svg from their sources
# make dist       a source archive of the last commit, in build/
# make deb        Debian packages, in build/deb/
# make test-deb   those of Debian 12 and 13, installed, used and purged; root
# make deps       install missing packages; DRY=1 prints the command
# make install    PREFIX=/usr/local, DESTDIR=
# make uninstall  the same; fails while chains are in force, unless FORCE=1
#
# V=1 shows the commands, CLANG= selects a compiler (14 or newer).

PREFIX ?= /usr/local
B := build

# Searched for once: with '?=', each use would do it again.
ifndef CLANG
CLANG := $(shell tc-scripts/find-clang)
endif
CLANG_FORMAT ?= clang-format

WARN := -Wall -Wextra -Werror
KERNEL_HEADERS := $(shell tc-scripts/find-clang --headers $(CLANG) 2>/dev/null)
BPF_CFLAGS := -g -O2 -target bpf -mcpu=v3 $(WARN) -Iprogs/include -Imaps \
	$(addprefix -isystem ,$(KERNEL_HEADERS)) $(BPF_EXTRA_CFLAGS)
CFLAGS ?= -g -O2
TOOL_CFLAGS := $(CFLAGS) -std=gnu11 -D_GNU_SOURCE $(WARN) -Imaps \
	-Iprogs/include -Itools
LDLIBS := -Wl,--as-needed -lbpf -ljansson

# Each progs/*.bpf.c is a plugin; progs/chain/ has the programs of every chain.
SOURCES := $(wildcard progs/*.bpf.c progs/chain/*.bpf.c)
OBJECTS := $(patsubst %.bpf.c,$(B)/%.o,$(notdir $(SOURCES)))
MULTI_BUFFER := $(OBJECTS:.o=.frags.o)
# For policies that ask sets: the same programs, with a map of sets.
LIVE := $(B)/policy.live.o $(B)/policy.live.frags.o
# Each tools/tg-NAME.c is a program; sources in folders are linked into them.
TOOLS := $(patsubst tools/%.c,$(B)/%,$(wildcard tools/tg-*.c))
LIBRARY_SOURCES := $(sort $(filter-out tools/tutorial/%,$(wildcard \
	$(addsuffix /*.c,tools/* tools/*/* tools/*/*/*))))

vpath %.bpf.c progs progs/chain

# quiet unless V=1
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(2))

define archive
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^
endef

.PHONY: FORCE all check test test-long test-debian13 bench demo dist deb test-deb deps install uninstall clean format tests-build

all: $(OBJECTS) $(MULTI_BUFFER) $(LIVE) $(TOOLS)

# Contains the compiler's name and version; a change rebuilds everything.
$(B)/compiler: FORCE
	$(Q)mkdir -p $(B)/tools
	$(Q)tc-scripts/find-clang --check $(CLANG) >$@.new
	$(Q)cmp -s $@.new $@ || cp $@.new $@

$(B)/%.o: %.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -c $< -o $@

$(B)/%.frags.o: %.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DTG_MULTI_BUFFER -MMD -MP -c $< -o $@

$(B)/%.live.o: %.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DTG_LIVE -MMD -MP -c $< -o $@

$(B)/%.live.frags.o: %.bpf.c $(B)/compiler
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPF_CFLAGS) -DTG_LIVE -DTG_MULTI_BUFFER -MMD -MP -c $< -o $@

# One archive with all shared code of the tools; each links what it needs.
TOOL_PARTS := $(patsubst %.c,$(B)/%.o,$(LIBRARY_SOURCES))
LIBRARY := $(B)/tools/tailgate.a

$(B)/tools/%.o: tools/%.c $(B)/compiler
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(TOOL_CFLAGS) -MMD -MP -c $< -o $@

$(LIBRARY): $(TOOL_PARTS)
	$(archive)

$(B)/tg-top: LDLIBS += -lncursesw -ltinfo

$(TOOLS): $(B)/%: $(B)/tools/%.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CLANG) $(LDFLAGS) $^ -o $@ $(LDLIBS)

include bench/bench.mk
include progs/tutorial/tutorial.mk
include docs/diagrams/diagrams.mk
include tests/tests.mk
include tests/vm/vm.mk
include tests/boot/boot.mk

check: tests-build
	$(Q)tests/run style unit

test: deps
	$(Q)$(MAKE) --no-print-directory all tests-build
	$(Q)tests/run $(if $(DOCKER),--docker)

test-long:
	$(Q)tc-scripts/deps use build test long
	$(Q)$(MAKE) --no-print-directory all tests-build
	$(Q)bats tests/bats/long
	$(Q)tests/run mutants

test-debian13:
	$(Q)tests/debian/run --release 13

bench:
	$(Q)tc-scripts/deps use build test
	$(Q)$(MAKE) --no-print-directory all bench-build $(B)/tests/craft
	$(Q)bench/run $(if $(QUICK),--quick)

demo:
	$(Q)tc-scripts/deps use build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tc-scripts/tailgate demo

deps:
	$(Q)tc-scripts/deps $(if $(DRY),--dry-run) $(if $(DOCKER),--docker)

# The version is written once; a release is a tag of the commit that changes it.
VERSION := $(shell sed -n 's/^readonly VERSION=//p' tc-scripts/lib/common.bash)

# The same bytes for the same commit.
dist:
	$(Q)git diff --quiet HEAD || echo "dist: uncommitted changes are left out" >&2
	$(Q)mkdir -p $(B)
	$(Q)git archive --format=tar --prefix=tailgate-$(VERSION)/ HEAD | \
		gzip -9n >$(B)/tailgate-$(VERSION).tar.gz
	$(call say,DIST,$(B)/tailgate-$(VERSION).tar.gz)

deb:
	$(Q)tc-scripts/deps build deb
	$(Q)debian/build $(B)/deb
	$(Q)$(foreach package,tailgate tailgate-dev tailgate-doc,\
		ls $(B)/deb/$(package)_*.deb;)

# The packages of each release are built on it, as its libraries differ.
test-deb:
	$(Q)tc-scripts/deps build deb debian
	$(Q)tests/debian/build $(B)/deb
	$(Q)tests/debian/packages $$(. /etc/os-release; echo $$VERSION_ID) $(B)/deb
	$(Q)tests/debian/run --release 13 --take $(B)/deb13 tests/debian/build $(B)/deb13
	$(Q)tests/debian/packages 13 $(B)/deb13

format:
	$(Q)tests/style --c-files | xargs $(CLANG_FORMAT) -i
	$(Q)tests/style --shell-files | xargs shfmt -w

LIB := $(DESTDIR)$(PREFIX)/lib/tailgate
# docs/man/tailgate.8 is installed as share/man/man8/tailgate.8.
MAN_PAGES := $(foreach page,$(notdir $(wildcard docs/man/*.[1-9])),\
	$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)))/$(page))

BASH_COMPLETION := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tailgate
ZSH_COMPLETION := $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_tailgate

# systemd looks there for PREFIX /usr and /usr/local
UNITS := $(DESTDIR)$(PREFIX)/lib/systemd/system
UNIT_NAMES := $(notdir $(wildcard systemd/*.service systemd/*.timer))

install: all
	$(Q)install -d $(LIB)/lib $(LIB)/build $(DESTDIR)$(PREFIX)/sbin \
		$(DESTDIR)$(PREFIX)/include/tailgate
	$(Q)install -m 755 tc-scripts/tailgate tc-scripts/in-force $(LIB)
	$(Q)install -m 644 tc-scripts/lib/*.bash $(LIB)/lib
	$(Q)install -d $(LIB)/verbs
	$(Q)install -m 644 tc-scripts/verbs/*.bash $(LIB)/verbs
	$(Q)install -m 644 $(OBJECTS) $(MULTI_BUFFER) $(LIVE) \
		$(LIB)/build
	$(Q)install -m 755 $(TOOLS) $(LIB)/build
	$(Q)install -m 644 progs/include/*.h maps/*.h \
		$(DESTDIR)$(PREFIX)/include/tailgate
	$(Q)install -d $(sort $(dir $(MAN_PAGES)))
	$(Q)$(foreach page,$(MAN_PAGES),install -m 644 docs/man/$(notdir $(page)) $(page) &&) true
	$(Q)install -D -m 644 completion/tailgate.bash $(BASH_COMPLETION)
	$(Q)install -D -m 644 completion/_tailgate $(ZSH_COMPLETION)
	$(Q)ln -sfn ../lib/tailgate/tailgate $(DESTDIR)$(PREFIX)/sbin/tailgate
	$(Q)install -d $(UNITS)
	$(Q)for unit in $(UNIT_NAMES); do \
		sed -e '/^@SANDBOX@$$/{' -e 'r systemd/sandbox' -e 'd' -e '}' \
			-e 's|@PREFIX@|$(PREFIX)|' systemd/$$unit >$(UNITS)/$$unit || exit; \
		chmod 644 $(UNITS)/$$unit; \
	done

# Without the tools, attached chains would stay in force and could not be
# detached. With DESTDIR, no chain uses these files.
uninstall:
	$(Q)$(if $(DESTDIR),true,tc-scripts/in-force) || $(if $(FORCE),true, \
		{ echo "uninstall: nothing is removed; FORCE=1 removes the" \
		"tools, and chains stay in force" >&2; false; })
	$(Q)rm -rf $(LIB) $(DESTDIR)$(PREFIX)/include/tailgate
	$(Q)rm -f $(DESTDIR)$(PREFIX)/sbin/tailgate \
		$(MAN_PAGES) $(BASH_COMPLETION) $(ZSH_COMPLETION) \
		$(addprefix $(UNITS)/,$(UNIT_NAMES))

clean:
	$(Q)rm -rf $(B)

-include $(wildcard $(B)/*.d) $(TOOL_PARTS:.o=.d) \
	$(TOOLS:$(B)/%=$(B)/tools/%.d)
