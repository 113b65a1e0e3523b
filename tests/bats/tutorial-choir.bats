#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# All hooks at once: which programs run, and in which order.

load helper
load ../tutorial/helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs
	given_tap
	given_trace
	CHOIR=$TUTORIAL/choir.o
}

teardown() {
	clean_up_tutorial
}

given_rule() { # INPUT|OUTPUT -i|-o SECTION
	inside "$TUTORIAL/pin-filter" "$CHOIR" "$3" "$TC_BPF_MNT/$3"
	inside iptables -w -A "$1" "$2" tap0 -m bpf --object-pinned "$TC_BPF_MNT/$3"
}

given_choir() { # XDP-MODE
	inside ip link set dev tap0 "$1" obj "$CHOIR" sec xdp
	inside tc qdisc add dev tap0 clsact
	inside tc filter add dev tap0 ingress bpf da obj "$CHOIR" sec ingress
	inside tc filter add dev tap0 egress bpf da obj "$CHOIR" sec egress
	given_rule INPUT -i input
	given_rule OUTPUT -o output
	inside "$TUTORIAL/tap-steer" tap0 "$CHOIR" steer
}

the_song() {
	printf '%s: Hello, World!\n' 'iptables OUTPUT' 'tc egress' 'tap steering' \
		'xdp' 'tc ingress' 'iptables INPUT'
}

@test "one ping runs all programs, in the order of the hooks" {
	given_choir xdpdrv
	pings "$PEER4"
	[[ $(heard) == "$(the_song)" ]] || fail "$(heard)"
}

@test "generic XDP runs before tc as well" {
	given_choir xdpgeneric
	pings "$PEER4"
	[[ $(heard) == "$(the_song)" ]] || fail "$(heard)"
}

@test "each of three pings runs all programs in that order" {
	given_choir xdpdrv
	pings "$PEER4" 3
	[[ $(heard) == "$(the_song)"$'\n'"$(the_song)"$'\n'"$(the_song)" ]] || fail "$(heard)"
}

@test "a program that was removed no longer prints, and the others still do" {
	given_choir xdpdrv
	inside "$TUTORIAL/tap-steer" tap0 off
	inside tc filter del dev tap0 ingress
	inside iptables -w -F INPUT
	pings "$PEER4"
	[[ $(heard) == "$(the_song | grep -v -e steering -e ingress -e INPUT)" ]] || fail "$(heard)"
}
