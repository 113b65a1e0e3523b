#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate policy diff DEV FILE: what an apply would change. And compile, the
# part of apply that loads nothing.

load helper
load helper-chain
load helper-policy

setup() {
	given_no_gc_meanwhile
	given_device
	given_policy a 'default pass' 'drop tcp to port 80' 'pass icmp' 'drop arp'
	on_server attach eth0 --ingress --chain policy
	on_server policy apply eth0 "$POLICIES/a.policy"
}

teardown() {
	remove_chains
}

diff_with() { # NAME [OPTION...]
	on_server policy diff eth0 "$POLICIES/$1.policy" "${@:2}"
}

@test "diff shows the rules that would go and come, with their numbers, and the default" {
	given_policy b 'pass icmp' 'drop arp' 'drop tcp to port 81' 'default drop'
	run -0 diff_with b
	diff <(printf '%s\n' "$output") - <<-'END'
		eth0 ingress
		-     1  drop tcp to port 80
		-        default pass
		+     3  drop tcp to port 81
		+        default drop
	END
}

@test "a rule that moves goes from where it was and comes where it will be" {
	given_policy b 'default pass' 'pass icmp' 'drop tcp to port 80' 'drop arp'
	run -0 diff_with b
	diff <(printf '%s\n' "$output") - <<-'END'
		eth0 ingress
		-     1  drop tcp to port 80
		+     2  drop tcp to port 80
	END
}

@test "layout, comments, lists and the place in the file are no change" {
	given_policy b 'list web = { 80 }' '' '# the same' 'drop   tcp to   port web' 'pass icmp  # here' 'drop arp' 'default pass'
	run -0 diff_with b
	[[ $output == 'eth0 ingress: no change' ]]
	diff_with b --json | jq -e '. == {device: "eth0", hooks: [{hook: "ingress", changes: [], lists: []}]}'
}

@test "a set that would be declared is a difference, without a number" {
	given_policy b 'set blocked { addresses size 65536 timeout 60m }' 'default pass' 'drop from @blocked' 'drop tcp to port 80' 'pass icmp' 'drop arp'
	run -0 diff_with b
	diff <(printf '%s\n' "$output") - <<-'END'
		eth0 ingress
		+     1  drop from @blocked
		+        set blocked { addresses timeout 1h }
	END
	diff_with b --json | jq -e '.hooks[0].changes[1] == {change: "add", rule: null, text: "set blocked { addresses timeout 1h }"}'
}

@test "flows are differences: what a rule and the default keep, and the block without a number" {
	given_policy b 'flows { udp-sent 60s }' 'default pass keep' 'pass established' 'drop tcp to port 80' 'pass icmp keep' 'drop arp'
	run -0 diff_with b
	diff <(printf '%s\n' "$output") - <<-'END'
		eth0 ingress
		+     1  pass established
		-     2  pass icmp
		+     3  pass icmp keep
		-        default pass
		+        default pass keep
		+        flows { udp-sent 1m }
	END
	diff_with b --json | jq -e '.hooks[0].changes[-1] == {change: "add", rule: null, text: "flows { udp-sent 1m }"}'
}

given_lists() { # NAME BAD-VALUES
	given_policy "$1" 'default pass' "list bad = { $2 }" 'list web = { 80, 443 }' 'drop from bad' 'drop tcp to port web'
}

@test "show, explain and diff name the lists of rules, and --expand prints values" {
	given_lists a '198.51.100.7, 2001:db8::/64'
	given_policy b 'list ports = { 22 }' 'drop tcp to port ports'
	on_server policy apply eth0 "$POLICIES/a.policy"
	rules_are ingress 'drop from bad' 'drop tcp to port web' 'default pass'
	[[ $(on_server policy show eth0 --expand) == *'drop from { 198.51.100.7, 2001:db8::/64 }'*'drop tcp to port { 80, 443 }'* ]]
	local asked=(explain eth0 ingress tcp 198.51.100.7:1 '>' 203.0.113.9:22)
	[[ $(on_server "${asked[@]}") == *'a.policy:4: drop from bad'* ]]
	[[ $(on_server "${asked[@]}" --expand) == *'a.policy:4: drop from { 198.51.100.7, 2001:db8::/64 }'* ]]
	on_server "${asked[@]}" --json | jq -e '.rule == "drop from bad" and .line == 4'
	run -0 --separate-stderr diff_with b
	[[ $output == *'-     1  drop from bad'*'+     1  drop tcp to port ports'* ]]
	run -0 --separate-stderr diff_with b --expand
	[[ $output == *'-     1  drop from { 198.51.100.7, 2001:db8::/64 }'*'+     1  drop tcp to port 22'* ]]
}

