#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As ../flow-transfers.bats, with a hundred changes of policies and of chains.

load ../helper
load ../helper-chain
load ../helper-policy
load ../helper-transfer

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

@test "a transfer loses no segment while policies are applied a hundred times on both hooks" {
	given_transfers
	nothing_is_sent_again_for policies_change 100
	every_segment_was_established
}

@test "a transfer loses no segment while chains change a hundred times on both hooks" {
	given_transfers
	nothing_is_sent_again_for chains_change 100
	every_segment_was_established
}

@test "a transfer loses no segment while its flows are saved, deleted and loaded ten times under an open policy" {
	given_transfers
	nothing_is_sent_again_for flows_move 10
	every_segment_was_established
}
