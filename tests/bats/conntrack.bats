#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Flows and nf_conntrack say the same of the same packets. 'make test-long' has
# longer conversations.

load helper
load helper-conntrack

teardown() {
	clean_up
}

@test "a TCP segment is to its flow what it is to conntrack, but for a list of differences" {
	given_conntrack_router
	run in_router "$BUILD/tests/conntrack_tcp" 5 "$RANDOM"
	((status == 0)) || fail "$output"
}

@test "UDP packets, echoes and ICMP errors are to flows what they are to conntrack" {
	given_conntrack_router
	run in_router "$BUILD/tests/conntrack_other" 5 "$RANDOM"
	((status == 0)) || fail "$output"
}
