#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The whole tutorial in one playground: 'make test-long'.

load ../helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	mapfile -t CHAPTERS < <(sed -n "s|^.* \[.*\](\(.*\.md\)) .*|$ROOT/docs/tutorial/\1|p" \
		"$ROOT/docs/tutorial/README.md")
	((${#CHAPTERS[@]} > 10)) || fail "the table has ${#CHAPTERS[@]} chapters"
}

@test "all chapters, one after the other" {
	"$ROOT/tests/tutorial/run" "${CHAPTERS[@]}"
}

@test "all chapters, the last one first" {
	local i backwards=()
	for ((i = ${#CHAPTERS[@]} - 1; i >= 0; i--)); do
		backwards+=("${CHAPTERS[i]}")
	done
	"$ROOT/tests/tutorial/run" "${backwards[@]}"
}
