#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A flood of SYNs takes the table of flows, and no flow that was answered.
# 'make test-long' has a longer one.

load helper
load helper-siege

setup() {
	FLOOD_ROOM=4096
	given_siege
}

teardown() {
	flood_take_down
	clean_up
}

@test "transfers and new connections outlive a flood of SYNs on XDP" {
	outlives_a_flood flows-xdp 100000 3 50 20 95
}

@test "transfers and new connections outlive a flood of SYNs on ingress" {
	outlives_a_flood flows-ingress 100000 3 50 20 95
}
