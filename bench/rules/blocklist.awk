# SPDX-License-Identifier: GPL-2.0-only
#
# Generates a block list that every filter can express in its best form: entries
# do not overlap, so their order is irrelevant.
#
#	awk -v kind=ports -v count=1000 -f blocklist.awk
#
# kind: hosts (source addresses) or ports (source prefixes, each with a TCP
# port). A line is PREFIX PORT, with - for no port.

BEGIN {
	state = 1
	for (i = 0; i < count; i++) {
		# each in its own /24, distributed over the addresses from
		# 1.0.0.0 on
		net = (i * 9973 + 77) % (223 * 65536 - 65536) + 65536
		size = kind == "hosts" ? 32 : 24 + random(9)
		host = int(random(256) / 2 ^ (32 - size)) * 2 ^ (32 - size)
		printf "%d.%d.%d.%d/%d %s\n", net / 65536, net / 256 % 256, net % 256, host, size, \
			kind == "hosts" ? "-" : 1 + random(65535)
	}
}

# A number below limit; deterministic on all machines.
function random(limit) {
	state = (state * 16807) % 2147483647
	return state % limit
}