@test "diff says in words how the values of a list change, and of nothing else" {
	given_lists a '198.51.100.7, 198.51.100.9'
	given_lists b '198.51.100.7, 203.0.113.1, 203.0.113.3, 203.0.113.5'
	on_server policy apply eth0 "$POLICIES/a.policy"
	run -0 --separate-stderr diff_with a
	[[ $output == 'eth0 ingress: no change' ]]
	run -0 --separate-stderr diff_with b
	diff <(printf '%s\n' "$output") - <<-'END'
		eth0 ingress
		~         list bad: 3 entries added, 1 gone
	END
	diff_with b --json | jq -e '.hooks[0] | .changes == [] and
		.lists == [{list: "bad", entries: 4, before: 2, added: 3, gone: 1}]'
	run -0 --separate-stderr diff_with b --expand
	[[ $output == *'-     1  drop from { 198.51.100.7, 198.51.100.9 }'*'~         list bad: '* ]]
}

# None adjacent to another, each with a comma.
addresses() { # COUNT
	seq 0 "$(($1 - 1))" | awk '{ printf "198.%d.%d.%d, ", 18 + $1 / 32768, $1 / 128 % 256, $1 % 128 * 2 }'
}

@test "--expand prints all the values of a list of four thousand addresses, in show and explain" {
	given_lists a "$(addresses 4000)198.18.200.1"
	on_server policy apply eth0 "$POLICIES/a.policy"
	run -0 --separate-stderr on_server policy show eth0 --expand
	[[ $output == *'198.18.200.1 }'* && $output != *' ...'* ]]
	run -0 on_server explain eth0 ingress --expand tcp 198.18.200.1:1 '>' 203.0.113.9:22
	(($(grep -o '198\.18\.[0-9.]*' <<<"${output##*a.policy}" | sort -u | wc -l) == 4001)) || fail "${output:0:400}"
	run -0 on_server explain eth0 ingress --expand --json tcp 198.18.200.1:1 '>' 203.0.113.9:22
	[[ $(jq -r .rule <<<"$output") == *'198.18.200.1 }' ]]
}

@test "diff counts the entries of a list that is too long to be kept" {
	given_lists a "$(addresses 6000)"
	given_lists b "$(addresses 5998)"
	given_lists c "$(addresses 5999)203.0.113.1"
	on_server policy apply eth0 "$POLICIES/a.policy"
	run -0 --separate-stderr diff_with b
	[[ ${lines[1]} == '~         list bad: 5998 entries, 6000 before' && ${#lines[@]} == 2 ]]
	run -0 --separate-stderr diff_with c
	[[ ${lines[1]} == '~         list bad: other values, 6000 entries as before' ]]
	run -0 --separate-stderr diff_with a
	[[ $output == 'eth0 ingress: no change' ]]
	run -0 --separate-stderr on_server policy show eth0 --expand
	[[ $output == *'198.18.'*' ...'* && $output != *'#'* ]]
}

@test "the JSON has a list of changes for each hook" {
	given_policy b 'pass icmp' 'drop arp' 'default drop'
	on_server attach eth0 --xdp --chain policy
	diff_with b --json >"$BATS_TEST_TMPDIR/json"
	jq -e '[.hooks[].hook] == ["xdp", "ingress"]' "$BATS_TEST_TMPDIR/json"
	jq -e '.hooks[1].changes == [
		{change: "remove", rule: 1, text: "drop tcp to port 80"},
		{change: "remove", rule: null, text: "default pass"},
		{change: "add", rule: null, text: "default drop"}]' "$BATS_TEST_TMPDIR/json"
	diff_with b --hook ingress --json | jq -e '[.hooks[].hook] == ["ingress"]'
}

@test "diff changes nothing, and after an apply there is no difference" {
	given_policy b 'drop udp to port 53'
	local before
	before=$(what_is_there)
	diff_with b
	[[ $(what_is_there) == "$before" ]]
	on_server policy apply eth0 "$POLICIES/b.policy"
	run -0 diff_with b
	[[ $output == 'eth0 ingress: no change' ]]
}

@test "what an apply would refuse, diff refuses" {
	given_policy bad 'drop tcp prot 80'
	run -1 diff_with bad
	[[ $output == *"bad.policy:1:10: unknown condition or change 'prot'"* ]]
	refuses 1 "no such file: '/nonexistent'" on_server policy diff eth0 /nonexistent
	refuses 1 "eth0 xdp has no chain" on_server policy diff eth0 "$POLICIES/a.policy" --hook xdp
	refuses 2 'needs a device and a file' on_server policy diff eth0
	run -0 tailgate policy diff --help
}

@test "compile makes an object that tc loads alone, and whose rules can be seen before" {
	run -0 on_server policy compile "$POLICIES/a.policy" -o "$BATS_TEST_TMPDIR/a.o"
	diff <("$BUILD/tg-rules" text "$BATS_TEST_TMPDIR/a.o") - <<-'END'
		drop tcp to port 80
		pass icmp
		drop arp
		default pass
	END
	in_server tc qdisc replace dev eth1 clsact
	in_server tc filter add dev eth1 ingress bpf da obj "$BATS_TEST_TMPDIR/a.o" sec ingress
	[[ $(in_server tc filter show dev eth1 ingress) == *policy_ingress* || $(in_server tc filter show dev eth1 ingress) == *a.o:* ]]
	run -2 tailgate policy compile "$POLICIES/a.policy"
}
