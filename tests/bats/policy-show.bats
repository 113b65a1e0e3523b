#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate policy show DEV: the rules in force and their counts, including those
# carried over from previous policies.

load helper
load helper-chain
load helper-policy
load helper-stopped

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

@test "show prints each rule with its number, its packets and bytes, and its place" {
	given_quiet_server
	given_policy web 'default pass' '# a comment' 'drop tcp to port 22' 'pass icmp'
	on_server attach eth0 --ingress --chain policy
	apply web
	ping_often 3
	run -0 on_server policy show eth0
	((${#lines[@]} == 5))
	[[ ${lines[0]} == 'eth0 ingress' ]]
	[[ ${lines[1]} =~ ^NUMBER\ +PACKETS\ +BYTES\ +PLACE\ +RULE$ ]]
	[[ ${lines[2]} =~ ^\ +1\ +0\ +0\ +.*/web.policy:3\ +'drop tcp to port 22'$ ]]
	[[ ${lines[3]} =~ ^\ +2\ +3\ +294\ +.*/web.policy:4\ +'pass icmp'$ ]]
	[[ ${lines[4]} =~ ^\ +0\ +0\ +.*/web.policy:1\ +'default pass'$ ]]
}

@test "the JSON has the same, for each hook" {
	given_quiet_server
	given_policy web 'drop tcp to port 22' 'pass icmp'
	on_server attach eth0 --xdp --egress --chain policy
	apply web
	ping_often 2
	run -0 on_server policy show eth0 --json
	jq -e --arg file "$POLICIES/web.policy" '.device == "eth0" and .unconfirmed_until == null and .outcome == null
		and [.hooks[].hook] == ["xdp", "egress"] and all(.hooks[];
			.policy.rules[1] == {rule: 2, text: "pass icmp", file: $file, line: 2, packets: 2, bytes: 196}
			and .policy.default == {verdict: "next", keep: null, file: null, line: null, packets: 0, bytes: 0})' <<<"$output"
	jq -e --argjson id "$(walk xdp | sed -nE 's/.* id=([0-9]+) name=policy .*/\1/p')" \
		'.hooks[0].policy.program == $id' <<<"$output"
	on_server policy show eth0 --hook egress --json | jq -e '[.hooks[].hook] == ["egress"]'
}

@test "the plugin as built has its default alone" {
	given_quiet_server
	on_server attach eth0 --ingress --chain policy
	ping_often 2
	rules_are ingress 'default next'
	rule_packets_are ingress 2
}

@test "counts live on over an apply where the rule says the same, wherever it stands" {
	given_quiet_server
	given_policy a 'default pass' 'drop tcp to port 22' 'pass icmp'
	given_policy b 'pass icmp type echo-request' 'pass   icmp' 'drop tcp to port 23' 'default pass'
	on_server attach eth0 --ingress --chain policy
	apply a
	ping_often 3
	apply b
	rule_packets_are ingress '0 3 0 0'
	ping_often 2
	rule_packets_are ingress '2 3 0 0'
	apply a
	ping_often 1
	rule_packets_are ingress '0 4 0'
	on_server policy rollback eth0
	rule_packets_are ingress '0 4 0 0'
}

@test "a rule that went and comes back begins anew" {
	given_quiet_server
	given_policy a 'pass icmp' 'default pass'
	given_policy b 'default pass'
	on_server attach eth0 --ingress --chain policy
	apply a
	ping_often 3
	apply b
	ping_often 1
	rule_packets_are ingress 1
	apply a
	rule_packets_are ingress '0 1'
}

@test "of rules that say the same, the second takes over from the second" {
	given_quiet_server
	given_policy a 'jump x' 'sublist x {' 'drop tcp to port 22' '}' 'pass icmp' 'pass icmp'
	given_policy b 'pass icmp' 'drop arp' 'pass icmp'
	on_server attach eth0 --ingress --chain policy
	apply a
	ping_often 3
	local before
	before=$(on_server policy show eth0 --json | jq -c '[.hooks[0].policy.rules[] | select(.text == "pass icmp").packets]')
	[[ $before == '[3,0]' ]]
	# No packet reaches the second, so its count is put where counts are kept
	printf '5 500 1\tpass icmp\n' >>"$OBJECTS_ROOT/$KEY/ingress.base"
	apply b
	rule_packets_are ingress '3 0 5 0'
}

@test "counts live on when the chain around the policy is rearranged" {
	given_quiet_server
	given_policy a 'pass icmp' 'default pass'
	on_server attach eth0 --ingress --chain policy
	apply a
	ping_often 3
	on_server chain eth0 ingress insert 0 count
	rule_packets_are ingress '3 0'
	ping_often 2
	rule_packets_are ingress '5 0'
	apply a
	rule_packets_are ingress '5 0'
}

@test "what the plugin as built has counted lives on over the first apply" {
	given_quiet_server
	given_policy a 'drop tcp to port 22'
	on_server attach eth0 --ingress --chain policy
	ping_often 3
	apply a
	rule_packets_are ingress '0 3'
}

# The apply is killed after its graft, before the object has its final name.
lives_on_after_a_killed_apply() { # WORD... that rearrange the chain
	local n
	given_quiet_server
	given_policy_shims
	given_policy a 'pass icmp' 'default pass'
	on_server attach eth0 --ingress --chain policy
	for ((n = 1; ; n++)); do
		run front KILL changes "$n" policy apply eth0 "$POLICIES/a.policy"
		was_stopped || fail 'no graft'
		[[ $(<"$TREE/stopped") != 'tc exec bpf graft '* ]] || break
	done
	ping_often 3
	on_server "$@"
	chain_is ingress 'count policy'
	rule_packets_are ingress '3 0'
}

@test "counts of a policy whose apply was killed live on when the chain is rearranged" {
	lives_on_after_a_killed_apply chain eth0 ingress insert 0 count
}

@test "counts of a policy whose apply was killed live on when its chain is attached again" {
	lives_on_after_a_killed_apply attach eth0 --ingress --chain count,policy
}

@test "show says what is missing, and where" {
	given_device
	given_policy a 'default pass'
	refuses 1 "eth0 ingress has no chain: 'tailgate attach eth0 --ingress --chain policy'" on_server policy show eth0
	on_server attach eth0 --egress --chain count
	refuses 1 "the chain of eth0 egress has no policy: 'tailgate chain eth0 egress insert 1 policy'" on_server policy show eth0
	refuses 1 "eth0 xdp has no chain: 'tailgate attach eth0 --xdp --chain policy'" on_server policy show eth0 --hook xdp
	refuses 1 "no such device: 'no0'" on_server policy show no0
	refuses 2 "no such hook: 'igress'" on_server policy show eth0 --hook igress
	refuses 2 'needs a device' on_server policy show
	run -0 tailgate policy show --help
}

@test "status tells of the policy, in the table's notes and in the JSON" {
	given_device
	given_policy web 'drop arp' 'pass icmp' 'default drop'
	on_server attach eth0 --xdp --chain count
	on_server attach eth0 --ingress --chain count,policy
	hook_json xdp | jq -e '.policy == null'
	hook_json ingress | jq -e '.policy == {rules: 0, default: "next", file: null, unconfirmed_until: null}'
	apply web
	hook_json ingress | jq -e --arg file "$POLICIES/web.policy" \
		'.policy == {rules: 2, default: "drop", file: $file, unconfirmed_until: null}'
	run -0 on_server status eth0
	[[ ${lines[3]} == "eth0 ingress has a policy: 2 rules of $POLICIES/web.policy, default drop" ]]
}

@test "counts live on while the values of a list do, whatever its name, and start anew where they change" {
	given_quiet_server
	on_server attach eth0 --ingress --chain policy
	given_policy a 'default pass' "list bad = { $CLIENT4 }" 'drop icmp from bad'
	given_policy b 'default pass' "list other = { $CLIENT4 }" 'drop icmp from other'
	given_policy c 'default pass' "list bad = { $CLIENT4, 203.0.113.77 }" 'drop icmp from bad'
	given_policy d 'default pass' "drop icmp from $CLIENT4"
	apply a
	ping_often 3
	rule_packets_are ingress '3 0'
	apply b
	rules_are ingress 'drop icmp from other' 'default pass'
	rule_packets_are ingress '3 0'
	apply d
	rule_packets_are ingress '3 0'
	ping_often 2
	apply a
	rule_packets_are ingress '5 0'
	apply c
	rule_packets_are ingress '0 0'
}

@test "counts that were written with the text of rules, as by an earlier version, live on" {
	given_quiet_server
	given_policy a 'default pass' 'drop icmp'
	given_policy b 'drop icmp' 'default pass' 'pass arp'
	on_server attach eth0 --ingress --chain policy
	apply a
	ping_often 3
	apply b
	local base=$OBJECTS_ROOT/$KEY/ingress.base
	grep -qE '^3 294 0 [0-9a-f]+$' "$base"
	sed -Ei 's/^(3 294 0) .*/\1\tdrop icmp/' "$base"
	grep -q '\bdrop icmp$' "$base"
	rule_packets_are ingress '3 0 0'
	apply a
	rule_packets_are ingress '3 0'
}
