#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of flows is correct: filters tell packets of flows from others,
# each new flow is kept, and what a flood does to transfers is noticed.

load helper
load helper-siege

setup() {
	FLOOD_LIMIT=1000
	given_siege
	# shellcheck source=bench/lib/flows.bash
	source "$HERE/lib/flows.bash"
	wrong=()
}

teardown() {
	flood_take_down
	clean_up
}

nothing_is_wrong() {
	((!${#wrong[@]})) || fail "${wrong[@]}"
}

readonly FILTERS=(flows-xdp flows-ingress flows-conntrack)

@test "the same options give the same flows, and each client has an address of its own" {
	"$BENCH/flow-trace" --flows 5000 --protocol udp --end client -o "$WORK/a"
	"$BENCH/flow-trace" --flows 5000 --protocol udp --end client -o "$WORK/b"
	"$BENCH/flow-trace" --flows 5000 --protocol udp --end client --seed 2 -o "$WORK/c"
	cmp "$WORK/a" "$WORK/b"
	run ! cmp -s "$WORK/a" "$WORK/c"
	# from the source address to the target port of each record
	(($(od -A n -v -t x1 -w128 -j 128 "$WORK/a" | cut -d ' ' -f 36-39 | sort -u | wc -l) == 5000))
	run -2 "$BENCH/flow-trace" --protocol sctp -o "$WORK/d"
	[[ $output == *"not understood: 'sctp'"* ]]
}

@test "each filter tells packets of flows from others, and drops or passes them" {
	local how peer
	for how in own passed; do
		flows_prepare 2000 "$WORK/flows-$how"
		for peer in "${FILTERS[@]}"; do
			flows_begin_peer "$peer" "$how" 2000 "$WORK/flows-$how"
		done
		race_take_down
	done
	nothing_is_wrong
}

@test "a filter that has lost its flows is noticed" {
	flows_prepare 2000 "$WORK/flows"
	flows_begin_peer flows-xdp passed 2000 "$WORK/flows"
	nothing_is_wrong
	race_in flows-xdp "$ROOT/tc-scripts/tailgate" flows del in --all
	flows_check flows-xdp passed "$WORK/flows" 4000
	[[ ${wrong[0]} == 'flows-xdp, passed: of 4000, 4000 sent, 4000 arrived, 0 judged right'* ]] || fail "noticed: ${wrong[*]-}"
}

@test "each filter keeps each new flow" {
	local how peer
	"$BENCH/flow-trace" --flows 2000 --protocol udp --end client -o "$WORK/new"
	for how in own passed; do
		for peer in "${FILTERS[@]}"; do
			[[ $(flows_new_once "$peer" "$how" 2000 "$WORK/new") ]]
		done
	done
	nothing_is_wrong
}

@test "transfers whose flows are lost are noticed" {
	flood_begin_peer flows-xdp
	(
		sleep 1
		race_in flows-xdp "$ROOT/tc-scripts/tailgate" flows del in --all
	) 3>&- 4>&- &
	run -0 flood_talk flows-xdp - 4 20 10
	jq -e '.stalled == 20 and .calls > 30 and .answered > 0' <<<"$output" || fail "$output"
}

@test "no server of the flood outlives it" {
	local server
	flood_begin_peer flows-xdp
	# shellcheck disable=SC2154 # set by flood_begin_server
	server=${flood_servers[0]}
	eventually grep -qx talk "/proc/$server/comm"
	flood_take_down
	[[ ! -e /proc/$server ]]
}
