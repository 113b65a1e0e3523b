# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the peers of a few lines of BPF have in common: a program that ip loads,
# and a map that it pins.

# Keys as bpftool wants them: one line, bytes in decimal, for each rule.
fill_pinned() { # MAP <KEYS
	awk -v map="$1" '{ print "map update pinned " map " key " $0 " value 1 0 0 0" }' |
		bpftool batch file - >/dev/null
}

load_map_filter() { # SECTION-PROGRAM
	ip link set dev in xdpdrv obj "$BENCH/$1.bpf.o" sec xdp
}
