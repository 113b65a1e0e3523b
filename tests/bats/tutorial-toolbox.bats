#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What the programs of the toolbox do to packets, on the wire. The expected
# frames, including checksums, were computed independently.

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

# from 198.51.100.1, ICMP echo request
readonly PING=08004500001c0001000040012676c6336401c63364020800f7fd00010001
readonly PING_77=08004500001c000100004001262bc6336401c633644d0800f7fd00010001
# SYN from port 40000 to 80
readonly SYN=0800450000280001000040062665c6336401c63364029c400050000000010000000050020400bae60000
readonly SYN_77=080045000028000100004006261ac6336401c633644d9c400050000000010000000050020400ba9b0000
readonly SYN_78=0800450000280001000040062619c6336401c633644e9c400050000000010000000050020400ba9a0000
# the same, IPv6
readonly SYN6=86dd600000000014064020010db800000000000000000000000120010db80000000000000000000000029c400050000000010000000050020400b3dc0000
readonly SYN6_77=86dd600000000014064020010db800000000000000000000000120010db80000000000000000000000779c400050000000010000000050020400b3670000
# to port 8888 and 8080, from port 8080 and 8888
readonly TO_8888=0800450000280001000040062665c6336401c63364029c4022b8000000010000000050020400987e0000
readonly TO_8080=0800450000280001000040062665c6336401c63364029c401f900000000100000000500204009ba60000
readonly FROM_8080=0800450000280001000040062665c6336401c63364021f909c400000000100000000500204009ba60000
readonly FROM_8888=0800450000280001000040062665c6336401c633640222b89c40000000010000000050020400987e0000

readonly Q5=81000005 Q6=81000006

# A second cable in the server, both ends of it: the rest of the world for d0.
given_second_cable() {
	in_server sysctl -q net.ipv6.conf.default.disable_ipv6=1
	in_server ip -batch - <<-'END'
		link add d0 type veth peer name d1
		link set dev d0 up
		link set dev d1 up
	END
}

given_mirror() {
	in_server sysctl -q net.ipv6.conf.default.disable_ipv6=1
	in_server ip link add ifb0 type ifb
	in_server ip link set dev ifb0 up
	attach "$SERVER" ifb0 ingress "$TUTORIAL/mirror.o" sink
}

# What the server says to PING, a regular expression.
readonly PONG='0200000000010200000000020800450000.*c6336402c63364010000fffd00010001'
# TCP on both sides takes our frames for real ones, and answers.
readonly NO_ANSWERS="not tcp[tcpflags] & tcp-rst != 0"

@test "vlan_push puts a tag on what has none" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/vlan_push.o" egress
	watch "$SERVER" eth0 in
	client_sends "$PING"
	must_see "$Q5$PING"
}

@test "vlan_push puts its tag around another one" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/vlan_push.o" egress
	watch "$SERVER" eth0 in
	client_sends "$Q6$PING"
	must_see "$Q5$Q6$PING"
}

@test "vlan_pop takes the tag off in VLAN 5, and in no other one" {
	attach "$SERVER" eth0 ingress "$TUTORIAL/vlan_pop.o" ingress
	watch "$CLIENT" eth0 in
	client_sends "$Q6$PING" "$Q5$PING"
	must_see_one "$PONG"
}

@test "rewrite_ipv4 gives a packet of TCP its new address, and both sums" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/rewrite_ipv4.o" rewrite
	watch "$SERVER" eth0 in "$NO_ANSWERS"
	client_sends "$SYN_77"
	must_see "$SYN"
}

@test "rewrite_ipv4 leaves the sum of ICMP alone" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/rewrite_ipv4.o" rewrite
	watch "$SERVER" eth0 in
	client_sends "$PING_77"
	must_see "$PING"
}

@test "rewrite_ipv4 touches no other address, no tagged packet and no IPv6" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/rewrite_ipv4.o" rewrite
	watch "$SERVER" eth0 in
	client_sends "$SYN_78" "$Q5$SYN_77" "$SYN6_77"
	must_see "$SYN_78" "$Q5$SYN_77" "$SYN6_77"
}

@test "rewrite_ipv4 does at ingress what it does at egress" {
	attach "$SERVER" eth0 ingress "$TUTORIAL/rewrite_ipv4.o" rewrite
	watch "$CLIENT" eth0 in
	client_sends "$PING_77" "$SYN_78"
	must_see_one "$PONG"
}

@test "rewrite_ipv6 gives a packet of TCP its new address and its sum" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/rewrite_ipv6.o" rewrite
	watch "$SERVER" eth0 in "$NO_ANSWERS"
	client_sends "$SYN6_77" "$SYN_77"
	must_see "$SYN6" "$SYN_77"
}

@test "rewrite_port changes the one port that comes, and the sum" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/rewrite_port.o" ingress
	watch "$SERVER" eth0 in "$NO_ANSWERS"
	client_sends "$TO_8888" "$SYN"
	must_see "$TO_8080" "$SYN"
}

