#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate stats, as a table and as JSON.

load helper

setup() {
	given_hosts
}

teardown() {
	clean_up
}

@test "stats shows what a plugin that was loaded by hand counted, and why" {
	attach_by_hand server ingress drop_tcp
	refute_reaches http 80
	run -0 tailgate stats
	[[ ${lines[0]} == PLUGIN*HOOK*VERDICT*REASON*PACKETS*BYTES ]]
	[[ $output =~ drop_tcp\ +ingress\ +drop\ +tcp-port\ +[1-9] ]]
	run -0 tailgate stats --json
	jq -e 'any(.plugin == "drop_tcp" and .hook == "ingress" and
		.verdict == "drop" and .reason == "tcp-port" and .packets > 0)' <<<"$output"
}

@test "stats --pins reads another directory" {
	attach_by_hand client egress count
	reaches ping
	run -0 env -u TC_BPF_MNT "$ROOT/tc-scripts/tailgate" stats --pins "$PINS"
	[[ $output =~ count\ +egress\ +next\ +counted ]]
}

@test "where nothing is counted yet, stats says that in one line" {
	mkdir -p "$PINS"
	run -0 tailgate stats
	[[ ${#lines[@]} == 1 && $output == 'nothing counted: '*"$PINS"* ]]
	run -0 tailgate stats --json
	[[ $output == '[]' ]]
}

@test "a directory that is not there is an error, when somebody named it" {
	run -1 tailgate stats --pins "$BATS_TEST_TMPDIR/none"
	[[ $output == "tailgate: no such directory of pins: '$BATS_TEST_TMPDIR/none'" ]]
}

@test "stats of a device to which nothing is attached says so" {
	run -1 tailgate --netns "$SERVER" stats eth0
	[[ $output == "tailgate: nothing is attached to 'eth0'"* ]]
	run -1 tailgate --netns "$SERVER" stats eth7
	[[ $output == *"no such device: 'eth7'"* ]]
}

@test "stats of a device shows what its chain counted" {
	unset TC_BPF_MNT # its pins are the front end's to keep
	tailgate --netns "$SERVER" attach eth0 --ingress --chain drop_icmp
	refute_reaches ping
	run -0 tailgate --netns "$SERVER" stats eth0
	[[ $output =~ drop_icmp\ +ingress\ +drop\ +icmp\ +[1-9] ]]
	tailgate --netns "$SERVER" detach eth0
}

@test "stats --help tells how to use it, and what it does not know is status 2" {
	run -0 tailgate stats --help
	[[ $output == Usage:*--pins*--json* ]]
	run -2 tailgate stats --fast
	run -2 tailgate stats eth0 eth1
	run -2 tailgate stats eth0 --pins /tmp
}
