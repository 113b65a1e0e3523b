# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the small BPF programs: ip loads the program and pins its map.

# Prints keys in bpftool's format: one line, bytes in decimal, for each rule.
fill_pinned() { # MAP <KEYS
	awk -v map="$1" '{ print "map update pinned " map " key " $0 " value 1 0 0 0" }' |
		bpftool batch file - >/dev/null
}

load_map_filter() { # SECTION-PROGRAM
	ip link set dev in xdpdrv obj "$BENCH/$1.bpf.o" sec xdp
}
