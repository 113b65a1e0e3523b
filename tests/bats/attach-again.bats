#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Attaching or rearranging a chain again keeps everything that the command does
# not change, as boot scripts and configuration management rely on.

load helper
load helper-chain
load helper-policy
load helper-stopped

setup() {
	given_no_gc_meanwhile
	given_policy a 'drop tcp to port 80' 'default drop'
	given_policy b 'drop tcp to port 81' 'default drop'
}

teardown() {
	remove_chains
}

# --- words

in_force_is_a() { # [HOOK]
	rules_are "${1:-ingress}" 'drop tcp to port 80' 'default drop'
}

given_a_in_force() { # CHAIN
	given_device
	on_server attach eth0 --ingress --chain "$1" >/dev/null
	apply a >/dev/null
}

gone_from_the_objects() {
	rm "$OBJECTS_ROOT/$KEY"/ingress.[0-9]*.o
}

# --- attach

@test "the same attach again is unchanged: not one program is another one" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count,policy --default drop
	apply a
	local before
	before=$(what_is_there)
	run -0 on_server attach eth0 --xdp --ingress --chain count,policy --default drop
	[[ ${lines[0]} == 'eth0 xdp (native): count policy, then drop (unchanged)' ]]
	[[ ${lines[1]} == 'eth0 ingress: count policy, then drop (unchanged)' ]]
	run -0 on_server attach eth0 --ingress --xdp
	[[ ${lines[0]} == 'eth0 ingress: count policy, then drop (unchanged)' ]]
	[[ $(what_is_there) == "$before" ]]
	in_force_is_a xdp
	in_force_is_a
}

@test "an attach with a plugin by its path is unchanged, unless its file has changed" {
	given_device
	local object=$BATS_TEST_TMPDIR/mine.o before
	cp "$BUILD/drop_tcp.o" "$object"
	on_server attach eth0 --ingress --chain "$object"
	before=$(what_is_there)
	run -0 on_server attach eth0 --ingress --chain "$object"
	[[ $output == *'(unchanged)' && $(what_is_there) == "$before" ]]
	"$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o "$object" drop_tcp_port=8080
	run -0 on_server attach eth0 --ingress --chain "$object"
	[[ $output == 'eth0 ingress: drop_tcp, then pass' ]]
	[[ $(what_is_there) != "$before" ]]
}

@test "without --chain, attach keeps the chain, its default and its miss" {
	given_a_in_force count,policy
	on_server attach eth0 --ingress --default drop --miss drop
	chain_is ingress 'count policy' drop
	in_force_is_a
	on_server attach eth0 --ingress
	chain_is ingress 'count policy' drop
	[[ $(hook_json ingress | jq -r .miss) == drop ]]
	on_server attach eth0 --ingress --miss pass
	chain_is ingress 'count policy' drop
	[[ $(hook_json ingress | jq -r .miss) == pass ]]
	in_force_is_a
}

@test "another chain that has the policy, too, keeps its rules and their counts" {
	given_quiet_server
	given_policy c 'pass icmp' 'default drop'
	on_server attach eth0 --ingress --chain policy
	apply c
	ping_often 3
	on_server attach eth0 --ingress --chain count,policy,drop_arp
	chain_is ingress 'count policy drop_arp'
	ping_often 2
	rule_packets_are ingress '5 0'
	on_server attach eth0 --ingress --chain policy
	ping_often 2
	on_server chain eth0 ingress set policy,count
	ping_often 2
	on_server chain eth0 ingress insert 0 count
	ping_often 1
	rule_packets_are ingress '10 0'
	refute_reaches http 80
}

@test "a policy on another hook is as built, and says so only where a chain was" {
	given_a_in_force policy
	run -0 on_server attach eth0 --ingress --egress --chain policy
	[[ $output == "eth0 ingress: policy, then pass (unchanged)"$'\n'"eth0 egress: policy, then pass" ]]
	rules_are egress 'default next'
	in_force_is_a
}

@test "a plugin by its name keeps the constants that it has in the chain" {
	given_server
	"$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o "$BATS_TEST_TMPDIR/8080.o" drop_tcp_port=8080
	on_server attach eth0 --ingress --chain drop_tcp
	on_server chain eth0 ingress replace drop_tcp "$BATS_TEST_TMPDIR/8080.o"
	on_server attach eth0 --ingress --chain count,drop_tcp
	refute_reaches http 8080
	reaches http 80
	on_server attach eth0 --ingress --chain count,drop_tcp --reset
	refute_reaches http 80
	reaches http 8080
}

@test "--reset puts a policy without rules there, says so, and leaves nothing to roll back to" {
	given_a_in_force count,policy
	apply b
	run -0 on_server attach eth0 --ingress --reset
	[[ ${lines[0]} == "eth0 ingress: its policy has no rules, as built: 'tailgate policy apply eth0 FILE --hook ingress' brings some" ]]
	[[ ${lines[1]} == 'eth0 ingress: count policy, then pass' ]]
	rules_are ingress 'default next'
	refuses 1 'no policy to go back to' on_server policy rollback eth0
}

