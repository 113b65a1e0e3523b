#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Reject on each hook, as seen by the rejected side. On egress that is the host
# itself, which gets the reply before the packet is sent.

load helper
load helper-actions

setup_file() {
	build_actions
	build_sender
}

setup() {
	given_hosts
	given_known_neighbours
}

teardown() {
	clean_up
}

given_reject() { # HOOK CONSTANT=VALUE...
	[[ $1 == egress || $1 == ingress ]] || given_a_receiver
	given_action "$(side_of "$1")" "$1" kind=reject "${@:2}"
}

was_rejected() { # HOOK
	counted act "$(counted_as "$1")" reject rule
}

# The server itself would say that there is nobody on this port.
given_silent_udp() {
	in_server iptables -A INPUT -p udp -j DROP
	in_server ip6tables -A INPUT -p udp -j DROP
}

# --- reset

refuses_connections() { # HOOK
	reaches http 80 http6 80
	given_reject "$1" protocol=tcp
	run -7 http_error "$SERVER4"
	[[ $output == *'Connection refused'* || $output == *'Could'*' connect to server'* ]]
	run -7 http_error "[$SERVER6]"
	reaches ping ping6
	was_rejected "$1"
}

@test "reject refuses connections at once in native XDP" {
	refuses_connections xdp
}

@test "reject refuses connections at once in generic XDP" {
	refuses_connections xdpgeneric
}

@test "reject refuses connections at once in multi-buffer XDP" {
	refuses_connections frags
}

@test "reject refuses connections at once at ingress" {
	refuses_connections ingress
}

@test "reject refuses connections at once at egress" {
	refuses_connections egress
}

# What the client sends after the action is there is more than a segment: the
# reset has to have the number that this connection is at.
resets_a_connection() { # HOOK
	# shellcheck disable=SC2016 # expanded in there
	in_client bash -c '
		exec 3<>"/dev/tcp/$1/80"
		printf "GET / HTTP/1.0\r\n" >&3
		touch "$2/connected"
		while [[ ! -e $2/send ]]; do sleep 0.1; done
		head -c 300000 /dev/zero >&3
		cat <&3' bash "$2" "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- 4>&- &
	eventually test -e "$BATS_TEST_TMPDIR/connected"
	given_reject "$1" protocol=tcp
	touch "$BATS_TEST_TMPDIR/send"
	eventually grep -q 'Connection reset by peer' "$BATS_TEST_TMPDIR/said"
	wait
	was_rejected "$1"
}

@test "reject ends a connection that is there in native XDP" {
	resets_a_connection xdp "$SERVER4"
}

@test "reject ends a connection that is there at ingress" {
	resets_a_connection ingress "$SERVER4"
}

@test "reject ends a connection that is there at egress" {
	resets_a_connection egress "$SERVER4"
}

@test "reject ends a connection of IPv6 that is there at ingress" {
	resets_a_connection ingress "$SERVER6"
}

# The client forwards what the witness sends.
@test "reject at egress tells hosts that this one forwards for" {
	local near=198.18.0.1 far=198.18.0.2
	given_witness client
	in_client sysctl -q net.ipv4.ip_forward=1
	in_client ip addr add "$near/24" dev eth1
	in_witness ip addr add "$far/24" dev eth0
	in_witness ip route add default via "$near"
	in_server ip route add 198.18.0.0/24 via "$CLIENT4"
	in_witness curl -gsS -o /dev/null --noproxy '*' --max-time "$TIMEOUT" "http://$SERVER4/"
	given_reject egress protocol=tcp
	run -7 in_witness curl -gsS -o /dev/null --noproxy '*' --max-time "$TIMEOUT" "http://$SERVER4/"
	was_rejected egress
}

# --- unreachable

says_that_ports_are_closed() { # HOOK
	given_silent_udp
	[[ ! $(udp_error "$SERVER4")$(udp_error "$SERVER6") ]]
	given_reject "$1" protocol=udp
	[[ $(udp_error "$SERVER4") == 'Connection refused' ]]
	[[ $(udp_error "$SERVER6") == 'Connection refused' ]]
	reaches http 80 http6 80
	was_rejected "$1"
}

