# SPDX-License-Identifier: GPL-2.0-only
#
# Packets in the words of craft, each with a number of its own: the id of IPv4,
# the flow label of IPv6, the receiver's address of a frame.
#
#	awk -v kind=input4 -v count=3000 -v seed=1 -f packets.awk
#
# kind: input4, forward4 (with fragments), input6, frames
#
# With -v nft=1 there is nothing in which nft is known to see something else
# than a policy does: it takes what a later fragment holds for ports, and an
# authentication header for a protocol (docs/policy-equivalents.md).

function pick(list, words, n) {
	n = split(list, words, " ")
	return words[1 + int(rand() * n)]
}

function ports() {
	return sprintf("sport=%s dport=%s", pick("53 80 1000 1001 1003 1005 1006 4000"),
		pick("22 53 80 113 443 8000 8005 8011"))
}

function transport(icmp, kind) {
	kind = pick("tcp tcp tcp tcp udp udp udp sctp sctp icmp icmp icmp gre esp")
	if (kind == "tcp")
		return sprintf("tcp %s flags=%s", ports(),
			pick("syn syn ack syn,ack rst rst,ack fin,ack none psh,ack urg syn,rst fin,psh,urg syn,ece,cwr"))
	if (kind == "udp" || kind == "sctp")
		return kind " " ports()
	if (kind != "icmp")
		return kind
	if (icmp == "icmp")
		return sprintf("icmp type=%s code=%s", pick("0 3 3 3 5 8 8 11 13"), pick("0 1 3"))
	return sprintf("icmp6 type=%s code=%s", pick("1 1 1 2 3 128 128 129 135 143"), pick("0 1 3"))
}

function payload() {
	return sprintf("raw size=%d", int(rand() * 20) * 10)
}

function ip4(id, fragments, fragment) {
	if (fragments && rand() < 0.3)
		fragment = pick("first later")
	return sprintf("ip4 src=198.18.0.%d dst=203.0.113.%d id=%d ttl=%d tos=%d %s %s %s",
		int(rand() * 160), 1 + int(rand() * 8), id, 2 + int(rand() * 10),
		pick("0 0 16 8 40 184 46 1 2 252"), fragment,
		fragment == "later" ? pick(nft ? "gre esp" : "tcp udp icmp gre") : transport("icmp"), payload())
}

# What follows a later fragment's header is not looked at.
function ip6(id, extensions, fragment) {
	if (rand() < 0.25)
		extensions = pick("hopopts dstopts routing hopopts_dstopts " (nft ? "" : "ah"))
	gsub("_", " ", extensions)
	if (rand() < (kind == "input6" ? 0 : 0.2))
		fragment = pick("first later")
	return sprintf("ip6 src=2001:db8:1::%x dst=2001:db8:2::%d flow=%d hops=%d class=%d %s %s %s %s",
		int(rand() * 160), 1 + int(rand() * 8), id, 2 + int(rand() * 10),
		pick("0 0 16 8 40 184 46 1 2 252"), extensions, fragment ? "frag " fragment : "",
		fragment == "later" ? pick(nft ? "gre esp" : "tcp udp icmp6 gre") : transport("icmp6"), payload())
}

function tags(n) {
	n = pick("0 0 0 1 1")
	return n ? sprintf("vlan=%d", int(rand() * 10) + 8192 * int(rand() * 8)) : ""
}

function frame(id, what) {
	what = pick("ip4 ip4 ip4 ip6 ip6 arp other")
	return sprintf("eth dst=02:00:00:01:%02x:%02x src=02:00:00:00:00:%02x %s", int(id / 256), id % 256,
		1 + int(rand() * 4), what == "other" ? "type=" pick("0x88cc 0x1234") " raw size=60" : \
		tags() " " (what == "arp" ? "arp op=" pick("1 2 3 8") : what == "ip4" ? ip4(id, 1) : ip6(id)))
}

BEGIN {
	srand(seed)
	for (id = 1; id <= count; id++) {
		if (kind == "frames")
			print frame(id)
		else
			printf "eth dst=02:00:00:00:00:02 src=02:00:00:00:00:%02x %s\n", 1 + int(rand() * 4),
				kind == "input6" ? ip6(id) : ip4(id, kind == "forward4")
	}
}
