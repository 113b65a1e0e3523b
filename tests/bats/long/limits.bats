#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Floods of ten seconds against limits of 10 to 1,000,000 packets a second, on
# one and two processors: what passes is within 1 % of the rate. bench/plot-limits
# draws what they print.

load ../helper
load ../helper-chain
load ../helper-policy
load ../helper-limits

setup_file() {
	build_tool flood
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# The burst outlasts pauses of three seconds on a busy machine. A rate that the
# generator does not reach is said. At a million a second, the
# rule drops what is within its limit as well, as the stack takes longer for a
# packet than the rest; and calls are long, as each begins with a pause.
limits_hold() { # NAME HOOK CPU...
	local rate act=pass CALL=65536
	printf '# %s\n' "$1" >&3
	shift
	for rate in 10 100 1000 10000 100000 1000000; do
		((rate < 1000000)) || act=drop CALL=1048576
		given_limiting_policy "$1" "$act udp to port 9 limit $rate/s burst $((3 * rate))"
		flood_for 10 "${@:2}"
		if ((SENT > 15 * rate)); then
			flood_is_limited_to "$rate" $((3 * rate)) >&3
		else
			printf '# %s/s: not reached by %d frames in 10 s\n' "$rate" "$SENT" >&3
		fi
		remove_chains
	done
}

@test "over ten seconds on tc, within 1 % of the rate passes" {
	limits_hold 'tc, one processor' ingress 0
}

@test "over ten seconds on XDP, within 1 % of the rate passes" {
	limits_hold 'XDP, one processor' xdp 0
}

@test "over ten seconds from two processors, within 1 % of the rate passes" {
	limits_hold 'tc, two processors' ingress 0 "$(($(nproc) - 1))"
}

@test "over ten seconds from two processors on XDP, within 1 % of the rate passes" {
	limits_hold 'XDP, two processors' xdp 0 "$(($(nproc) - 1))"
}
