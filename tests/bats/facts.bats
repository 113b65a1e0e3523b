#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Assumptions of the design about iproute2, libbpf and the kernel. If one of
# these fails after an upgrade, the environment has changed, not tailgate.
#
# Not tested: that a tail call with a constant index becomes a direct jump. It
# is only visible in machine code, and bpftool is built without a disassembler.

load helper

setup_file() {
	local source name clang
	clang=$(the_clang)
	for source in "$ROOT"/tests/fixtures/facts/*.bpf.c; do
		name=$(basename "$source" .bpf.c)
		"$clang" -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror \
			-isystem "$("$ROOT/tc-scripts/find-clang" --headers "$clang")" \
			-c "$source" -o "$BATS_FILE_TMPDIR/$name.o"
	done
	"$clang" -O2 -target bpf -mcpu=v3 \
		-isystem "$("$ROOT/tc-scripts/find-clang" --headers "$clang")" \
		-c "$ROOT/tests/fixtures/facts/gate.bpf.c" -o "$BATS_FILE_TMPDIR/without_btf.o"
	head -c 64 /dev/zero >"$BATS_FILE_TMPDIR/packet"
}

setup() {
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs
	given_namespace NS device
	inside ip link add eth0 type veth peer name eth1
	inside ip link set dev eth1 up
	inside ip link set dev eth0 up
	inside tc qdisc add dev eth0 clsact
	cd "$BATS_FILE_TMPDIR" || return
}

teardown() {
	[[ ${BATS_TEST_COMPLETED:-} ]] || {
		printf '%s\n' "$(tc -V)" "$(bpftool version)" "Linux $(uname -r)"
	}
	clean_up
}

# --- words

inside() {
	in_namespace "$NS" "$@"
}

filter() { # OBJECT [SECTION]
	inside tc filter add dev eth0 ingress bpf da obj "$1.o" sec "${2:-ingress}"
}

xdp() { # MODE OBJECT [SECTION]
	inside ip link set dev eth0 "$1" obj "$2.o" sec "${3:-xdp}"
}

graft() { # ARRAY SLOT OBJECT ingress|xdp [WORD...]
	local type=()
	[[ $4 != xdp* ]] || type=(type xdp)
	tc exec bpf graft "$PINS/$1" key "$2" object-file "$3.o" "${type[@]}" section "${@:4}"
}

filter_ids() {
	inside tc -j filter show dev eth0 ingress | jq '.[].options.prog.id | values'
}

xdp_id() {
	inside ip -j link show dev eth0 | jq '.[0].xdp.prog.id // empty'
}

# What the program that is attached answers, with what it calls.
answers() { # ingress|xdp NUMBER
	local id answer
	if [[ $1 == xdp ]]; then
		id=$(xdp_id)
	else
		id=$(filter_ids | head -n 1)
	fi
	answer=$(bpftool -j prog run id "$id" data_in packet | jq .retval)
	[[ $answer == "$2" ]] || fail "the program answers $answer and not $2"
}

says() { # TEXT
	[[ $output == *"$1"* ]] || fail "this does not say '$1': $output"
}

# Mounts at or below a directory, in this mount namespace.
mounts_at() {
	awk -v dir="$1" '$5 == dir || index($5, dir "/") == 1' /proc/self/mountinfo | wc -l
}

# Commands in a mount namespace of their own, where the one bpffs is at a place
# of our choice: the machine's stays as it is, and so do those of other tests,
# which may go at any time.
with_bpffs_at() { # DIRECTORY COMMANDS [ARGUMENT...]
	env -u TC_BPF_MNT unshare --mount bash -euc "
		findmnt -rno TARGET -t bpf | xargs -rd '\n' umount || true
		mount -t bpf bpf '$1'
		$2" bash "${@:3}"
}

with_default_bpffs() { # COMMANDS [ARGUMENT...]
	with_bpffs_at /sys/fs/bpf "$@"
}

# --- opening objects

@test "libbpf refuses the legacy map section" {
	run ! filter legacy_maps
	says "legacy map definitions in 'maps' section are not supported"
}

@test "maps want an object built with -g" {
	run ! filter without_btf
	says 'BTF is required'
}

@test "a prog array filled in the object itself fails to load" {
	run ! filter static_values
	says "failed to initialize slot [0]"
}

# libbpf 1.1 takes it where the object has no other program, libbpf 1.5 never.
@test "a program in .text cannot be attached beside another one" {
	run ! filter shared_text .text
	run filter lone_text .text
	((status == 0)) || [[ $output == *"object file doesn't contain sec .text"* ]]
}

@test "several programs in one section are told apart by their names" {
	inside tc filter add dev eth0 ingress bpf da obj answer.o sec ingress program twelve_ingress
	answers ingress 12
}

# --- pins

@test "maps are pinned in tc/globals below TC_BPF_MNT, for tc as for ip" {
	filter data
	[[ -e $PINS/fact_data ]]
	rm "$PINS/fact_data"
	xdp xdpdrv data
	[[ -e $PINS/fact_data ]]
}

@test "without TC_BPF_MNT maps are pinned in tc/globals of the usual bpffs" {
	# shellcheck disable=SC2016 # expanded in there
	with_default_bpffs 'nsenter --net="/run/netns/$1" \
		tc filter add dev eth0 ingress bpf da obj data.o sec ingress
		test -e /sys/fs/bpf/tc/globals/fact_data' "$NS"
}

@test "where the usual place has no bpffs, tc takes any other that it finds" {
	mkdir "$BATS_TEST_TMPDIR/other"
	# shellcheck disable=SC2016 # expanded in there
	with_bpffs_at "$BATS_TEST_TMPDIR/other" 'nsenter --net="/run/netns/$1" \
		tc filter add dev eth0 ingress bpf da obj data.o sec ingress
		test -e "$2/tc/globals/fact_data"
		test "$(stat -f -c %T /sys/fs/bpf)" != bpf_fs' "$NS" "$BATS_TEST_TMPDIR/other"
}

@test "bpftool pins the same maps at another place" {
	with_default_bpffs 'bpftool prog load data.o /sys/fs/bpf/program type classifier
		test -e /sys/fs/bpf/fact_data
		test ! -e /sys/fs/bpf/tc/globals/fact_data'
}

@test "a directory in a bpffs will do as TC_BPF_MNT, and nothing is mounted" {
	local mounts
	mounts=$(mounts_at "$TC_BPF_MNT")
	mkdir "$TC_BPF_MNT/attachment"
	TC_BPF_MNT+=/attachment filter data
	[[ -e $TC_BPF_MNT/attachment/tc/globals/fact_data ]]
	(($(mounts_at "$TC_BPF_MNT") == mounts))
}

@test "a directory outside of any bpffs gets two mounts" {
	mkdir "$BATS_TEST_TMPDIR/plain"
	# shellcheck disable=SC2016 # expanded in there
	TC_BPF_MNT=$BATS_TEST_TMPDIR/plain unshare --mount bash -euc '
		nsenter --net="/run/netns/$1" tc filter add dev eth0 ingress bpf da obj data.o sec ingress
		test "$(grep -cF " $TC_BPF_MNT " /proc/self/mountinfo)" = 2' bash "$NS"
}

@test "a hard link of a pin in another directory is the same map" {
	mkdir -p "$TC_BPF_MNT/one" "$TC_BPF_MNT/two/tc/globals"
	TC_BPF_MNT=$BATS_TEST_TMPDIR/bpf/one filter data
	ln "$TC_BPF_MNT/one/tc/globals/fact_data" "$TC_BPF_MNT/two/tc/globals/fact_data"
	TC_BPF_MNT=$BATS_TEST_TMPDIR/bpf/two xdp xdpdrv data
	local one two
	one=$(bpftool -j prog show id "$(filter_ids)" | jq -c .map_ids)
	two=$(bpftool -j prog show id "$(xdp_id)" | jq -c .map_ids)
	[[ $one == "$two" ]]
}

@test "'ip netns exec' exits 0, and what it pinned is gone" {
	# shellcheck disable=SC2016 # expanded in there
	with_default_bpffs 'ip netns exec "$1" tc filter add dev eth0 ingress bpf da obj data.o sec ingress
		test ! -e /sys/fs/bpf/tc/globals/fact_data' "$NS"
	answers ingress 11
}

@test "'tc -n' exits 0, and what it pinned is gone" {
	# shellcheck disable=SC2016 # expanded in there
	with_default_bpffs 'tc -n "$1" filter add dev eth0 ingress bpf da obj data.o sec ingress
		test ! -e /sys/fs/bpf/tc/globals/fact_data' "$NS"
	answers ingress 11
}

@test "nsenter into the network alone keeps the pins" {
	# shellcheck disable=SC2016 # expanded in there
	with_default_bpffs 'nsenter --net="/run/netns/$1" \
		tc filter add dev eth0 ingress bpf da obj data.o sec ingress
		test -e /sys/fs/bpf/tc/globals/fact_data' "$NS"
}

@test "a chain that was made in a private mount namespace is empty after it" {
	# shellcheck disable=SC2016 # expanded in there
	with_default_bpffs 'nsenter --net="/run/netns/$1" \
		tc filter add dev eth0 ingress bpf da obj gate.o sec ingress
		tc exec bpf graft /sys/fs/bpf/tc/globals/fact_tc key 0 object-file answer.o section ingress' "$NS"
	eventually answers ingress 10
}

# --- chains

@test "an empty slot falls through to the code after the call" {
	filter gate
	answers ingress 10
	xdp xdpdrv gate
	answers xdp 10
}

@test "graft fills a slot on tc" {
	filter gate
	graft fact_tc 0 answer ingress
	answers ingress 11
}

@test "graft fills a slot on XDP, with the type right after the object" {
	xdp xdpdrv gate
	graft fact_xdp 0 answer xdp
	answers xdp 11
}

@test "graft replaces what is in a slot, and cannot empty it" {
	filter gate
	graft fact_tc 0 answer ingress
	graft fact_tc 0 answer ingress program twelve_ingress
	answers ingress 12
	run ! tc exec bpf graft "$PINS/fact_tc" key 0
	answers ingress 12
}

@test "a failed graft leaves the slot as it was" {
	xdp xdpdrv gate
	graft fact_xdp 0 answer xdp
	run ! graft fact_xdp 0 answer xdp_foo
	answers xdp 11
}

@test "programs of one chain must have exactly the same section name" {
	xdp xdpdrv gate
	run ! graft fact_xdp 0 answer xdp_foo
	says 'Map update failed: Invalid argument'
}

@test "a chain for several buffers wants an array of its own" {
	xdp xdpdrv gate
	inside ip link set dev eth0 xdpdrv off
	run ! xdp xdpdrv gate_frags xdp.frags
	says 'failed to load: -22'
}

@test "a chain can be filled before the device is touched" {
	local hook
	# shellcheck disable=SC2016 # expanded in there
	for hook in ingress xdpgeneric; do
		unshare --net bash -euc 'ip link set dev lo up
			tc qdisc add dev lo clsact
			if [[ $1 == ingress ]]; then
				tc filter add dev lo ingress bpf da obj gate.o sec ingress
			else
				ip link set dev lo xdpgeneric obj gate.o sec xdp
			fi' bash "$hook"
	done
	graft fact_tc 0 answer ingress
	graft fact_xdp 0 answer xdp
	filter gate
	answers ingress 11
	xdp xdpdrv gate
	answers xdp 11
}

@test "without its pin a running chain is empty" {
	filter gate
	graft fact_tc 0 answer ingress
	answers ingress 11
	rm "$PINS/fact_tc"
	eventually answers ingress 10
}

@test "the kernel follows 33 tail calls and then falls through" {
	filter again
	graft fact_tc 0 again ingress
	answers ingress 34
}

# --- attaching

@test "adding a filter twice stacks it, replacing it by pref and handle does not" {
	filter gate
	filter gate
	(($(filter_ids | wc -l) == 2))
	inside tc filter del dev eth0 ingress
	for _ in 1 2 3; do
		inside tc qdisc replace dev eth0 clsact
		inside tc filter replace dev eth0 ingress protocol all pref 7 handle 3 \
			bpf da obj gate.o sec ingress
	done
	(($(filter_ids | wc -l) == 1))
}

@test "a second XDP program is refused without -force" {
	xdp xdpdrv gate
	run ! xdp xdpdrv answer
	says 'XDP program already attached'
	inside ip -force link set dev eth0 xdpdrv obj answer.o sec xdp
	answers xdp 11
}

@test "'xdp off' exits 0 and leaves a generic program where native would do" {
	xdp xdpgeneric gate
	inside ip link set dev eth0 xdp off
	answers xdp 10
	inside ip link set dev eth0 xdpgeneric off
	[[ ! $(xdp_id) ]]
}

@test "native XDP over generic fails, even with -force" {
	xdp xdpgeneric gate
	run ! inside ip -force link set dev eth0 xdpdrv obj answer.o sec xdp
	says "can't be active at the same time"
}

@test "with jumbo frames veth takes XDP for several buffers alone" {
	inside ip link set dev eth1 mtu 9000
	inside ip link set dev eth0 mtu 9000
	run ! xdp xdpdrv answer
	says 'Peer MTU is too large to set XDP'
	xdp xdpdrv frags xdp.frags
}

# --- constant data

@test "each .rodata section is a frozen map of its own" {
	filter table
	local maps
	maps=$(bpftool -j prog show id "$(filter_ids)" | jq '.map_ids[]')
	(($(wc -w <<<"$maps") == 2))
	local map
	for map in $maps; do
		bpftool -j map show id "$map" | jq -e '.frozen == 1'
	done
}

@test "such a section can be replaced by a larger one, and tc still loads it" {
	# 1024 numbers, the last one 77: the packet of 64 bytes asks for number 64
	{
		head -c 256 /dev/zero
		printf '\x4d\0\0\0'
		head -c 3836 /dev/zero
	} >"$BATS_TEST_TMPDIR/table"
	"$BUILD/tg-splice" table.o -o "$BATS_TEST_TMPDIR/larger.o" \
		fact_mask=1023 ".rodata.table=@$BATS_TEST_TMPDIR/table"
	inside tc filter add dev eth0 ingress bpf da obj "$BATS_TEST_TMPDIR/larger.o" sec ingress
	answers ingress 77
}

@test "a mask that reaches over the end of the table is refused" {
	"$BUILD/tg-splice" table.o -o "$BATS_TEST_TMPDIR/wrong.o" fact_mask=1023
	run ! inside tc filter add dev eth0 ingress bpf da obj "$BATS_TEST_TMPDIR/wrong.o" sec ingress
}
