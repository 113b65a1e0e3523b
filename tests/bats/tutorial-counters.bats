#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial's counters by protocol: what they count, and their reader.

load helper

setup() {
	given_hosts
	given_known_neighbours
	given_no_ipv6
}

teardown() {
	clean_up
}

given_counters() { # PROGRAM
	in_server ip -force link set dev eth0 xdpdrv \
		obj "$BUILD/tutorial/protocols.o" program "$1"
}

# Packets of a protocol, over all CPUs; 256 is what is not IP.
counted_packets() { # MAP PROTOCOL
	local key
	key="$(($2 & 255)) $(($2 >> 8)) 0 0"
	# shellcheck disable=SC2086 # a key is several words
	bpftool -j map lookup pinned "$PINS/$1" key $key |
		jq '.formatted | [.value // .values[].value] | add'
}

ping_times() { # PACKETS
	in_client ping -q -c "$1" -i 0.1 -W 1 "$SERVER4"
}

# protocol_rate, until it has said something of ICMP so often; in REPORT
read_rates() { # TIMES [PIN]
	local reader times=$1
	shift
	"$BUILD/tutorial/protocol_rate" "$@" >"$BATS_TEST_TMPDIR/rates" 3>&- 4>&- &
	reader=$!
	eventually has_rates "$times" || true
	kill "$reader"
	wait "$reader" || true
	REPORT=$(<"$BATS_TEST_TMPDIR/rates")
}

has_rates() { # TIMES
	(($(grep -c '^icmp ' "$BATS_TEST_TMPDIR/rates") >= $1))
}

@test "each packet is counted by its protocol, and passes" {
	given_counters protocols_pass
	ping_times 4
	in_client bash -c "echo hello >/dev/udp/$SERVER4/9"
	reaches arp http 80
	[[ $(counted_packets tut_protocols 1) == 4 ]]
	[[ $(counted_packets tut_protocols 17) == 1 ]]
	[[ $(counted_packets tut_protocols 6) -ge 4 ]]
	[[ $(counted_packets tut_protocols 256) -ge 1 ]]
	[[ $(counted_packets tut_protocols 47) == 0 ]]
}

@test "the dropping variation counts the same, and nothing passes" {
	given_counters protocols_drop
	run ! ping_times 4
	[[ $(counted_packets tut_protocols 1) == 4 ]]
	refute_reaches arp http 80
	[[ $(counted_packets tut_protocols 6) -ge 1 ]]
}

@test "one variation counts on where the other one has ended" {
	given_counters protocols_pass
	ping_times 3
	given_counters protocols_drop
	run ! ping_times 2
	[[ $(counted_packets tut_protocols 1) == 5 ]]
}

@test "the hash map holds the protocols that came, and no other" {
	attach_by_hand server xdp "$BUILD/tutorial/protocols_hash.o"
	ping_times 3
	reaches http 80
	[[ $(counted_packets tut_proto_hash 1) == 3 ]]
	[[ $(bpftool -j map dump pinned "$PINS/tut_proto_hash" |
		jq -c '[.[].formatted.key] | sort') == '[1,6]' ]]
}

@test "packets of both CPUs are added up" {
	given_counters protocols_pass
	in_client taskset -c 0 ping -q -c 3 -i 0.1 -W 1 "$SERVER4"
	in_client taskset -c "$(($(nproc) - 1))" ping -q -c 3 -i 0.1 -W 1 "$SERVER4"
	[[ $(counted_packets tut_protocols 1) == 6 ]]
}

@test "the reader prints the packets of a second by name, and no protocol without any" {
	given_counters protocols_pass
	in_client timeout 100 ping -q -i 0.1 "$SERVER4" >/dev/null 3>&- &
	read_rates 3
	kill %1
	# ten packets each, fewer on a busy machine, more where some had to wait
	awk '$1 == "icmp" && $3 == "packets/s" { n++; sum += $2 }
		END { exit !(n >= 3 && sum / n >= 1 && sum / n <= 13) }' <<<"$REPORT" ||
		fail "$REPORT"
	[[ $REPORT != *tcp* && $REPORT != *' 0 packets/s'* ]]
}

@test "the reader takes the hash map as well" {
	attach_by_hand server xdp "$BUILD/tutorial/protocols_hash.o"
	in_client timeout 100 ping -q -i 0.1 "$SERVER4" >/dev/null 3>&- &
	read_rates 1 "$PINS/tut_proto_hash"
	kill %1
	[[ $REPORT == icmp*packets/s* ]]
}

@test "the reader ends well on Ctrl-C and on kill" {
	given_counters protocols_pass
	local signal reader
	for signal in INT TERM; do
		"$BUILD/tutorial/protocol_rate" >/dev/null 3>&- 4>&- &
		reader=$!
		eventually catches_signals "$reader" "$BUILD/tutorial/protocol_rate"
		kill "-$signal" "$reader"
		wait "$reader"
	done
}

@test "the reader says which map is missing, and refuses another one" {
	run -1 "$BUILD/tutorial/protocol_rate"
	[[ $output == "protocol_rate: $PINS/tut_protocols is not there: "*protocols.o* ]]
	attach_by_hand server xdp count
	run -1 "$BUILD/tutorial/protocol_rate" "$PINS/tgc_count"
	[[ ${#lines[@]} == 1 && $output == *'is not the map of build/tutorial/protocols.o' ]]
	run -1 "$BUILD/tutorial/protocol_rate" "$BUILD/tutorial/protocols.o"
	[[ ${#lines[@]} == 1 ]]
	run -2 "$BUILD/tutorial/protocol_rate" one two
	run -0 "$BUILD/tutorial/protocol_rate" --help
}
