#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A thousand flips under a flood of ten million packets or more: none is lost or
# processed by parts of two chains. 'make test-long'.

load ../helper
load ../helper-chain
load ../helper-flood

setup_file() {
	build_fixtures mark check
	build_tool flood
}

teardown() {
	remove_chains
}

@test "a thousand flips in native XDP under ten million packets lose and mix none" {
	flips_under_a_flood xdp 1000 10000000
}

@test "a thousand flips at clsact ingress under ten million packets lose and mix none" {
	flips_under_a_flood ingress 1000 10000000
}
