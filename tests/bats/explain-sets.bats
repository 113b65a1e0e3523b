#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain DEV HOOK of a policy with named sets: the entries in force.

load helper
load helper-chain
load helper-explain

# The sets of the device, as a policy with sets needs them in a chain.
sets() { # VERB WORD...
	in_server "$BUILD/tg-sets" "$1" "$PINS/tgs_sets" "${@:2}"
}

given_sets_policy() { # HOOK
	given_policy ban "$1" <<-'END'
		list admins = { 203.0.113.0/24, 2001:db8:1::/48 }
		set blocked { addresses timeout 1h }
		set doors { ports }
		set pairs { address-ports }
		default pass
		drop from @blocked
		next udp to port 53 add from/24 to @blocked for 10m
		drop tcp from !admins to port @doors to !@blocked add from to @blocked add to to @pairs del to from @doors
	END
	sets prepare "$POLICY"
}

# The policy's sets are not the first ones of the table.
given_sets_in_chain() { # HOOK
	given_policy other "$1" <<<$'set first { macs }\nset second { addresses }\ndrop from @second'
	sets prepare "$POLICY"
	given_sets_policy "$1"
	on_server chain eth0 "$1" set "count,$POLICY"
	sets add blocked 198.51.100.0/24 '!198.51.100.9' 2001:db8::/32
	sets add doors 23
}

# Deadlines are printed to the second, and rounded.
entries_of_all() {
	sets save | sed 's/ # until .*//'
}

readonly TO_DOOR='tcp 198.51.100.9:1234 > 203.0.113.9:23'

@test "explain names the entry that made a rule match, and what the rule would change, and leaves the sets as they are" {
	given_device
	local before rule
	on_server attach eth0 --ingress --chain count
	given_sets_in_chain ingress
	before=$(entries_of_all)
	run -0 explain ingress 'tcp 198.51.100.7:1234 > 203.0.113.9:80'
	rule='ban.policy:6: drop from @blocked; 198.51.100.7 is in @blocked: 198.51.100.0/24'
	[[ ${lines[0]} == "drop: $rule" ]]
	[[ ${lines[2]} =~ ^\ \ policy\ +"drop: $rule"$ ]]
	# a rule that does not decide changes sets, too
	run -0 explain ingress 'udp 198.51.100.9:1234 > 203.0.113.9:53'
	[[ ${lines[0]} == 'pass: end: default: '* ]]
	[[ ${lines[2]} == *'next: ban.policy:7: next udp to port 53 add from/24 to @blocked for 10m; would add 198.51.100.0/24 to @blocked for 10m' ]]
	run -0 explain ingress --batch <<<"$TO_DOOR"
	[[ $output == *'del to from @doors; 203.0.113.9 is not in @blocked; 23 is in @doors: 23; would add 198.51.100.9 to @blocked for 1h; would add 203.0.113.9 tcp 23 to @pairs; would delete 23 from @doors [count, policy]' ]]
	[[ $(entries_of_all) == "$before" ]]
	[[ $(sets list --json | jq -c '[.sets[] | select(.name == "doors" or .name == "pairs") | .entries]') == '[1,0]' ]]
}

@test "explain looks into the sets that are in force" {
	given_device
	on_server attach eth0 --ingress --chain count
	given_sets_in_chain ingress
	local packet='tcp 198.51.100.7:1234 > 203.0.113.9:80' answer
	coproc LIVE { explain ingress --batch; }
	local input=${LIVE[1]} pid=$LIVE_PID
	printf '%s\n' "$packet" >&"$input"
	read -rt "$TIMEOUT" answer <&"${LIVE[0]}"
	[[ $answer == *'is in @blocked: 198.51.100.0/24 ['* ]]
	# the table is replaced by another one
	sets replace blocked - <<<198.51.0.0/16
	printf '%s\n' "$packet" >&"$input"
	read -rt "$TIMEOUT" answer <&"${LIVE[0]}"
	[[ $answer == *'is in @blocked: 198.51.0.0/16 ['* ]]
	sets flush blocked
	printf '%s\n' "$packet" >&"$input"
	read -rt "$TIMEOUT" answer <&"${LIVE[0]}"
	[[ $answer == 'pass: no rule matches: '* ]]
	exec {input}>&-
	wait "$pid"
}

