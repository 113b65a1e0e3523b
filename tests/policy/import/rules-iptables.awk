# SPDX-License-Identifier: GPL-2.0-only
#
# Rules for iptables-restore or ip6tables-restore that use each match that the
# importer translates, plain and negated. Each has a sender of its own, for
# which it alone decides, against what would happen without it: what it matches
# shows in what passes. Senders 128 to 159 are for what asks for senders itself.
#
#	awk -v family=4 -v chain=INPUT -v seed=1 -f rules-iptables.awk

function pick(list, words, n) {
	n = split(list, words, " ")
	return words[1 + int(rand() * n)]
}

function sender(i) {
	return sprintf(family == 4 ? "-s 198.18.0.%d/32" : "-s 2001:db8:1::%x/128", i)
}

function shared() {
	return family == 4 ? "-s 198.18.0.128/27" : "-s 2001:db8:1::80/123"
}

function verdict(text) {
	if (text ~ /-p tcp/ && text !~ /! -p/ && rand() < 0.1)
		return "REJECT --reject-with tcp-reset"
	if (rand() < 0.1)
		return "REJECT --reject-with " (family == 4 ? pick("icmp-port-unreachable icmp-host-unreachable icmp-admin-prohibited") : \
			pick("icmp6-port-unreachable icmp6-addr-unreachable icmp6-adm-prohibited"))
	return pick("ACCEPT ACCEPT ACCEPT DROP DROP one two")
}

function add(text) {
	rules[n++] = text
}

function common(a, b) {
	split("tcp udp sctp", names, " ")
	for (i = 1; i <= 3; i++) {
		add("-p " names[i])
		add("! -p " names[i])
		add("-p " names[i] " -m " names[i])
		add("-p " names[i] " -m " names[i] " --sport 1000:1005")
		add("-p " names[i] " -m " names[i] " ! --sport 1000:1003")
		add("-p " names[i] " -m " names[i] " --dport 80")
		add("-p " names[i] " -m " names[i] " ! --dport 80")
		add("-p " names[i] " -m " names[i] " --dport :1023")
		add("-p " names[i] " -m multiport --dports 22,80,8000:8010")
		add("-p " names[i] " -m multiport ! --dports 22,80,8000:8010")
		add("-p " names[i] " -m multiport --sports 53,1000:1003")
		add("-p " names[i] " -m multiport ! --sports 53,1000:1003")
		add("-p " names[i] " -m multiport --ports 22,1001")
		add("-p " names[i] " -m multiport ! --ports 22,80,1000:1006")
	}
	add("-p 47")
	add("-p esp")
	add("! -p 47")
	add("-p tcp -m tcp --syn")
	add("-p tcp -m tcp ! --syn")
	add("-p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK")
	add("-p tcp -m tcp ! --tcp-flags SYN,ACK SYN")
	add("-p tcp -m tcp --tcp-flags ALL NONE")
	add("-p tcp -m tcp --tcp-flags ALL FIN,PSH,URG")
	add("-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK ACK --dport 80")
	add("-m dscp --dscp 0x0a")
	add("-m dscp ! --dscp 0x2e")
	add("-m dscp --dscp-class CS1")
	add("-m dscp --dscp-class EF")
	add("-m ecn --ecn-ip-ect 1")
	add("-m ecn ! --ecn-ip-ect 0")
	add("-m tos --tos 0x10/0x10")
	add("-m tos ! --tos 0x08/0x1c")
	add("-m length --length 100:200")
	add("-m length ! --length 60:150")
	add("-m length --length 48")
	add("-m mark --mark 0x2e")
	add("-m mark ! --mark 0")
	add("-m mark --mark 0x2/0x6")
	add("-m mark ! --mark 0x8/0xc")
	add("-m mac --mac-source 02:00:00:00:00:01")
	add("-m mac ! --mac-source 02:00:00:00:00:02")
	add("-m comment --comment \"a comment, # and \\\"quotes\\\"\" -p udp")
}

