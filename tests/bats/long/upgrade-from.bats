#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate upgrade, from the objects of an earlier version, which are built from
# its commit: under a flood, with counts; or refused before anything changes. It
# is the last tag of a release, or, without one, the first version that has the
# verb.

load ../helper
load ../helper-chain
load ../helper-policy
load ../helper-flows

setup_file() {
	local commit
	build_tool flood
	git -C "$ROOT" rev-parse --git-dir >/dev/null 2>&1 || skip 'this tree has no history, so no earlier version'
	commit=$(git -C "$ROOT" describe --abbrev=0 --match='v*' HEAD^ 2>/dev/null ||
		git -C "$ROOT" log --format=%H --diff-filter=A -- tc-scripts/verbs/upgrade.bash)
	[[ $commit ]] || skip 'the history of this tree is cut off before the earlier version'
	export EARLIER=$BATS_FILE_TMPDIR/earlier
	mkdir "$EARLIER"
	git -C "$ROOT" archive "$commit" | tar -x -C "$EARLIER"
	make -s -C "$EARLIER" -j"$(nproc)" all >"$BATS_FILE_TMPDIR/make" 2>&1 || fail "$(tail -n 20 "$BATS_FILE_TMPDIR/make")"
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

of_earlier() { # WORD...
	"$EARLIER/tc-scripts/tailgate" --netns "$SERVER" "$@"
}

# The programs in force, by the tags of their instructions.
tags_on() { # HOOK
	on_server status eth0 --json | jq -r --arg hook "$1" '.devices[0].hooks[] | select(.hook == $hook).chain[].tag'
}

@test "an earlier version is upgraded under a flood: each packet is judged once, and counts go on" {
	local hook before
	for hook in ingress xdp; do
		given_server
		given_quiet_hosts
		of_earlier attach eth0 "--$hook" --chain count,policy
		of_earlier policy apply eth0 - <<<$'drop udp to port 1-65535\ndefault drop'
		before=$(tags_on "$hook")
		flood_begins
		sleep 1
		run -0 on_server upgrade eth0
		sleep 1
		flood_ends
		[[ $(tags_on "$hook") != "$before" ]]
		no_call_was_missed
		counted count "$hook" next counted "$ARRIVED"
		[[ $(judged "$hook") == "$ARRIVED" ]]
		[[ $(on_server status eth0 --json | jq '.devices[0].hooks[0].passed') == 0 ]]
		[[ $(on_server policy show eth0 --json | jq '[.hooks[].policy.rules[].packets] | add') == "$ARRIVED" ]]
		remove_chains
	done
}

@test "flows of an earlier version are taken over, or the upgrade is refused and changes nothing" {
	local before
	given_server
	of_earlier attach eth0 --ingress --egress --chain policy
	of_earlier policy apply eth0 --hook ingress - <<<$'pass established\npass arp\npass icmp\ndefault drop' 2>/dev/null
	of_earlier policy apply eth0 --hook egress - <<<'default pass keep' 2>/dev/null
	in_server ping -c 1 -W 2 198.51.100.1
	before=$(what_is_there)
	run on_server upgrade eth0
	if ((status == 0)); then
		(($(on_server flows eth0 --count --json | jq .flows) > 0))
	else
		[[ $output == 'tailgate: '*"'tailgate "* || $output == *"'tailgate detach"* ]] || fail "no mend: $output"
		[[ $(what_is_there) == "$before" ]] || fail 'something has changed'
	fi
	in_server ping -c 1 -W 2 198.51.100.1
}
