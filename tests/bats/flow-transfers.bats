#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Transfers at full speed over XDP and egress of a host that accepts only what
# belongs to its flows, while policies, chains and the table change.
# long/flow-transfers.bats has a hundred changes of each.

load helper
load helper-chain
load helper-policy
load helper-transfer

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

@test "a transfer loses no segment when policies are applied" {
	given_transfers
	nothing_is_sent_again_for policies_change 6
	every_segment_was_established
}

@test "a transfer loses no segment when chains change" {
	given_transfers
	nothing_is_sent_again_for chains_change 6
	every_segment_was_established
}

@test "a transfer loses no segment when its flows are saved, deleted and loaded under an open policy" {
	given_transfers
	nothing_is_sent_again_for flows_move 1
	every_segment_was_established
}
