# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of tg-flows, on top of helper.bash: a table of flows in a
# bpffs of the test, and programs that use it.
# shellcheck disable=SC2034 # read by tests

readonly FLOWS=$BUILD/tg-flows

# Where the table will be, PIN; it is not made yet.
given_flow_pin() {
	given_bpffs
	mkdir -p "$PINS"
	PIN=$PINS/tgf_flows
	cd "$BATS_TEST_TMPDIR" || return
}

given_flow_table() { # [FLOWS]
	given_flow_pin
	flows prepare --flows "${1:-1000}" >/dev/null
}

# flows VERB [WORD]...: on this test's table.
flows() {
	"$FLOWS" "$1" "$PIN" "${@:2}"
}

# A program with the map of flows, and a copy of it that uses it: is_used, the
# first number of .rodata.flows, is 1, and flows stay a minute in any state.
given_flow_objects() {
	UNUSED=$BATS_TEST_TMPDIR/unused.o
	USED=$BATS_TEST_TMPDIR/used.o
	cp "$BUILD/tests/flow_rules.bpf.o" "$UNUSED"
	{
		printf '\x01\0\0\0\0\0\0\0'
		for _ in {1..18}; do printf '\x80\x03\0\0'; done
		head -c 200 /dev/zero
	} >"$BATS_TEST_TMPDIR/used.section"
	"$BUILD/tg-splice" "$UNUSED" -o "$USED" ".rodata.flows=@$BATS_TEST_TMPDIR/used.section"
}

# Lines as `load` reads them: COUNT flows of UDP from FIRST.0.0.0 on.
udp_lines() { # FIRST COUNT [STATE [SECONDS]]
	awk -v first="$1" -v count="$2" -v state="${3:-udp-stream}" -v left="${4:-600}" 'BEGIN {
		for (i = 0; i < count; i++)
			printf "udp %d.%d.%d.%d:%d > 203.0.113.1:53 %s left %ds\n",
				first, i / 65536 % 256, i / 256 % 256, i % 256, 1024 + i % 60000, state, left
	}'
}

count_flows() {
	flows list --count --json | jq .flows
}

has_flows() { # COUNT
	local count
	count=$(count_flows)
	[[ $count == "$1" ]] || fail "there are $count flows, not $1"
}

given_some_flows() {
	given_flow_table 1000
	cat >list <<-END
		tcp 198.51.100.7:40000 > 203.0.113.1:443 established left 432000s first 1000,2000,502,7,131 second 5,6,501,8,139
		tcp [2001:db8::7]:40000 > [2001:db8::1]:22 syn-sent left 600s vlan 5 first 1,2,3,4,5 second 0,0,0,0,0
		udp 203.0.113.1:53 > 198.51.100.7:5353 udp-replied left 600s
		icmp 198.51.100.7 > 203.0.113.1 icmp-replied left 600s id 77
		icmp6 2001:db8::7 > 2001:db8::1 icmp-sent left 600s id 78 vlan 4095
		gre 203.0.113.9 > 198.51.100.7 other-sent left 600s
		udp 198.51.100.7 > 203.0.113.1 fragments left 600s fragment 4000000000
	END
	flows load list >/dev/null
}

# The filter is about as many flows.
lists() { # COUNT FILTER...
	local count
	count=$(flows list "${@:2}" --json | jq '.flows | length')
	[[ $count == "$1" ]] || fail "'${*:2}' is about $count flows, not $1"
	[[ $(flows list "${@:2}" --count --json | jq .flows) == "$1" ]]
}

# What `save` prints, in order and without the times left, which go down.
flows_saved() {
	flows save | sed 's/ left [0-9]*s/ left/' | sort
}

# A word of a bucket: 8 bytes, the lowest first. BUCKET and WAY count from 0.
set_word() { # BUCKET WAY BYTE...
	local line=$((1 + $1)) way=$2 bytes
	mapfile -t bytes < <(bpftool -j map lookup pinned "$PIN" key hex "$(hex_of "$line" 0)" "$(hex_of "$line" 8)" 0 0 |
		jq -r '.value[]')
	bytes=("${bytes[@]::8*way}" "${@:3}" "${bytes[@]:8*way+8}")
	bpftool map update pinned "$PIN" key hex "$(hex_of "$line" 0)" "$(hex_of "$line" 8)" 0 0 value "${bytes[@]}"
}

hex_of() { # NUMBER SHIFT
	printf '%02x' $(($1 >> $2 & 255))
}
