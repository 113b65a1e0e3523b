#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-counters: its output is correct, as a table and as JSON.

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

# An ARP request of 42 bytes
readonly ARP=0200000000020200000000010806000108000604000102000000000100000000000000000000c6336402

client_sends_arp() { # HOW-MANY [CPU]
	local n frames=
	for ((n = 0; n < $1; n++)); do
		frames+=$ARP$'\n'
	done
	in_client taskset -c "${2:-0}" "$SENDER" eth0 <<<"${frames%$'\n'}"
}

counters() {
	"$BUILD/tg-counters" "$@" "$PINS"
}

@test "the columns of the table are aligned" {
	attach_by_hand server ingress drop_icmp
	attach_by_hand server egress only_tcp
	attach_by_hand server xdp count
	refute_reaches ping
	reaches http 80
	links_down
	run -0 counters
	[[ ${lines[0]} =~ ^PLUGIN\ +HOOK\ +VERDICT\ +REASON\ +PACKETS\ +BYTES$ ]]
	((${#lines[@]} >= 5))
	local line prefix word
	for line in "${lines[@]}"; do
		((${#line} == ${#lines[0]})) || fail "of another width: '$line'"
		for word in HOOK VERDICT REASON; do
			prefix=${lines[0]%%"$word"*}
			[[ ${line:${#prefix}-1:2} == ' '[^\ ] ]] || fail "$word is elsewhere in '$line'"
		done
	done
}

@test "the JSON has the same numbers as the table" {
	attach_by_hand server ingress drop_tcp
	attach_by_hand server xdp count
	reaches http 8080
	refute_reaches http 80
	links_down
	local table json
	table=$(counters | tail -n +2 | tr -s ' ')
	json=$(counters --json | jq -r '.[] | "\(.plugin) \(.hook) \(.verdict) \(.reason) \(.packets) \(.bytes)"')
	[[ $table ]]
	[[ $table == "$json" ]]
	counters --json | jq -e 'map(keys) | unique ==
		[["bytes", "hook", "packets", "plugin", "reason", "verdict"]]'
}

@test "one plugin on three hooks is counted on each by itself" {
	attach_by_hand server xdp drop_arp
	client_sends_arp 3
	eventually counted drop_arp xdp drop arp 3
	in_server ip link set dev eth0 xdpdrv off
	attach_by_hand server ingress drop_arp
	client_sends_arp 5
	eventually counted drop_arp ingress drop arp 5
	attach_by_hand client egress drop_arp
	client_sends_arp 7
	eventually counted drop_arp egress drop arp 7
	counted drop_arp xdp drop arp 3
	counted drop_arp ingress drop arp 5
}

@test "bytes are those of whole frames, on every hook" {
	local hook
	attach_by_hand server xdp count
	attach_by_hand server ingress count
	attach_by_hand client egress count
	client_sends_arp 1
	for hook in egress xdp ingress; do
		eventually counted count "$hook" next counted
		counters --json | jq -e --arg hook "$hook" '.[] | select(.hook == $hook and
			.verdict == "next") | .bytes == 42 * .packets'
	done
}

@test "the counts of all processors are added up" {
	(($(nproc) > 1)) || skip 'this machine has one processor'
	attach_by_hand client egress drop_arp
	client_sends_arp 10 0
	client_sends_arp 20 1
	counted drop_arp egress drop arp 30
	# or this test would show nothing
	bpftool -j map dump pinned "$PINS/tgc_drop_arp" |
		jq -e '[.[].formatted.values | map(select(.value.packets > 0)) | length] | max == 2'
}

@test "counters survive the plugin, and start again when their pin is gone" {
	attach_by_hand client egress drop_arp
	client_sends_arp 4
	in_client tc filter del dev eth0 egress
	counted drop_arp egress drop arp 4
	attach_by_hand client egress drop_arp
	client_sends_arp 1
	counted drop_arp egress drop arp 5
	in_client tc filter del dev eth0 egress
	rm "$PINS/tgc_drop_arp"
	attach_by_hand client egress drop_arp
	client_sends_arp 1
	counted drop_arp egress drop arp 1
}

# tg-counters fails with one line about this pin, and tells of the others.
refuses_pin() { # NAME
	local format
	attach_by_hand client egress drop_arp
	client_sends_arp 1
	for format in '' --json; do
		# shellcheck disable=SC2086 # no option is no word
		run -1 --separate-stderr counters $format
		[[ $output == *drop_arp* ]]
		# shellcheck disable=SC2154 # set by run
		[[ $stderr == "tg-counters: $PINS/$1: "* && $stderr != *$'\n'* ]] || fail "says '$stderr'"
	done
	# With a name that is none of ours it is nobody's business.
	mv "$PINS/$1" "$PINS/foreign"
	run -0 counters
}

@test "a map of another layout is named, and the others are told" {
	mkdir -p "$PINS"
	bpftool map create "$PINS/tgc_x" type array key 4 value 8 entries 1 name tgc_x
	refuses_pin tgc_x
}

@test "counters of another length are named, and the others are told" {
	mkdir -p "$PINS"
	bpftool map create "$PINS/tgc_x" type percpu_array key 4 value 16 entries 9 name tgc_x
	refuses_pin tgc_x
}

@test "a program with the name of a map is named, and the others are told" {
	mkdir -p "$PINS"
	attach_by_hand server xdp count
	bpftool prog pin id "$(in_server ip -j link show dev eth0 | jq '.[0].xdp.prog.id')" "$PINS/tgc_x"
	refuses_pin tgc_x
}
