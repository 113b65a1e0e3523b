#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What people run works from a host that drops what it did not ask for, in the
# playground of namespaces. docker-applications.bats: in that of containers.

load helper
load helper-chain
load helper-policy
load helper-playground
load helper-applications

setup() {
	given_no_gc_meanwhile
	given_a_playground
	IN_CLIENT=(nsenter "--net=/run/netns/$CLIENT")
	IN_SERVER=(nsenter "--net=/run/netns/$SERVER")
	given_counters_of eth0
}

teardown() {
	services_end
	[[ ! -e /run/netns/${SERVER:-none} ]] || on_server detach eth0 2>/dev/null || true
	exec {GC_LOCK}>&-
	remove_playgrounds
}

@test "at ingress, answers come from web, ssh, DNS and FTP servers" {
	given_closed_host ingress
	services_answer
}

@test "on XDP, answers come from web, ssh, DNS and FTP servers" {
	given_closed_host xdp
	services_answer
}

@test "at ingress, routes are traced and the path's MTU is discovered" {
	given_closed_host ingress 'pass related'
	errors_come_back
}

@test "on XDP, routes are traced and the path's MTU is discovered" {
	given_closed_host xdp 'pass related'
	errors_come_back
}

@test "the path's MTU is not discovered without a rule that lets related errors in" {
	given_closed_host ingress
	given_far_host
	run ! sends_far "$FAR4" 3
	run ! sends_far "$FAR6" 3
}

@test "at ingress, answers with IPv6 extension headers belong to their flows" {
	given_closed_host ingress
	extensions_come_back
}

@test "on XDP, answers with IPv6 extension headers belong to their flows" {
	given_closed_host xdp
	extensions_come_back
}
