#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Chapters with commands that run at the same time in two terminals, at the pace
# of a reader who takes five seconds to change to the other terminal. 'make
# test-long' has the other such chapters.

load helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
}

run_slowly() { # NAME
	"$ROOT/tests/tutorial/run" --pause 5 "$ROOT/docs/tutorial/$1.md"
}

@test "chapter toolbox-rewrite works for a reader who takes five seconds between terminals" {
	run_slowly toolbox-rewrite
}

@test "chapter events works for a reader who takes five seconds between terminals" {
	run_slowly events
}

@test "chapter tail-calls works for a reader who takes five seconds between terminals" {
	run_slowly tail-calls
}
