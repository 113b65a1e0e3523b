#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# limits --watch: what changes in a table of limits, by frames that a client
# sends.

load helper
load helper-chain
load helper-policy
load helper-limits

setup_file() {
	build_sender
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

@test "changes of limits are printed as they come" {
	local watch json place
	given_limiting_policy ingress 'pass udp to port 9 limit 30/m burst 2 per from'
	run -2 on_server limits --watch --count
	[[ $output == *"--watch and --count do not go together"* ]]
	cd "$BATS_TEST_TMPDIR"
	"$LIMITS" list "$PINS/tgl_limits" --watch >changes 3>&- 4>&- &
	watch=$!
	"$LIMITS" list "$PINS/tgl_limits" from 198.51.100.1 --watch --json >json 3>&- 4>&- &
	json=$!
	eventually has_looked "$watch"
	eventually has_looked "$json"
	udp_frames 198.51.100.1 5 | client_sends_frames
	udp_frames 198.51.100.2 1 | client_sends_frames
	place='.*limiting\.policy:2: ingress from 198\.51\.100'
	eventually grep -qxE "\\+ $place\\.1, 2 of 2 used, over" changes || fail "$(<changes)"
	eventually grep -qxE "\\+ $place\\.2, 1 of 2 used" changes || fail "$(<changes)"
	eventually grep -qxE "~ $place\\.1, [12] of 2 used" changes || fail "$(<changes)"
	eventually grep -qxE -- "- $place\\.1" changes || fail "$(<changes)"
	eventually grep -qxE -- "- $place\\.2" changes || fail "$(<changes)"
	eventually grep -q '^{"change":"gone",.*"line":2,.*"address":"198.51.100.1"' json || fail "$(<json)"
	run -0 grep -c '"change":"state",.*"over":false' json
	[[ $output == 1 ]] || fail "$(<json)"
	run ! grep -F 198.51.100.2 json
	rm "$PINS/tgl_limits"
	ends_with 1 "$watch"
	ends_with 1 "$json"
}
