#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate policy apply --confirm: rolls back unless it is confirmed.

load helper
load helper-chain
load helper-policy
load helper-stopped

setup() {
	given_no_gc_meanwhile
	given_quiet_server
	given_policy a 'pass icmp' 'default pass'
	given_policy b 'default drop' 'pass icmp type echo-reply'
	on_server attach eth0 --ingress --chain policy
	apply a
}

teardown() {
	remove_chains
}

# --- words

in_force_is_a() {
	rules_are ingress 'pass icmp' 'default pass'
}

in_force_is_b() {
	rules_are ingress 'pass icmp type echo-reply' 'default drop'
}

guards() {
	pgrep -f "policy guard $KEY " || true
}

no_guard() {
	[[ ! $(guards) ]]
}

outcome() {
	on_server policy show eth0 --json | jq -r .outcome
}

waits() {
	[[ $(on_server policy show eth0 --json | jq .unconfirmed_until) != null ]]
}

waits_no_more() {
	! waits && no_guard
}

@test "without a confirmation the policy before is back in force, and no process is left" {
	run -0 apply b --confirm 10
	[[ ${lines[-1]} == "rolls back in 10 s unless you run 'tailgate policy confirm eth0'" ]]
	in_force_is_b
	waits
	refute_reaches ping
	eventually in_force_is_a
	reaches ping http 80
	eventually waits_no_more
	[[ $(outcome) == *': not confirmed within 10 s: rolled back ingress' ]]
	run -0 on_server policy show eth0
	[[ ${lines[-1]} == *'not confirmed within 10 s: rolled back ingress' ]]
	run -0 on_server status eth0
	[[ $output == *'not confirmed within 10 s: rolled back ingress'* ]]
	refuses 1 'nothing on eth0 waits to be confirmed: ' on_server policy confirm eth0
	apply a
	[[ $(outcome) == null ]]
}

@test "what was confirmed stays" {
	apply b --confirm 20
	run -0 on_server policy confirm eth0
	[[ $output == 'eth0 ingress: confirmed' ]]
	eventually no_guard
	in_force_is_b
	[[ $(outcome) == null ]]
}

@test "while a policy is unconfirmed, that is shown, and another apply is refused" {
	apply b --confirm 60
	run -0 on_server policy show eth0
	[[ ${lines[-1]} == "eth0: its policy waits to be confirmed until "*"'tailgate policy confirm eth0'" ]]
	run -0 on_server status eth0
	[[ $output == *"eth0: its policy waits to be confirmed until "* ]]
	hook_json ingress | jq -e ".policy.unconfirmed_until > $EPOCHSECONDS"
	refuses_and_changes_nothing 1 'a policy on eth0 waits to be confirmed, until ' apply a
	refuses_and_changes_nothing 1 'a policy on eth0 waits to be confirmed, until ' apply a --confirm 5
	on_server policy confirm eth0
	apply a
}

@test "a rollback by hand takes back what waits, and nothing comes after it" {
	apply b --confirm 20
	on_server policy rollback eth0
	in_force_is_a
	eventually waits_no_more
	on_server policy rollback eth0
	in_force_is_b
}

@test "after a detach nothing is rolled back, and no process is left" {
	apply b --confirm 20
	on_server detach eth0
	eventually no_guard
	nothing_is_left
	on_server attach eth0 --ingress --chain policy
	apply b
	in_force_is_b
}

@test "the rollback happens after the terminal and all its processes are gone" {
	# shellcheck disable=SC2016 # expanded in there
	run setsid --wait bash -c '"$@"; kill -HUP 0' bash "$ROOT/tc-scripts/tailgate" \
		--netns "$SERVER" policy apply eth0 "$POLICIES/b.policy" --confirm 10
	in_force_is_b
	eventually in_force_is_a
	eventually waits_no_more
}

@test "the rollback happens after the apply was killed right after its graft" {
	given_policy_shims
	killed_at 'tc exec bpf graft ' --confirm 10
	in_force_is_b
	eventually in_force_is_a
	eventually waits_no_more
	on_server policy rollback eth0
	in_force_is_b
}

@test "where the apply was killed before its graft there is nothing to roll back" {
	given_policy_shims
	killed_at 'setsid ' --confirm 2
	in_force_is_a
	eventually waits_no_more
	in_force_is_a
	[[ $(outcome) == *': rolled back nothing, as nothing had changed' ]]
}

# At the first step whose command begins so.
killed_at() { # COMMAND OPTION...
	local n
	for ((n = 1; ; n++)); do
		run front KILL changes "$n" policy apply eth0 "$POLICIES/b.policy" "${@:2}"
		was_stopped || fail "no step '$1'" "$output"
		[[ $(<"$TREE/stopped") != "$1"* ]] || return 0
		# what a killed apply has left to wait would be in the way
		! waits || on_server policy confirm eth0 >/dev/null
	done
}

@test "an apply that fails leaves nothing that waits" {
	run -1 on_server policy apply eth0 <(echo 'drop tcp prot 80') --confirm 2
	run ! waits
	given_policy_shims
	local n
	for ((n = 1; ; n++)); do
		run front fail changes "$n" policy apply eth0 "$POLICIES/b.policy" --confirm 60
		[[ $(<"$TREE/stopped") != 'tc exec bpf graft '* ]] || break
	done
	((status == 1))
	in_force_is_a
	eventually waits_no_more
	[[ $(outcome) == null ]]
}

@test "after the guard is killed, the applied policy stays" {
	apply b --confirm 20
	kill "$(guards)"
	eventually no_guard
	run -0 on_server policy show eth0
	[[ ${lines[-1]} == *"the process that would have rolled back is gone: 'tailgate policy confirm eth0' keeps it, 'tailgate policy rollback eth0' takes it back" ]]
	in_force_is_b
	on_server policy confirm eth0
	waits_no_more
}

@test "all hooks of an apply go back, and only these" {
	on_server attach eth0 --xdp --egress --chain policy
	given_policy c 'drop tcp to port 81'
	apply a
	apply c --hook egress
	apply b --hook xdp --confirm 1
	eventually waits_no_more
	rules_are xdp 'pass icmp' 'default pass'
	rules_are egress 'drop tcp to port 81' 'default next'
	apply c --confirm 1
	eventually waits_no_more
	rules_are xdp 'pass icmp' 'default pass'
	rules_are ingress 'pass icmp' 'default pass'
	rules_are egress 'drop tcp to port 81' 'default next'
	[[ $(outcome) == *': rolled back xdp ingress egress' ]]
}

@test "counts are carried over an automatic rollback" {
	ping_often 3
	given_policy c 'pass arp' 'pass icmp' 'default pass'
	apply c --confirm 1
	ping_often 2
	eventually waits_no_more
	rule_packets_are ingress '5 0'
}
