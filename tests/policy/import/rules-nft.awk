# SPDX-License-Identifier: GPL-2.0-only
#
# Rules for 'nft -f' that use each expression that the importer translates.
# Each has a sender of its own, as in rules-iptables.awk.
#
#	awk -v kind=inet -v seed=1 -f rules-nft.awk
#
# kind: inet (a chain at input), forward (table ip, sees fragments), netdev

function pick(list, words, n) {
	n = split(list, words, " ")
	return words[1 + int(rand() * n)]
}

# Of the rule that is added next. Frames that are no IP have none.
function sender4() {
	return sprintf("ip saddr 198.18.0.%d", n % 128)
}

function sender6() {
	return sprintf("ip6 saddr 2001:db8:1::%x", n % 128)
}

function verdict() {
	return pick("accept accept drop drop jump_one jump_two goto_three reject")
}

function words(action) {
	sub(/_/, " ", action)
	if (action == "reject")
		return kind == "netdev" ? "drop" : pick(kind == "forward" ? "reject reject~with~icmp~host-unreachable reject~with~icmp~admin-prohibited" : \
			"reject reject~with~icmpx~host-unreachable reject~with~icmpx~admin-prohibited")
	return action
}

# Of both families, of one of them, of none.
function ip(text) {
	rules[n++] = (kind != "forward" && rand() < 0.5 ? sender6() : sender4()) " " text
}

function ip4(text) {
	rules[n++] = (text ~ /saddr/ ? "" : sender4() " ") text
}

function ip6(text) {
	if (kind != "forward")
		rules[n++] = (text ~ /saddr/ ? "" : sender6() " ") text
}

function link(text) {
	rules[n++] = text
}

function transport(names, i) {
	split("tcp udp sctp", names, " ")
	for (i = 1; i <= 3; i++) {
		ip("meta l4proto " names[i])
		ip(names[i] " dport 80")
		ip(names[i] " dport != 80")
		ip(names[i] " dport @web")
		ip(names[i] " dport != @web")
		ip(names[i] " sport 1000-1003")
		ip(names[i] " sport != { 53, 1000-1003 }")
		ip(names[i] " dport < 1024")
		ip(names[i] " dport >= 8000")
		ip(names[i] " dport vmap { 22 : accept, 80 : drop, 8000-8010 : jump one }")
	}
	ip("meta l4proto != { tcp, udp }")
	ip("meta l4proto { tcp, udp } th dport { 53, 80, 443 }")
	ip("meta l4proto . th dport vmap { tcp . 22 : accept, udp . 53 : drop, sctp . 80 : accept }")
	ip("tcp dport vmap @verdicts")
	ip("tcp flags syn")
	ip("tcp flags syn,ack")
	ip("tcp flags ! syn,ack")
	ip("tcp flags == syn")
	ip("tcp flags != syn")
	ip("tcp flags { syn, ack, rst | ack }")
	ip("tcp flags != { syn, ack }")
	ip("tcp flags & (syn | ack) == syn")
	ip("tcp flags & (fin | syn | rst | ack) != ack")
	ip("tcp flags & (fin | psh | urg) == (fin | psh | urg)")
	ip("tcp flags & (syn | ack) == 0")
}

function network() {
	ip4("ip protocol { tcp, gre }")
	ip4("ip protocol != udp")
	ip4("ip daddr 203.0.113.2-203.0.113.5")
	ip4("ip daddr != 203.0.113.0/30")
	ip4("ip saddr { 198.18.0.129, 198.18.0.136/30, 198.18.0.148-198.18.0.150 } udp dport 53")
	ip4("ip saddr != { 198.18.0.0/25, 198.18.0.148-198.18.0.158 } tcp sport 1006")
	ip4("ip saddr @hosts tcp dport 443")
	ip4("ip saddr . tcp dport { 198.18.0.131 . 22, 198.18.0.152/30 . 80-443 }")
	ip4("ip saddr . tcp dport @pairs")
	ip4("ip daddr . udp dport != { 203.0.113.1 . 53, 203.0.113.2 . 80, 203.0.113.3 . 443 }")
	ip4("ip saddr . ip daddr vmap { 198.18.0.132 . 203.0.113.1 : accept, 198.18.0.133 . 203.0.113.2 : drop }")
	ip4("ip dscp cs1")
	ip4("ip dscp != { ef, af11 }")
	ip4("ip length 100-200 ip ecn { not-ect, ect1 }")
	ip4("ip length < 60 ip ecn != not-ect")
	ip4("icmp type echo-request")
	ip4("icmp type { echo-reply, destination-unreachable, 13 }")
	ip4("icmp type != echo-request")
	ip4("icmp type destination-unreachable icmp code { 1, 3 }")
	if (kind == "forward") {
		ip4("ip frag-off & 0x1fff != 0")
		ip4("ip frag-off & 0x1fff == 0 udp dport 53")
		ip4("ip frag-off & 0x3fff != 0")
		ip4("ip frag-off & 0x3fff == 0 meta l4proto udp")
	} else {
		ip4("ip ttl 5")
		ip4("ip ttl != 2-6")
		ip4("ip ttl > 9")
	}
	ip6("ip6 daddr 2001:db8:2::2-2001:db8:2::5")
	ip6("ip6 daddr != 2001:db8:2::/126")
	ip6("ip6 saddr . tcp dport { 2001:db8:1::83 . 22, 2001:db8:1::98/125 . 80-443 }")
	ip6("ip6 nexthdr { tcp, esp }")
	ip6("ip6 nexthdr != udp")
	ip6("ip6 hoplimit 5")
	ip6("ip6 hoplimit != { 2, 5-8 }")
	ip6("ip6 dscp { cs1, af11 }")
	ip6("ip6 dscp != ef")
	ip6("ip6 length 20-100 ip6 ecn != { ect0, ce }")
	ip6("ip6 length > 150 ip6 ecn not-ect")
	ip6("icmpv6 type { echo-request, nd-neighbor-solicit }")
	ip6("icmpv6 type != echo-request")
	ip6("icmpv6 type destination-unreachable icmpv6 code 1")
	ip6("exthdr hbh exists")
	ip6("exthdr dst exists")
	ip6("exthdr rt missing")
	ip6("exthdr frag missing")
}

