#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# 2,000 transfers and 100 new connections a second, during twenty seconds of
# SYNs from a million sources. 'make test-long'.

load ../helper
load ../helper-siege

setup() {
	given_siege
}

teardown() {
	flood_take_down
	clean_up
}

@test "two thousand transfers outlive twenty seconds of SYNs from a million sources on XDP" {
	outlives_a_flood flows-xdp 1000000 20 2000 100 95
	printf '# %s\n' "$SAID" >&3
}

@test "two thousand transfers outlive twenty seconds of SYNs from a million sources on ingress" {
	outlives_a_flood flows-ingress 1000000 20 2000 100 95
	printf '# %s\n' "$SAID" >&3
}
