#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# "Hello, World!" at each hook: once for each packet that comes by, and the
# packet goes on.

load helper
load ../tutorial/helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs
	given_tap
	given_trace
	HELLO=$TUTORIAL/hello.o
}

teardown() {
	clean_up_tutorial
}

# Two pings: two hellos, each in the name of who sends the packet.
says_hello_for() { # tap-pong|ping
	pings "$PEER4" 2
	[[ $(heard) == $'Hello, World!\nHello, World!' ]] || fail "heard: $(heard)"
	[[ $(singers) == "$1"$'\n'"$1" ]] || fail "heard from: $(singers)"
}

given_xdp() { # MODE
	inside ip link set dev tap0 "$1" obj "$HELLO" sec xdp
}

xdp_runs_in() { # driver|generic
	run -0 inside bpftool net show dev tap0
	[[ $output == *"tap0("*") $1 id "* ]] || fail "$output"
}

given_filter() { # ingress|egress
	inside tc qdisc add dev tap0 clsact
	inside tc filter add dev tap0 "$1" bpf da obj "$HELLO" sec hello
}

given_rule() { # INPUT|OUTPUT -i|-o
	inside "$TUTORIAL/pin-filter" "$HELLO" hello "$TC_BPF_MNT/hello"
	inside iptables -w -A "$1" "$2" tap0 -m bpf --object-pinned "$TC_BPF_MNT/hello"
}

@test "xdp says hello for what is received, in the driver of a tap device" {
	given_xdp xdp
	xdp_runs_in driver
	says_hello_for tap-pong
}

@test "xdpgeneric says hello for what is received" {
	given_xdp xdpgeneric
	xdp_runs_in generic
	says_hello_for tap-pong
}

@test "xdpdrv says hello for what is received" {
	given_xdp xdpdrv
	xdp_runs_in driver
	says_hello_for tap-pong
}

@test "clsact ingress says hello for what is received" {
	given_filter ingress
	says_hello_for tap-pong
}

@test "clsact egress says hello for what is sent" {
	given_filter egress
	says_hello_for ping
}

@test "iptables INPUT says hello for what is received" {
	given_rule INPUT -i
	says_hello_for tap-pong
}

@test "iptables OUTPUT says hello for what is sent" {
	given_rule OUTPUT -o
	says_hello_for ping
}

@test "tap steering says hello for what is sent, and sends all by queue 0" {
	inside "$TUTORIAL/tap-steer" tap0 "$HELLO" hello
	says_hello_for ping
	queue_of "$PEER4" 0
}

# The answer's TTL is 100 and the queue.
queue_of() { # ADDRESS QUEUE
	run -0 inside ping -c 2 -i 0.2 -W "$TIMEOUT" "$1"
	[[ $(grep -c " ttl=$((100 + $2)) " <<<"$output") == 2 ]] || fail "$output"
}

@test "tap steering by the last bit of the address chooses the queue" {
	local last
	inside "$TUTORIAL/tap-steer" tap0 "$TUTORIAL/hello_steer.o" steer
	for last in 2 3 4 5; do
		queue_of "203.0.113.$last" "$((last % 2))"
	done
}

@test "a new steering program takes the place of the old one, and 'off' ends it" {
	inside "$TUTORIAL/tap-steer" tap0 "$HELLO" hello
	inside "$TUTORIAL/tap-steer" tap0 "$TUTORIAL/hello_steer.o" steer
	queue_of 203.0.113.3 1
	inside "$TUTORIAL/tap-steer" tap0 off
	inside "$TUTORIAL/tap-steer" tap0 off
	pings "$PEER4"
	[[ ! $(heard) ]] || fail "$(heard)"
}

@test "hello.o has no maps, so that cards without maps can take it" {
	given_xdp xdp
	run -0 inside bpftool -j net show dev tap0
	run -0 bpftool prog show id "$(jq '.[0].xdp[0].id' <<<"$output")"
	[[ $output == *' xdp '* && $output != *map_ids* ]] || fail "$output"
}

@test "the peer answers pings of any size and address, and leaves other packets alone" {
	local size
	inside ip link set dev tap0 mtu 9000
	for size in 0 1 7 1400 8000; do
		run -0 inside ping -c 1 -W "$TIMEOUT" -s "$size" 203.0.113.99
		[[ $output != *'wrong data'* ]] || fail "$output"
	done
	run ! inside curl -s -m 1 "http://$PEER4/"
	pings "$PEER4"
}

@test "the peer ends when its device is removed" {
	local pid
	pid=$(ip netns pids "$NS")
	[[ $(<"/proc/$pid/comm") == tap-pong ]]
	inside ip link del dev tap0
	eventually test ! -e "/proc/$pid"
}