@test "rewrite_port changes the one port that goes, and the sum" {
	attach "$CLIENT" eth0 egress "$TUTORIAL/rewrite_port.o" egress
	watch "$SERVER" eth0 in "$NO_ANSWERS"
	client_sends "$FROM_8080" "$TO_8080"
	must_see "$FROM_8888" "$TO_8080"
}

@test "a connection to the rewritten port works, with sums that a card would do" {
	refute_reaches http 8888
	attach "$SERVER" eth0 ingress "$TUTORIAL/rewrite_port.o" ingress
	attach "$SERVER" eth0 egress "$TUTORIAL/rewrite_port.o" egress
	reaches http 8888
}

redirected() { # HOOK SECTION SEEN-ON
	given_second_cable
	given_constant redirect to-d0 "redirect_to=$(index_of "$SERVER" d0)"
	attach "$SERVER" eth0 "$1" "$BATS_TEST_TMPDIR/to-d0.o" "$2"
	watch "$SERVER" "$3" in
	client_sends "$PING"
}

@test "redirect sends what came out of another device" {
	redirected ingress out d1
	must_see "$PING"
}

@test "redirect lets another device receive what came" {
	redirected ingress in d0
	must_see "$PING"
}

@test "redirect sends what was to go out of another device" {
	redirected egress out d1
	must_see_one "$PONG"
}

@test "redirect lets another device receive what was to go" {
	redirected egress in d0
	must_see_one "$PONG"
}

@test "redirected packets do not go on where they were" {
	given_second_cable
	given_constant redirect to-d0 "redirect_to=$(index_of "$SERVER" d0)"
	attach "$SERVER" eth0 ingress "$BATS_TEST_TMPDIR/to-d0.o" out
	refute_reaches ping http 80
}

@test "redirect_peer reaches a namespace, and nothing is sent into the cable" {
	given_namespace INNER inner
	in_server ip link add v0 type veth peer name eth0 address "$SERVER_MAC" netns "$INNER"
	in_server sysctl -q net.ipv6.conf.v0.disable_ipv6=1
	in_server ip link set dev v0 up
	in_namespace "$INNER" ip link set dev eth0 up
	given_constant redirect_peer peer "redirect_peer_of=$(index_of "$SERVER" v0)"
	attach "$SERVER" eth0 ingress "$BATS_TEST_TMPDIR/peer.o" ingress
	watch "$INNER" eth0 in
	client_sends "$PING" "$SYN"
	must_see "$PING" "$SYN"
	[[ $(ip -n "$SERVER" -j -s link show dev v0 | jq .[].stats64.tx.packets) == 0 ]]
}

@test "mirror gives another device a copy, and the packet is answered once" {
	given_mirror
	given_constant mirror mirror "mirror_to=$(index_of "$SERVER" ifb0)"
	attach "$SERVER" eth0 ingress "$BATS_TEST_TMPDIR/mirror.o" source
	watch "$SERVER" ifb0 in
	client_sends "$PING" "$SYN_78"
	must_see "$PING" "$SYN_78"
	watch "$CLIENT" eth0 in
	client_sends "$PING"
	must_see_one "$PONG"
}

@test "mirror copies what is sent as well" {
	given_mirror
	given_constant mirror mirror "mirror_to=$(index_of "$SERVER" ifb0)"
	attach "$SERVER" eth0 egress "$BATS_TEST_TMPDIR/mirror.o" source
	watch "$SERVER" ifb0 in
	client_sends "$PING"
	must_see_one "$PONG"
}

