#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As ../conntrack.bats, for ten minutes each.

load ../helper
load ../helper-conntrack

teardown() {
	clean_up
}

@test "flows and conntrack agree about millions of TCP segments" {
	given_conntrack_router
	run in_router "$BUILD/tests/conntrack_tcp" "${TAILGATE_FLOW_SECONDS:-600}" "$RANDOM"
	((status == 0)) || fail "$output"
	printf '# %s\n' "${lines[-2]}" >&3
}

@test "flows and conntrack agree about millions of other packets" {
	given_conntrack_router
	run in_router "$BUILD/tests/conntrack_other" "${TAILGATE_FLOW_SECONDS:-600}" "$RANDOM"
	((status == 0)) || fail "$output"
	printf '# %s\n' "${lines[-2]}" >&3
}