function only4() {
	add("-d 203.0.113.0/30")
	add("! -d 203.0.113.4/32")
	add("-m iprange --src-range 198.18.0.131-198.18.0.137")
	add("-m iprange ! --src-range 198.18.0.131-198.18.0.137")
	add("-m iprange --dst-range 203.0.113.2-203.0.113.5")
	add("-p icmp")
	add("-p icmp -m icmp --icmp-type any")
	add("-p icmp -m icmp --icmp-type 8")
	add("-p icmp -m icmp ! --icmp-type 8")
	add("-p icmp -m icmp --icmp-type 3/1")
	add("-p icmp -m icmp ! --icmp-type 3/1")
	add("-p icmp -m icmp --icmp-type host-unreachable")
	add("-m dscp ! --dscp 0 -p icmp")
	if (chain == "FORWARD") {
		add("-f")
		add("! -f")
		add("-f -p udp")
		return
	}
	# of a later fragment, iptables takes for flags what is in their place
	add("-p tcp -m ecn --ecn-tcp-ece")
	add("-p tcp -m ecn ! --ecn-tcp-cwr")
	add("-m ttl --ttl-eq 5")
	add("-m ttl ! --ttl-eq 5")
	add("-m ttl --ttl-lt 4")
	add("-m ttl --ttl-gt 9")
}

function only6() {
	add("-d 2001:db8:2::/126")
	add("! -d 2001:db8:2::4/128")
	add("-m iprange --src-range 2001:db8:1::83-2001:db8:1::89")
	add("-m iprange ! --dst-range 2001:db8:2::2-2001:db8:2::5")
	add("-p ipv6-icmp")
	add("-p ipv6-icmp -m icmp6 --icmpv6-type 128")
	add("-p ipv6-icmp -m icmp6 ! --icmpv6-type 128")
	add("-p ipv6-icmp -m icmp6 --icmpv6-type 1/1")
	add("-p ipv6-icmp -m icmp6 ! --icmpv6-type 1/1")
	add("-m hl --hl-eq 5")
	add("-m hl ! --hl-eq 5")
	add("-m hl --hl-lt 4")
	add("-m hl --hl-gt 9")
}

# In a chain of the user's: some return, some go elsewhere.
function user(name, other, count, i) {
	for (i = 0; i < count; i++) {
		printf "-A %s %s -j %s\n", name, rules[int(rand() * n)], pick("RETURN RETURN ACCEPT DROP")
		if (i % 4 == 3 && other)
			printf "-A %s -p udp -m udp --dport 53 -g %s\n", name, other
	}
}

function shuffle(i, j, keep) {
	for (i = n - 1; i > 0; i--) {
		j = int(rand() * (i + 1))
		keep = rules[i]
		rules[i] = rules[j]
		rules[j] = keep
	}
}

BEGIN {
	srand(seed)
	common()
	if (family == 4)
		only4()
	else
		only6()
	shuffle()
	print "*filter"
	print ":INPUT " (chain == "INPUT" ? "DROP" : "ACCEPT")
	print ":FORWARD " (chain == "FORWARD" ? "DROP" : "ACCEPT")
	print ":OUTPUT ACCEPT"
	print ":one -\n:two -\n:three -"
	for (i = 0; i < n; i++) {
		who = rules[i] ~ /src-range/ ? shared() : sender(i)
		target = verdict(rules[i])
		if (i % 24 == 12)
			printf "-A %s %s -j MARK --set-xmark 0x%x/0x%x\n", chain, who, i % 16, i % 48 == 12 ? 15 : 4294967295
		printf "-A %s %s %s -j %s\n", chain, who, rules[i], target
		if (i % 30 == 20)
			printf "-A %s %s -p tcp -g three\n", chain, who
		if (target != "ACCEPT" && who !~ /\/(27|123)/)
			printf "-A %s %s -j ACCEPT\n", chain, who
	}
	user("one", "three", 6)
	user("two", "", 5)
	user("three", "", 4)
	print "COMMIT"
}