@test "reject says that a UDP port is closed in native XDP" {
	says_that_ports_are_closed xdp
}

@test "reject says that a UDP port is closed in generic XDP" {
	says_that_ports_are_closed xdpgeneric
}

@test "reject says that a UDP port is closed in multi-buffer XDP" {
	says_that_ports_are_closed frags
}

@test "reject says that a UDP port is closed at ingress" {
	says_that_ports_are_closed ingress
}

@test "reject says that a UDP port is closed at egress" {
	says_that_ports_are_closed egress
}

says_why_pings_fail() { # HOOK
	reaches ping ping6
	given_reject "$1" reject=host
	[[ $(ping_error "$SERVER4") == *"From $SERVER4 "*'Destination Host Unreachable'* ]]
	[[ $(ping_error "$SERVER6") == *"From $SERVER6 "*'Address unreachable'* ]]
	was_rejected "$1"
}

says_that_pings_are_prohibited() { # HOOK
	reaches ping ping6
	given_reject "$1" reject=admin
	[[ $(ping_error "$SERVER4") == *'Packet filtered'* ]]
	[[ $(ping_error "$SERVER6") == *'Administratively prohibited'* ]]
	was_rejected "$1"
}

@test "reject with host says so to ping in native XDP" {
	says_why_pings_fail xdp
}

@test "reject with host says so to ping at ingress" {
	says_why_pings_fail ingress
}

@test "reject with host says so to ping at egress" {
	says_why_pings_fail egress
}

@test "reject with admin says so to ping in native XDP" {
	says_that_pings_are_prohibited xdp
}

@test "reject with admin says so to ping at ingress" {
	says_that_pings_are_prohibited ingress
}

@test "reject with admin says so to ping at egress" {
	says_that_pings_are_prohibited egress
}

@test "reject with port says so to TCP, too, and a large ping is answered once" {
	given_reject ingress reject=port
	run -7 http_error "$SERVER4"
	run -7 http_error "[$SERVER6]"
	[[ $(ping_error "-s 4000 $SERVER4") != *'bytes from'* ]]
	was_rejected ingress
}

# --- what is on the wire

# All kinds of packets, and answers to all of them.
captures_answers() { # HOOK
	capture_begins client
	run http_error "$SERVER4"
	run http_error "[$SERVER6]"
	udp_error "$SERVER4"
	udp_error "$SERVER6"
	ping_error "$SERVER4" || true
	ping_error "$SERVER6" || true
	capture_ends 'unreachable port \[\|icmp6\]' # the last one is cut off
	captured_good_sums
	[[ $CAPTURED == *'Flags [R.], cksum'*'(correct)'* ]]
	[[ $CAPTURED == *"ICMP $SERVER4 udp port 7 unreachable"* ]]
	[[ $CAPTURED == *"ICMP $SERVER4 protocol 1 port"*' unreachable'* ]]
	was_rejected "$1"
}

@test "answers have good checksums in native XDP" {
	given_reject xdp
	captures_answers xdp
}

@test "answers have good checksums at ingress" {
	in_client ethtool -K eth0 tx off >/dev/null
	given_reject ingress
	captures_answers ingress
}

@test "answers to packets with open checksums have good ones when a device finishes them" {
	in_client ethtool -K eth0 tx on >/dev/null
	in_server ethtool -K eth0 tx off >/dev/null
	given_reject ingress
	captures_answers ingress
}

# Resets as RFC 9293 wants them, to segments made by hand.
readonly FIN=1 SYN=2 RST=4 ACK=16

