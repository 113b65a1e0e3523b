#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As replies.bats, but for TAILGATE_REPLY_SECONDS (default: ten minutes for each
# test), with random seeds.

load ../helper

teardown() {
	clean_up
}

compares() { # PROGRAM
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs
	run "$ROOT/tests/replies/$1" --seconds "${TAILGATE_REPLY_SECONDS:-600}" --seed "$RANDOM"
	printf '# %s\n' "${lines[-1]}" >&3
	((status == 0)) || fail "$output"
}

@test "answers to random frames are those of a second implementation for minutes" {
	compares compare
}

@test "answers on a wire are those of a second implementation for minutes" {
	compares wire
}
