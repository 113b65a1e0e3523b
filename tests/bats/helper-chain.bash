# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of chains, on top of helper.bash: the front end at the
# server, what it has put there, what must be gone after it, and floods.
#
#	load helper
#	load helper-chain
#	setup() { given_server; }
#	teardown() { remove_chains; }
#
# Some words take a device or the like and do without; 'run' sets output.
# shellcheck disable=SC2119,SC2120,SC2154

# The directory of an attachment's objects and locks.
readonly OBJECTS_ROOT=/run/tailgate-objects

# --- hosts

# The hosts of helper.bash; counters are those of the server's eth0.
given_server() {
	given_hosts
	given_counters_of eth0
}

# A single host without traffic: eth0, with its peer eth1.
given_device() {
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs # for what is loaded by hand
	given_namespace SERVER server
	export SERVER
	in_server ip link add eth0 address "$SERVER_MAC" type veth peer name eth1
	in_server ip link set dev eth1 up
	in_server ip link set dev eth0 up
	given_counters_of eth0
}

given_counters_of() { # DEVICE
	KEY=$(key_of "$1")
	PINS=/run/tailgate/$KEY/tc/globals
}

key_of() { # DEVICE
	printf '%s-%s' "$(stat -Lc %i "/run/netns/$SERVER")" "${1//./:}"
}

# The instance of this test, if it has one.
INSTANCE=''

