#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The small programs of the firewall, and what the chapter on plugins says that
# they leave out.

load helper
load helper-wire

setup_file() {
	build_sender
}

setup() {
	given_hosts
	given_known_neighbours
	given_no_ipv6
}

teardown() {
	clean_up
}

# from 198.51.100.1 to 198.51.100.99, an address that no host has
readonly ARP=08060001080006040001020000000001c6336401000000000000c6336463
readonly ICMP=08004500001c0001000040010000c6336401c63364630800f7fd00010001
readonly SYN=0800450000280001000040060000c6336401c63364639c400050000000010000000050020400ba860000
readonly SYN_8080=0800450000280001000040060000c6336401c63364639c401f90000000010000000050020400ba860000
# with four bytes of options (no operation) in the IP header
readonly SYN_OPTIONS=08004600002c0001000040060000c6336401c6336463010101019c400050000000010000000050020400ba860000
# offset 8; the payload looks like a SYN to port 80
readonly LATER_FRAGMENT=0800450000280001000140060000c6336401c63364639c400050000000010000000050020400ba860000
readonly SYN6=86dd600000000014064020010db800000000000000000000000120010db80000000000000000000000639c400050000000010000000050020400b37b0000
readonly TAGS=8100000581000006

# The program at the client's egress lets only the last frame pass.
drops_all_but_last() { # OBJECT SECTION FRAME...
	attach "$CLIENT" eth0 egress "$1" "$2"
	watch "$SERVER" eth0 in
	client_sends "${@:3}"
	must_see "${@: -1}"
}

# It lets all frames pass.
passes() { # OBJECT SECTION FRAME...
	attach "$CLIENT" eth0 egress "$1" "$2"
	watch "$SERVER" eth0 in
	client_sends "${@:3}"
	must_see "${@:3}"
}

@test "drop_arp drops ARP, and nothing else" {
	drops_all_but_last "$TUTORIAL/drop_arp.o" ingress "$ARP" "$ICMP"
}

@test "drop_icmp drops ICMP, and nothing else" {
	drops_all_but_last "$TUTORIAL/drop_icmp.o" ingress "$ICMP" "$ICMP" "$SYN"
}

@test "drop_tcp drops TCP to port 80, and no other port" {
	drops_all_but_last "$TUTORIAL/drop_tcp.o" ingress "$SYN" "$SYN_8080"
}

@test "drop_tcp passes what it does not parse: IPv6, options, tags in the packet" {
	passes "$TUTORIAL/drop_tcp.o" ingress "$SYN6" "$SYN_OPTIONS" "$TAGS$SYN"
}

@test "drop_tcp takes a later fragment's payload for a port" {
	drops_all_but_last "$TUTORIAL/drop_tcp.o" ingress "$LATER_FRAGMENT" "$SYN_8080"
}

@test "the plugin drops TCP to port 80 in all these packets, and passes the fragment" {
	drops_all_but_last "$BUILD/drop_tcp.o" egress \
		"$SYN" "$SYN6" "$SYN_OPTIONS" "$TAGS$SYN" "$LATER_FRAGMENT"
}

@test "xdp_drop_tcp drops TCP to port 80 where it is received" {
	in_server ip link set dev eth0 xdp obj "$TUTORIAL/xdp_drop_tcp.o" sec xdp
	watch "$SERVER" eth0 in
	client_sends "$SYN" "$SYN_8080" "$ICMP"
	must_see "$SYN_8080" "$ICMP"
}
