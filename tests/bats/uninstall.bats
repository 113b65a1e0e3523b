#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# make uninstall: removes what make install has installed, unless chains are in
# force that could not be detached afterwards.
# shellcheck disable=SC2154 # 'run' sets stderr

load helper
load helper-chain

setup() {
	given_no_gc_meanwhile
	given_device
	INSTALLED=$BATS_TEST_TMPDIR/usr
	make_in_tree install
}

teardown() {
	remove_chains
}

make_in_tree() { # TARGET [VARIABLE...]
	make -C "$BATS_TEST_DIRNAME/../.." --no-print-directory "$1" PREFIX="$INSTALLED" "${@:2}"
}

is_installed() {
	[[ -x $INSTALLED/sbin/tailgate && -x $INSTALLED/lib/tailgate/build/tg-policy && -e $INSTALLED/share/man/man5/tailgate-policy.5 &&
		-e $INSTALLED/share/man/man8/tailgate.8 && -e $INSTALLED/share/man/man8/tailgate-save.8 ]]
	grep -qx "ExecStart=$INSTALLED/sbin/tailgate restore %I" "$INSTALLED/lib/systemd/system/tailgate@.service"
	grep -qx 'NoNewPrivileges=yes' "$INSTALLED/lib/systemd/system/tailgate-netns@.service"
	! grep -E '@(PREFIX|SANDBOX)@' "$INSTALLED"/lib/systemd/system/*
}

is_removed() {
	[[ -z $(find "$INSTALLED" -type f -o -type l) ]]
}

@test "uninstall names the chains in force, how to end them, and removes nothing" {
	on_server attach eth0 --ingress --chain count
	run -2 --separate-stderr make_in_tree uninstall
	[[ $stderr == *"uninstall: a chain is in force on eth0: 'tailgate --netns $SERVER detach eth0' ends it"* ]]
	[[ $stderr == *"uninstall: nothing is removed; FORCE=1"* ]]
	is_installed
	tailgate --netns "$SERVER" detach eth0
	run --separate-stderr make_in_tree uninstall
	[[ $stderr != *"--netns $SERVER "* ]]
}

@test "uninstall FORCE=1 removes the tools, names the chains, and leaves them in force" {
	on_server attach eth0 --ingress --chain count
	run -0 --separate-stderr make_in_tree uninstall FORCE=1
	[[ $stderr == *"'tailgate --netns $SERVER detach eth0' ends it"* ]]
	is_removed
	chain_is ingress count
}

@test "where nothing is attached, uninstall removes all that install has put there" {
	# others may have chains at this moment: a /run without any
	# shellcheck disable=SC2016 # it is bash's
	run -0 unshare --mount bash -c 'mount -t tmpfs tmpfs /run && exec make -C "$1" uninstall PREFIX="$2"' - "$BATS_TEST_DIRNAME/../.." "$INSTALLED"
	is_removed
}

@test "uninstall from another root does not ask what is in force here" {
	on_server attach eth0 --ingress --chain count
	make_in_tree install DESTDIR="$BATS_TEST_TMPDIR/image"
	run -0 --separate-stderr make_in_tree uninstall DESTDIR="$BATS_TEST_TMPDIR/image"
	[[ ! $stderr ]]
	[[ -z $(find "$BATS_TEST_TMPDIR/image" -type f -o -type l) ]]
	is_installed
}
