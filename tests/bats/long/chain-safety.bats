#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Changes of several hooks are atomic at every step, as ../chain-safety.bats
# tests with one hook. Takes minutes: 'make test-long'.

load ../helper
load ../helper-chain
load ../helper-stopped

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

@test "killed after any of its steps, attach to all hooks is done or not, and converges" {
	given_device
	given_shims
	killed_in_attach xdp ingress egress
	all_steps_were_tried 20
}

@test "killed after any of its steps, attach and then detach leave nothing" {
	given_device
	given_shims
	killed_in_attach_then_detached xdp ingress egress
	all_steps_were_tried 20
}

@test "killed after any of its steps, detach of all hooks is done or not, and converges" {
	given_device
	given_shims
	killed_in_detach xdp ingress egress
	all_steps_were_tried 8
}

@test "killed after any of its steps, 'chain set' in XDP has left the old chain or the new" {
	given_server
	given_shims
	killed_on_the_way xdp chain eth0 xdp set
	all_steps_were_tried 8
}

@test "killed after any of its steps, attach over a chain has left the old one or the new" {
	given_server
	given_shims
	killed_on_the_way ingress attach eth0 --ingress --chain
	all_steps_were_tried 8
}

@test "when any call of tc or ip fails, a fresh attach to all hooks leaves nothing" {
	given_device
	given_shims
	fails_at_each_call settled attach eth0 --xdp --ingress --egress --chain count
	all_steps_were_tried 15
}

@test "when any call of tc or ip fails, an attach over chains leaves all of those in force" {
	given_server
	given_known_neighbours
	given_shims
	on_server attach eth0 --xdp --ingress --chain drop_icmp --default drop
	pings_begin
	fails_at_each_call chains_settled attach eth0 --xdp --ingress --chain count,drop_icmp
	all_steps_were_tried 12
	no_ping_passed
	chain_is xdp 'count drop_icmp' drop
	chain_is ingress 'count drop_icmp' drop
}

@test "when any call of tc or ip fails, detach of all hooks says so, and again leaves nothing" {
	given_device
	given_shims
	fails_at_each_call_of_detach xdp ingress egress
	all_steps_were_tried 8
}

@test "SIGTERM after any step of a fresh attach to all hooks takes all of them back" {
	given_device
	given_shims
	interrupted_at_each_step TERM 143 settled attach eth0 --xdp --ingress --egress --chain count
	all_steps_were_tried 20
}

@test "SIGINT after any step of a fresh attach to all hooks takes all of them back" {
	given_device
	given_shims
	interrupted_at_each_step INT 130 settled attach eth0 --xdp --ingress --egress --chain count
	all_steps_were_tried 20
}

@test "SIGTERM after any step of an attach over chains leaves all the old ones in force" {
	given_device
	given_shims
	on_server attach eth0 --xdp --egress --chain drop_arp
	interrupted_at_each_step TERM 143 chains_settled attach eth0 --xdp --egress --chain count
	all_steps_were_tried 12
}
