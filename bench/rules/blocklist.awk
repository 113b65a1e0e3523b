# SPDX-License-Identifier: GPL-2.0-only
#
# A list of what is to be dropped, which every filter can say, in whatever
# form is best for it: no two entries overlap, so that their order is all one.
#
#	awk -v kind=ports -v count=1000 -f blocklist.awk
#
# kind: hosts (source addresses), ports (source prefixes, a TCP port each). A
# line is PREFIX PORT, with - for no port.

BEGIN {
	state = 1
	for (i = 0; i < count; i++) {
		# each in a /24 of its own, all over the addresses from 1.0.0.0 on
		net = (i * 9973 + 77) % (223 * 65536 - 65536) + 65536
		size = kind == "hosts" ? 32 : 24 + random(9)
		host = int(random(256) / 2 ^ (32 - size)) * 2 ^ (32 - size)
		printf "%d.%d.%d.%d/%d %s\n", net / 65536, net / 256 % 256, net % 256, host, size, \
			kind == "hosts" ? "-" : 1 + random(65535)
	}
}

# Below limit, and the same on each machine.
function random(limit) {
	state = (state * 16807) % 2147483647
	return state % limit
}
