# SPDX-License-Identifier: GPL-2.0-only
#
# Random sets of ipset, or rules of iptables that ask them. Each rule has a
# sender of its own, for which it alone decides.
#
#	awk -v what=sets -v family=4 -v seed=1 -f rules-ipset.awk | ipset restore
#	awk -v what=rules -v family=4 -v chain=INPUT -v seed=1 -f rules-ipset.awk

function pick(list, words, n) {
	n = split(list, words, " ")
	return words[1 + int(rand() * n)]
}

function sender(i) {
	return sprintf(family == 4 ? "198.18.0.%d" : "2001:db8:1::%x", i)
}

function receiver(i) {
	return sprintf(family == 4 ? "203.0.113.%d" : "2001:db8:2::%x", i)
}

function length_of(bits) {
	return (family == 4 ? 32 : 128) - bits
}

function hosts(i) {
	print "create hosts hash:ip timeout 3000 " of
	for (i = 0; i < 160; i++)
		if (rand() < 0.5)
			printf "add hosts %s timeout %d\n", sender(i), pick("0 0 3000 1000")
	print "create targets hash:ip maxelem 100 " of
	for (i = 1; i <= 8; i++)
		if (rand() < 0.5)
			print "add targets " receiver(i)
}

# Prefixes of 16 senders, or of 8 with an exception, and single ones.
function nets(i) {
	print "create nets hash:net comment counters " of
	for (i = 0; i < 160; i += 16) {
		if (rand() < 0.4)
			continue
		printf "add nets %s/%d packets 1 bytes 60 comment \"a net, # or so\"\n", sender(i), length_of(4)
		if (rand() < 0.7)
			printf "add nets %s/%d nomatch\n", sender(i + 4), length_of(2)
		if (rand() < 0.5)
			printf "add nets %s nomatch\n", sender(i + 9)
		printf "add nets %s\n", sender(i + 12)
	}
}

function ports(i, n, list) {
	print "create doors bitmap:port range 0-65535"
	print "create low bitmap:port range 0-1023"
	n = split("22 53 80 113 443 1000 1001 1003 1005 4000 8000 8005 8011", list, " ")
	for (i = 1; i <= n; i++) {
		if (rand() < 0.5)
			print "add doors " list[i]
		if (list[i] < 1024 && rand() < 0.5)
			print "add low " list[i]
	}
}

function pairs(i, n, list, protocol) {
	print "create pairs hash:ip,port " of
	n = split("22 53 80 443 8000 1000 1001 4000", list, " ")
	for (i = 0; i < 400; i++) {
		protocol = pick("tcp tcp udp sctp")
		who = rand() < 0.5 ? receiver(1 + int(rand() * 8)) : sender(int(rand() * 160))
		printf "add pairs %s,%s:%d -exist\n", who, protocol, list[1 + int(rand() * n)]
	}
}

function sets() {
	of = "family inet" (family == 6 ? "6" : "")
	hosts()
	nets()
	ports()
	pairs()
}

function ask(set, sides) {
	return "-m set " pick("! _ _") " --match-set " set " " sides
}

function match_of(i) {
	i = int(rand() * 12)
	if (i < 2)
		return ask("hosts", pick("src src,dst"))
	if (i < 4)
		return ask("nets", "src")
	if (i == 4)
		return ask("targets", "dst")
	if (i < 7)
		return ask(pick("doors low"), pick("src dst dst"))
	if (i == 7)
		return ask("doors", "dst") " " ask("low", "src")
	if (i < 10)
		return ask("pairs", pick("src,src dst,dst"))
	if (i == 10)
		return ask("pairs", "dst,dst") " " ask("nets", "src")
	return ask("hosts", "src") " " ask("targets", "dst")
}

function rule(text) {
	text = pick("_ _ -p_tcp -p_udp -p_sctp !_-p_tcp -p_tcp_-m_tcp_--dport_80") " " match_of()
	gsub("_", " ", text)
	return text
}

function verdict() {
	return pick("ACCEPT ACCEPT ACCEPT DROP DROP REJECT one two")
}

function rules(i, target) {
	print "*filter"
	print ":INPUT " (chain == "INPUT" ? "DROP" : "ACCEPT")
	print ":FORWARD " (chain == "FORWARD" ? "DROP" : "ACCEPT")
	print ":OUTPUT ACCEPT\n:one -\n:two -"
	for (i = 0; i < 128; i++) {
		target = verdict()
		printf "-A %s -s %s %s -j %s\n", chain, sender(i), rule(), target
		if (target != "ACCEPT")
			printf "-A %s -s %s -j ACCEPT\n", chain, sender(i)
	}
	for (i = 0; i < 4; i++) {
		printf "-A one %s -j %s\n", rule(), pick("RETURN RETURN ACCEPT DROP")
		printf "-A two %s -j %s\n", rule(), pick("RETURN DROP")
	}
	print "-A one -j DROP"
	print "COMMIT"
}

BEGIN {
	srand(seed)
	if (what == "sets")
		sets()
	else
		rules()
}
