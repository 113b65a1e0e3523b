#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate gc: removes all stale attachments, and nothing else.

load helper
load helper-chain

setup() {
	given_gc_alone
}

teardown() {
	remove_chains
	[[ ! ${DEAD:-} ]] || forget_attachments "$DEAD"
}

# An attachment whose namespace has died, in DEAD. Its device has a name that
# no other test uses, as its inode may be another's soon.
given_a_dead_attachment() {
	given_device
	in_server ip link set dev eth0 name dead0
	on_server attach dead0 --xdp --ingress --chain count
	DEAD=$(key_of dead0)
	ip netns del "$SERVER"
	eventually is_stale "$DEAD"
}

# With a look from this namespace.
is_stale() { # KEY
	tailgate status --json | jq -e --arg key "$1" '.stale | any(.attachment == $key and (.why | contains("tailgate gc")))'
}

# The kernel frees the gate of a filter that was deleted a moment later.
gc_leaves_nothing() { # WORD...
	on_server gc && nothing_is_left "$@"
}

@test "what a dead namespace has left is told, and gc removes it" {
	given_a_dead_attachment
	run -1 tailgate status
	[[ $output == *"stale: $DEAD: nothing uses it any more: 'tailgate gc' removes it"* ]]
	for pin in "/run/tailgate/$DEAD/tc/globals"/*; do
		printf 'map %s\n' "$(map_id "$pin")"
	done >"$BATS_TEST_TMPDIR/ids"
	run -0 tailgate gc
	[[ $'\n'$output$'\n' == *$'\n'"removed what was left of $DEAD"$'\n'* ]]
	[[ ! -e /run/tailgate/$DEAD && ! -e $OBJECTS_ROOT/$DEAD && ! -e $OBJECTS_ROOT/$DEAD.lock ]]
	run ! is_stale "$DEAD"
	eventually are_gone "$BATS_TEST_TMPDIR/ids"
}

@test "gc leaves what is alive: in this namespace, in another, and in one without a name" {
	given_a_dead_attachment
	given_device
	on_server attach eth0 --xdp --ingress --chain count
	local mine=$KEY before
	unshare --net sleep 60 3>&- 4>&- &
	PROCESS=$!
	eventually [ "/proc/$PROCESS/exe" -ef "$(type -P sleep)" ]
	tailgate --pid "$PROCESS" attach lo --xdp=generic --chain count
	before=$(what_is_there)
	run -0 tailgate gc
	[[ $output != *"$mine"* ]]
	[[ $(what_is_there) == "$before" ]]
	tailgate --pid "$PROCESS" status lo
	run -0 on_server gc
	[[ $(what_is_there) == "$before" ]]
	tailgate --pid "$PROCESS" detach lo
	kill "$PROCESS"
}

@test "gc leaves a renamed device's chain in force, and clears up after its detach" {
	given_device
	on_server attach eth0 --ingress --chain count
	in_server ip link set dev eth0 name moved0
	on_server gc
	[[ -d /run/tailgate/$KEY ]]
	on_server detach moved0
	on_server gc
	[[ ! -e /run/tailgate/$KEY && ! -e $OBJECTS_ROOT/$KEY ]]
}

@test "where somebody removed our filters by hand, gc takes the clsact, too" {
	given_device
	on_server attach eth0 --ingress --egress --chain count
	in_server tc filter del dev eth0 ingress
	on_server gc
	[[ -d /run/tailgate/$KEY ]] # egress is alive
	in_server tc filter del dev eth0 egress
	eventually gc_leaves_nothing
}

@test "gc leaves a clsact that was there before" {
	given_device
	in_server tc qdisc add dev eth0 clsact
	on_server attach eth0 --ingress --chain count
	in_server tc filter del dev eth0 ingress
	eventually gc_leaves_nothing others-clsact
	has_qdisc clsact
}

@test "a new namespace with the number of a dead one gets no chain from it" {
	given_device
	on_server attach eth0 --ingress --egress --chain drop_all
	in_server tc qdisc del dev eth0 clsact # as dead as can be
	on_server attach eth0 --ingress --chain count
	chain_is ingress count
	no_chain_on egress
}

@test "when nothing is left, gc says nothing" {
	tailgate gc
	run -0 tailgate gc
	[[ ! $output ]]
}
