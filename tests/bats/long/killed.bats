#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Every command that changes something, killed at edges of system calls and at
# random times, a thousand times. It takes most of an hour.

load ../helper

@test "killed at random a thousand times, commands leave nothing of ours, and all of others" {
	run -0 "$ROOT/tests/bats/long/killer" --kills 1000
}
