#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Packet sockets in a fanout group: which socket gets which packet.

load helper
load ../tutorial/helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	given_tap
	inside ip neigh add 203.0.113.3 lladdr 02:00:00:00:00:07 dev tap0
	inside "$TUTORIAL/tap-steer" tap0 "$TUTORIAL/hello_steer.o" steer
}

teardown() {
	clean_up_tutorial
}

fanout() { # DEVICE SECTION MEMBERS COMMAND...
	inside "$TUTORIAL/fanout" "$1" "$TUTORIAL/fanout.o" "${@:2}"
}

# 3 by queue 0 and 5 by queue 1, and their answers
ping_both() {
	printf '%s' 'ping -q -c 3 -i 0.2 203.0.113.2 && ping -q -c 5 -i 0.2 203.0.113.3'
}

members() {
	grep '^member' <<<"$output"
}

@test "each queue's packets, received and sent, go to the socket of that queue" {
	run -0 fanout tap0 queue 2 sh -c "$(ping_both)"
	[[ $(members) == $'member 0: 6 packets\nmember 1: 10 packets' ]] || fail "$output"
}

@test "with one socket it gets all, with more than queues the rest get nothing" {
	run -0 fanout tap0 queue 1 sh -c "$(ping_both)"
	[[ $(members) == 'member 0: 16 packets' ]] || fail "$output"
	run -0 fanout tap0 queue 3 sh -c "$(ping_both)"
	[[ $(members) == $'member 0: 6 packets\nmember 1: 10 packets\nmember 2: 0 packets' ]] ||
		fail "$output"
}

@test "each processor's packets go to the socket of that processor" {
	local cpu
	inside ip link set dev lo up
	for ((cpu = 0; cpu < 2 && cpu < $(nproc); cpu++)); do
		run -0 fanout lo cpu 2 taskset -c "$cpu" ping -q -c 3 -i 0.2 127.0.0.1
		[[ $(members) == *"member $cpu: 12 packets"* ]] || fail "$output"
		[[ $(members) == *"member $((1 - cpu)): 0 packets"* ]] || fail "$output"
	done
}

@test "two groups on one device do not take each other's packets" {
	run -0 fanout tap0 queue 2 "$TUTORIAL/fanout" tap0 "$TUTORIAL/fanout.o" queue 2 \
		sh -c "$(ping_both)"
	[[ $(members) == $'member 0: 6 packets\nmember 1: 10 packets\nmember 0: 6 packets\nmember 1: 10 packets' ]] ||
		fail "$output"
}

@test "when the command fails, so does fanout" {
	refuses 'false has failed' fanout tap0 queue 2 false
	refuses 'no-such-command: No such file' fanout tap0 queue 2 no-such-command
}
