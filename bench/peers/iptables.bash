# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by both variants of iptables: rules in the raw table, which is the
# first table for received packets. Restoring replaces the whole table.

iptables_rules() { # FILE
	printf '*raw\n:PREROUTING ACCEPT\n'
	if [[ -f $1.list ]]; then
		awk '{ print "-A PREROUTING -s " $1 ($2 == "-" ? "" : " -p tcp --dport " $2) " -j DROP" }' "$1.list"
	else
		awk -v form=iptables -f "$HERE/peers/classbench.awk" "$1.classbench"
	fi
	printf 'COMMIT\n'
}

peer_swaps() {
	true
}

peer_next() {
	iptables_rules "$1" >"$PINS_FILES/next"
}