@test "explain says the same of sets as explain of the file with their entries, on each hook" {
	given_device
	local hook name files=() packets=$BATS_TEST_TMPDIR/packets
	cat >"$packets" <<-END
		$TO_DOOR
		tcp 198.51.100.7:1234 > 203.0.113.9:80
		tcp [2001:db8::7]:1 > [2001:db8:1::9]:23
		tcp 203.0.113.7:1 > 198.51.100.7:23
		udp 203.0.113.99:1 > 203.0.113.9:53
		udp [2001:db9::7]:1 > [2001:db8::9]:53
		$TO_DOOR fragment later
		$TO_DOOR cut 40
		arp
	END
	on_server attach eth0 --xdp --ingress --egress --chain count
	for hook in xdp ingress egress; do
		given_sets_in_chain "$hook"
		files=()
		for name in blocked doors pairs; do
			sets save "$name" >"$BATS_TEST_TMPDIR/$name"
			files+=(--set "$name=$BATS_TEST_TMPDIR/$name")
		done
		explain "$hook" --batch --json <"$packets" >"$BATS_TEST_TMPDIR/answers"
		jq -c '.met[] | select(.plugin == "policy") | [.line, .sets, .changes]' \
			<"$BATS_TEST_TMPDIR/answers" >"$BATS_TEST_TMPDIR/live"
		(($(wc -l <"$BATS_TEST_TMPDIR/live") == 9))
		tailgate explain --policy "$BATS_TEST_TMPDIR/ban.policy" --hook "$hook" "${files[@]}" --batch --json <"$packets" |
			jq -c '[.line, .sets, .changes]' | diff - "$BATS_TEST_TMPDIR/live"
	done
	# those of the rule that decides, once more
	[[ $(jq -c '[.line, .sets, .changes]' <"$BATS_TEST_TMPDIR/answers" | head -n 1) == "$(head -n 1 "$BATS_TEST_TMPDIR/live")" ]]
}

@test "explain says so if the stored text of a rule with sets was cut" {
	given_device
	on_server attach eth0 --ingress --chain count
	given_policy long ingress < <(
		printf 'set blocked { addresses }\ndrop from @blocked to port { 80'
		printf ', %d' {1001..1399..2}
		printf ' }\n'
	)
	sets prepare "$POLICY"
	on_server chain eth0 ingress set "$POLICY"
	sets add blocked 198.51.100.7
	run -0 explain ingress 'tcp 198.51.100.7:1 > 203.0.113.9:80'
	[[ ${lines[0]} == 'drop: long.policy:2: drop from @blocked '*' ...; its sets are not shown: the text of the rule was cut' ]]
	run -0 explain ingress --json 'tcp 198.51.100.7:1 > 203.0.113.9:80'
	[[ $(jq -c '[.sets, .changes]' <<<"$output") == '[null,null]' ]]
}

@test "the session with sets in docs/explain.md is what an applied policy and its sets give" {
	given_device
	local commands=$BATS_TEST_TMPDIR/commands
	on_server attach eth0 --ingress --chain policy
	fenced 'text ban.policy' >"$BATS_TEST_TMPDIR/ban.policy"
	cd "$BATS_TEST_TMPDIR"
	on_server policy apply eth0 ban.policy
	fenced 'console live sets' | sed -n 's/^\$ //p' >"$commands"
	(($(wc -l <"$commands") == 3))
	while IFS= read -r line; do
		printf '$ %s\n' "$line"
		bash -euo pipefail -c "tailgate() { '$ROOT/tc-scripts/tailgate' --netns '$SERVER' \"\$@\"; }; $line"
	done <"$commands" | diff <(fenced 'console live sets') -
}
