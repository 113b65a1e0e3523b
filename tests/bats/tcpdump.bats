#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The order of hooks as seen by tcpdump, which gets packets after XDP and before
# clsact ingress.

load helper

setup() {
	given_hosts
	given_known_neighbours
}

teardown() {
	clean_up
}

# How many pings of three tcpdump sees arrive on the server's eth0.
pings_seen() {
	local log=$BATS_TEST_TMPDIR/seen pid
	# -Z: it would leave root's privileges, and with them the log's directory
	in_server timeout 120 tcpdump --immediate-mode -Z root -lnni eth0 -Q in icmp >"$log" 2>"$log.err" 3>&- &
	pid=$!
	eventually grep -q 'listening on' "$log.err"
	in_client ping -q -c 3 -i 0.1 -W 1 "$SERVER4" >/dev/null || true
	stands_still stat -c %s "$log"
	kill "$pid"
	wait "$pid" || true
	grep -c 'echo request' "$log" || true
}

@test "tcpdump sees the pings that nothing drops" {
	[[ $(pings_seen) -ge 3 ]]
}

@test "tcpdump sees what clsact ingress drops" {
	attach_by_hand server ingress drop_icmp
	[[ $(pings_seen) -ge 3 ]]
	counted drop_icmp ingress drop icmp
}

@test "tcpdump does not see what XDP drops" {
	attach_by_hand server xdp drop_icmp
	[[ $(pings_seen) -eq 0 ]]
	counted drop_icmp xdp drop icmp
}
