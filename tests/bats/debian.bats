#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tests/debian/run, with a root directory that only contains busybox.

load helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	export TMPDIR=$BATS_TEST_TMPDIR TAILGATE_DEBIAN_CACHE=$BATS_TEST_TMPDIR/cache
	OTHER=$TAILGATE_DEBIAN_CACHE/13.$(cat "$ROOT/docs/dependencies.md" "$ROOT/tests/debian/run" | sha256sum | cut -c1-12)
	local applet
	mkdir -p "$OTHER"/{bin,proc,sys,dev,run,tmp,var/tmp,root,tailgate}
	cp "$(type -P busybox)" "$OTHER/bin/busybox"
	for applet in sh ls grep cat env umount ip mount sleep touch kill; do
		ln -s busybox "$OTHER/bin/$applet"
	done
}

teardown() {
	[[ ! ${STARTED:-} ]] || kill -KILL "$STARTED" 2>/dev/null || true
}

in_other() { # COMMAND...
	"$ROOT/tests/debian/run" "$@" 3>&- 4>&-
}

nothing_is_left() {
	run -1 grep -F "$BATS_TEST_TMPDIR" /proc/mounts &&
		run -1 pgrep -f "unshare.* $OTHER "
}

@test "a command runs in the other root, in a copy of the tree, and its exit status is told" {
	run -3 in_other sh -c 'ls /; ls; exit 3'
	[[ " ${lines[*]} " == *' bin dev proc root run sys tailgate tmp var '*' progs '* ]]
	[[ " ${lines[*]} " != *' build '* ]]
	nothing_is_left
	[[ ! $(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name 'tailgate-debian.*') ]]
}

@test "a command sees no device of this machine, and cannot change the root" {
	run -0 in_other sh -c 'ls /sys/class/net; touch /tmp/it; touch /bin/it || true'
	[[ "${lines[*]}" == 'lo touch: /bin/it: Read-only file system' ]]
	[[ ! -e $OTHER/bin/it ]]
}

@test "a command has the mounts of PID 1, as tailgate wants it" {
	# shellcheck disable=SC2016 # for the shell inside
	run -0 in_other sh -c 'read -r mount rest </proc/self/mountinfo; grep "^$mount " /proc/1/mountinfo'
	((${#lines[@]} == 1))
}

@test "a run that is killed leaves no mount and no process" {
	local signal
	for signal in TERM KILL; do
		"$ROOT/tests/debian/run" sh -c 'echo there; exec sleep 300' >"$BATS_TEST_TMPDIR/said" 3>&- 4>&- &
		STARTED=$!
		eventually grep -q there "$BATS_TEST_TMPDIR/said"
		kill "-$signal" "$STARTED"
		wait "$STARTED" || true
		eventually nothing_is_left
	done
}

@test "unknown options and missing root are reported in one line" {
	run -2 in_other --relase 13
	[[ $output == "tests/debian/run: no such option: '--relase': see 'tests/debian/run --help'" ]]
	run -2 in_other --release 11
	[[ $output == "tests/debian/run: --release wants 12 or 13, not '11': see "* ]]
	run -2 in_other --release
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups "$ROOT/tests/debian/run" true
	[[ $output == 'tests/debian/run: this needs root' ]]
}
