#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What unit tests do a million times, a hundred million times, but not for more
# than twenty minutes: the tables of random policies against the reference
# matcher. And more random policies, loaded into the kernel.

load ../helper

@test "tables and reference matcher agree about a hundred million packets, or as many as fit into the time" {
	local seed=$RANDOM
	run -0 "$BUILD/tests/differ-fast" 100000000 "$seed" 1200
	printf '# seed %s: %s\n' "$seed" "${lines[-1]}" >&3
}

@test "two hundred random policies, loaded, count the right rules" {
	((EUID == 0)) || fail 'this test needs root'
	run -0 "$BUILD/tests/kernel" "$BUILD/policy.o" 200 "$RANDOM"
}
