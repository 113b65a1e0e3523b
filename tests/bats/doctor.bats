#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate doctor: what is wrong, and a mend that mends it.

load helper
load helper-chain
load helper-policy
load helper-explain

teardown() {
	remove_chains
	clean_up
}

# One line that begins with the word and what it is about, and has the text.
finds() { # WORD ABOUT TEXT
	local line
	for line in "${lines[@]}"; do
		[[ ! $line =~ ^"$1"\ +"$2"\  || $line != *"$3"* ]] || return 0
	done
	fail "no '$1' about '$2' with: $3" "$output"
}

finds_no() { # WORD
	[[ $'\n'$output != *$'\n'"$1 "* ]] || fail "there is: $1" "$output"
}

@test "without a chain, doctor looks at the host alone, and is content" {
	given_device
	# what other tests have made stale is a fault about 'attachments'
	run on_server doctor
	finds ok rights 'root, with the capabilities'
	finds ok files "$BUILD"
	finds ok iproute2 'iproute2-'
	finds ok kernel 'clsact and cls_bpf'
	run ! grep -E '^fault +[^a ]' <<<"$output"
	run -0 on_server doctor eth0
	finds note eth0 'nothing is attached'
	run -1 on_server doctor eth9
	[[ $output == *"no such device: 'eth9'"* ]]
}

@test "a policy without rules and a chain without plugins are told, until they have some" {
	given_device
	on_server attach eth0 --ingress --egress --chain policy
	on_server chain eth0 egress remove 0
	run -0 on_server doctor eth0
	finds warning eth0 "the policy of ingress has no rules"
	finds note eth0 'the chain of egress has no plugins'
	on_server policy apply eth0 - --hook ingress <<<'drop tcp to port 80'
	on_server detach eth0 --egress
	run -0 on_server doctor eth0
	finds ok eth0 'its chains are whole'
	finds_no warning
}

@test "a gate that is gone is a fault, and what doctor says mends it" {
	given_device
	on_server attach eth0 --ingress --chain count
	in_server tc filter del dev eth0 ingress
	run -1 on_server doctor eth0
	finds fault eth0 "the gate is gone: 'tailgate attach' or 'tailgate detach' mends it"
	run -1 on_server doctor eth0 --json
	jq -e '.findings | any(.state == "fault" and .about == "eth0")' <<<"$output"
	on_server attach eth0 --ingress --chain count
	run -0 on_server doctor eth0
	finds_no fault
}

@test "packets that were malformed are told, with their number" {
	given_server
	given_known_neighbours
	on_server attach eth0 --ingress --chain drop_tcp
	# its IPv4 header says that it is longer than the frame
	printf '020000000002020000000001080045000fff0000000040060000c6336401c6336402' >"$BATS_TEST_TMPDIR/frame"
	in_client "$SENDER" eth0 <"$BATS_TEST_TMPDIR/frame"
	counted drop_tcp ingress next malformed 1
	run -0 on_server doctor eth0
	finds warning eth0 '1: packets with a header that is cut off or lies'
}

@test "VLAN tags that XDP will not see are told, and the command that is printed turns that off" {
	local mend
	given_device
	on_server attach eth0 --xdp=native --chain count
	in_server ethtool -K eth0 rxvlan on
	run -0 on_server doctor eth0
	finds note eth0 'rules about vlan do not match'
	mend=$(sed -n "s/.*do not match there: '\(ethtool .*\)'$/\1/p" <<<"$output")
	# shellcheck disable=SC2086 # a command
	in_server $mend
	run -0 on_server doctor eth0
	[[ $output != *'rules about vlan'* ]]
}

@test "generic XDP is slow, and that is told" {
	given_device
	on_server attach eth0 --xdp=generic --chain count
	run -0 on_server doctor eth0
	finds warning eth0 'XDP is generic here'
}

@test "files that are missing, and rights, are faults, and then no device is looked at" {
	cp -r "$ROOT/tc-scripts" "$BATS_TEST_TMPDIR/"
	mkdir "$BATS_TEST_TMPDIR/build"
	run -1 "$BATS_TEST_TMPDIR/tc-scripts/tailgate" doctor
	finds fault files 'gate.o end.o'
	run -1 setpriv --reuid=65534 --clear-groups "$BASH" "$ROOT/tc-scripts/tailgate" doctor
	finds fault rights 'run it with sudo'
	run -1 setpriv --bounding-set=-all,+net_admin --inh-caps=-all "$ROOT/tc-scripts/tailgate" doctor
	finds fault rights 'CAP_SYS_ADMIN'
}

@test "doctor changes nothing" {
	local before
	given_device
	on_server attach eth0 --xdp --ingress --egress --chain count,policy
	before=$(what_is_there)
	on_server doctor eth0
	on_server doctor eth0 --json
	[[ $(what_is_there) == "$before" ]]
}

@test "doctor --help tells what the words mean, and what it does not know is status 2" {
	run -0 tailgate doctor --help
	[[ $output == Usage:*warning*fault* ]]
	run -2 tailgate doctor --fast
	run -2 tailgate doctor eth0 eth1
}
