#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Plugins without tailgate: the commands at the head of each plugin's file work,
# and their pins can be removed completely.

load helper

setup() {
	given_hosts
	# The commands say build/NAME.o, and may write beside it.
	ln -s "$BUILD" "$BATS_TEST_TMPDIR/build"
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	clean_up
}

# The indented lines of the comment that opens the file.
printed_commands() { # PLUGIN
	sed -n '/\*\//q; s/^ \*\t//p' "$ROOT/progs/$1.bpf.c"
}

as_printed() { # PLUGIN [PIN of its own]
	printed_commands "$1" | in_server bash -eu
	pinned_are "tg_egress tg_ingress tg_xdp tgc_$1${2:+ $2}"
}

# The maps of 'tailgate capture', which all programs have.
readonly WATCH_PINS='tgw_events tgw_state'

pinned_are() { # NAMES without these
	local names
	names=$(cd "$PINS" && printf '%s\n' * | sort | xargs)
	[[ $names == "$1 $WATCH_PINS" ]] || fail "pinned are $names" "and not $1 $WATCH_PINS"
}

# --- as printed

@test "count by hand: its file's commands let everything go on, and count" {
	as_printed count
	reaches arp ping ping6 http 80
	run -0 tailgate stats
	[[ $output == *count*egress*counted* ]]
}

@test "drop_all by hand: its file's command stops everything" {
	given_known_neighbours
	as_printed drop_all
	refute_reaches arp ping ping6 http 80
}

@test "drop_arp by hand: its file's commands stop arping" {
	reaches ping
	as_printed drop_arp
	refute_reaches arp
	reaches ping
}

@test "drop_icmp by hand: its file's commands stop pings" {
	as_printed drop_icmp
	refute_reaches ping ping6
	reaches arp http 80 http6 80
}

@test "drop_port by hand: its file's command stops port 80" {
	as_printed drop_port
	refute_reaches http 80
	reaches http 8080
}

@test "drop_tcp by hand: its file's commands stop port 80, and the copy 8080" {
	as_printed drop_tcp
	refute_reaches http 80
	reaches http 8080
	# "and my_drop.o in place of the object, it is the other way round"
	in_server tc filter del dev eth0 ingress
	printed_commands drop_tcp | grep '^tc filter' | sed 's|build/drop_tcp.o|my_drop.o|' |
		in_server bash -eu
	refute_reaches http 8080
	reaches http 80
}

@test "flow by hand: its file's commands keep what leaves, and know what comes back" {
	as_printed flow tgf_flows
	in_server ping -q -c 1 -w "$TIMEOUT" "$CLIENT4"
	run -0 build/tg-flows list "$PINS/tgf_flows"
	[[ $output == *icmp*"$SERVER4"*"$CLIENT4"*icmp-replied* ]]
	counted flow ingress pass flow 1
}

@test "limit by hand: its file's commands stop most of a flood of pings" {
	as_printed limit tgl_limits
	in_client ping -q -f -c 500 -W 1 "$SERVER4" >/dev/null || true
	counted limit ingress drop over-limit
	run -0 build/tg-limits list "$PINS/tgl_limits"
	[[ $output == *"$CLIENT4"* ]]
}

@test "only_icmp by hand: its file's command stops all but pings" {
	as_printed only_icmp
	refute_reaches http 80
	reaches ping ping6
}

@test "only_tcp by hand: its file's command stops all but TCP" {
	as_printed only_tcp
	refute_reaches ping ping6
	reaches http 80
}

@test "every plugin has a test by hand" {
	local file plugin
	for file in "$ROOT"/progs/*.bpf.c; do
		plugin=$(basename "$file" .bpf.c)
		grep -qE "^	as_printed $plugin( |\$)" "$BATS_TEST_FILENAME" || fail "not tried: $plugin"
	done
}

@test "policy by hand: its file's commands make a policy, which stops port 80" {
	as_printed policy
	refute_reaches http 80
	reaches http 8080 ping ping6
}

# --- what stays

# Programs and maps that the hook of the server holds, as "prog 5", "map 7".
in_the_kernel() { # PROGRAM-ID
	printf 'prog %s\n' "$1"
	bpftool -j prog show id "$1" | jq -r '.map_ids[] | "map \(.)"'
}

all_gone() { # "KIND ID"...
	local thing
	for thing; do
		# shellcheck disable=SC2086 # two words
		! bpftool ${thing/ / show id } &>/dev/null || return
	done
}

filter_id() {
	in_server tc -j filter show dev eth0 "$1" | jq '.[].options.prog.id | values'
}

xdp_id() {
	in_server ip -j link show dev eth0 | jq '.[0].xdp.prog.id // empty'
}

leaves_nothing() { # ID-COMMAND DETACH-COMMAND...
	local things
	mapfile -t things < <(in_the_kernel "$($1)")
	((${#things[@]} >= 3))
	"${@:2}"
	pinned_are 'tg_egress tg_ingress tg_xdp tgc_drop_tcp'
	rm "$PINS"/{tg_egress,tg_ingress,tg_xdp,tgc_drop_tcp,tgw_events,tgw_state}
	eventually all_gone "${things[@]}"
}

@test "an XDP plugin taken off the device leaves its pins, and without them nothing" {
	attach_by_hand server xdp drop_tcp
	leaves_nothing xdp_id in_server ip link set dev eth0 xdpdrv off
}

@test "an ingress plugin taken off the device leaves its pins, and without them nothing" {
	attach_by_hand server ingress drop_tcp
	filter_id_ingress() { filter_id ingress; }
	leaves_nothing filter_id_ingress in_server tc filter del dev eth0 ingress
}

@test "an egress plugin taken off the device leaves its pins, and without them nothing" {
	attach_by_hand server egress drop_tcp
	filter_id_egress() { filter_id egress; }
	leaves_nothing filter_id_egress in_server tc qdisc del dev eth0 clsact
}

@test "the multi-buffer build pins its own chain and the same counters" {
	attach_by_hand server frags drop_tcp
	pinned_are 'tg_xdpf tgc_drop_tcp'
	attach_by_hand client ingress drop_tcp
	pinned_are 'tg_egress tg_ingress tg_xdp tg_xdpf tgc_drop_tcp'
}

@test "by default the pins are in the usual bpffs" {
	local found
	# In a private mount namespace, so that the machine's own stays as it is.
	# shellcheck disable=SC2016 # expanded in there
	found=$(env -u TC_BPF_MNT unshare --mount bash -euc '
		mount -t bpf bpf /sys/fs/bpf
		nsenter --net="/run/netns/$1" bash -eu >&2
		cd /sys/fs/bpf/tc/globals
		echo *' bash "$SERVER" < <(printed_commands drop_icmp))
	[[ $found == "tg_egress tg_ingress tg_xdp tgc_drop_icmp $WATCH_PINS" ]] || fail "pinned are $found"
}

@test "two devices with the same plugin count together" {
	attach_by_hand server ingress count
	attach_by_hand client egress count
	reaches ping
	counted count ingress next counted
	counted count egress next counted
}
