#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Policies and chains of another version of tailgate: they are reported, stay in
# force, and are replaced atomically by an apply.

load helper
load helper-chain
load helper-policy

setup_file() {
	build_fixtures other_version other_layout other_slots
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- words

given_policy_of() { # FIXTURE
	given_quiet_server
	given_policy a 'pass icmp' 'default pass'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
	ping_often 2
	on_server chain eth0 ingress replace policy "$FIXTURES/$1.o"
	OTHER=$(tag)
}

tag() {
	hook_json ingress | jq -r '.chain[] | select(.plugin == "policy").tag'
}

other_is_in_force() {
	[[ $(tag) == "$OTHER" ]] || fail 'another policy is in force'
}

in_force_is_a() {
	rules_are ingress 'pass icmp' 'default pass'
}

no_guard() {
	! pgrep -f "policy guard $KEY "
}

is_told() {
	refuses_and_changes_nothing 1 'eth0 ingress has a policy of another version of tailgate' on_server policy show eth0
	refuses_and_changes_nothing 1 'its rules cannot be compared' on_server policy diff eth0 "$POLICIES/a.policy"
	run -0 on_server status eth0
	[[ $output == *"eth0 ingress has a policy of another version of tailgate"*"'tailgate policy apply' puts one of this version in its place"* ]]
	run -1 on_server policy show eth0 --json
	jq -e --argjson version "$1" '.hooks[0] | .policy == null and .version == $version' <<<"$output"
	hook_json ingress | jq -e '.policy == null'
}

taken_over() {
	run -0 apply a
	[[ ${lines[0]} == "eth0 ingress: 1 rule of $POLICIES/a.policy, default pass" ]]
	[[ ${lines[1]} == 'eth0 ingress: the policy before was of another version of tailgate: counts start anew' ]]
	((${#lines[@]} == 2))
	in_force_is_a
	rule_packets_are ingress '0 0'
	ping_often 3
	rule_packets_are ingress '3 0'
}

goes_back_and_returns() {
	run -0 on_server policy rollback eth0
	[[ $output == 'eth0 ingress: a policy of another version of tailgate'* ]]
	other_is_in_force
	run -0 on_server policy rollback eth0
	in_force_is_a
	ping_often 1
	rule_packets_are ingress '1 0'
	on_server policy rollback eth0
	other_is_in_force
}

confirmed_or_not() {
	apply a --confirm 1
	eventually no_guard
	other_is_in_force
	[[ $(<"$OBJECTS_ROOT/$KEY/confirm.outcome") == *'rolled back ingress'* ]]
	apply a --confirm 60
	on_server policy rollback eth0
	other_is_in_force
	apply a --confirm 60
	run -0 on_server policy confirm eth0
	[[ $output == 'eth0 ingress: confirmed' ]]
	in_force_is_a
	on_server policy rollback eth0
	other_is_in_force
}

lives_on_in_its_chain() {
	on_server chain eth0 ingress insert 0 count
	other_is_in_force
	on_server attach eth0 --ingress --chain policy
	other_is_in_force
}

# --- the policy

@test "a policy whose tables are of another version is told, lives on, and is taken over" {
	given_policy_of other_version
	is_told 999
	lives_on_in_its_chain
	taken_over
	goes_back_and_returns
	confirmed_or_not
}

@test "a policy whose maps have another layout is reported, carries over, and is replaced" {
	given_policy_of other_layout
	is_told 0
	lives_on_in_its_chain
	taken_over
	goes_back_and_returns
	confirmed_or_not
}

@test "pins and counts of another layout that its tool has left do not stand in the way" {
	given_policy_of other_layout
	local id map pins="/run/tailgate/$KEY/policy_ingress"
	id=$(hook_json ingress | jq '.chain[0].id')
	rm -r "$pins"
	mkdir -p "$pins/$id"
	for map in $(bpftool -j prog show id "$id" | jq '.map_ids[]'); do
		case $(bpftool -j map show id "$map" | jq -r .name) in
		.rodata.rules) bpftool map pin id "$map" "$pins/$id/text" ;;
		tgp_rules) bpftool map pin id "$map" "$pins/$id/counts" ;;
		esac
	done
	[[ -e $pins/$id/text && -e $pins/$id/counts ]]
	printf 'another form\n' >"$OBJECTS_ROOT/$KEY/ingress.base"
	is_told 0
	apply a --confirm 1
	eventually no_guard
	other_is_in_force
	taken_over
}

# --- the chain

@test "a chain of another number of slots is told, lives on, and is not filled" {
	given_device
	given_policy a 'pass icmp'
	# As that version has left it: the pins, and the gate on the hook.
	on_server attach eth0 --ingress --chain count
	rm "$PINS"/tg_*
	TC_BPF_MNT=/run/tailgate/$KEY in_server tc filter replace dev eth0 ingress protocol all pref 7400 handle 0x7467 \
		bpf da obj "$FIXTURES/other_slots.o" sec ingress
	local words=("the chain on eth0 ingress was made by another version of tailgate: 'tailgate detach eth0 --ingress', and attach it again")
	refuses_and_changes_nothing 1 "${words[0]}" on_server attach eth0 --ingress --chain policy
	refuses_and_changes_nothing 1 "made by another version of tailgate" on_server attach eth0 --egress --ingress --chain policy
	refuses_and_changes_nothing 1 "${words[0]}" on_server chain eth0 ingress set policy
	refuses_and_changes_nothing 1 'another version of tailgate has made it' on_server policy apply eth0 "$POLICIES/a.policy" --hook ingress
	run -1 on_server status eth0
	[[ $output == *'eth0 ingress is broken: another version of tailgate has made it'* ]]
	refuses_and_changes_nothing 1 'the chain on eth0 egress was made by another version of tailgate' on_server attach eth0 --egress --chain policy
	on_server detach eth0 --ingress
	on_server attach eth0 --ingress --egress --chain policy
	chain_is ingress policy
	chain_is egress policy
}
