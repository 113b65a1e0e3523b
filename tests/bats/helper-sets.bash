# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of tg-sets, on top of helper.bash: a map of sets in a
# bpffs of the test, programs that tc loads with it, and lists.
# shellcheck disable=SC2034 # read by tests

readonly SETS=$BUILD/tg-sets

# Where the map will be, PIN, and programs with rules about sets, OBJECT.
given_set_map() {
	given_bpffs
	mkdir -p "$PINS"
	PIN=$PINS/tgs_sets
	OBJECT=$BATS_TEST_TMPDIR/sets.o
	cp "$BUILD/tests/set_rules.bpf.o" "$OBJECT"
	cd "$BATS_TEST_TMPDIR" || return
}

# sets VERB [WORD]...: on this test's map.
sets() {
	"$SETS" "$1" "$PIN" "${@:2}"
}

given_sets() {
	sets prepare "$OBJECT"
}

# Loads the programs with tc; RUN_INGRESS and RUN_EGRESS are their numbers.
given_programs() {
	given_sets
	given_namespace HOST host
	in_namespace "$HOST" ip link add eth0 type veth peer name eth1
	in_namespace "$HOST" tc qdisc add dev eth0 clsact
	local hook
	for hook in ingress egress; do
		in_namespace "$HOST" tc filter add dev eth0 "$hook" bpf da obj "$OBJECT" sec "$hook"
	done
	RUN_INGRESS=$(program_of ingress)
	RUN_EGRESS=$(program_of egress)
}

program_of() { # HOOK
	in_namespace "$HOST" tc -j filter show dev eth0 "$1" | jq '.[].options.prog.id // empty'
}

# A frame with this IPv4 source.
frame_from() { # A.B.C.D
	local octets=${1//./ } source
	# shellcheck disable=SC2086,SC2059 # four words; the result is a format
	printf -v source '\\x%02x' $octets
	# shellcheck disable=SC2059
	printf "\\x02\\0\\0\\0\\0\\x01\\x02\\0\\0\\0\\0\\x02\\x08\\0\\x45\\0\\0\\x14\\0\\0\\0\\0\\x40\\xfd\\0\\0$source\\xcb\\0\\x71\\x01"
}

# Whether the loaded program drops a frame from there.
drops() { # FRAME
	[[ $(bpftool -j prog run id "$RUN_INGRESS" data_in "$1" 2>/dev/null | jq .retval) == 2 ]]
}

refute_drops() { # FRAME
	[[ $(bpftool -j prog run id "$RUN_INGRESS" data_in "$1" | jq .retval) == 0 ]]
}

# Adds new addresses to the set `seen`, as rules do.
run_rule() { # TIMES
	bpftool -j prog run id "$RUN_EGRESS" data_in frame repeat "$1" >/dev/null
}

entries_of() { # NAME
	sets list --json | jq --arg name "$1" '.sets[] | select(.name == $name).entries'
}

has_entries() { # NAME COUNT
	local count
	count=$(entries_of "$1") || return
	[[ $count == "$2" ]] || fail "'$1' has $count entries, not $2"
}

shows() { # NAME LINE...
	local name=$1
	shift
	[[ $(sets show "$name") == "$(printf '%s\n' "$@")" ]] ||
		fail "'$name' has" "$(sets show "$name")"
}

# IPv4 addresses from FIRST.0.0.0 on.
hosts() { # FIRST COUNT
	awk -v first="$1" -v count="$2" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "%d.%d.%d.%d\n", first, i / 65536 % 256, i / 256 % 256, i % 256
	}'
}

# Prefixes of different lengths from FIRST.0.0.0 on.
prefixes() { # FIRST COUNT
	awk -v first="$1" -v count="$2" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "%d.%d.%d.0/%d\n", first, i / 256 % 256, i % 256, 24 + i % 7
	}'
}

table_in_force() {
	bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c .value
}
