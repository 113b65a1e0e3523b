# SPDX-License-Identifier: GPL-2.0-only
#
# Converts a policy on IPv4 to one of the same shape on IPv6: a.b.c.d/n becomes
# 2001:db8:AABB:CCDD:: with a length of 32 + n.
#
#	tg-policy import --classbench SET | awk -f twin6.awk

function hex(byte) {
	return sprintf("%02x", byte)
}

function twin(word, halves, bytes, n) {
	n = split(word, halves, "/")
	split(halves[1], bytes, ".")
	return "2001:db8:" hex(bytes[1]) hex(bytes[2]) ":" hex(bytes[3]) hex(bytes[4]) \
		"::/" 32 + (n == 2 ? halves[2] : 32)
}

/^#/ { next }

{
	for (i = 1; i <= NF; i++) {
		if ($i == "ip")
			$i = "ip6"
		else if ($i ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/[0-9]+)?$/)
			$i = twin($i)
		else if ($i == "icmp")
			$i = "icmp6"
	}
	print
}
