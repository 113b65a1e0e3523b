#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# 200 applies of two policies of 10,000 rules under a flood: each packet gets
# the verdict of one of them, and no memory is leaked.

load ../helper
load ../helper-chain
load ../helper-flood
load ../helper-policy

setup_file() {
	build_tool flood
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# How much there is after 200 applies as after 2.
nothing_has_grown() { # HOOK
	local after
	after=$(policy_footprint)
	apply a >/dev/null
	apply b >/dev/null
	[[ $(policy_footprint) == "$after" ]] || fail "after all of them: $after" "after two more: $(policy_footprint)"
	kernel_objects | grep -c '^prog' | grep -qx 3
}

@test "in native XDP each packet of a flood is judged by one of two policies, over 200 applies" {
	applies_under_a_flood xdp 200
	nothing_has_grown
}

@test "at clsact ingress each packet of a flood is judged by one of two policies, over 200 applies" {
	applies_under_a_flood ingress 200
	nothing_has_grown
}
