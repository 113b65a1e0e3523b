#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Ten million packets of flows whose ends are on different processors: no flow is
# there twice, and no state is lost. 'make test-long'.

load ../helper
load ../helper-both-ends

setup() {
	given_two_processors
}

teardown() {
	race_take_down
	clean_up
}

# 11 packets of each flow in a round
@test "ten million packets, the ends of each flow on different processors, lose and double no state" {
	local round
	for ((round = 1; round <= 10; round++)); do
		both_ends_race 91000 "$round"
	done
	printf '# %s flows of %s whose ends met on an empty table\n' "$FIRST_LOST" $((10 * 91000)) >&3
}
