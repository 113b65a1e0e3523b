#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Only tc and ip load, attach and replace; and the numbers that the scripts and
# the programs share are the same.

load helper
load helper-chain

teardown() {
	remove_chains
}

# "PROGRAM BPF-COMMAND NAME" for each call of bpf() that a trace has.
bpf_calls() { # TRACE
	awk '
		/ execve\(/ && / = 0$/ {
			split($0, word, "\"")
			sub(".*/", "", word[2])
			program[$1] = word[2]
		}
		/ bpf\(/ {
			match($0, /BPF_[A-Z_]+/)
			command = substr($0, RSTART, RLENGTH)
			name = ""
			if (match($0, /prog_name="[^"]*"/))
				name = substr($0, RSTART + 11, RLENGTH - 12)
			print program[$1], command, name
		}' "$1"
}

@test "over a whole life of a chain tc and ip alone load programs and attach them" {
	given_device
	strace -f -s 200 -e trace=bpf,execve -o "$BATS_TEST_TMPDIR/trace" bash -euc '
		"$@" attach eth0 --xdp --ingress --egress --chain count,drop_tcp
		"$@" chain eth0 xdp set drop_arp
		"$@" chain eth0 ingress insert 0 drop_arp
		"$@" chain eth0 egress replace count drop_icmp
		"$@" attach eth0 --ingress --chain drop_icmp --default drop
		"$@" status eth0
		"$@" stats eth0
		"$@" detach eth0' bash "$ROOT/tc-scripts/tailgate" --netns "$SERVER" >/dev/null
	bpf_calls "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/calls"
	local name strangers
	for name in gate_xdp gate_ingress gate_egress count_xdp drop_arp_xdp drop_icmp_ingre end_egress; do
		# the kernel knows 15 characters of a name
		grep -qE "^(tc|ip) BPF_PROG_LOAD $name\$" "$BATS_TEST_TMPDIR/calls" || fail "nobody loaded $name"
	done
	grep -q '^tg-chain BPF_MAP_DELETE_ELEM' "$BATS_TEST_TMPDIR/calls" # it was traced, too
	strangers=$(grep -E ' BPF_(PROG_LOAD|PROG_ATTACH|LINK_[A-Z]+|MAP_CREATE|MAP_UPDATE_ELEM|OBJ_PIN) ' "$BATS_TEST_TMPDIR/calls" |
		grep -vE '^(tc|ip) ' | sort -u) || true
	[[ ! $strangers ]] || fail "these did more than to look:" "$strangers"
	nothing_is_left
}

# One line NAME=VALUE for each number that the headers define.
numbers_of_the_headers() {
	"$(the_clang)" -x c -I"$ROOT/maps" -o "$BATS_TEST_TMPDIR/numbers" - <<-'END'
		#include <stdio.h>
		#include "slots.h"
		#include "verdicts.h"
		int main(void)
		{
			printf("bank=%d\narray=%d\n", TG_BANK_SLOTS, TG_SLOTS);
			printf("pass=%d\ndrop=%d\n", TG_VERDICT_PASS, TG_VERDICT_DROP);
		}
	END
	"$BATS_TEST_TMPDIR/numbers"
}

@test "the numbers in the scripts are those of the headers" {
	run -0 numbers_of_the_headers
	local scripts
	# shellcheck disable=SC2016 # expanded in there
	scripts=$(bash -euc 'source "$1"
		printf "bank=%d\narray=%d\n" "$BANK_SLOTS" $((2 * BANK_SLOTS))
		printf "pass=%d\ndrop=%d\n" "${VERDICT_NUMBER[pass]}" "${VERDICT_NUMBER[drop]}"' bash "$ROOT/tc-scripts/lib/chain.bash")
	[[ $scripts == "$output" ]] || fail "the scripts have:" "$scripts" "the headers:" "$output"
}

@test "the arrays in the kernel have as many slots as the scripts count with" {
	given_device
	on_server attach eth0 --xdp --ingress --egress
	local array
	for array in tg_xdp tg_ingress tg_egress; do
		bpftool -j map show pinned "$PINS/$array" |
			jq -e --argjson slots "$(numbers_of_the_headers | sed -n 's/^array=//p')" \
				'.type == "prog_array" and .max_entries == $slots'
	done
}
