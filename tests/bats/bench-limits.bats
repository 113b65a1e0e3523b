#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark of limits is correct: each filter lets the burst and the rate
# pass of a flood, and the table says what did not.

load helper
load helper-siege

setup() {
	given_siege
	# shellcheck source=bench/lib/limits.bash
	source "$HERE/lib/limits.bash"
	# shellcheck source=bench/lib/report.bash
	source "$HERE/lib/report.bash"
	: >"$WORK/limits"
}

teardown() {
	flood_take_down
	clean_up
}

said_of() { # PEER MEMBER
	jq -s --arg peer "$1" ".[] | select(.peer == \$peer) | $2" "$WORK/limits"
}

@test "each filter lets a burst and a rate pass of a flood, and nothing else" {
	local peer passed
	for peer in limits-ingress limits-xdp limits-nft limits-hashlimit; do
		limits_once "$peer" 50 1 1
		passed=$(said_of "$peer" .passed)
		(($(said_of "$peer" .sent) > passed)) || fail "$peer: $(<"$WORK/limits")"
		# the burst, and what is given in the time
		((passed >= 50 && passed <= 50 + $(said_of "$peer" '.most_us * 50 / 1e6 | ceil') + 5)) || fail "$peer: $(<"$WORK/limits")"
	done
}

@test "the table has the difference to the rate, or that the flood was too slow" {
	local rate
	for rate in 100 100000; do
		jq -nc --argjson rate "$rate" '{peer: "one", rate: $rate, processors: 1, burst: 100, sent: 50000, passed: 1150,
			least_us: 9990000, most_us: 10010000}'
	done | jq -s '{limits: .}' >"$WORK/figures"
	run -0 report_limits "$WORK/figures"
	[[ ${lines[2]} =~ ^100\ .*\ '1050 (5 %)'$ ]] || fail "$output"
	[[ ${lines[3]} =~ ^100000\ .*\ 'not reached'$ ]] || fail "$output"
}
