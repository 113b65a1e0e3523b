#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-flows: tables of flows, for programs that tc loads. Its other verbs are in
# flows-list.bats, flows-load.bats and flows-sockets.bats, the verb of tailgate in
# flows.bats.

load helper
load helper-flows

teardown() {
	clean_up
}

# --- tables

@test "prepare makes a table for the flows that are asked for, and keeps it" {
	given_flow_pin
	run -0 flows prepare
	[[ $output == 'a table for 131072 flows, 10138 KiB' ]]
	[[ $(stat -c %a "$PIN") == 600 ]]
	local id
	id=$(bpftool -j map show pinned "$PIN" | jq .id)
	run -0 flows prepare
	[[ $output == 'a table for 131072 flows, 10138 KiB, was there already' ]]
	run -0 flows prepare --flows 64
	[[ $output == *'131072 flows'* && $output == *'stays as it is'*'--flows 64'* ]]
	[[ $(bpftool -j map show pinned "$PIN" | jq .id) == "$id" ]]
}

@test "a table has at most 80 bytes for each flow that it is for" {
	local size
	for size in 1000 131072 1000000; do
		given_flow_table "$size"
		(($(bpftool -j map show pinned "$PIN" | jq '.max_entries * 64') <= size * 80))
		rm "$PIN"
	done
}

@test "each table has a secret of its own" {
	given_flow_table
	local secret
	secret=$(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c '.value[16:64]')
	[[ $secret != "$(jq -nc '[range(48) | "0x00"]')" ]]
	rm "$PIN"
	flows prepare --flows 1000
	[[ $(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c '.value[16:64]') != "$secret" ]]
}

@test "numbers of flows that no table can have are refused" {
	given_flow_pin
	local number
	for number in 63 16000001 0 -1 1e6 many ''; do
		run -2 flows prepare --flows "$number"
		[[ $output == "tg-flows: --flows takes a number of 64 to 16000000, not '$number'"* ]]
	done
	[[ ! -e $PIN ]]
}

@test "a map that is no table of flows, or one of another version, is refused" {
	given_flow_table
	local head
	mapfile -t head < <(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -r '.value[]')
	bpftool map update pinned "$PIN" key 0 0 0 0 value 7 "${head[@]:1}"
	run -1 flows list
	[[ $output == "tg-flows: $PIN: is not a table of flows of this version: detach and attach again" ]]
	run -1 flows prepare
	[[ $output == "tg-flows: $PIN: is not a table of flows of this version: detach and attach again" ]]
	rm "$PIN"
	bpftool map create "$PIN" type array key 4 value 64 entries 100 name tgf_flows
	run -1 flows prepare
	[[ $output == "tg-flows: $PIN: is not a table of flows of this version: detach and attach again" ]]
	rm "$PIN"
	run -1 flows list
	[[ $output == "tg-flows: $PIN: there is no table of flows" ]]
	PIN=/nonexistent/pin
	run -1 flows prepare
	[[ $output == 'tg-flows: /nonexistent/pin: No such file or directory' ]]
}

# --- objects

given_lo() {
	given_namespace HOST host
	in_namespace "$HOST" tc qdisc add dev lo clsact
}

on_lo() { # OBJECT
	in_namespace "$HOST" tc filter replace dev lo ingress protocol all pref 1 handle 1 bpf da obj "$1" sec ingress
}

maps_on_lo() {
	local id
	id=$(in_namespace "$HOST" tc -j filter show dev lo ingress | jq '.[].options.prog.id // empty')
	bpftool -j prog show id "$id" | jq '.map_ids[]'
}

@test "tc takes the table for a program that uses flows, and none is made for one that does not" {
	given_flow_pin
	given_flow_objects
	given_lo
	"$BUILD/tg-splice" "$UNUSED" -o unused.o --flows "$PIN"
	[[ ! -e $PIN ]]
	on_lo unused.o
	[[ ! -e $PIN ]]
	"$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN"
	on_lo used.o
	[[ $(maps_on_lo) == *"$(bpftool -j map show pinned "$PIN" | jq .id)"* ]]
	# the same again, with the table that is there
	cp used.o before.o
	"$BUILD/tg-splice" used.o -o used.o --flows "$PIN"
	cmp used.o before.o
	"$BUILD/tg-splice" unused.o -o again.o --flows "$PIN"
	cmp unused.o again.o
}

@test "a table that tc has made for a program as built is prepared in place" {
	given_flow_pin
	given_lo
	on_lo "$BUILD/tests/flow_rules.bpf.o"
	run -1 flows list
	[[ $output == "tg-flows: $PIN: no tool has prepared it: 'tg-flows prepare' does" ]]
	run -0 flows prepare
	[[ $output == 'a table for 8080 flows, 625 KiB, was there already' ]]
	udp_lines 10 100 >list
	flows load list
	has_flows 100
}

@test "the table of an attachment becomes a link of its instance's" {
	given_flow_pin
	given_flow_objects
	mkdir "$TC_BPF_MNT/@edge"
	local shared=$TC_BPF_MNT/@edge/tgf_flows
	"$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN" --flows-from "$shared"
	[[ $PIN -ef $shared ]]
	"$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN" --flows-from "$shared"
	rm "$PIN"
	flows prepare >/dev/null
	run -1 "$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN" --flows-from "$shared"
	[[ $output == "tg-splice: $PIN: is another table than the instance's, $shared: detach and attach again" ]]
	run -2 "$BUILD/tg-splice" "$USED" -o used.o --flows-from "$shared"
	run -2 "$BUILD/tg-splice" "$USED" --list --flows "$PIN"
}
