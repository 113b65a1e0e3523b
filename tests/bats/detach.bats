#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate detach: removes a chain completely, and nothing of others.

load helper
load helper-chain

setup_file() {
	build_fixtures own foreign
}

teardown() {
	remove_chains
}

# --- detach

@test "detach leaves nothing: no pin, no qdisc, no program and no map" {
	given_device
	on_server attach eth0 --xdp --ingress --egress --chain count,drop_tcp
	on_server chain eth0 ingress set drop_arp
	kernel_objects >"$BATS_TEST_TMPDIR/ids"
	(($(wc -l <"$BATS_TEST_TMPDIR/ids") > 20))
	run -0 on_server detach eth0
	[[ ! $output ]]
	nothing_is_left
	eventually are_gone "$BATS_TEST_TMPDIR/ids"
}

@test "detach leaves nothing of a chain in generic mode" {
	given_device
	on_server attach eth0 --xdp=generic --chain count
	kernel_objects >"$BATS_TEST_TMPDIR/ids"
	on_server detach eth0
	nothing_is_left
	eventually are_gone "$BATS_TEST_TMPDIR/ids"
}

@test "attached and detached again and again, nothing is left" {
	given_device
	attach_and_detach 8
}

@test "detach of one hook leaves the others in force" {
	given_server
	on_server attach eth0 --xdp --ingress --egress --chain drop_icmp
	on_server detach eth0 --ingress
	no_chain_on ingress
	chain_is egress drop_icmp
	has_qdisc clsact
	on_server detach eth0 --xdp --egress
	nothing_is_left
	reaches ping
}

@test "detach where nothing is attached does nothing, and that is no failure" {
	given_device
	run -0 on_server detach eth0
	[[ $output == 'nothing is attached to eth0' ]]
	nothing_is_left
}

@test "a clsact that was there before stays" {
	given_device
	in_server tc qdisc add dev eth0 clsact
	on_server attach eth0 --ingress --egress --chain count
	on_server detach eth0
	has_qdisc clsact
	nothing_is_left others-clsact
}

@test "a clsact of ours that somebody else uses stays" {
	given_device
	on_server attach eth0 --ingress --chain count
	in_server tc filter add dev eth0 egress bpf da obj "$FIXTURES/foreign.o" sec egress
	on_server detach eth0
	has_qdisc clsact
	[[ $(in_server tc filter show dev eth0 egress) == *foreign* ]]
	nothing_is_left others-clsact
}

# --- what belongs to others

@test "an XDP program of somebody else's survives every verb" {
	given_gc_alone
	given_device
	in_server ip link set dev eth0 xdpdrv obj "$FIXTURES/foreign.o" sec xdp
	refuses_and_changes_nothing 1 'on eth0 xdp there is already, and not ours: XDP program' on_server attach eth0 --xdp --chain count
	refuses_and_changes_nothing 1 "eth0 xdp has somebody else's program, not a chain: XDP program" on_server chain eth0 xdp set count
	local id
	id=$(xdp_id)
	on_server attach eth0 --ingress --chain count
	on_server detach eth0
	on_server gc
	on_server status eth0
	[[ $(xdp_id) == "$id" ]]
}

@test "--force puts a chain in place of somebody else's XDP program" {
	given_server
	in_server ip link set dev eth0 xdpdrv obj "$FIXTURES/foreign.o" sec xdp
	on_server attach eth0 --xdp --chain drop_icmp --force
	chain_is xdp drop_icmp
	refute_reaches ping
	on_server detach eth0
	nothing_is_left
	in_server ip link set dev eth0 xdpgeneric obj "$FIXTURES/foreign.o" sec xdp
	on_server attach eth0 --xdp --chain drop_icmp --force
	xdp_mode_is generic
}

@test "a filter of somebody else's survives every verb" {
	given_gc_alone
	given_device
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress pref 3 bpf da obj "$FIXTURES/foreign.o" sec ingress
	local filter
	filter=$(in_server tc filter show dev eth0 ingress)
	on_server attach eth0 --ingress --chain count
	on_server chain eth0 ingress set drop_arp
	on_server attach eth0 --ingress --chain count --force
	on_server detach eth0
	on_server gc
	[[ $(in_server tc filter show dev eth0 ingress) == "$filter" ]]
}

@test "a filter of somebody else's in our place is left alone without --force" {
	given_device
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress protocol all pref 7400 handle 0x7467 \
		bpf da obj "$FIXTURES/foreign.o" sec ingress
	refuses_and_changes_nothing 1 'on eth0 ingress there is already, and not ours: filter at pref 7400' \
		on_server attach eth0 --ingress --chain count
	local before
	before=$(what_is_there)
	on_server detach eth0
	[[ $(what_is_there) == "$before" ]]
	on_server attach eth0 --ingress --chain count --force
	chain_is ingress count
	[[ $(in_server tc filter show dev eth0 ingress) != *foreign* ]]
}

@test "a filter of another handle at our pref stays beside ours" {
	given_device
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress protocol all pref 7400 handle 1 \
		bpf da obj "$FIXTURES/foreign.o" sec ingress
	on_server attach eth0 --ingress --chain count
	on_server attach eth0 --ingress --chain drop_arp
	chain_is ingress drop_arp
	hook_json ingress | jq -e '.foreign | length == 1'
	on_server detach eth0
	[[ $(in_server tc filter show dev eth0 ingress) == *foreign* ]]
	nothing_is_left others-clsact
}
