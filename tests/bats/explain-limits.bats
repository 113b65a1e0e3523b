#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# explain DEV HOOK asks the limits in force, says what is left, and takes
# nothing of it.

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

explain() { # WORD...
	on_server explain eth0 ingress "$@"
}

@test "a live packet is within its limit or over it, as it would be now, and is not charged" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 per from else reject'
	local n
	for n in 1 2 3; do
		run -0 explain udp 198.51.100.1:1000 '>' 203.0.113.1:9
		[[ ${lines[0]} == 'pass: '*'limiting.policy:2: pass udp to port 9 limit 1/h per from else reject; limit: from 198.51.100.1, 5 as large may pass now' ]] ||
			fail "$output"
	done
	[[ $(on_server limits eth0 --json | jq .keys) == 0 ]]
	udp_frames 198.51.100.1 4 | client_sends_frames
	eventually have_come 4
	run -0 explain udp 198.51.100.1:1000 '>' 203.0.113.1:9
	[[ ${lines[0]} == 'pass: '*'; limit: from 198.51.100.1, 1 as large may pass now' ]] || fail "$output"
	udp_frames 198.51.100.1 2 | client_sends_frames
	eventually have_come 6
	for n in 1 2 3; do
		run -0 explain udp 198.51.100.1:1000 '>' 203.0.113.1:9
		[[ $output == 'reject: policy: over-limit: '*'limiting.policy:2: pass udp to port 9 limit 1/h per from else reject; limit: from 198.51.100.1, the next may pass in '*'' ]] ||
			fail "$output"
	done
	run -0 explain udp 198.51.100.2:1000 '>' 203.0.113.1:9
	[[ ${lines[0]} == 'pass: '*'; limit: from 198.51.100.2, 5 as large may pass now' ]] || fail "$output"
	# neither asked nor charged
	run -0 explain tcp 198.51.100.2:1000 '>' 203.0.113.1:9
	[[ $output == *'default drop'* && $output != *limit:* ]] || fail "$output"
	[[ $(within) == 5 && $(over) == 1 ]]
}

@test "the JSON of a live packet has its limit" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 per from'
	cd "$BATS_TEST_TMPDIR" || return
	udp_frames 198.51.100.1 6 | client_sends_frames
	eventually have_come 6
	explain --json udp 198.51.100.1:1000 '>' 203.0.113.1:9 >over
	[[ $(jq -c '[.verdict, .reason, .line, .limit.per, .limit.address, .limit.over, .limit.left]' over) == '["drop","over-limit",2,"from","198.51.100.1",true,0]' ]] || fail "$(<over)"
	(($(jq '.limit.wait | floor' over) > 700))
	explain --json udp 198.51.100.9:1000 '>' 203.0.113.1:9 >within
	[[ $(jq -c '[.verdict, .reason, .line, .limit.over, .limit.left]' within) == '["pass","rule",2,false,5]' ]] || fail "$(<within)"
	explain --json tcp 198.51.100.9:1000 '>' 203.0.113.1:9 >other
	[[ $(jq -c '.limit' other) == null ]] || fail "$(<other)"
}