@test "when the object of the policy in force is gone, attach refuses and names --reset" {
	given_a_in_force policy
	gone_from_the_objects
	refuses_and_changes_nothing 1 '--reset' on_server attach eth0 --ingress --chain count,policy
	refuses_and_changes_nothing 1 '--reset' on_server attach eth0 --ingress
	refuses_and_changes_nothing 1 '--reset' on_server chain eth0 ingress insert 0 count
	refuses_and_changes_nothing 1 '--reset' on_server chain eth0 ingress set policy,count
	in_force_is_a
	apply b
	on_server attach eth0 --ingress --chain count,policy
	rules_are ingress 'drop tcp to port 81' 'default drop'
	gone_from_the_objects
	on_server attach eth0 --ingress --chain policy --reset
	rules_are ingress 'default next'
}

# --- what somebody broke

@test "a chain that somebody broke gets its policy back with its rules" {
	given_a_in_force count,policy
	bpftool map delete pinned "$PINS/tg_ingress" key 0 0 0 0
	refuses_and_changes_nothing 1 'name its plugins with --chain' on_server attach eth0 --ingress
	on_server attach eth0 --ingress --chain count,policy
	chain_is ingress 'count policy'
	in_force_is_a
	rm "$PINS/tg_ingress"
	on_server attach eth0 --ingress --chain count,policy
	in_force_is_a
}

@test "a gate that somebody removed comes back before the policy that was in force" {
	given_a_in_force count,policy
	local n
	for n in 1 2; do
		in_server tc qdisc del dev eth0 clsact
		refuses_and_changes_nothing 1 'its gate is gone' on_server attach eth0 --ingress
		on_server attach eth0 --ingress --chain count,policy
		chain_is ingress 'count policy'
		in_force_is_a || fail "at $n"
	done
	on_server detach eth0
	nothing_is_left
	on_server attach eth0 --ingress --chain policy
	rules_are ingress 'default next'
}

# --- killed

@test "killed after any of its steps, an attach over a policy has kept its rules" {
	given_a_in_force policy
	given_policy_shims
	local n chain chains=('policy' 'count,policy')
	for ((n = 1; ; n++)); do
		chain=${chains[n % 2]}
		run front KILL changes "$n" attach eth0 --ingress --chain "$chain"
		was_stopped || break
		in_force_is_a || fail "$(stopped_at)"
		on_server attach eth0 --ingress --chain "$chain" >/dev/null
		in_force_is_a || fail "$(stopped_at), then attached again"
		chain_is ingress "${chain/,/ }"
		on_server policy rollback eth0 >/dev/null
		rules_are ingress 'default next' || fail "$(stopped_at), and rolled back"
		on_server policy rollback eth0 >/dev/null
	done
	all_steps_were_tried 8
}

# --- chain

@test "chain set, insert, remove and replace keep the rules of a policy that stays" {
	given_a_in_force policy
	on_server chain eth0 ingress set count,policy,drop_arp
	in_force_is_a
	on_server chain eth0 ingress replace count drop_icmp
	on_server chain eth0 ingress remove drop_icmp
	chain_is ingress 'policy drop_arp'
	in_force_is_a
	refuses_and_changes_nothing 1 'a policy without rules' on_server chain eth0 ingress replace policy policy
	refuses_and_changes_nothing 1 'a policy without rules' on_server chain eth0 ingress replace 0 policy
	on_server policy rollback eth0
	rules_are ingress 'default next'
	on_server policy rollback eth0
	in_force_is_a
}

@test "a policy that was removed and comes back is as built, and the command says so" {
	given_a_in_force count,policy
	apply b
	on_server chain eth0 ingress remove policy
	in_server ip link set dev eth1 down # nothing arrives any more
	run -0 on_server chain eth0 ingress insert 1 policy
	[[ $output == "eth0 ingress: its policy has no rules, as built: 'tailgate policy apply eth0 FILE --hook ingress' brings some" ]]
	rules_are ingress 'default next'
	(($(rule_packets ingress) == 0)) || fail "counted: $(rule_packets ingress)"
	refuses 1 'no policy to go back to' on_server policy rollback eth0
	apply a
	on_server chain eth0 ingress replace policy drop_arp
	run -0 on_server chain eth0 ingress replace drop_arp policy
	[[ $output == *'its policy has no rules, as built'* ]]
}

@test "of two policies in a chain each keeps its own rules" {
	given_device
	on_server attach eth0 --ingress --chain policy
	apply a
	on_server chain eth0 ingress insert 1 policy
	local text
	text() { "$BUILD/tg-rules" text "$PINS/tg_ingress" "$(hook_json ingress | jq "[.chain[] | select(.plugin == \"policy\")][$1].slot")"; }
	on_server chain eth0 ingress set policy,count,policy
	[[ $(text 0) == *'port 80'* && $(text 1) == *'default next'* ]]
	on_server attach eth0 --ingress --chain policy,policy
	[[ $(text 0) == *'port 80'* && $(text 1) == *'default next'* ]]
}