given_instance_name() {
	INSTANCE=$(unique instance)
	INSTANCE=${INSTANCE//[^A-Za-z0-9_-]/_}
}

remove_instance() {
	[[ ! $INSTANCE || ! -d /run/tailgate/@$INSTANCE ]] || rm -r "/run/tailgate/@$INSTANCE"
}

# Before the namespaces are deleted: their inode numbers may be reused.
remove_chains() {
	local name inode
	[[ ! ${GC_LOCK:-} ]] || exec {GC_LOCK}>&-
	remove_instance
	for name in "${NAMESPACES[@]}"; do
		[[ -e /run/netns/$name ]] || continue
		inode=$(stat -Lc %i "/run/netns/$name")
		forget_attachments "$inode-*"
	done
	clean_up
}

# Removes attachments by hand, as a test may have broken them. Only while the
# namespace exists: its inode number may be reused by another test.
forget_attachments() { # KEYS, as a pattern
	local path lock
	[[ -d $OBJECTS_ROOT ]] || return 0
	exec {lock}>>"$OBJECTS_ROOT/all.lock"
	(
		flock "$lock"
		# shellcheck disable=SC2231 # a pattern
		for path in /run/tailgate/$1 $OBJECTS_ROOT/$1 $OBJECTS_ROOT/$1.lock; do
			[[ ! -e $path ]] || rm -r "$path"
		done
		compgen -G '/run/tailgate/[0-9@]*' >/dev/null || ! mountpoint -q /run/tailgate || {
			umount /run/tailgate
			rmdir /run/tailgate
			rm -f "$OBJECTS_ROOT/all.lock"
			rmdir --ignore-fail-on-non-empty "$OBJECTS_ROOT"
		}
	)
	exec {lock}>&-
}

# gc removes stale attachments of all tests, so tests that make something stale
# block it, and tests of gc wait until they are alone.
given_no_gc_meanwhile() {
	exec {GC_LOCK}>/run/lock/tailgate-tests.gc
	flock --shared "$GC_LOCK"
}

given_gc_alone() {
	exec {GC_LOCK}>/run/lock/tailgate-tests.gc
	flock "$GC_LOCK"
}

# --- the front end

on_server() {
	tailgate --netns "$SERVER" "$@"
}

# The command fails with this status and one line that contains this text.
refuses() { # STATUS TEXT COMMAND...
	local status_wanted=$1 text=$2
	shift 2
	run "-$status_wanted" "$@"
	((${#lines[@]} == 1)) || fail "not one line: $output"
	[[ ${lines[0]} == 'tailgate: '*"$text"* ]] || fail "does not say '$text': $output"
}

# The same, and the state has not changed.
refuses_and_changes_nothing() { # STATUS TEXT COMMAND...
	local before after
	before=$(what_is_there)
	refuses "$@"
	after=$(what_is_there)
	[[ $before == "$after" ]] || fail 'something has changed:' "$(diff <(printf '%s\n' "$before") <(printf '%s\n' "$after"))"
}

# --- state

# Prints hooks, qdiscs, filters, pins, objects and chains, for comparison.
what_is_there() {
	in_server ip -o -d link show
	in_server tc qdisc show
	in_server tc filter show dev eth0 ingress
	in_server tc filter show dev eth0 egress
	find "/run/tailgate/$KEY" "$OBJECTS_ROOT/$KEY" -printf '%p %i\n' 2>/dev/null | sort
	local hook
	for hook in xdp ingress egress; do
		walk "$hook"
	done
}

# Follows the chain from its gate; prints a line for each slot, without using
# the front end that is tested.
walk() { # HOOK
	in_server "$BUILD/tg-look" eth0 | awk -F= -v hook="$1" '
		{ value[$1] = $2 }
		END {
			if (value[hook ".gate"] == "") exit
			for (i = 0; i < value[hook ".plugins"]; i++) {
				at = hook "." i
				print "slot=" value[at ".slot"], "id=" value[at ".id"], "name=" value[at ".name"], "serial=" value[at ".serial"]
			}
			if (value[hook ".broken"] != "") print "broken=" value[hook ".broken"]
			else print "end=" value[hook ".end"], "default=" value[hook ".default"]
		}'
}

gate_id() { # HOOK
	if [[ $1 == xdp ]]; then
		xdp_id
	elif [[ $1 == ingress || $(in_server tc qdisc show dev eth0) != *'qdisc ingress '* ]]; then
		# the kernel lists the ingress filters for a qdisc without
		# egress
		in_server tc filter show dev eth0 "$1" | sed -nE 's/.* handle 0x7467 .* id ([0-9]+) .*/\1/p'
	fi
}

# Prints the chain in one line, 'count drop_tcp, then pass', or nothing.
in_force() { # HOOK
	walk "$1" | sed -E 's/^slot=.* name=([^ ]+) .*/\1/; s/.* default=/then /; s/^broken=.*/then broken/' |
		paste -sd ' ' | sed -E 's/ ?then /, then /'
}

# A hook of the server's eth0 in the output of status.
hook_json() { # HOOK [DEVICE]
	on_server status "${2:-eth0}" --json | jq --arg hook "$1" '.devices[].hooks[] | select(.hook == $hook)'
}

# chain_is ingress 'count drop_tcp' drop: these plugins and this default.
chain_is() { # HOOK PLUGINS [DEFAULT]
	local found
	found=$(in_force "$1")
	[[ $found == "$2, then ${3:-pass}" ]] || fail "the chain on $1 is '$found' and not '$2, then ${3:-pass}'"
}

no_chain_on() { # HOOK
	[[ ! $(gate_id "$1") ]] || fail "there is a chain on $1: $(in_force "$1")"
}

xdp_id() { # [DEVICE]
	in_server ip -j link show dev "${1:-eth0}" | jq '.[0].xdp.prog.id // empty'
}

# XDP is attached in this mode: native or generic.
xdp_mode_is() { # MODE [DEVICE]
	local mode
	mode=$(hook_json xdp "${2:-eth0}" | jq -r .mode)
	[[ $mode == "$1" ]] || fail "the mode is '$mode' and not '$1'"
}

map_id() { # PIN
	bpftool -j map show pinned "$1" | jq .id
}

# The value of a constant in a loaded program's .rodata.
constant_of() { # PROGRAM-ID NAME
	local map
	for map in $(bpftool -j prog show id "$1" | jq '.map_ids[]'); do
		bpftool -j map dump id "$map" 2>/dev/null | jq --arg name "$2" '.. | objects | .[$name] // empty' 2>/dev/null
	done
}

# Number of programs in the slots of a hook's array.
slots_used() { # HOOK
	in_server "$BUILD/tg-look" eth0 | awk -F= -v bank="^$1[.]bank[.]" '$1 ~ bank { sum += $2 } END { print sum + 0 }'
}

# Programs and maps of the attachment, as 'prog ID' and 'map ID'.
kernel_objects() {
	local pin pinned
	pinned=$(for pin in "$PINS"/*; do
		map_id "$pin"
	done | jq -s .)
	bpftool -j prog show | jq -r --argjson pinned "$pinned" '
		[.[] | select([.map_ids[]?] | any(IN($pinned[])))] |
		(.[] | "prog \(.id)"), ([.[].map_ids[]] | unique | .[] | "map \(.)")'
}

# Lists all programs and maps as 'prog ID' and 'map ID'. Fails if bpftool does,
# which happens while others load programs.
all_kernel_objects() {
	local kind found
	for kind in prog map; do
		found=$(bpftool -j "$kind" show) || return
		jq -r --arg kind "$kind" '.[] | "\($kind) \(.id)"' <<<"$found" || return
	done
}

# None of these programs and maps is loaded.
are_gone() { # FILE-OF-KERNEL-OBJECTS
	local left now
	now=$(all_kernel_objects) || return
	left=$(comm -12 <(sort -u "$1") <(sort <<<"$now"))
	[[ ! $left ]] || fail "still in the kernel: $left"
}

# No pin, object, lock or gate is left; and no clsact, unless it was there
# before.
nothing_is_left() { # [others-clsact]
	local path left=() filters
	# gc of another test may hold it for a moment
	eventually test ! -e "$OBJECTS_ROOT/$KEY.lock" || left+=(lock)
	for path in "/run/tailgate/$KEY" "$OBJECTS_ROOT/$KEY"; do
		[[ ! -e $path ]] || left+=("$path")
	done
	[[ ! $(xdp_id) ]] || left+=('an XDP program')
	filters=$(in_server tc filter show dev eth0 ingress)$(in_server tc filter show dev eth0 egress)
	[[ $filters != *gate_* ]] || left+=("$filters")
	[[ ${1:-} ]] || no_qdisc clsact || left+=(clsact)
	((${#left[@]} == 0)) || fail "left behind: ${left[*]}"
}

# Repeats it, checking each time that nothing is left.
attach_and_detach() { # HOW-OFTEN
	local n
	for ((n = 0; n < $1; n++)); do
		on_server attach eth0 --xdp --ingress --chain count >/dev/null
		kernel_objects >>"$BATS_TEST_TMPDIR/ids"
		on_server detach eth0
		nothing_is_left
	done
	eventually are_gone "$BATS_TEST_TMPDIR/ids"
}

has_qdisc() { # KIND
	[[ $(in_server tc qdisc show dev eth0) == *"qdisc $1 "* ]] || fail "there is no $1"
}

no_qdisc() { # KIND
	[[ $(in_server tc qdisc show dev eth0) != *"qdisc $1 "* ]] || fail "there is a $1"
}

# --- private namespaces: processes, mounts, network and /run

# Inside are eth0 and the command tailgate.
alone() { # COMMANDS
	# shellcheck disable=SC2016 # expanded in there
	TAILGATE=$ROOT/tc-scripts/tailgate unshare --mount --net --pid --fork --mount-proc --propagation private bash -euc '
		mount -t tmpfs tmpfs /run
		ip link add eth0 type veth peer name eth1
		ip link set dev eth0 up
		tailgate() { "$TAILGATE" "$@"; }
		'"$1" 3>&- 4>&-
}

# --- building

# Builds once per run, when it is first needed.
build_once() { # FILE COMMAND...
	local file=$1 lock
	shift
	mkdir -p "$BATS_RUN_TMPDIR/chain"
	exec {lock}>"$BATS_RUN_TMPDIR/chain/lock"
	flock "$lock"
	[[ -e $file ]] || "$@"
	exec {lock}>&-
}

# Builds objects of tests/fixtures/chain, NAME.o and NAME.frags.o, in FIXTURES.
build_fixtures() { # NAME...
	local name
	export FIXTURES=$BATS_RUN_TMPDIR/chain
	for name; do
		build_once "$FIXTURES/$name.frags.o" compile_fixture "$name"
	done
}

compile_fixture() { # NAME
	local clang words
	clang=$(the_clang)
	words=("$clang" -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror
		"-I$ROOT/progs/include" "-I$ROOT/maps"
		-isystem "$("$ROOT/tc-scripts/find-clang" --headers "$clang")"
		-c "$ROOT/tests/fixtures/chain/$1.bpf.c")
	"${words[@]}" -o "$FIXTURES/$1.o"
	"${words[@]}" -DTG_MULTI_BUFFER -o "$FIXTURES/$1.frags.o"
}

# Builds a program of tests/tools in TOOLS.
build_tool() { # NAME
	export TOOLS=$BATS_RUN_TMPDIR/chain
	build_once "$TOOLS/$1" "$(the_clang)" -D_GNU_SOURCE -O2 -Wall -Wextra -Werror \
		"$ROOT/tests/tools/$1.c" -o "$TOOLS/$1" -lbpf
}

# --- floods: from the client's eth0, in the background

# Hosts that send nothing themselves, so that all packets are the flood's.
given_quiet_hosts() {
	given_no_ipv6
	# without an XDP program, the peer needs GRO to accept live frames
	in_server ethtool -K eth0 gro on
	ARRIVED_BEFORE=$(arrived_in_all) REFUSED_BEFORE=$(refused_in_all)
}

flood_begins() { # [OPTION...]
	nsenter --net="/run/netns/$CLIENT" nice "$TOOLS/flood" --time 600 "$@" eth0 \
		>"$BATS_TEST_TMPDIR/sent" 3>&- 4>&- &
	FLOOD=$!
	eventually some_arrived
}

# Numbers of packets sent, dropped before any hook because a queue was full, and
# received.
flood_ends() {
	kill "$FLOOD" 2>/dev/null || true
	wait "$FLOOD"
	SENT=$(<"$BATS_TEST_TMPDIR/sent")
	REFUSED=$(($(refused_in_all) - REFUSED_BEFORE))
	ARRIVED=$(($(arrived_in_all) - ARRIVED_BEFORE))
	((ARRIVED > 0)) || fail "nothing arrived of $SENT"
}

some_arrived() {
	(($(arrived_in_all) > ARRIVED_BEFORE))
}

arrived_in_all() {
	in_server ip -j -s link show dev eth0 | jq '.[0].stats64.rx.packets'
}

refused_in_all() {
	in_client ethtool -S eth0 | awk '/ tx_queue_[0-9]+_xdp_xmit_errors:/ { n += $2 } END { print n + 0 }'
}

# Packets with a final verdict on a hook.
judged() { # HOOK
	"$BUILD/tg-counters" --json "$PINS" |
		jq --arg hook "$1" 'map(select(.hook == $hook and .verdict != "next").packets) | add // 0'
}

# True if no tail call was missed, by the gate or a plugin.
no_call_was_missed() {
	local missed
	missed=$("$BUILD/tg-counters" --json "$PINS" | jq -c 'map(select(.reason == "missed-tail-call"))')
	[[ $missed == '[]' ]] || fail "missed tail calls: $missed"
}
