#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Frames with VLAN tags on a veth: XDP and egress find the tags in the packet,
# ingress finds the outer one in the skb's metadata.

load helper

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

readonly MACS=020000000002020000000001
readonly ARP_REQUEST=0806000108000604000102000000000100000000000000000000c6336402
# from port 40000, SYN, to port 80
readonly TCP_80=0800450000280001000040060000c6336401c63364029c40005000000000000000005002000000000000
readonly TCP_8080=0800450000280001000040060000c6336401c63364029c401f9000000000000000005002000000000000
readonly PING=08004500001c0001000040010000c6336401c63364020800000000010001

# 802.1Q 5, 802.1Q 6 in it; 802.1ad 7
readonly Q5=81000005 Q6=81000006 AD7=88a80007

# The client sends MACs, tags and what is in them; the counter says when they
# have all arrived.
client_sends() { # FRAME-AFTER-THE-MACS...
	printf "$MACS%s\n" "$@" | in_client "$SENDER" eth0
}

# Where the frames that the client sends meet the hook first.
attach_where_frames_pass() { # HOOK PLUGIN
	if [[ $1 == egress ]]; then
		attach_by_hand client "$@"
	else
		attach_by_hand server "$@"
	fi
}

takes_tags() { # HOOK PLUGIN REASON FRAME
	attach_where_frames_pass "$1" "$2"
	client_sends "$4" "$Q5$4" "$AD7$4"
	eventually counted "$2" "${1/xdpgeneric/xdp}" drop "$3" 3
	client_sends "$Q5$Q6$4" "$AD7$Q5$4" "$AD7$AD7$4"
	eventually counted "$2" "${1/xdpgeneric/xdp}" drop "$3" 6
	refute_counted "$2" "${1/xdpgeneric/xdp}" next malformed
}

@test "drop_arp finds ARP behind up to two tags in native XDP" {
	takes_tags xdp drop_arp arp "$ARP_REQUEST"
}

@test "drop_arp finds ARP behind up to two tags in generic XDP" {
	takes_tags xdpgeneric drop_arp arp "$ARP_REQUEST"
}

@test "drop_arp finds ARP behind up to two tags at ingress" {
	takes_tags ingress drop_arp arp "$ARP_REQUEST"
}

@test "drop_arp finds ARP behind up to two tags at egress" {
	takes_tags egress drop_arp arp "$ARP_REQUEST"
}

@test "drop_icmp finds ICMP behind up to two tags in native XDP" {
	takes_tags xdp drop_icmp icmp "$PING"
}

@test "drop_icmp finds ICMP behind up to two tags at ingress" {
	takes_tags ingress drop_icmp icmp "$PING"
}

@test "drop_icmp finds ICMP behind up to two tags at egress" {
	takes_tags egress drop_icmp icmp "$PING"
}

@test "drop_tcp finds its port behind up to two tags in native XDP" {
	takes_tags xdp drop_tcp tcp-port "$TCP_80"
}

@test "drop_tcp finds its port behind up to two tags at ingress" {
	takes_tags ingress drop_tcp tcp-port "$TCP_80"
}

@test "drop_tcp finds its port behind up to two tags at egress" {
	takes_tags egress drop_tcp tcp-port "$TCP_80"
}

@test "drop_port finds its port behind up to two tags at ingress" {
	takes_tags ingress drop_port tcp-port "$TCP_80"
}

@test "only_tcp knows tagged TCP and ARP, and drops the rest" {
	attach_by_hand server xdp only_tcp
	client_sends "$Q5$Q6$TCP_80" "$Q5$ARP_REQUEST" "$Q5$Q6$PING"
	eventually counted only_tcp xdp drop not-tcp 1
	counted only_tcp xdp pass no-match 2
}

@test "only_icmp knows tagged ICMP and ARP, and drops the rest" {
	attach_by_hand server xdp only_icmp
	client_sends "$Q5$Q6$PING" "$Q5$ARP_REQUEST" "$Q5$Q6$TCP_80"
	eventually counted only_icmp xdp drop not-icmp 1
	counted only_icmp xdp pass no-match 2
}

@test "a tagged packet to another port goes on" {
	attach_by_hand server ingress drop_tcp
	client_sends "$Q5$TCP_8080" "$Q5$Q6$TCP_8080" "$Q5$TCP_80"
	eventually counted drop_tcp ingress drop tcp-port 1
	counted drop_tcp ingress pass no-match 2
}

# The last frame has arrived, so those before it have.
nobody_looks_behind_three_tags() { # HOOK
	attach_by_hand server "$1" drop_arp
	client_sends "$Q5$Q5$Q5$ARP_REQUEST" "$Q5$Q5$ARP_REQUEST"
	eventually counted drop_arp "$1" drop arp 1
	counted drop_arp "$1" pass no-match 1
}

@test "headers after three tags are not parsed in native XDP" {
	nobody_looks_behind_three_tags xdp
}

@test "headers after three tags are not parsed at ingress, including the tag in metadata" {
	nobody_looks_behind_three_tags ingress
}

@test "a frame that ends in the middle of its tag is counted as malformed" {
	attach_by_hand server xdp drop_arp
	client_sends 8100 810000 81000005 8100000508
	eventually counted drop_arp xdp next malformed 4
}
