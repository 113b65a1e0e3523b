#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Rearranging a chain under a flood: each packet is processed by one complete
# chain. A thousand flips are in long/chain-flood.bats.

load helper
load helper-chain
load helper-flood

setup_file() {
	build_fixtures mark check
	build_tool flood
}

teardown() {
	remove_chains
}

@test "in native XDP every packet of a flood meets one whole chain, over many flips" {
	flips_under_a_flood xdp 25 1000000
}

@test "at clsact ingress every packet of a flood meets one whole chain, over many flips" {
	flips_under_a_flood ingress 12 300000
}

@test "half of one chain and half of another would be seen" {
	given_server
	given_quiet_hosts
	given_numbered_chains
	on_server attach eth0 --xdp --chain "${CHAINS[0]}"
	flood_begins
	# A graft into the bank in force, as no verb does it
	"$BUILD/tg-splice" "$BATS_TEST_TMPDIR/mark2.o" -o "$BATS_TEST_TMPDIR/mixed.o" tg_next_slot=1
	TC_BPF_MNT=/run/tailgate/$KEY tc exec bpf graft "$PINS/tg_xdp" key 0 \
		object-file "$BATS_TEST_TMPDIR/mixed.o" type xdp section xdp
	eventually counted check xdp drop own-0
	flood_ends
	run -1 every_packet_met_one_chain xdp
}

@test "a packet that no chain judges would be seen" {
	given_server
	given_quiet_hosts
	given_numbered_chains
	on_server attach eth0 --xdp --chain "${CHAINS[0]}" --miss drop
	flood_begins
	"$BUILD/tg-chain" clear "$PINS/tg_xdp" 0 1
	eventually counted gate xdp drop missed-tail-call
	flood_ends
	run -1 every_packet_met_one_chain xdp
}
