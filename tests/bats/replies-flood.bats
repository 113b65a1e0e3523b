#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Answers of 'reject' are limited, whoever the packets say that they are from:
# frames with forged senders, each another, and the answers that come back on
# the wire.

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

# COUNT frames of UDP, each from another address.
forged_frames() { # COUNT
	awk -v count="$1" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "020000000002 020000000001 0800 4500001c00000000 4011 0000 c612%04x cb007101 03e8 0009 0008 0000\n", i
	}'
}

answers() {
	in_client iptables -t raw -L PREROUTING -nvx | awk '/icmp/ { print $1 }'
}

# Sends them, and sets ANSWERS, and MOST: of a rate and a burst, the time that it
# took included.
flood_rejected() { # COUNT RATE BURST
	local began ended
	in_client ethtool -K eth0 gro on # or it takes nothing from generic XDP
	forged_frames "$1" >"$BATS_TEST_TMPDIR/frames"
	in_client iptables -t raw -A PREROUTING -p icmp --icmp-type port-unreachable
	began=$EPOCHREALTIME
	client_sends_frames <"$BATS_TEST_TMPDIR/frames"
	eventually all_judged "$1" || fail "$(first_rule .packets) of $1 frames were judged"
	ended=$EPOCHREALTIME
	stands_still answers
	ANSWERS=$(answers)
	MOST=$(($3 + $2 * (${ended/./} - ${began/./}) / 1000000 + 1))
}

all_judged() { # COUNT
	(($(first_rule .packets) == $1))
}

is_limited_to() { # COUNT RATE BURST
	local HOOK=${HOOK:-ingress}
	flood_rejected "$@"
	((ANSWERS >= $3 && ANSWERS <= MOST)) || fail "$ANSWERS answers to $1 frames, not $3 to $MOST"
	counted policy "$HOOK" drop over-limit $(($1 - ANSWERS))
}

@test "forged senders are sent as many answers as 'replies' says, from generic XDP" {
	given_limiting_policy xdp=generic 'reject udp' 'replies 50/s burst 20'
	HOOK=xdp is_limited_to 4000 50 20
}

@test "forged senders are sent as many answers as 'replies' says, from ingress" {
	given_limiting_policy ingress 'reject udp' 'replies 50/s burst 20'
	is_limited_to 4000 50 20
}

@test "a policy that says nothing about replies sends a thousand answers a second" {
	given_limiting_policy ingress 'reject udp'
	is_limited_to 6000 1000 1000
}

@test "a policy with unlimited replies answers each" {
	given_limiting_policy ingress 'reject udp' 'replies unlimited'
	flood_rejected 3000 0 0
	[[ $ANSWERS == 3000 ]] || fail "$ANSWERS answers to 3000 frames"
}
