#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What replies.bats does for some seconds, for TAILGATE_REPLY_SECONDS, which is
# ten minutes if not set, with other frames each time.

load ../helper

@test "answers to random frames are those of a second implementation for minutes" {
	((EUID == 0)) || fail 'this test needs root'
	run "$ROOT/tests/replies/compare" --seconds "${TAILGATE_REPLY_SECONDS:-600}" --seed "$RANDOM"
	printf '# %s\n' "${lines[-1]}" >&3
	((status == 0)) || fail "$output"
}
