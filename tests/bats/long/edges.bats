#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As policy-edges.bats, but for all fields.

load ../helper

@test "a frame at each edge of each field is counted by its rule, and explained by it" {
	((EUID == 0)) || fail 'this test needs root'
	run "$ROOT/tests/edges/live"
	((status == 0)) || fail "$output"
}
