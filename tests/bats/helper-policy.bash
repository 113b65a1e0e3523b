# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of policies in force, on top of helper.bash and
# helper-chain.bash.
# shellcheck disable=SC2154 # 'run' sets status and output

# given_policy a 'default pass' 'drop icmp': writes $POLICIES/a.policy.
given_policy() { # NAME LINE...
	POLICIES=$BATS_TEST_TMPDIR
	printf '%s\n' "${@:2}" >"$POLICIES/$1.policy"
}

# To all hooks with the plugin, or with these options.
apply() { # NAME [OPTION...]
	on_server policy apply eth0 "$POLICIES/$1.policy" "${@:2}"
}

# Prints the rules in force, one a line, the default last.
rules_on() { # HOOK
	on_server policy show eth0 --hook "$1" --json |
		jq -r '.hooks[0].policy | (.rules[].text, "default \(.default.verdict)")'
}

rules_are() { # HOOK RULE... the default last
	local found wanted
	found=$(rules_on "$1")
	wanted=$(printf '%s\n' "${@:2}")
	[[ $found == "$wanted" ]] || fail "the rules on $1 are" "$found" 'and not' "$wanted"
}

# Prints the counter of each rule in order: '3 0 12', the default last.
rule_packets() { # HOOK
	on_server policy show eth0 --hook "$1" --json |
		jq -r '.hooks[0].policy | [(.rules[].packets), .default.packets] | map(tostring) | join(" ")'
}

rule_packets_are() { # HOOK 'PACKETS...'
	[[ $(rule_packets "$1") == "$2" ]] || fail "counted '$(rule_packets "$1")' and not '$2'"
}

# Sends echo requests, whether they are answered or not.
ping_often() { # HOW-OFTEN
	in_client ping -q -c "$1" -i 0.002 -W 1 "$SERVER4" >/dev/null || true
}

# Known neighbours and no IPv6: all counted packets were sent by the test.
given_quiet_server() {
	given_server
	given_known_neighbours
	given_no_ipv6
}

# 10,000 rules that match no packet of a test, followed by these.
given_large_policy() { # NAME RULE...
	POLICIES=$BATS_TEST_TMPDIR
	{
		echo 'default pass'
		awk 'BEGIN { for (i = 0; i < 9998; i++)
			printf "drop tcp from 198.18.%d.%d to port %d\n", i / 256, i % 256, 1024 + i }'
		printf '%s\n' "${@:2}"
	} >"$POLICIES/$1.policy"
}

# --- a flood, alternately matched by two policies

# Both policies have both rules, so counts are carried over; the rule that comes
# first matches the flood.
given_policies_in_turn() {
	given_large_policy a 'drop udp from 198.51.100.1 to port 9' 'drop udp to 198.51.100.2 port 9'
	given_large_policy b 'drop udp to 198.51.100.2 port 9' 'drop udp from 198.51.100.1 to port 9'
}

# Descriptor 3 shows progress.
applies_under_a_flood() { # HOOK APPLIES
	local n started=$SECONDS
	local -a names=(a b)
	given_server
	given_quiet_hosts
	given_policies_in_turn
	on_server attach eth0 "--$1" --chain policy >/dev/null
	apply a >/dev/null
	flood_begins
	for ((n = 1; n <= $2; n++)); do
		apply "${names[n % 2]}" >/dev/null
	done
	flood_ends
	one_policy_judged_each "$1"
	printf '# %s: %s applies, sent %s, arrived %s, by a %s, by b %s, %s s\n' "$1" "$2" \
		"$SENT" "$ARRIVED" "$BY_A" "$BY_B" $((SECONDS - started)) >&3
}

one_policy_judged_each() { # HOOK
	local shown
	shown=$(on_server policy show eth0 --hook "$1" --json)
	BY_A=$(packets_of 'drop udp from 198.51.100.1 to port 9' <<<"$shown")
	BY_B=$(packets_of 'drop udp to 198.51.100.2 port 9' <<<"$shown")
	no_call_was_missed
	((SENT == ARRIVED + REFUSED)) || fail "sent $SENT, refused $REFUSED, arrived $ARRIVED"
	((BY_A > 0 && BY_B > 0 && BY_A + BY_B == ARRIVED)) ||
		fail "arrived $ARRIVED, by a $BY_A, by b $BY_B" "$(what_was_counted)" "$(jq -c ".hooks[0].policy | (.rules[] | select(.packets > 0)), .default" <<<"$shown")"
	(($(judged "$1") == ARRIVED)) || fail "judged $(judged "$1") of $ARRIVED"
	jq -e '[.hooks[0].policy | .rules[:9998][].packets, .default.packets] | add == 0' <<<"$shown" >/dev/null
}

packets_of() { # RULE
	jq --arg rule "$1" '.hooks[0].policy.rules[] | select(.text == $rule).packets'
}

# --- kernel objects of a policy

# Number of programs and maps of the attachment, and memory of its maps.
policy_footprint() {
	kernel_objects >"$BATS_TEST_TMPDIR/footprint"
	grep -c '^prog' "$BATS_TEST_TMPDIR/footprint"
	grep -c '^map' "$BATS_TEST_TMPDIR/footprint"
	bpftool -j map show | jq --slurpfile ids <(sed -n 's/^map //p' "$BATS_TEST_TMPDIR/footprint") \
		'[.[] | select(.id | IN($ids[])).bytes_memlock] | add'
}

# --- killed and failing commands, with helper-stopped.bash

# Also commands that chains do not need.
given_policy_shims() {
	local name
	given_shims
	for name in cp setsid; do
		cp "$ROOT/tests/fixtures/chain/shim" "$TREE/shims/$name"
	done
	for name in tg-rules tg-policy; do
		sed "s/^\t'tg-chain grace' |/\t'tg-rules keep '* | 'tg-policy compile '* |&/" \
			"$ROOT/tests/fixtures/chain/shim" >"$TREE/build/$name"
		chmod 755 "$TREE/build/$name"
		grep -q 'tg-rules keep' "$TREE/build/$name"
	done
}