given_tunnel() {
	local host address
	in_client sysctl -q net.ipv6.conf.default.disable_ipv6=1
	in_server sysctl -q net.ipv6.conf.default.disable_ipv6=1
	for host in "$CLIENT 198.18.0.1" "$SERVER 198.18.0.2"; do
		address=${host#* } host=${host% *}
		in_namespace "$host" ip link add vxlan0 type vxlan external dstport 4789
		in_namespace "$host" ip addr add "$address/24" dev vxlan0
		in_namespace "$host" ip link set dev vxlan0 up
	done
	attach "$CLIENT" vxlan0 egress "$TUTORIAL/tunnel_set.o" egress
	given_constant tunnel_set back tunnel_set_remote=0xc6336401
	attach "$SERVER" vxlan0 egress "$BATS_TEST_TMPDIR/back.o" egress
}

ping_through_tunnel() { # SECONDS
	in_client ping -q -c 2 -i 0.2 -w "$1" 198.18.0.2
}

@test "tunnel_set wraps a frame for the other end, in virtual network 42" {
	given_tunnel
	watch "$SERVER" eth0 in udp port 4789
	printf '%s\n' "$TO_SERVER$PING" | in_client "$SENDER" vxlan0
	# IPv4, TTL 64, UDP; addresses, port 4789, no checksum; flags, network, frame
	must_see_one "${TO_SERVER}080045.{14}4011.{4}c6336401c6336402.{4}12b5.{4}00000800000000002a00$TO_SERVER$PING"
}

@test "tunnel_get lets network 42 in, with a mark that says from where" {
	given_tunnel
	attach "$SERVER" vxlan0 ingress "$TUTORIAL/tunnel_get.o" ingress
	in_server iptables -A INPUT -p icmp -m mark --mark 1
	ping_through_tunnel "$TIMEOUT"
	in_server iptables -nvxL INPUT | grep -qE '^ +2 .* mark match 0x1$'
}

@test "tunnel_get drops what comes in another network" {
	given_tunnel
	given_constant tunnel_get 43 tunnel_get_id=43
	attach "$SERVER" vxlan0 ingress "$BATS_TEST_TMPDIR/43.o" ingress
	run ! ping_through_tunnel 1
}

@test "tunnel_get drops what came through no tunnel" {
	attach "$SERVER" eth0 ingress "$TUTORIAL/tunnel_get.o" ingress
	refute_reaches ping
}

# All at once would be more than a device takes.
client_sends_many() { # FRAME...
	while (($#)); do
		client_sends "${@:1:100}"
		shift "$(($# > 100 ? 100 : $#))"
		sleep 0.02
	done
}

@test "sample copies about a quarter" {
	local copies
	local -a frames
	given_mirror
	given_constant sample sample "sample_to=$(index_of "$SERVER" ifb0)"
	attach "$SERVER" eth0 ingress "$BATS_TEST_TMPDIR/sample.o" ingress
	watch "$SERVER" ifb0 in
	mapfile -t frames < <(yes "$SYN_78" | head -n 2000)
	client_sends_many "${frames[@]}"
	see 400
	copies=$(grep -c "^$TO_SERVER$SYN_78$" <<<"$SEEN")
	# 500, and five times the spread
	((copies > 400 && copies < 600)) || fail "$copies copies"
}

@test "rate lets one of many through in half a second, and all that is no ICMP" {
	local i
	attach "$SERVER" eth0 ingress "$TUTORIAL/rate.o" ingress
	for i in 1 2; do
		watch "$CLIENT" eth0 in icmp
		client_sends "$PING" "$PING" "$PING" "$PING"
		must_see_one "$PONG"
		reaches http 80
		sleep 0.5
	done
}

@test "realm drops what goes by a route of realm 7, and not of realm 8" {
	in_server ip addr add 203.0.113.1/32 dev lo
	in_client ip route add 203.0.113.0/24 via "$SERVER4" realm 8
	attach "$CLIENT" eth0 egress "$TUTORIAL/realm.o" egress
	in_client ping -q -c 1 -w "$TIMEOUT" 203.0.113.1
	in_client ip route change 203.0.113.0/24 via "$SERVER4" realm 7
	watch "$SERVER" eth0 in icmp
	run ! in_client ping -q -c 1 -w 1 203.0.113.1
	see 0
	[[ ! $SEEN ]]
	reaches ping
}

# From 198.51.100.16 to .79. What is between two hosts does not ask whether
# the sums are right.
frames_of_64_flows() { # TIMES
	local flow
	for ((flow = 0; flow < 64 * $1; flow++)); do
		printf '08004500001c0001000040110000c63364%02xc63364029c40005000080000\n' $((16 + flow % 64))
	done
}

@test "hash_half lets all of a flow through, or nothing, and about half of the flows" {
	local flows
	local -a frames
	attach "$CLIENT" eth0 egress "$TUTORIAL/hash_half.o" ingress
	watch "$SERVER" eth0 in udp
	mapfile -t frames < <(frames_of_64_flows 3)
	client_sends_many "${frames[@]}"
	see 48
	flows=$(sort <<<"$SEEN" | uniq -c | awk '{ print $1 }')
	[[ $(sort -u <<<"$flows") == 3 ]] || fail "$flows"
	# 32, and four times the spread
	(($(wc -l <<<"$flows") > 16 && $(wc -l <<<"$flows") < 48)) || fail "$flows"
}

@test "queue_pick sends everything through the second queue" {
	in_server sysctl -q net.ipv6.conf.default.disable_ipv6=1
	in_server ip link add q0 numtxqueues 2 type veth peer name q1
	in_server tc qdisc add dev q0 root handle 1: mq
	attach "$SERVER" q0 egress "$TUTORIAL/queue_pick.o" egress
	in_server ip link set dev q0 up
	in_server ip link set dev q1 up
	in_server ip addr add 198.18.0.1/24 dev q0
	in_server ip neigh add 198.18.0.2 lladdr 02:00:00:00:00:09 dev q0
	# shellcheck disable=SC2016 # for the other bash
	in_server bash -c 'for port in {1000..1031}; do echo >/dev/udp/198.18.0.2/$port; done'
	in_server tc -s class show dev q0 >"$BATS_TEST_TMPDIR/classes"
	[[ $(grep -o '[0-9]* pkt' "$BATS_TEST_TMPDIR/classes") == $'0 pkt\n32 pkt' ]] ||
		fail "$(cat "$BATS_TEST_TMPDIR/classes")"
}
