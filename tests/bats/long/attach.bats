#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate attach and detach, very often: 'make test-long'.

load ../helper
load ../helper-chain

teardown() {
	remove_chains
}

@test "a hundred times attached and detached, nothing is left" {
	given_device
	attach_and_detach 100
}
