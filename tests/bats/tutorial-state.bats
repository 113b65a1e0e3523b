#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial's programs that keep state: token bucket, flow table, ring.

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

# Echo requests from 198.51.100.1 and .7; nobody is asked to answer.
readonly PING=08004500001c0001000040012676c6336401c63364020800f7fd00010001
readonly PING_7=08004500001c0001000040012670c6336407c63364020800f7fd00010001
readonly ARP=08060001080006040001020000000001c6336401000000000000c6336463

repeat() { # TIMES FRAME
	local i
	for ((i = 0; i < $1; i++)); do
		printf '%s\n' "$2"
	done
}

@test "bucket lets a burst through, from each source, and all that is not IPv4" {
	local -a frames
	given_constant bucket slow bucket_interval=3600000000000
	attach "$CLIENT" eth0 egress "$BATS_TEST_TMPDIR/slow.o" ingress
	watch "$SERVER" eth0 in
	mapfile -t frames < <(repeat 8 "$PING" && repeat 8 "$PING_7" && repeat 8 "$ARP")
	client_sends "${frames[@]}"
	mapfile -t frames < <(repeat 5 "$PING" && repeat 5 "$PING_7" && repeat 8 "$ARP")
	must_see "${frames[@]}"
}

passed_in_time() {
	watch "$SERVER" eth0 in
	client_sends "$PING"
	see 0
	[[ $SEEN ]]
}

@test "bucket fills up again" {
	local -a frames
	given_constant bucket fast bucket_interval=300000000
	attach "$CLIENT" eth0 egress "$BATS_TEST_TMPDIR/fast.o" ingress
	mapfile -t frames < <(repeat 8 "$PING")
	client_sends "${frames[@]}"
	eventually passed_in_time
}

attach_flow() { # [VARIABLE=VALUE]
	given_constant flow flow "${1:-flow_idle=30000000000}"
	attach "$SERVER" eth0 egress "$BATS_TEST_TMPDIR/flow.o" egress
	attach "$SERVER" eth0 ingress "$BATS_TEST_TMPDIR/flow.o" ingress
}

@test "flow lets replies in, of ICMP and TCP, and nothing else" {
	attach_flow
	in_server ping -q -c 2 -i 0.2 -w "$TIMEOUT" "$CLIENT4"
	# nobody listens there: the refusal is a reply
	run -7 in_server curl -sS -m "$TIMEOUT" "http://$CLIENT4/"
	refute_reaches ping http 80
}

@test "flow forgets what was idle for too long" {
	attach_flow flow_idle=1
	run ! in_server ping -q -c 1 -W 1 "$CLIENT4"
	attach_flow
	in_server ping -q -c 1 -w "$TIMEOUT" "$CLIENT4"
}

@test "flow lets a reply of UDP in, and not a later fragment that looks like it" {
	local port
	attach_flow
	in_server bash -c "echo >/dev/udp/$CLIENT4/7"
	eventually in_server_has_flows 1
	port=$(local_port)
	in_server iptables -t raw -A PREROUTING -p udp
	client_sends "08004500001c0001000140112665c6336401c63364020007${port}00080000" \
		"08004500001c0001000040112666c6336401c63364020007${port}00080000"
	eventually counted_at_input 1
	stands_still in_server iptables -t raw -nvxL PREROUTING
	counted_at_input 1
}

in_server_has_flows() { # NUMBER
	[[ $(bpftool -j map dump pinned "$PINS/tut_flows" | jq length) == "$1" ]]
}

# In hexadecimal digits, as on the wire.
local_port() {
	bpftool -j map dump pinned "$PINS/tut_flows" |
		jq '.[].formatted.key | select(.protocol == 17).local_port' |
		while read -r port; do
			printf '%02x%02x' $((port & 255)) $((port >> 8))
		done
}

counted_at_input() { # PACKETS
	in_server iptables -t raw -nvxL PREROUTING | grep -qE "^ +$1 "
}

given_ring() {
	in_server ip link set dev eth0 xdp obj "$TUTORIAL/ring.o" sec xdp
}

# What ring-pcap writes until it has COUNT packets.
captured() { # PACKETS
	local reader
	"$TUTORIAL/ring-pcap" >"$BATS_TEST_TMPDIR/pcap" 3>&- 4>&- &
	reader=$!
	eventually has_packets "$1" || true
	kill "$reader"
	wait "$reader" || true
	tcpdump -ennr "$BATS_TEST_TMPDIR/pcap" 2>/dev/null
}

has_packets() { # NUMBER
	(($(tcpdump -nnr "$BATS_TEST_TMPDIR/pcap" 2>/dev/null | wc -l) >= $1))
}

@test "ring drops ICMP, and a capture has it, cut after 128 bytes" {
	given_ring
	run ! in_client ping -q -c 1 -W 1 -s 1000 "$SERVER4"
	reaches http 80
	run -0 captured 1
	((${#lines[@]} == 1)) || fail "$output"
	[[ $output == *'02:00:00:00:00:01 > 02:00:00:00:00:02'*'length 1042: 198.51.100.1 > 198.51.100.2: ICMP echo request'* ]] ||
		fail "$output"
	(($(stat -c %s "$BATS_TEST_TMPDIR/pcap") == 24 + 16 + 128))
}

@test "ring keeps dropping when it is full, and goes on when it is read" {
	local -a frames
	given_ring
	mapfile -t frames < <(repeat 600 "$PING")
	watch "$CLIENT" eth0 in icmp
	client_sends "${frames[@]}"
	see 0
	[[ ! $SEEN ]]
	# 64 KiB, and 152 bytes for each with its header
	run -0 captured 431
	((${#lines[@]} == 431)) || fail "${#lines[@]} packets"
	client_sends "$PING"
	run -0 captured 1
	((${#lines[@]} == 1)) || fail "${#lines[@]} packets"
}

@test "the reader of the ring says which map is missing, and refuses another one" {
	run -1 "$TUTORIAL/ring-pcap"
	[[ $output == "ring-pcap: $PINS/tut_ring is not there: "*ring.o* ]]
	attach_by_hand server xdp count
	run -1 "$TUTORIAL/ring-pcap" "$PINS/tgc_count"
	[[ ${#lines[@]} == 1 && $output == *'is not the map of build/tutorial/ring.o' ]]
	run -2 "$TUTORIAL/ring-pcap" one two
	run -0 "$TUTORIAL/ring-pcap" --help
}
