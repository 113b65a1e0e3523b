#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A command reads the state of its device once and then acts: how many processes
# that takes, that a failed read is an error, and which notes are used.

load helper
load helper-chain
load helper-policy
load helper-stopped

setup() {
	given_no_gc_meanwhile
	given_device
	given_policy a 'drop tcp to port 80' 'default drop'
	given_policy b 'drop tcp to port 81' 'default drop'
}

teardown() {
	remove_chains
}

# --- words

# The processes of a command are no more than this, forked shells included.
processes_at_most() { # LIMIT WORD... of tailgate
	local count
	strace -f -qq -e trace=none -e signal=none -o "$BATS_TEST_TMPDIR/strace" \
		-e trace=execve,clone,clone3,fork,vfork,exit_group \
		"$ROOT/tc-scripts/tailgate" --netns "$SERVER" "${@:2}" >/dev/null ||
		fail "${*:2} failed"
	count=$(awk '{ print $1 }' "$BATS_TEST_TMPDIR/strace" | sort -u | wc -l)
	printf '# %s: %s processes\n' "${*:2:2}" "$count"
	((count > 0 && count <= $1)) ||
		fail "${*:2}: $count processes, and not $1 at most:" "$(grep execve "$BATS_TEST_TMPDIR/strace" | grep -v ENOENT)"
}

