#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The guard of 'policy apply --confirm' rolls back despite a full disk, failing
# tc, or killed processes.

load helper
load helper-chain
load helper-policy
load helper-stopped

setup() {
	given_no_gc_meanwhile
	given_device
	given_policy a 'pass icmp' 'default pass'
	given_policy b 'default drop'
}

teardown() {
	[[ ! ${LUCK:-} ]] || rm -f "$LUCK"/{slow,luckless}
	remove_chains
}

# --- words

given_a_in_force() {
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
}

in_force_is_a() {
	rules_are ingress 'pass icmp' 'default pass'
}

in_force_is_b() {
	rules_are ingress 'default drop'
}

guards() {
	pgrep -f "policy guard $KEY " || true
}

no_guard() {
	[[ ! $(guards) ]]
}

waits() {
	[[ -e $OBJECTS_ROOT/$KEY/unconfirmed ]]
}

note_says() { # TEXT
	[[ $(on_server policy show eth0) == *"$1"* ]] && [[ $(on_server status eth0) == *"$1"* ]]
}

# tc fails to graft while the file 'luckless' is there, after as many grafts as it
# says, and takes as long as the file 'slow' is there; logger writes to 'journal'.
given_luckless_tc() {
	LUCK=$BATS_TEST_TMPDIR/luck
	mkdir "$LUCK"
	cat >"$LUCK/tc" <<-END
		#!/bin/sh
		case "\$*" in
		'exec bpf graft '*)
			if read -r left 2>/dev/null <'$LUCK/luckless'; then
				[ "\$left" -gt 0 ] || { echo 'there is no luck today' >&2; exit 1; }
				echo \$((left - 1)) >'$LUCK/luckless'
			fi
			while [ -e '$LUCK/slow' ]; do sleep 0.1; done
			;;
		esac
		exec $(type -P tc) "\$@"
	END
	cat >"$LUCK/logger" <<-END
		#!/bin/sh
		printf '%s\n' "\$*" >>'$LUCK/journal'
	END
	chmod 755 "$LUCK"/*
	PATH=$LUCK:$PATH
}

journal_says() { # TEXT
	grep -qF "$1" "$LUCK/journal"
}

@test "when the graft fails, the guard tries until it succeeds, and says so" {
	given_luckless_tc
	given_a_in_force
	echo 1 >"$LUCK/luckless"
	apply b --confirm 1
	eventually note_says 'eth0: its policy is being rolled back, as it was not confirmed until '
	eventually note_says 'the rollback failed (2 times, next in 2 s)'
	note_says 'there is no luck today'
	journal_says 'not confirmed within 1 s, and the rollback failed (1 times, next in 1 s)'
	in_force_is_b
	rm "$LUCK/luckless"
	eventually in_force_is_a
	eventually no_guard
	run ! waits
	note_says 'not confirmed within 1 s: rolled back ingress'
	journal_says 'not confirmed within 1 s: rolled back ingress'
}

@test "a rollback by hand that fails leaves the guard at work" {
	given_luckless_tc
	given_a_in_force
	echo 1 >"$LUCK/luckless"
	apply b --confirm 20
	refuses 1 'there is no luck today' on_server policy rollback eth0
	waits
	[[ $(guards) ]]
	in_force_is_b
	rm "$LUCK/luckless"
	eventually in_force_is_a
}

@test "an apply that fails half way and cannot go back leaves the guard at work" {
	given_luckless_tc
	on_server attach eth0 --xdp --ingress --chain policy >/dev/null
	apply a >/dev/null
	echo 1 >"$LUCK/luckless"
	run -1 apply b --confirm 2
	rules_are xdp 'default drop'
	in_force_is_a
	waits
	eventually journal_says 'the rollback failed'
	rm "$LUCK/luckless"
	eventually rules_are xdp 'pass icmp' 'default pass'
	eventually no_guard
	in_force_is_a
}

@test "what was confirmed while the guard was trying stays" {
	given_luckless_tc
	given_a_in_force
	echo 1 >"$LUCK/luckless"
	apply b --confirm 1
	eventually note_says 'the rollback failed'
	on_server policy confirm eth0
	rm "$LUCK/luckless"
	eventually no_guard
	in_force_is_b
	[[ ! -e $OBJECTS_ROOT/$KEY/ingress.back.o ]]
}

@test "with no room left the guard goes back, and says so" {
	given_a_in_force
	# The objects on a file system of their own, which is full then.
	local objects=$OBJECTS_ROOT/$KEY
	cp -a "$objects" "$BATS_TEST_TMPDIR/objects"
	mount -t tmpfs -o size=48m,mode=700 tmpfs "$objects"
	MOUNTS+=("$objects")
	cp -a "$BATS_TEST_TMPDIR/objects/." "$objects/"
	apply b --confirm 20
	run ! dd if=/dev/zero "of=$objects/full" bs=4k status=none
	in_force_is_b
	eventually in_force_is_a
	eventually no_guard
	note_says 'not confirmed within 20 s: rolled back ingress'
	# And a command has room for what is not bulky.
	run ! waits
	rm "$objects/full"
	apply b
	in_force_is_b
	on_server policy rollback eth0
	in_force_is_a
	umount "$objects"
}

@test "the rollback happens after the whole process group of the apply was killed" {
	given_a_in_force
	# shellcheck disable=SC2016 # expanded in there
	run setsid --wait bash -c '"$@"; kill -KILL 0' bash "$ROOT/tc-scripts/tailgate" \
		--netns "$SERVER" policy apply eth0 "$POLICIES/b.policy" --confirm 2
	((status == 137))
	# which it does not say where the new policy was not in force
	eventually note_says 'rolled back ingress'
	eventually no_guard
	in_force_is_a
}

@test "the rollback happens after its network namespace has lost its name" {
	local namespace
	given_a_in_force
	# It lives on, or another test may be given its number, and clear all away.
	exec {namespace}<"/run/netns/$SERVER"
	apply b --confirm 2
	umount --lazy "/run/netns/$SERVER" # what 'ip netns del' does
	eventually no_guard
	[[ $(<"$OBJECTS_ROOT/$KEY/confirm.outcome") == *'rolled back ingress'* ]]
	rm -f "/run/netns/$SERVER"
	forget_attachments "$KEY"
	exec {namespace}<&-
}

@test "a lock that another command never gives back does not keep it from going back" {
	TIMEOUT=50
	given_a_in_force
	apply b --confirm 1
	local pid
	flock "$LOCKS/tailgate.$KEY.lock" sleep 60 3>&- 4>&- &
	pid=$!
	eventually in_force_is_a
	eventually no_guard
	pkill -P "$pid" sleep
	wait "$pid" || true
}

@test "an apply that takes longer than its guard waits is taken back when it is through" {
	given_luckless_tc
	given_a_in_force
	touch "$LUCK/slow"
	apply b --confirm 1 >/dev/null 3>&- 4>&- &
	local pid=$!
	eventually journal_says 'rolls back without waiting for it'
	eventually journal_says 'another command is at work on eth0, and may still put its policy in force'
	waits
	rm "$LUCK/slow"
	wait "$pid"
	eventually note_says 'rolled back ingress'
	eventually no_guard
	in_force_is_a
}

@test "while a policy waits to be confirmed, its chain stays as it is" {
	given_a_in_force
	on_server attach eth0 --egress --chain count >/dev/null
	apply b --confirm 60
	refuses_and_changes_nothing 1 'a policy on eth0 waits to be confirmed, until ' on_server chain eth0 ingress insert 0 count
	refuses_and_changes_nothing 1 'a policy on eth0 waits to be confirmed, until ' on_server attach eth0 --ingress --chain count
	on_server attach eth0 --ingress --chain policy
	on_server chain eth0 egress set drop_arp
	on_server policy rollback eth0
	in_force_is_a
	on_server chain eth0 ingress insert 0 count
	in_force_is_a
}

@test "a rollback of one of two hooks leaves the other one to its guard" {
	on_server attach eth0 --xdp --ingress --chain policy >/dev/null
	apply a >/dev/null
	apply b --confirm 20
	on_server policy rollback eth0 --hook xdp
	rules_are xdp 'pass icmp' 'default pass'
	in_force_is_b
	waits
	eventually in_force_is_a
	rules_are xdp 'pass icmp' 'default pass'
	eventually no_guard
}

@test "without the object of the policy in force there is no --confirm, and a plain apply has no rollback" {
	given_a_in_force
	rm "$OBJECTS_ROOT/$KEY"/ingress.0.o
	refuses_and_changes_nothing 1 'there is no rollback to it' apply b --confirm 5
	in_force_is_a
	run -0 apply b
	[[ $output == *'there will be no rollback to it'* ]]
	refuses 1 'no policy to go back to' on_server policy rollback eth0
	in_force_is_b
}

@test "where systemd runs, the guard is a transient unit" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/systemd-run" <<-'END'
		#!/bin/bash
		printf '%s\n' "$@" >/run/arguments
		while [[ $1 != -- ]]; do shift; done
		# As PID 1 would start it: another session, another network.
		exec setsid --wait unshare --net env -i "PATH=$PATH" "${@:2}"
	END
	chmod 755 "$BATS_TEST_TMPDIR/bin/systemd-run"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
	export POLICIES TIMEOUT
	export -f eventually
	# shellcheck disable=SC2016 # expanded in there
	alone '
		rules() { tailgate policy show eth0 --json | jq -r ".hooks[0].policy.default.verdict"; }
		rolled_back() { tailgate policy show eth0 | grep "rolled back ingress" && [[ $(rules) == pass ]]; }
		mkdir -p /run/systemd/system
		tailgate attach eth0 --ingress --chain policy
		tailgate policy apply eth0 "$POLICIES/a.policy"
		tailgate policy apply eth0 "$POLICIES/b.policy" --confirm 2
		grep -qx -- --collect /run/arguments
		grep -qx -- --service-type=forking /run/arguments
		grep -qxE -- "--unit=tailgate-confirm-eth0-[0-9]+\.service" /run/arguments
		grep -qx -- "--setenv=PATH=$PATH" /run/arguments
		# It says so only where the new policy was in force.
		eventually rolled_back
		# And without it a process of its own.
		printf "#!/bin/sh\necho no bus >&2; exit 1\n" >'"$BATS_TEST_TMPDIR"'/bin/systemd-run
		tailgate policy apply eth0 "$POLICIES/b.policy" --confirm 1 2>&1 | grep "systemd-run failed (no bus)"
		eventually rolled_back
		tailgate detach eth0'
}
