#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# --dry-run prints the commands, as in tests/fixtures/chain, and changes
# nothing; running the printed lines has the same effect as the command.
#
# TAILGATE_GOLDEN=write updates the expected lines.

load helper
load helper-chain

# The device other0 keeps the bpffs mounted all the time: a line that mounts or
# unmounts it would meet the other tests.
setup() {
	given_no_gc_meanwhile
	given_device
	in_server ip link set dev eth1 name twin0
	in_server ip link add other0 type veth peer name x0
	on_server attach other0 --egress >/dev/null
}

teardown() {
	remove_chains
}

# --- words

# The printed lines, with words for what is another each time.
masked() { # DEVICE
	sed -e "s|$ROOT/build|BUILD|g" -e "s|$SERVER|NAMESPACE|g" \
		-e "s|$(key_of "$1")|KEY|g" -e "s|dev $1|dev DEVICE|g" -e "s|--adopt $1 |--adopt DEVICE |g" \
		-e 's|^ln -sfn [0-9]*\.[0-9]* |ln -sfn COOKIE.INDEX |'
}

is_golden() { # NAME DEVICE
	local golden=$ROOT/tests/fixtures/chain/$1.golden
	[[ ${TAILGATE_GOLDEN:-} != write ]] || masked "$2" <"$BATS_TEST_TMPDIR/lines" >"$golden"
	masked "$2" <"$BATS_TEST_TMPDIR/lines" | diff -u "$golden" - || fail "that is not $1.golden"
}

# Everything about a device that a command may change.
all_of() { # DEVICE
	local key
	key=$(key_of "$1")
	on_server status "$1" --json | jq -S 'del(.. | .passed?, .dropped?)'
	in_server ip -o link show dev "$1"
	in_server tc qdisc show dev "$1"
	find "/run/tailgate/$key" "$OBJECTS_ROOT/$key" "$OBJECTS_ROOT/$key.lock" \
		-printf '%p %i %T@\n' 2>/dev/null | sort
}

# The same, without what tells one device and one run from another.
shape_of() { # DEVICE
	local key
	key=$(key_of "$1")
	on_server status "$1" --json | jq -S '[.devices[].hooks] | del(.. | .passed?, .dropped?, .id?, .gate?)' |
		sed 's/ id [0-9]* / id NUMBER /'
	in_server tc qdisc show dev "$1"
	find "/run/tailgate/$key" "$OBJECTS_ROOT/$key" 2>/dev/null |
		sed "s|$key|KEY|" | sort
}

prints() { # GOLDEN DEVICE WORD... the command, with DEVICE where it belongs
	local golden=$1 device=$2 before
	shift 2
	before=$(all_of "$device")
	on_server --dry-run "${@/#DEVICE/$device}" >"$BATS_TEST_TMPDIR/lines"
	[[ $(all_of "$device") == "$before" ]] || fail 'that changed something' "$(diff <(echo "$before") <(all_of "$device"))"
	is_golden "$golden" "$device"
}

# eth0 gets the command, its twin the lines that it would run.
same_by_hand() { # GOLDEN WORD...
	prints "$1" twin0 "${@:2}"
	bash -e "$BATS_TEST_TMPDIR/lines" >"$BATS_TEST_TMPDIR/said" 2>&1 || fail "$(<"$BATS_TEST_TMPDIR/said")"
	set -- "${@:2}"
	on_server "${@/#DEVICE/eth0}" >/dev/null
	[[ $(shape_of eth0) == "$(shape_of twin0)" ]] ||
		fail "by hand it is another state:" "$(diff <(shape_of eth0) <(shape_of twin0))"
}

both() { # WORD...
	on_server "${@/#DEVICE/eth0}" >/dev/null
	on_server "${@/#DEVICE/twin0}" >/dev/null
}

# --- the verbs

@test "the lines of attach, pasted, attach to all hooks" {
	same_by_hand attach attach DEVICE --xdp --ingress --egress --chain count,drop_tcp
	[[ $(on_server status twin0 --json | jq -c '[.devices[].hooks[] | .hook, .broken]') == '["xdp",null,"ingress",null,"egress",null]' ]]
}

@test "the lines of attach over a chain, pasted, put another in its place" {
	both attach DEVICE --xdp=native --ingress --chain count
	same_by_hand attach-over attach DEVICE --xdp=native --ingress --chain drop_arp,drop_tcp --default drop --miss drop
}

@test "the lines of attach with frames of several buffers, pasted, attach that build" {
	in_server ip link set dev eth0 mtu 9000
	in_server ip link set dev twin0 mtu 9000
	same_by_hand attach-multi attach DEVICE --xdp=native --chain count
}

