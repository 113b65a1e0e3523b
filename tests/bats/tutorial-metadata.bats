#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Metadata passed from XDP to tc, and the script that attaches both programs.

load helper

setup() {
	given_hosts
	given_known_neighbours
	cd "$ROOT" || return
}

teardown() {
	clean_up
}

metadata() {
	in_server tc-scripts/tutorial/metadata "$@"
}

given_rules_that_count() { # MARK...
	local mark
	for mark; do
		in_server iptables -A INPUT -m mark --mark "$mark"
	done
}

# How many packets netfilter has seen with a mark.
marked() { # MARK
	in_server iptables -nvxL INPUT | awk -v mark="$(printf '0x%x' "$1")" '$NF == mark { print $1 }'
}

xdp_program() {
	in_server ip -details -json link show dev eth0 | jq -r '.[0].xdp.prog.name // .[0].xdp.attached[]?.prog.name // empty'
}

filters() {
	in_server tc filter show dev eth0 ingress
}

@test "the mark that XDP writes arrives at netfilter" {
	metadata --dev eth0
	given_rules_that_count 42 41
	in_client ping -q -c 3 -i 0.1 -W 1 "$SERVER4"
	[[ $(marked 42) == 3 && $(marked 41) == 0 ]]
}

@test "a packet without a note gets the other mark" {
	metadata --dev eth0
	in_server ip link set dev eth0 xdp off
	given_rules_that_count 42 41
	in_client ping -q -c 3 -i 0.1 -W 1 "$SERVER4"
	[[ $(marked 42) == 0 && $(marked 41) == 3 ]]
}

@test "the note survives generic XDP" {
	attach_by_hand server ingress "$BUILD/tutorial/mark_early.o"
	attach_by_hand server xdpgeneric "$BUILD/tutorial/mark_early.o"
	given_rules_that_count 42
	in_client ping -q -c 3 -i 0.1 -W 1 "$SERVER4"
	[[ $(marked 42) == 3 ]]
}

@test "the mark is a constant that can be set" {
	"$BUILD/tg-splice" "$BUILD/tutorial/mark_early.o" -o "$BATS_TEST_TMPDIR/seven.o" mark_early_mark=7
	attach_by_hand server ingress "$BATS_TEST_TMPDIR/seven.o"
	attach_by_hand server xdp "$BATS_TEST_TMPDIR/seven.o"
	given_rules_that_count 7 42
	in_client ping -q -c 3 -i 0.1 -W 1 "$SERVER4"
	[[ $(marked 7) == 3 && $(marked 42) == 0 ]]
}

@test "run twice, the script leaves one filter and one program" {
	metadata --dev eth0
	run -0 metadata --dev eth0
	[[ ! $output ]]
	[[ $(xdp_program) == mark_early_xdp ]]
	[[ $(filters | grep -c mark_early) == 1 ]]
}

@test "--dry-run changes nothing, and what it prints does the same" {
	local commands
	commands=$(metadata --dev eth0 --dry-run)
	[[ ! $(xdp_program) && $(in_server tc qdisc show dev eth0) != *clsact* ]]
	in_server bash -eu <<<"$commands"
	[[ $(xdp_program) == mark_early_xdp && $(filters) == *mark_early* ]]
	# the script knows it for its own
	metadata --dev eth0 --flush
	[[ ! $(xdp_program) && ! $(filters) ]]
}

@test "--verbose prints each command before it runs, and --list what is there" {
	run -0 metadata --dev eth0 --verbose
	[[ ${#lines[@]} == 3 && ${lines[2]} == '# ip link set dev eth0 xdp obj '*mark_early.o* ]]
	run -0 metadata --dev=eth0 --list
	[[ $output == *prog/xdp*mark_early_xdp*filter*pref\ 42*mark_early.o:* ]]
}

@test "--flush takes off both programs, and nothing of somebody else's" {
	attach_by_hand server ingress "$BUILD/drop_arp.o"
	metadata --dev eth0
	metadata --dev eth0 --flush
	[[ ! $(xdp_program) && $(filters) == *drop_arp* && $(filters) != *mark_early* ]]
	run -0 metadata --dev eth0 --flush
	[[ ! $output ]]
}

@test "somebody else's XDP program is left alone, and no filter is added" {
	attach_by_hand server xdp "$BUILD/tutorial/drop_world.o"
	run -1 metadata --dev eth0
	[[ $output == *"metadata: eth0 has an XDP program of somebody else's"* ]] || fail "$output"
	metadata --dev eth0 --flush
	[[ $(xdp_program) == drop_world_xdp && ! $(filters) ]]
}

@test "somebody else's filter in the script's place is left alone" {
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress pref 42 bpf da obj "$BUILD/drop_arp.o" sec ingress
	run -1 metadata --dev eth0
	[[ $output == *"metadata: eth0 has a filter of somebody else's at pref 42"* ]] || fail "$output"
	metadata --dev eth0 --flush
	[[ ! $(xdp_program) && $(filters) == *drop_arp* ]]
}

@test "where XDP cannot be loaded, no filter stays" {
	# frames too large for a program in one piece
	in_client ip link set dev eth0 mtu 9000
	in_server ip link set dev eth0 mtu 9000
	run -1 metadata --dev eth0
	[[ $output == *'metadata: no XDP program on eth0'* ]]
	[[ ! $(filters) && ! $(xdp_program) ]]
}

@test "a wrong command line is told in one line" {
	run -2 metadata
	[[ $output == *'--dev is missing'* && ${#lines[@]} == 1 ]]
	run -2 metadata --dev eth0 --flash
	[[ $output == *"'--flash'"* && ${#lines[@]} == 1 ]]
	run -2 metadata --dev
	run -1 metadata --dev nope
	[[ $output == "metadata: no device 'nope' here" ]]
	run -1 metadata --dev '-all'
	run -0 metadata --help
}