resets_numbers() { # HOOK
	given_reject "$1" protocol=tcp
	capture_begins client tcp or ip6
	client_sends "$(ip4 6 "$(tcp "$SYN" 1000 0)")"
	client_sends "$(ip4 6 "$(tcp "$SYN" 2000 0 616263646566)")"
	client_sends "$(ip4 6 "$(tcp "$((FIN | ACK))" 3000 3333 6162)")"
	client_sends "$(ip6 6 "$(tcp "$FIN" 4000 0 616263)")"
	client_sends "$(ip6 6 "$(tcp "$ACK" 5000 5555)")"
	capture_ends 'Flags \[R\], .* seq 5555,'
	captured_good_sums
	[[ $CAPTURED == *"$SERVER4.80 > $CLIENT4.40000: Flags [R.], "*'seq 0, ack 1001,'* ]]
	[[ $CAPTURED == *'Flags [R.], '*'seq 0, ack 2007,'* ]]
	[[ $CAPTURED == *'Flags [R], '*'seq 3333,'* ]]
	[[ $CAPTURED == *"$SERVER6.80 > $CLIENT6.40000: Flags [R.], "*'seq 0, ack 4004,'* ]]
	counted act "$(counted_as "$1")" reject rule 5
}

@test "a reset has the numbers of RFC 9293 in native XDP" {
	resets_numbers xdp
}

@test "a reset has the numbers of RFC 9293 at ingress" {
	resets_numbers ingress
}

@test "a reset has the numbers of RFC 9293 at egress" {
	resets_numbers egress
}

# Four bytes of options that do nothing, 40 of them; a header of destination
# options, and a first fragment.
readonly NOPS=01010101
readonly DESTINATION_OPTIONS=000104000000 # after the next header

answers_after_options() { # HOOK
	local many=$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS
	given_reject "$1"
	capture_begins client
	client_sends "$(ip4 6 "$(tcp "$SYN" 100 0)" "$NOPS")" "$(ip4 6 "$(tcp "$SYN" 200 0)" "$many")"
	client_sends "$(ip6 60 "0600$DESTINATION_OPTIONS$(tcp "$SYN" 300 0)")"
	client_sends "$(ip6 60 "3c00$DESTINATION_OPTIONS""3c00${DESTINATION_OPTIONS}0600$DESTINATION_OPTIONS$(tcp "$SYN" 400 0)")"
	client_sends "$(ip4 17 "$(udp 61)" "$many")" "$(ip6 60 "1100$DESTINATION_OPTIONS$(udp 61)")"
	capture_ends 'ICMP6, destination unreachable'
	captured_good_sums
	local ack
	for ack in 101 201 301 401; do
		[[ $CAPTURED == *"Flags [R.], "*"seq 0, ack $ack,"* ]] || fail "no ack $ack: $CAPTURED"
	done
	[[ $CAPTURED == *"ICMP $SERVER4 udp port 80 unreachable"* ]]
	counted act "$(counted_as "$1")" reject rule 6
}

@test "what comes with options and extension headers is answered without them in native XDP" {
	answers_after_options xdp
}

@test "what comes with options and extension headers is answered without them at ingress" {
	answers_after_options ingress
}

@test "what comes with options and extension headers is answered without them at egress" {
	answers_after_options egress
}

# The sender's kernel looks for the transport header inside of tunnels, and a
# packet is not cut before it; here it is 180 bytes in, and 128 are quoted.
tunnelled() { # TUNNELS PAYLOAD
	local many=$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS$NOPS inner
	(($1 > 0)) || {
		ip4 17 "$2" "$many"
		return
	}
	inner=$(tunnelled $(($1 - 1)) "$2")
	ip4 4 "${inner:4}" "$many"
}

answers_tunnels() { # HOOK
	given_reject "$1"
	capture_begins client
	client_sends "$(tunnelled 1 "$(udp 61)")" "$(tunnelled 2 "$(udp 61)")" "$(ip4 17 "$(udp 61)")"
	capture_ends 'udp port 80 unreachable, length 37'
	[[ $CAPTURED == *'protocol 4 port '*' unreachable, length 136'*'protocol 4 port '*' unreachable, length 136'* ]] || fail "$CAPTURED"
	[[ $CAPTURED != *'wrong icmp cksum'* ]] || fail "$CAPTURED"
	counted act "$(counted_as "$1")" reject rule 3
}

@test "packets of tunnels in tunnels are answered in native XDP" {
	answers_tunnels xdp
}