@test "the lines of the changes to a chain, pasted, change it" {
	both attach DEVICE --egress --chain count
	same_by_hand chain-set chain DEVICE egress set drop_tcp,drop_arp
	same_by_hand chain-insert chain DEVICE egress insert 1 count
	same_by_hand chain-remove chain DEVICE egress remove drop_arp
	same_by_hand chain-replace chain DEVICE egress replace count drop_icmp
	on_server chain twin0 egress | grep drop_icmp
}

@test "the lines of detach, pasted, take away one hook or all" {
	both attach DEVICE --xdp=native --ingress --egress --chain count
	same_by_hand detach-ingress detach DEVICE --ingress
	[[ $(on_server status twin0 --json | jq -c '[.devices[].hooks[].hook]') == '["xdp","egress"]' ]]
	same_by_hand detach detach DEVICE
	[[ ! -e /run/tailgate/$(key_of twin0) ]]
}

@test "detach by hand leaves the clsact to the filters of others" {
	both attach DEVICE --ingress
	local device
	for device in eth0 twin0; do
		in_server tc filter add dev "$device" egress pref 3 bpf da obj "$BUILD/count.o" sec egress
	done
	same_by_hand detach-clsact detach DEVICE
	has_qdisc clsact
	both attach DEVICE --ingress
	for device in eth0 twin0; do
		in_server tc qdisc replace dev "$device" clsact
		in_server tc filter del dev "$device" egress
		in_server tc filter add dev "$device" ingress protocol all pref 7400 handle 1 \
			bpf da obj "$BUILD/count.o" sec ingress
	done
	same_by_hand detach-clsact detach DEVICE
	has_qdisc clsact
}

@test "where there is nothing to do no command is printed" {
	run -0 on_server --dry-run detach eth0
	[[ $output == 'nothing is attached to eth0'* ]]
	((${#lines[@]} == 1))
}

@test "the lines of gc, pasted, remove what is dead" {
	exec {GC_LOCK}>&-
	given_gc_alone
	both attach DEVICE --ingress --chain count
	in_server tc filter del dev twin0 ingress
	on_server --dry-run gc | grep -F "$(key_of twin0)" >"$BATS_TEST_TMPDIR/lines"
	on_server --dry-run gc | grep -F 'dev twin0' >>"$BATS_TEST_TMPDIR/lines"
	is_golden gc twin0
	[[ -d /run/tailgate/$(key_of twin0) ]]
	bash -e "$BATS_TEST_TMPDIR/lines"
	[[ ! -e /run/tailgate/$(key_of twin0) && ! -e $OBJECTS_ROOT/$(key_of twin0) ]]
	[[ $(in_server tc qdisc show dev twin0) != *clsact* ]]
	[[ -d /run/tailgate/$(key_of eth0) ]]
}

@test "a command that would fail prints no line and fails with --dry-run, too" {
	refuses 1 "no such plugin: 'no_such'" on_server --dry-run attach eth0 --ingress --chain no_such
	refuses 1 'eth0 ingress has no chain' on_server --dry-run chain eth0 ingress set count
	refuses 1 "no such device: 'no0'" on_server --dry-run detach no0
}

@test "--verbose tells the commands that it runs, and they are those of --dry-run" {
	on_server --dry-run attach eth0 --ingress --chain count >"$BATS_TEST_TMPDIR/dry"
	on_server --verbose attach eth0 --ingress --chain count 2>&1 >/dev/null | sed 's/^# //' >"$BATS_TEST_TMPDIR/wet"
	diff "$BATS_TEST_TMPDIR/dry" "$BATS_TEST_TMPDIR/wet"
}

# --- alone

@test "the first attachment mounts the bpffs, the last one takes it away, by hand as well" {
	# shellcheck disable=SC2016 # expanded in there
	alone '
		tailgate --dry-run attach eth0 --ingress --chain count >/run/lines
		grep -qx "mount -t bpf -o mode=0700 tailgate /run/tailgate" /run/lines
		bash -e /run/lines
		tailgate status
		tailgate attach eth1 --ingress --chain count
		tailgate --dry-run detach eth0 >/run/lines
		! grep umount /run/lines || exit 1
		bash -e /run/lines
		mountpoint -q /run/tailgate
		tailgate status
		tailgate --dry-run detach eth1 >/run/lines
		grep -qx "umount /run/tailgate" /run/lines
		bash -e /run/lines
		test ! -e /run/tailgate
		test ! -e /run/tailgate-objects
		tailgate status
		tailgate attach eth1 --xdp
		mountpoint -q /run/tailgate
		tailgate detach eth1
		test ! -e /run/tailgate
		test ! -e /run/tailgate-objects'
}