# A front end whose tg-look does this at its call number N: a shell's words.
given_looker_that() { # N WORDS
	TREE=$BATS_TEST_TMPDIR/lookers
	[[ -d $TREE ]] || {
		mkdir -p "$TREE/build"
		cp -r "$ROOT/tc-scripts" "$TREE/"
		ln -s "$BUILD"/* "$TREE/build/"
		rm "$TREE/build/tg-look"
	}
	rm -f "$TREE/reached"
	echo 0 >"$TREE/calls"
	cat >"$TREE/build/tg-look" <<-END
		#!/bin/bash
		calls=\$((\$(<'$TREE/calls') + 1))
		echo "\$calls" >'$TREE/calls'
		((calls != $1)) || { touch '$TREE/reached'; $2; }
		exec '$BUILD/tg-look' "\$@"
	END
	chmod 755 "$TREE/build/tg-look"
}

with_looker() { # WORD... of tailgate
	"$TREE/tc-scripts/tailgate" --netns "$SERVER" "$@"
}

chains_now() {
	walk ingress
	in_server tc filter show dev eth0 ingress
	find "$OBJECTS_ROOT/$KEY" -name '*.o' -printf '%P %i\n' | sort
}

# Whichever look fails, and however: one line and status 1. Before the command
# acts nothing has changed, and after it the chain is whole.
each_look_fails() { # HOW WORD... of tailgate
	local n how=$1 before
	shift
	before=$(chains_now)
	for ((n = 1; ; n++)); do
		given_looker_that "$n" "$how"
		run with_looker "$@"
		[[ -e $TREE/reached ]] || break
		((status == 1)) || fail "look $n of $*: status $status" "$output"
		[[ ${lines[0]} == 'tailgate: cannot look at eth0: '* ]] || fail "look $n of $*:" "$output"
		((n > 2)) || [[ $(chains_now) == "$before" ]] ||
			fail "look $n of $* changed something:" "$(diff <(printf '%s\n' "$before") <(chains_now))"
		before=$(chains_now)
	done
	((n > 1)) || fail "$* does not look"
	((status == 0)) || fail "$output"
}

# --- processes

@test "status of three hooks takes two processes, with words and as JSON" {
	on_server attach eth0 --xdp --ingress --egress --chain count,policy,drop_tcp >/dev/null
	processes_at_most 2 status eth0
	processes_at_most 2 status eth0 --json
	processes_at_most 3 chain eth0 ingress
}

@test "top takes one process, however often it looks" {
	on_server attach eth0 --xdp --ingress --egress --chain count,policy,drop_tcp >/dev/null
	processes_at_most 1 top eth0 --count 5 --interval 0.1
	processes_at_most 1 top --json --count 5 --interval 0.1
}

@test "the JSON of policy show takes a process for each hook, and one for the whole" {
	on_server attach eth0 --xdp --ingress --egress --chain policy >/dev/null
	processes_at_most 6 policy show eth0 --json
}

@test "changing a set and looking at it takes two processes" {
	given_policy sets 'set blocked { addresses }' 'default pass' 'drop from @blocked'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply sets >/dev/null
	processes_at_most 2 set add eth0 blocked 198.51.100.7 --for 1h
	processes_at_most 2 set test eth0 blocked 198.51.100.7
	processes_at_most 2 set del eth0 blocked 198.51.100.7
	processes_at_most 2 set list eth0
}

@test "looking at flows takes two processes, and so does deleting some" {
	on_server attach eth0 --ingress --chain policy --flows 1000 >/dev/null
	processes_at_most 2 flows eth0
	processes_at_most 2 flows eth0 tcp --count --json
	processes_at_most 2 flows del eth0 from 198.51.100.7
}

@test "watching takes a process that looks at the device, and one that prints the line of --dry-run" {
	on_server attach eth0 --ingress --chain policy >/dev/null
	on_server --dry-run watch eth0 >"$BATS_TEST_TMPDIR/lines"
	[[ $(wc -l <"$BATS_TEST_TMPDIR/lines") == 1 ]]
	processes_at_most 3 --dry-run watch eth0
}

@test "an apply takes twelve processes, the tools that change something included" {
	on_server attach eth0 --xdp --ingress --egress --chain policy >/dev/null
	apply a --hook ingress >/dev/null
	processes_at_most 12 policy apply eth0 "$POLICIES/b.policy" --hook ingress
	processes_at_most 12 policy apply eth0 "$POLICIES/a.policy" --hook ingress
}

@test "attach and detach take few processes besides those that change something" {
	on_server --dry-run attach eth0 --ingress --chain count,drop_tcp >"$BATS_TEST_TMPDIR/lines"
	processes_at_most $(($(wc -l <"$BATS_TEST_TMPDIR/lines") + 12)) attach eth0 --ingress --chain count,drop_tcp
	processes_at_most 6 attach eth0 --ingress
	on_server --dry-run detach eth0 >"$BATS_TEST_TMPDIR/lines"
	processes_at_most $(($(wc -l <"$BATS_TEST_TMPDIR/lines") + 12)) detach eth0
}

# --- a look that fails

@test "a chain that could not be read is no broken one: 'chain set' keeps its default" {
	on_server attach eth0 --ingress --chain count --default drop --miss pass >/dev/null
	each_look_fails "echo 'error=slot 0 of the chain on ingress: Too many open files'; exit 1" \
		chain eth0 ingress set drop_arp,count
	chain_is ingress 'drop_arp count' drop
	# Killed, it says nothing.
	# shellcheck disable=SC2016 # expanded in there
	each_look_fails 'kill -KILL $$' chain eth0 ingress set count
	chain_is ingress count drop
}

@test "whichever look fails, attach, detach, apply and status say so and fail" {
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
	local how="echo 'error=eth0: Out of memory'; exit 1"
	each_look_fails "$how" status eth0
	each_look_fails "$how" status eth0 --json
	each_look_fails "$how" policy show eth0
	given_looker_that 2 "$how"
	refuses_and_changes_nothing 1 'cannot look at eth0: eth0: Out of memory' with_looker policy apply eth0 "$POLICIES/b.policy"
	rules_are ingress 'drop tcp to port 80' 'default drop'
	given_looker_that 2 "$how"
	refuses_and_changes_nothing 1 'cannot look at eth0' with_looker attach eth0 --ingress --chain count
	given_looker_that 2 "$how"
	refuses_and_changes_nothing 1 'cannot look at eth0' with_looker detach eth0
	rules_are ingress 'drop tcp to port 80' 'default drop'
}

@test "a bank that could not be read is not an empty one" {
	on_server attach eth0 --ingress --chain count,count >/dev/null
	local files said=$BATS_TEST_TMPDIR/said status
	for ((files = 4; ; files++)); do
		status=0
		in_server prlimit "--nofile=$files:$files" "$BUILD/tg-look" --files eth0 >"$said" 3>&- 4>&- || status=$?
		((status)) || break
		((status == 1)) || fail "with $files files: status $status"
		[[ $(tail -n 1 "$said") == 'error='*'Too many open files' ]] || fail "with $files files:" "$(<"$said")"
	done
	((files > 5)) || fail 'no look has failed'
	diff "$said" <(in_server "$BUILD/tg-look" --files eth0)
}

@test "a guard whose looks fail tries until one succeeds" {
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
	given_looker_that -1 ':'
	# From now on none succeeds, until the file goes.
	sed -i "s|^exec|[[ ! -e '$TREE/blind' ]] \|\| { echo error=blind; exit 1; }; exec|" "$TREE/build/tg-look"
	with_looker policy apply eth0 "$POLICIES/b.policy" --confirm 1
	touch "$TREE/blind"
	eventually grep -q 'cannot look at the chains of eth0: blind' "$OBJECTS_ROOT/$KEY/confirm.outcome"
	rules_are ingress 'drop tcp to port 81' 'default drop'
	rm "$TREE/blind"
	eventually rules_are ingress 'drop tcp to port 80' 'default drop'
	eventually grep -q 'rolled back ingress' "$OBJECTS_ROOT/$KEY/confirm.outcome"
}

# --- locks

@test "apply compiles before it waits for another command, and tells for whom it waits" {
	on_server attach eth0 --ingress --chain policy >/dev/null
	given_policy bad 'drop tcp to prot 80'
	local pid held
	exec {held}<>"$OBJECTS_ROOT/$KEY.lock"
	flock "$held"
	printf '%s %s %s\n' 4711 1000000000 stats >"$OBJECTS_ROOT/$KEY.lock"
	refuses_bad() { run -1 apply bad && [[ $output == *"bad.policy:1:13: "* ]]; }
	refuses_bad
	apply a &>"$BATS_TEST_TMPDIR/said" 3>&- 4>&- {held}>&- &
	pid=$!
	eventually grep -q "^tailgate: waiting for 'stats' (process 4711, since .*) on eth0" "$BATS_TEST_TMPDIR/said"
	compgen -G "$OBJECTS_ROOT/$KEY/policy.*.o"
	rules_are ingress 'default next'
	exec {held}>&-
	wait "$pid"
	rules_are ingress 'drop tcp to port 80' 'default drop'
	run ! compgen -G "$OBJECTS_ROOT/$KEY/policy.*.o"
}

@test "what a killed apply has compiled goes with the next one" {
	on_server attach eth0 --ingress --chain policy >/dev/null
	touch "$OBJECTS_ROOT/$KEY/policy.4999999.o"
	apply a
	[[ ! -e $OBJECTS_ROOT/$KEY/policy.4999999.o ]]
}

@test "a chain that changed while its policy was compiled gets it for the hooks that it has" {
	on_server attach eth0 --ingress --chain policy >/dev/null
	local pid held
	exec {held}<>"$OBJECTS_ROOT/$KEY.lock"
	flock "$held"
	apply a &>"$BATS_TEST_TMPDIR/said" 3>&- 4>&- {held}>&- &
	pid=$!
	eventually compgen -G "$OBJECTS_ROOT/$KEY/policy.*.o"
	# Under the lock that is held here, as if another command had done it.
	mv "$OBJECTS_ROOT/$KEY.lock" "$BATS_TEST_TMPDIR/lock"
	on_server attach eth0 --egress --chain policy >/dev/null
	exec {held}>&-
	wait "$pid" || fail "$(<"$BATS_TEST_TMPDIR/said")"
	rules_are ingress 'drop tcp to port 80' 'default drop'
	rules_are egress 'drop tcp to port 80' 'default drop'
}

# --- whose notes they are

note_of_another_namespace() {
	local life
	life=$(readlink "$OBJECTS_ROOT/$KEY/life")
	ln -sfn "1.${life#*.}" "$OBJECTS_ROOT/$KEY/life"
}

note_of_another_device() {
	local life
	life=$(readlink "$OBJECTS_ROOT/$KEY/life")
	ln -sfn "${life%.*}.9999" "$OBJECTS_ROOT/$KEY/life"
}

# As a namespace leaves it that died under a policy to be confirmed.
given_what_a_dead_namespace_left() {
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
	in_server tc qdisc del dev eth0 clsact
	printf '1.2 %s ingress:0:9\n' $((EPOCHSECONDS + 9999)) >"$OBJECTS_ROOT/$KEY/unconfirmed"
	note_of_another_namespace
	in_server tc qdisc add dev eth0 clsact # somebody else's
}

@test "what another namespace of the same number has left is told as stale, and attach clears it away" {
	given_what_a_dead_namespace_left
	run -1 on_server status eth0
	[[ $output == *"stale: $KEY: nothing uses it any more: 'tailgate gc' removes it"* ]]
	[[ $output != *'confirm'* && $output != *'gate is gone'* ]]
	run -1 on_server status eth0 --json
	jq -e --arg key "$KEY" '[.stale[].attachment] == [$key] and .devices == []' <<<"$output"
	refuses 1 'eth0 ingress has no chain' on_server policy show eth0
	refuses 1 'nothing is attached to eth0' on_server policy confirm eth0
	run -0 on_server attach eth0 --ingress --chain policy
	[[ $output == *'eth0: removing what was attached in a network namespace of the same number, which is gone'* ]]
	rules_are ingress 'default next'
	[[ ! -e $OBJECTS_ROOT/$KEY/unconfirmed && ! -e /run/tailgate/$KEY/clsact ]]
	on_server detach eth0
	nothing_is_left others-clsact
}

@test "detach removes what another namespace of the same number has left, and leaves the clsact of the new one" {
	given_what_a_dead_namespace_left
	on_server detach eth0
	nothing_is_left others-clsact
}

@test "a clsact that was made for another device of this name is not taken for ours" {
	on_server attach eth0 --ingress --chain count >/dev/null
	in_server tc qdisc del dev eth0 clsact
	note_of_another_device
	in_server tc qdisc add dev eth0 clsact
	on_server attach eth0 --ingress --chain count >/dev/null
	on_server detach eth0
	nothing_is_left others-clsact
}

@test "a namespace gets the number of one that died, and not its notes" {
	local try inode=none old name life
	old=$(stat -Lc %i "/run/netns/$SERVER")
	on_server attach eth0 --ingress --chain count >/dev/null
	life=$(readlink "$OBJECTS_ROOT/$KEY/life")
	name=$SERVER
	ip netns del "$SERVER"
	for ((try = 0; try < 100; try++)); do
		ip netns add "$name"
		inode=$(stat -Lc %i "/run/netns/$name")
		[[ $inode != "$old" ]] || break
		ip netns del "$name"
		sleep 0.1
	done
	[[ $inode == "$old" ]] || {
		[[ $(readlink "$OBJECTS_ROOT/$KEY/life") != "$life" ]] || forget_attachments "$KEY"
		skip 'another namespace has the number by now'
	}
	in_server ip link add eth0 type veth peer name eth1
	in_server tc qdisc add dev eth0 clsact
	run -1 on_server status eth0
	[[ $output == *"stale: $KEY: nothing uses it any more"* ]]
	on_server attach eth0 --ingress --chain count
	on_server detach eth0
	nothing_is_left others-clsact
}

# --- numbers that stand in two places

@test "what tg-look knows by heart is what the scripts have" {
	local header=$ROOT/tools/live/look.h lib=$ROOT/tc-scripts/lib
	the() { sed -nE "s/^#define $1 \"?([^\"]*)\"?\$/\1/p" "$header"; }
	its() { sed -nE "s/^readonly $1=//p" "$lib/$2.bash"; }
	[[ $(the LOOK_PINS_ROOT) == "$(its PINS_ROOT attachment)" && $(the LOOK_PINS_ROOT) ]]
	[[ $(the LOOK_OBJECTS_ROOT) == "$(its OBJECTS_ROOT attachment)" && $(the LOOK_OBJECTS_ROOT) ]]
	[[ $(the LOOK_PREF) == "$(its PREF gate)" && $(the LOOK_PREF) ]]
	[[ $(the LOOK_HANDLE) == "$(its HANDLE gate)" && $(the LOOK_HANDLE) ]]
}
