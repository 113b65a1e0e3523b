#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Values at the edges of fields, in policies and in frames on a wire: the rule
# that counts a frame, and the one that explain names, are the one that
# tests/edges/fields.py computes. 'make test-long' has all fields.

load helper

edges_are_right() { # WORD
	((EUID == 0)) || fail 'this test needs root'
	run "$ROOT/tests/edges/live" "$1"
	((status == 0)) || fail "$output"
}

@test "later fragments are told by each bit of the offset, and have no ports" {
	edges_are_right 'of a fragment'
}

@test "TCP flags are matched bit by bit, all 256 of them" {
	edges_are_right 'flags like 0x12'
}

@test "prefixes of each length end where they have to" {
	edges_are_right 'from 90.90.90.90'
}

@test "MAC addresses differ in each bit" {
	edges_are_right 'from mac'
}
