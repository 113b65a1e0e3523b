#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Replies to rejected packets, compared with a second implementation based on
# scapy: random frames with each kind of reject, on each hook. 'make test-long'
# runs for longer.

load helper

readonly TO_CLIENT=020000000001020000000002 TO_SERVER=020000000002020000000001
readonly IP6_CLIENT=20010db8000000000000000000000001 IP6_SERVER=20010db8000000000000000000000002
readonly SYN=9c40005000000064000000005002200000000000

setup() {
	((EUID == 0)) || fail 'this test needs root'
	echo 'reject' >"$BATS_TEST_TMPDIR/reject.policy"
	"$BUILD/tg-policy" compile "$BATS_TEST_TMPDIR/reject.policy" -o "$BATS_TEST_TMPDIR/reject.o"
}

teardown() {
	clean_up
}

is_answered() { # HOOK FRAME ANSWER
	run -0 "$BUILD/tests/answer" "$BATS_TEST_TMPDIR/reject.o" <<<"$1 $TO_SERVER$2"
	[[ $output == "7 $TO_CLIENT$3" ]] || fail "$1: wanted $3" "$output"
}

# The kernel leaves the tag in the metadata, which TEST_RUN does not show.
@test "a reset answers what has a tag in the packet and options or extension headers" {
	local hook
	for hook in ingress egress; do
		is_answered "$hook" "8100000508004600002c0001000040060000c6336401c633640201010101$SYN" \
			080045000028000040004006e665c6336402c633640100509c40000000000000006550140000be700000
		is_answered "$hook" "8100000586dd60000000001c3c40$IP6_CLIENT${IP6_SERVER}0600010400000000$SYN" \
			"86dd6000000000140640$IP6_SERVER${IP6_CLIENT}00509c40000000000000006550140000b7660000"
	done
}

@test "an answer to IPv6 without a payload does not quote the padding" {
	local hook empty=6000000000003b40$IP6_CLIENT$IP6_SERVER
	for hook in ingress egress; do
		is_answered "$hook" "86dd${empty}aabbccddeeff" \
			"86dd6000000000303a40$IP6_SERVER${IP6_CLIENT}0104ac6600000000$empty"
	done
}

@test "answers to random frames are those of a second implementation on each hook" {
	run "$ROOT/tests/replies/compare" --frames 1200
	((status == 0)) || fail "$output"
}

@test "answers on a wire are those of a second implementation on each hook" {
	given_bpffs
	run "$ROOT/tests/replies/wire" --frames 40
	((status == 0)) || fail "$output"
}
