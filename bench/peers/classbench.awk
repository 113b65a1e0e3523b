# SPDX-License-Identifier: GPL-2.0-only
#
# Converts a ClassBench set to rules of another filter: the first rule drops,
# the second accepts, and so on.
#
#	awk -v form=nft|iptables -f classbench.awk SET

function ports(low, high, dash) {
	return low == high ? low : low dash high
}

function hex(text) {
	return index("0123456789abcdef", substr(text, 3, 1)) * 16 - 16 + index("0123456789abcdef", substr(text, 4, 1)) - 1
}

function nft(number, text) {
	text = "ip saddr " substr($1, 2) " ip daddr " $2
	if (protocol[2] != "0x00")
		text = text " meta l4proto " number
	if ($3 > 0 || $5 < 65535)
		text = text " th sport " ports($3, $5, "-")
	if ($6 > 0 || $8 < 65535)
		text = text " th dport " ports($6, $8, "-")
	return text (NR % 2 ? " drop" : " accept")
}

function iptables(number, text) {
	text = "-A PREROUTING -s " substr($1, 2) " -d " $2
	if (protocol[2] != "0x00")
		text = text " -p " number
	if ($3 > 0 || $5 < 65535)
		text = text " --sport " ports($3, $5, ":")
	if ($6 > 0 || $8 < 65535)
		text = text " --dport " ports($6, $8, ":")
	return text (NR % 2 ? " -j DROP" : " -j ACCEPT")
}

{
	split($9, protocol, "/")
	number = hex(tolower(protocol[1]))
	is_ported = number == 6 || number == 17
	# ports of a protocol without ports: never matches
	if (($3 > 0 || $5 < 65535 || $6 > 0 || $8 < 65535) && !is_ported)
		next
	print form == "nft" ? nft(number) : iptables(number)
}