@test "packets of tunnels in tunnels are answered at ingress" {
	answers_tunnels ingress
}

@test "packets of tunnels in tunnels are answered at egress" {
	answers_tunnels egress
}

# --- tags

answers_with_tags() { # HOOK
	local frame tags
	given_reject "$1"
	capture_begins client vlan
	for tags in 81000005 8100000581000006 88a8000781000006; do
		client_sends "$tags$(ip4 6 "$(tcp "$SYN" 100 0)")" "$tags$(ip6 17 "$(udp 6161)")"
	done
	capture_ends 'vlan 7, .* vlan 6, .* ICMP6, destination'
	captured_good_sums
	[[ $CAPTURED == *'vlan 5, p 0, ethertype IPv4 (0x0800), '*"$SERVER4.80 > $CLIENT4.40000: Flags [R.]"* ]]
	[[ $CAPTURED == *'vlan 5, p 0, ethertype IPv6 (0x86dd), '*"ICMP6, destination unreachable"* ]]
	[[ $CAPTURED == *'vlan 5, p 0, ethertype 802.1Q (0x8100), vlan 6, p 0, ethertype IPv4'*'Flags [R.]'* ]]
	counted act "$(counted_as "$1")" reject rule 6
}

@test "answers have the tags of what they answer in native XDP" {
	answers_with_tags xdp
}

@test "answers have the tags of what they answer at ingress" {
	answers_with_tags ingress
}

@test "answers have the tags of what they answer at egress" {
	answers_with_tags egress
}

# --- silence

# An error of this type, which quotes a packet.
icmp_error() { # TYPE
	ip4 1 "${1}000000000000004500001c00010000400600000000000000000000"
}

stays_silent() { # HOOK
	given_reject "$1"
	capture_begins client
	# a reset; errors of ICMP and ICMPv6, and a redirect; later fragments
	client_sends "$(ip4 6 "$(tcp "$RST" 1 0)")" "$(ip6 6 "$(tcp "$((RST | ACK))" 1 2)")" \
		"$(icmp_error 03)" "$(icmp_error 04)" "$(icmp_error 05)" "$(icmp_error 0b)" "$(icmp_error 0c)" \
		"$(ip6 58 "0100000000000000")" "$(ip6 58 "8900000000000000")" \
		"$(ip4 17 "$(udp 6161)" '' 2001)" "$(ip6 44 "1100000800000001$(udp 6161)")"
	# from nobody, from and to groups
	FROM=00000000 client_sends "$(FROM=00000000 ip4 17 "$(udp 61)")"
	client_sends "$(FROM=e0000001 ip4 17 "$(udp 61)")" "$(FROM=ffffffff ip4 17 "$(udp 61)")" \
		"$(FROM=7f000001 ip4 17 "$(udp 61)")" "$(TO=e0000001 ip4 6 "$(tcp "$SYN" 1 0)")" \
		"$(TO=ffffffff ip4 17 "$(udp 61)")" "$(FROM=${CLIENT6_HEX//[^x]/0} ip6 17 "$(udp 61)")" \
		"$(FROM=ff02${CLIENT6_HEX:4} ip6 17 "$(udp 61)")" "$(TO=ff02${SERVER6_HEX:4} ip6 6 "$(tcp "$SYN" 1 0)")"
	TO_MAC=ffffffffffff client_sends "$(ip4 17 "$(udp 61)")"
	TO_MAC=333300000001 client_sends "$(ip6 17 "$(udp 61)")"
	eventually counted act "$(counted_as "$1")" drop unanswered 22
	# and this one is answered, so the others would have been seen
	client_sends "$(ip4 17 "$(udp 61)")"
	capture_ends 'udp port 80 unreachable'
	counted act "$(counted_as "$1")" reject rule 1
	[[ $(grep -c 'unreachable\|Flags' <<<"$CAPTURED") == 1 ]] || fail "$CAPTURED"
}

@test "what must not be answered is not, in native XDP" {
	given_no_ipv6
	stays_silent xdp
}

@test "what must not be answered is not, at ingress" {
	given_no_ipv6
	stays_silent ingress
}
