#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate policy apply and rollback: the new policy is in force atomically, or
# nothing has changed. A long run is in long/policy-apply.bats.
#
# TAILGATE_GOLDEN=write updates the expected lines of --dry-run.

load helper
load helper-chain
load helper-flood
load helper-policy
load helper-stopped

setup_file() {
	build_tool flood
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- in force

@test "apply puts the rules in force on each hook that has the plugin, and on no other" {
	given_server
	given_policy a 'default pass' 'drop tcp to port 80'
	on_server attach eth0 --ingress --chain policy
	on_server attach eth0 --egress --chain count
	reaches http 80
	run -0 apply a
	[[ $output == "eth0 ingress: 1 rule of $POLICIES/a.policy, default pass" ]]
	refute_reaches http 80 http6 80
	reaches http 8080
	chain_is ingress policy
	chain_is egress count
	on_server attach eth0 --xdp --ingress --chain policy
	apply a
	rules_are xdp 'drop tcp to port 80' 'default pass'
	rules_are ingress 'drop tcp to port 80' 'default pass'
}

@test "rules that do more different things than an outcome has numbers for are all in force" {
	local rules=() number
	given_server
	for ((number = 1; number <= 600; number++)); do
		rules+=("next udp to port $number set mark $number")
	done
	given_policy a "${rules[@]}" 'pass tcp to port 8080 set mark 0xbeef' 'drop tcp to port 80 mirror to lo'
	in_server iptables -t raw -A PREROUTING -m mark --mark 0xbeef
	on_server attach eth0 --ingress --chain policy
	apply a
	refute_reaches http 80
	reaches http 8080
	run -0 in_server iptables -t raw -vxnL PREROUTING
	[[ $output =~ [1-9][0-9]*\ +[0-9]+.*"mark match 0xbeef" ]]
}

@test "--hook changes that hook alone" {
	given_device
	given_policy a 'drop tcp to port 80' 'default pass'
	on_server attach eth0 --xdp --ingress --egress --chain policy
	apply a --hook egress
	rules_are xdp 'default next'
	rules_are ingress 'default next'
	rules_are egress 'drop tcp to port 80' 'default pass'
}

@test "in a chain the rules are in force in their place, and 'next' goes on along it" {
	given_server
	given_known_neighbours
	given_policy a 'next icmp' 'default drop'
	on_server attach eth0 --ingress --chain count,policy,drop_icmp
	apply a
	chain_is ingress 'count policy drop_icmp'
	refute_reaches ping http 80
	counted drop_icmp ingress drop icmp
	given_policy b 'pass icmp' 'default drop'
	apply b
	reaches ping
}

@test "a device with frames of several buffers gets that build, and its clsact the other" {
	given_device
	given_policy a 'drop tcp to port 80'
	in_server ip link set dev eth0 mtu 9000
	in_server ip link set dev eth1 mtu 9000
	on_server attach eth0 --xdp=native --ingress --chain policy
	apply a
	rules_are xdp 'drop tcp to port 80' 'default next'
	rules_are ingress 'drop tcp to port 80' 'default next'
	hook_json xdp | jq -e '.multi_buffer and .policy.rules == 1'
	refuses_and_changes_nothing 1 'is no file, and eth0 needs two builds of it' \
		on_server policy apply eth0 <(cat "$POLICIES/a.policy")
	on_server policy apply eth0 --hook ingress <(echo 'drop arp')
	rules_are ingress 'drop arp' 'default next'
}

@test "devices that rules name are looked up where the device is" {
	given_server
	given_namespace OTHER other
	in_server ip link add far0 type veth peer name far1 netns "$OTHER"
	given_policy a 'pass icmp mirror to far0'
	on_server attach eth0 --ingress --chain policy
	apply a
	rules_are ingress 'pass icmp mirror to far0' 'default next'
	local pid
	nsenter --net="/run/netns/$SERVER" sleep 60 3>&- 4>&- &
	pid=$!
	eventually in_the_same_network "$pid"
	tailgate --pid "$pid" policy apply eth0 "$POLICIES/a.policy"
	kill "$pid"
}

in_the_same_network() { # PID
	[[ /proc/$1/ns/net -ef /run/netns/$SERVER ]]
}

# --- refused

@test "a policy that fails to compile leaves the running one in force" {
	given_server
	given_policy a 'default pass' 'drop tcp to port 80'
	on_server attach eth0 --ingress --chain policy
	apply a
	local before
	before=$(what_is_there)
	run -1 on_server policy apply eth0 <(echo 'drop tcp prot 80')
	[[ $output == *":1:10: unknown condition or change 'prot'"*"did you mean 'proto'?"*"tailgate: eth0 is left as it is:"* ]]
	run -1 on_server --dry-run policy apply eth0 <(echo 'drop tcp prot 80')
	[[ $output == *":1:10: unknown condition or change 'prot'"* && $output != *tc\ exec* ]]
	[[ $(what_is_there) == "$before" ]]
	refute_reaches http 80
}

@test "what one of the hooks cannot do is refused before any hook changes" {
	given_device
	given_policy a 'pass icmp'
	given_policy b 'pass udp set mark 7'
	on_server attach eth0 --xdp --ingress --chain policy
	apply a
	run -1 apply b
	[[ $output == *b.policy:1:*xdp*"could not be compiled for xdp, ingress" ]]
	rules_are xdp 'pass icmp' 'default next'
	rules_are ingress 'pass icmp' 'default next'
	apply b --hook ingress
	rules_are ingress 'pass udp set mark 7' 'default next'
}

@test "what is missing is told with what mends it" {
	given_device
	given_policy a 'pass icmp'
	refuses 1 "eth0 ingress has no chain: 'tailgate attach eth0 --ingress --chain policy'" apply a
	on_server attach eth0 --egress --chain count
	refuses_and_changes_nothing 1 "the chain of eth0 egress has no policy: 'tailgate chain eth0 egress insert 1 policy'" apply a
	on_server chain eth0 egress insert 1 policy
	apply a
	chain_is egress 'count policy'
	on_server chain eth0 egress set ''
	refuses 1 "'tailgate chain eth0 egress insert 0 policy'" apply a --hook egress
	on_server chain eth0 egress set policy,count,policy
	refuses_and_changes_nothing 1 'has several policies in its chain (at 0 and 2)' apply a
}

@test "what makes no sense is told, and nothing happens" {
	given_device
	given_policy a 'pass icmp'
	on_server attach eth0 --ingress --chain policy
	refuses_and_changes_nothing 1 "no such file: '/nonexistent'" on_server policy apply eth0 /nonexistent
	refuses_and_changes_nothing 1 "not a file that can be read: '/'" on_server policy apply eth0 /
	refuses_and_changes_nothing 1 "no such device: 'no0'" on_server policy apply no0 "$POLICIES/a.policy"
	refuses_and_changes_nothing 1 'not a device name' on_server policy apply 'eth0;x' "$POLICIES/a.policy"
	refuses_and_changes_nothing 2 "no such hook: 'both'" apply a --hook both
	refuses_and_changes_nothing 2 '--confirm takes seconds' apply a --confirm soon
	refuses_and_changes_nothing 2 '--confirm takes seconds' apply a --confirm 0
	refuses_and_changes_nothing 2 'needs a file' on_server policy apply eth0
	refuses_and_changes_nothing 2 'needs a device' on_server policy apply
	refuses_and_changes_nothing 2 'a file, or --rollback' apply a --rollback
	refuses_and_changes_nothing 2 'no such option' apply a --force
	refuses_and_changes_nothing 1 'has no policy to go back to' on_server policy rollback eth0
	run -0 tailgate policy apply --help
}

# --- rollback

@test "rollback restores the policy before, and a second one the newer policy" {
	given_device
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	on_server attach eth0 --xdp --ingress --chain policy
	apply a
	apply b
	on_server policy rollback eth0
	rules_are xdp 'drop tcp to port 80' 'default next'
	rules_are ingress 'drop tcp to port 80' 'default next'
	on_server policy apply eth0 --rollback
	rules_are xdp 'drop tcp to port 81' 'default next'
	on_server policy rollback eth0 --hook ingress
	rules_are ingress 'drop tcp to port 80' 'default next'
	rules_are xdp 'drop tcp to port 81' 'default next'
}

@test "rollback of the first apply goes back to the plugin as built" {
	given_device
	given_policy a 'drop tcp to port 80'
	on_server attach eth0 --ingress --chain policy
	apply a
	on_server policy rollback eth0
	rules_are ingress 'default next'
}

@test "rollback takes back the last apply, not what was applied to other hooks before" {
	given_device
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	on_server attach eth0 --xdp --ingress --chain policy
	apply a
	apply b --hook ingress
	on_server policy rollback eth0
	rules_are ingress 'drop tcp to port 80' 'default next'
	rules_are xdp 'drop tcp to port 80' 'default next'
	refuses 1 'eth0 xdp has no policy to go back to' on_server policy rollback eth0 --hook xdp
}

@test "rollback works after the chain was rearranged" {
	given_device
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	on_server attach eth0 --ingress --chain policy
	apply a
	apply b
	on_server chain eth0 ingress insert 0 count
	on_server policy rollback eth0
	chain_is ingress 'count policy'
	rules_are ingress 'drop tcp to port 80' 'default next'
}

@test "a policy lives on when the chain is rearranged" {
	given_device
	given_policy a 'drop tcp to port 80'
	on_server attach eth0 --ingress --chain policy
	apply a
	on_server chain eth0 ingress insert 0 count
	on_server chain eth0 ingress insert 2 drop_arp
	rules_are ingress 'drop tcp to port 80' 'default next'
}

# --- the lines

# With words for what is another each time.
masked() { # DEVICE
	sed -e "s|$ROOT/build|BUILD|g" -e "s|$ROOT/tc-scripts|SCRIPTS|g" -e "s|$SERVER|NAMESPACE|g" \
		-e "s|$(key_of "$1")|KEY|g" -e "s|$POLICIES|POLICIES|g"
}

is_golden() { # NAME DEVICE
	local golden=$ROOT/tests/fixtures/policy-apply/$1.golden
	[[ ${TAILGATE_GOLDEN:-} != write ]] || masked "$2" <"$BATS_TEST_TMPDIR/lines" >"$golden"
	masked "$2" <"$BATS_TEST_TMPDIR/lines" | diff -u "$golden" - || fail "that is not $1.golden"
}

# Everything that a command may change.
shape_of() { # DEVICE
	local key
	key=$(key_of "$1")
	on_server policy show "$1" --json | jq -S 'del(.device, .hooks[].policy.program, .unconfirmed_until, (.. | .packets?, .bytes?))'
	on_server status "$1" --json | jq -S '[.devices[].hooks] | del(.. | .id?, .gate?, .unconfirmed_until?, .passed?, .dropped?)'
	find "/run/tailgate/$key" "$OBJECTS_ROOT/$key" | sed -E "s|$key|KEY|; s|(policy_[a-z]+/)[0-9]+|\1ID|" | sort
}

# eth0 gets the command, its twin the lines that it would run.
same_by_hand() { # GOLDEN WORD... with DEVICE where it belongs
	local golden=$1 before
	shift
	before=$(shape_of twin0)
	on_server --dry-run policy "${@/#DEVICE/twin0}" >"$BATS_TEST_TMPDIR/lines"
	[[ $(shape_of twin0) == "$before" ]] || fail 'that changed something' "$(diff <(echo "$before") <(shape_of twin0))"
	is_golden "$golden" twin0
	bash -e "$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$(<"$BATS_TEST_TMPDIR/said")"
	on_server policy "${@/#DEVICE/eth0}" >/dev/null
	[[ $(shape_of eth0) == "$(shape_of twin0)" ]] ||
		fail "by hand it is another state:" "$(diff <(shape_of eth0) <(shape_of twin0))"
}

@test "the lines of apply, rollback and confirm, pasted, do what the commands do" {
	given_device
	in_server ip link set dev eth1 name twin0
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	local device
	for device in eth0 twin0; do
		on_server attach "$device" --xdp=native --ingress --chain count,policy
	done
	same_by_hand first apply DEVICE "$POLICIES/a.policy"
	same_by_hand one-hook apply DEVICE "$POLICIES/b.policy" --hook ingress
	same_by_hand rollback rollback DEVICE
	same_by_hand confirm-first apply DEVICE "$POLICIES/b.policy" --confirm 600
	same_by_hand confirm confirm DEVICE
	rules_are xdp 'drop tcp to port 81' 'default next'
}

@test "--verbose tells the commands that it runs, and they are those of --dry-run" {
	given_device
	given_policy a 'drop tcp to port 80'
	on_server attach eth0 --ingress --chain policy
	on_server --dry-run policy apply eth0 "$POLICIES/a.policy" >"$BATS_TEST_TMPDIR/dry"
	on_server --verbose policy apply eth0 "$POLICIES/a.policy" 2>&1 >/dev/null |
		sed -E 's/^# //; s|/policy\.[0-9]+\.o|/policy.o|g' >"$BATS_TEST_TMPDIR/wet" # which others may compile, too
	diff "$BATS_TEST_TMPDIR/dry" "$BATS_TEST_TMPDIR/wet"
}

# --- killed, and out of luck

# What one policy after another leaves, whatever was in between.
policies_settled() {
	chains_settled
	rules_on ingress
	find "/run/tailgate/$KEY" "$OBJECTS_ROOT/$KEY" -printf '%P\n' | sed -E 's|(policy_[a-z]+/)[0-9]+|\1ID|' | sort
}

@test "killed after any of its steps, apply is done or not, done again it converges, and no count is lost" {
	given_quiet_server
	given_policy_shims
	given_policy a 'pass icmp' 'default pass' 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81' 'pass icmp' 'default pass'
	on_server attach eth0 --ingress --chain policy
	apply a
	apply b
	apply a
	local whole pings=0 n steps=0 grafted=''
	whole=$(policies_settled)
	for ((n = 1; ; n++)); do
		ping_often 2
		((pings += 2))
		run front KILL changes "$n" policy apply eth0 "$POLICIES/b.policy"
		was_stopped || break
		((++steps))
		chain_is ingress policy
		[[ $(<"$TREE/stopped") != 'tc exec bpf graft '* ]] || grafted=1
		if [[ $grafted ]]; then
			rules_are ingress 'drop tcp to port 81' 'pass icmp' 'default pass'
			[[ $(rule_packets ingress) == "0 $pings 0" ]] || fail "$(stopped_at)" "$(rule_packets ingress) of $pings"
		else
			rules_are ingress 'pass icmp' 'drop tcp to port 80' 'default pass'
			[[ $(rule_packets ingress) == "$pings 0 0" ]] || fail "$(stopped_at)" "$(rule_packets ingress) of $pings"
		fi
		ping_often 1
		((++pings))
		apply a >/dev/null
		same "$whole" "$(policies_settled)" "$(stopped_at), then applied again"
		[[ $(rule_packets ingress) == "$pings 0 0" ]] || fail "$(stopped_at), then applied again: $(rule_packets ingress) of $pings"
	done
	((steps >= 8)) || fail "$steps steps, that is not all of them"
	rule_packets_are ingress "0 $pings 0"
}

@test "killed after any of its steps, a rollback later goes where it should" {
	given_device
	given_policy_shims
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	given_policy c 'drop tcp to port 82'
	on_server attach eth0 --ingress --chain policy
	local n steps=0 grafted=''
	for ((n = 1; ; n++)); do
		apply a >/dev/null
		apply b >/dev/null
		run front KILL changes "$n" policy apply eth0 "$POLICIES/c.policy"
		was_stopped || break
		((++steps))
		[[ $(<"$TREE/stopped") != 'tc exec bpf graft '* ]] || grafted=1
		on_server policy rollback eth0 >/dev/null
		if [[ $grafted ]]; then
			rules_are ingress 'drop tcp to port 81' 'default next' || fail "$(stopped_at)"
		else
			rules_are ingress 'drop tcp to port 80' 'default next' || fail "$(stopped_at)"
		fi
	done
	((steps >= 8)) || fail "$steps steps, that is not all of them"
}

@test "killed between two hooks, a rollback takes back the one that had changed" {
	given_device
	given_policy_shims
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	given_policy c 'drop tcp to port 82'
	on_server attach eth0 --xdp --ingress --chain policy
	local n
	for ((n = 1; ; n++)); do
		apply a >/dev/null
		apply b >/dev/null
		run front KILL changes "$n" policy apply eth0 "$POLICIES/c.policy"
		was_stopped || fail 'no graft'
		[[ $(<"$TREE/stopped") != 'tc exec bpf graft '* ]] || break
	done
	rules_are xdp 'drop tcp to port 82' 'default next'
	rules_are ingress 'drop tcp to port 81' 'default next'
	on_server policy rollback eth0
	rules_are xdp 'drop tcp to port 81' 'default next'
	rules_are ingress 'drop tcp to port 81' 'default next'
	refuses 1 'has no policy to go back to' on_server policy rollback eth0 --hook ingress
}

@test "a graft that fails on the second hook puts the first one back" {
	given_device
	given_policy_shims
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	on_server attach eth0 --xdp --ingress --chain policy
	apply a
	local n failed=0
	for ((n = 1; ; n++)); do
		run front fail changes "$n" policy apply eth0 "$POLICIES/b.policy"
		was_stopped || break
		((status == 1)) || fail "$(stopped_at)" "status $status" "$output"
		[[ $(<"$TREE/stopped") == 'tg-policy '* || $output == "tailgate: '"*"' failed: there is no luck today" ]] ||
			fail "$(stopped_at)" "says: $output"
		# What comes after the last graft only tidies up.
		[[ $(rules_on ingress) != 'drop tcp to port 81'* ]] || break
		((++failed))
		rules_are xdp 'drop tcp to port 80' 'default next' || fail "$(stopped_at)"
		rules_are ingress 'drop tcp to port 80' 'default next' || fail "$(stopped_at)"
	done
	((failed >= 9)) || fail "only $failed steps failed"
	apply b
	rules_are xdp 'drop tcp to port 81' 'default next'
	rules_are ingress 'drop tcp to port 81' 'default next'
}

@test "SIGTERM at any step leaves all hooks with the old policy or all with the new" {
	given_device
	given_policy_shims
	given_policy a 'drop tcp to port 80'
	given_policy b 'drop tcp to port 81'
	on_server attach eth0 --xdp --ingress --chain policy
	apply a
	local n
	for ((n = 1; ; n++)); do
		run front TERM changes "$n" policy apply eth0 "$POLICIES/b.policy"
		was_stopped || break
		((status == 143)) || fail "$(stopped_at)" "status $status" "$output"
		[[ $(rules_on xdp) == "$(rules_on ingress)" ]] || fail "$(stopped_at)" "$(rules_on xdp)" "$(rules_on ingress)"
		apply a >/dev/null
	done
	((n > 12)) || fail "$n steps, that is not all of them"
}

# --- nothing grows

@test "after 50 applies there are no more programs, maps and memory than before" {
	given_device
	given_policy a 'pass icmp' 'default pass'
	given_policy b 'drop tcp to port 81' 'default pass'
	on_server attach eth0 --ingress --chain policy
	apply b >/dev/null
	apply a >/dev/null
	local before n files
	before=$(policy_footprint)
	files=$(find "/run/tailgate/$KEY" "$OBJECTS_ROOT/$KEY" | wc -l)
	cp "$BATS_TEST_TMPDIR/footprint" "$BATS_TEST_TMPDIR/first"
	for ((n = 0; n < 25; n++)); do
		apply b >/dev/null
		kernel_objects >>"$BATS_TEST_TMPDIR/all"
		apply a >/dev/null
		kernel_objects >>"$BATS_TEST_TMPDIR/all"
	done
	[[ $(policy_footprint) == "$before" ]] || fail "before: $before" "after: $(policy_footprint)"
	[[ $(find "/run/tailgate/$KEY" "$OBJECTS_ROOT/$KEY" | wc -l) == "$files" ]]
	# The programs and maps of policies that are not in force any more.
	sort -u "$BATS_TEST_TMPDIR/all" | comm -23 - <(sort "$BATS_TEST_TMPDIR/footprint") >"$BATS_TEST_TMPDIR/gone"
	(($(wc -l <"$BATS_TEST_TMPDIR/gone") >= 100))
	eventually are_gone "$BATS_TEST_TMPDIR/gone"
	on_server detach eth0
	nothing_is_left
	eventually are_gone "$BATS_TEST_TMPDIR/footprint"
}

# --- under a flood

@test "in native XDP each packet of a flood is judged by one of two policies, over many applies" {
	applies_under_a_flood xdp 8
}

@test "at clsact ingress each packet of a flood is judged by one of two policies, over many applies" {
	applies_under_a_flood ingress 6
}