function only_inet() {
	ip("meta mark 46")
	ip("meta mark != 0")
	ip("meta mark & 0x6 == 0x2")
	ip("meta mark & 0xc != 0x8")
	ip("meta mark { 2, 10-11 }")
	ip("meta mark != { 0, 4-40 }")
	ip("meta length 100-200")
	ip("meta length < 70")
	ip("meta nfproto ipv6")
	ip("ether saddr 02:00:00:00:00:01")
	ip("ether saddr != { 02:00:00:00:00:01, 02:00:00:00:00:02 }")
	link("meta nfproto ipv6 tcp dport 8011")
	link("meta nfproto != ipv6 udp dport 113")
	link("meta protocol ip udp dport 443")
}

function only_netdev() {
	link("ether saddr 02:00:00:00:00:01 tcp dport 443")
	link("ether type arp ether saddr 02:00:00:00:00:02")
	link("ether type { arp, 0x1234 } ether saddr 02:00:00:00:00:03")
	link("ether type != { ip, ip6 } ether saddr 02:00:00:00:00:04")
	link("ether type 8021q tcp sport 1003")
	link("ether type != 8021q udp dport 443")
	link("vlan id 5")
	link("vlan id { 1, 7-8 } tcp dport 22")
	link("vlan id != 3 vlan pcp 2")
	link("vlan pcp { 5-7 } udp dport 53")
	link("ether type 8021q vlan type arp")
	link("arp operation request")
	link("arp operation { reply, 8 } ether saddr 02:00:00:00:00:01")
	link("meta protocol arp")
	link("meta protocol != { ip, ip6, arp } ether saddr 02:00:00:00:00:02")
	link("meta protocol ip6 udp dport 53 ether saddr 02:00:00:00:00:03")
}

function shuffle(i, j, keep) {
	for (i = n - 1; i > 0; i--) {
		j = int(rand() * (i + 1))
		keep = rules[i]
		rules[i] = rules[j]
		rules[j] = keep
	}
}

function print_rule(text, action) {
	action = words(action)
	gsub(/~/, " ", action)
	if (text ~ /vmap/)
		action = ""
	printf "\t\t%s %s %s\n", text, rand() < 0.3 ? "counter" : "", action
}

function user(name, actions, count, i, text) {
	printf "\tchain %s {\n", name
	while (i < count) {
		text = rules[int(rand() * n)]
		# it may lead here, or need too many sub-lists to return from
		if (text ~ /vmap|dport != { 203/)
			continue
		print_rule(text, pick(actions))
		i++
	}
	print "\t}"
}

BEGIN {
	srand(seed)
	base = pick("accept drop")
	transport()
	network()
	if (kind == "netdev")
		only_netdev()
	else if (kind == "inet")
		only_inet()
	shuffle()
	printf "table %s rules {\n", kind == "forward" ? "ip" : kind
	print "\tset web { type inet_service; flags interval; elements = { 80, 443, 8000-8080 }; }"
	print "\tset hosts { type ipv4_addr; flags interval; elements = { 198.18.0.130, 198.18.0.144/30 }; }"
	print "\tset pairs { type ipv4_addr . inet_service; elements = { 198.18.0.134 . 22, 198.18.0.135 . 80 }; }"
	print "\tmap verdicts { type inet_service : verdict; elements = { 22 : drop, 53 : accept, 443 : jump two }; }"
	print "\tchain three {\n\t}\n\tchain two {\n\t}\n\tchain one {\n\t}"
	user("three", "return accept drop", 4)
	user("two", "return return accept drop", 6)
	user("one", "return accept drop goto_three jump_two", 6)
	printf "\tchain base {\n\t\ttype filter hook %s priority 0; policy %s;\n",
		kind == "netdev" ? "ingress device eth0" : kind == "forward" ? "forward" : "input", base
	for (i = 0; i < n; i++) {
		action = verdict()
		who = match(rules[i], /^ip6? saddr [0-9][0-9a-f.:]+ /) ? substr(rules[i], 1, RLENGTH) : ""
		if (kind != "netdev" && who && i % 24 == 12)
			printf "\t\t%s meta mark set %s\n", who, i % 48 == 12 ? "7" : "meta mark & 0xfffffff0 | 0x2"
		print_rule(rules[i], action)
		if (kind != "netdev" && who && i % 40 == 30)
			printf "\t\t%s meta mark set 0x2e accept\n", who
		if (who && (action != base) && (action == "drop" || action == "accept"))
			continue
		if (who && base == "drop")
			printf "\t\t%s accept\n", who
		else if (who)
			printf "\t\t%s drop\n", who
	}
	print "\t}\n}"
}
