#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Commands killed at edges of system calls and at random times: a few of the
# thousand in long/killed.bats.

load helper

@test "killed at random, commands done again and detached leave nothing of ours" {
	run -0 "$ROOT/tests/bats/long/killer" --kills 20
}
