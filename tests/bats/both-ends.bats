#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The ends of each flow are on different processors: no flow is there twice, and
# no state is lost. 'make test-long' has ten million packets.

load helper
load helper-both-ends

setup() {
	given_two_processors
}

teardown() {
	race_take_down
	clean_up
}

@test "what both ends of twenty thousand flows send at once is one flow each, and no FIN is lost" {
	both_ends_race 20000 1
}
