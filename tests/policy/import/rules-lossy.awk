# SPDX-License-Identifier: GPL-2.0-only
#
# A few chains of iptables that jump, return and decide at random. Some rules ask
# for what the importer does not translate, and what the kernel answers the same
# way each time: what conntrack says about a packet whose fields say it, too.
#
#	awk -v seed=1 -f rules-lossy.awk

function pick(list, words, n) {
	n = split(list, words, " ")
	return words[1 + int(rand() * n)]
}

function known(kind) {
	kind = int(rand() * 7)
	if (kind == 0)
		return " -p tcp -m tcp --dport " pick("22 80 443 8000:8010")
	if (kind == 1)
		return " -p udp -m udp --sport 1000:1004"
	if (kind == 2)
		return " -s 198.18.0." 32 * int(rand() * 5) "/27"
	if (kind == 3)
		return " -d 203.0.113." pick("0/30 4/30 2/32")
	if (kind == 4)
		return " -p icmp"
	if (kind == 5)
		return " -m mark --mark " pick("0x2/0x2 0/0x4")
	return " -s 198.18.0." 16 * int(rand() * 10) "/28"
}

function lossy() {
	lost++
	return " -m conntrack " (rand() < 0.3 ? "! " : "") pick("--ctproto*6 --ctproto*17 --ctorigdst*203.0.113.0/30 --ctorigsrc*198.18.0.0/26 --ctstate*NEW --ctstate*INVALID")
}

function action(i, kind) {
	kind = rand()
	if (i < 4 && kind < 0.2)
		return " -j c" i + 1 + int(rand() * (4 - i))
	if (i < 4 && kind < 0.3)
		return " -g c" i + 1 + int(rand() * (4 - i))
	if (kind < 0.35)
		return " -j MARK --set-xmark " pick("0x2/0x2 0/0x2 0x4/0xc")
	if (kind < 0.5)
		return " -j RETURN"
	return " -j " pick("ACCEPT ACCEPT DROP REJECT")
}

BEGIN {
	srand(seed)
	print "*filter\n:INPUT " pick("ACCEPT DROP") " [0:0]"
	for (i = 1; i <= 4; i++)
		print ":c" i " - [0:0]"
	wanted = 1 + int(rand() * 2)
	for (i = 0; i <= 4; i++) {
		for (rules = 3 + int(rand() * 4); rules > 0; rules--) {
			text = "-A " (i ? "c" i : "INPUT") known()
			if (lost < wanted && rand() < 0.15)
				text = text lossy()
			gsub(/\*/, " ", text)
			print text action(i)
		}
	}
	print "COMMIT"
}
