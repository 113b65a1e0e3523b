#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate demo.

load helper
load helper-playground

setup() {
	given_playground_name
}

teardown() {
	MOUNTS+=("/run/tailgate-demo/$NAME/bpf")
	remove_playgrounds
	rm -rf "/run/tailgate-demo/$NAME"
}

nothing_of_the_demo_is_left() {
	nothing_is_left
	[[ ! -e /run/tailgate-demo/$NAME ]] || fail "left: /run/tailgate-demo/$NAME"
	run -1 grep -F "/run/tailgate-demo/$NAME" /proc/mounts
}

@test "the demo shows what it says, in less than a minute where nothing else runs, and leaves nothing" {
	local since=$SECONDS
	run -0 tailgate demo --name "$NAME"
	((SECONDS - since < 300)) || fail "it took $((SECONDS - since)) seconds"
	[[ $output == *'server# tc qdisc add dev eth0 clsact'* ]]
	[[ $output == *'server# tc filter add dev eth0 ingress bpf da obj build/drop_tcp.o sec ingress'* ]]
	[[ $output == *'server# ip link set dev eth0 xdp obj build/drop_icmp.o sec xdp'* ]]
	[[ $(grep -c 'curl :80  *dropped  *dropped' <<<"$output") == 3 ]]
	[[ $(grep -c 'ping  *dropped  *dropped' <<<"$output") == 2 ]]
	[[ $(grep -c 'arping  *dropped' <<<"$output") == 1 ]]
	[[ $(grep -c 'curl :8080  *answers  *answers' <<<"$output") == 5 ]]
	[[ $output == *drop_tcp*ingress*drop*tcp-port* ]]
	nothing_of_the_demo_is_left
}

@test "the demo's output has colours on a terminal alone" {
	run -0 tailgate demo --name "$NAME"
	[[ $output != *$'\e'* ]]
	TERM=xterm run -0 script -qec "'$ROOT/tc-scripts/tailgate' demo --name '$NAME'" /dev/null
	[[ $output == *$'\e[32manswers\e[0m'* ]]
}

@test "the demo leaves the pins in /sys/fs/bpf alone" {
	given_bpffs
	mkdir -p "$PINS"
	run -0 tailgate demo --name "$NAME"
	run -0 ls -A "$PINS"
	[[ ! $output ]]
}

@test "the demo fails when something does not end as it should" {
	# A plugin that does nothing, in the place of one that drops.
	# shellcheck disable=SC2016 # expands in the stand-in
	given_instead_of nsenter '
		arguments=("$@")
		real "${arguments[@]/#*drop_icmp.o/build/count.o}"'
	run -1 tailgate demo --name "$NAME"
	[[ $output == *'answers (!)'* && $output == *'otherwise than'* ]]
	nothing_is_left
}

@test "the demo cleans up when it is interrupted" {
	local signal
	for signal in INT TERM; do
		# As a job of its own: what is started with & has SIGINT ignored.
		setsid --wait timeout -s "$signal" 1.5 "$ROOT/tc-scripts/tailgate" demo --name "$NAME" 3>&- >/dev/null || true
		eventually nothing_of_the_demo_is_left
	done
}

@test "the demo clears away what a killed one left" {
	"$ROOT/tc-scripts/tailgate" demo --name "$NAME" 3>&- >/dev/null &
	local killed=$!
	eventually test -e "/run/netns/$SERVER"
	kill -KILL "$killed"
	[[ -e /run/tailgate-demo/$NAME ]]
	# What was killed with it in the middle may hold the lock a moment longer.
	eventually tailgate demo --name "$NAME"
	nothing_of_the_demo_is_left
}

@test "the demo refuses --dry-run" {
	run -2 tailgate --dry-run demo --name "$NAME"
	run -2 tailgate demo please
	run -0 tailgate demo --help
	[[ $output == Usage:* ]]
}
