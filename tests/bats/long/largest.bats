#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The largest permitted policies need no more time and memory than docs/policy.md
# says: 'make test-long'.

load ../helper
load ../helper-peak

setup_file() {
	build_tool peak
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

# Each of a million rules asks for two addresses and a range of ports: 62 MB.
million_rules() {
	awk 'BEGIN {
		srand(1)
		for (i = 0; i < 999999; i++)
			printf "drop udp from 10.%d.%d.0/24 to 198.%d.0.0/16 port %d-%d\n",
				rand() * 256, rand() * 256, rand() * 256, rand() * 30000, 30000 + rand() * 30000
		print "default pass"
	}'
}

# 7.8 million ranges: nearly as many as are allowed.
many_ranges() {
	awk 'BEGIN {
		for (i = 0; i < 26000; i++) {
			printf "drop tcp from 198.18.%d.%d to port {", i / 256, i % 256
			for (j = 0; j < 300; j++)
				printf "%s %d", j ? "," : "", (j * 200 + i) % 65536
			print " }"
		}
		print "default pass"
	}'
}

two_million_addresses() {
	awk 'BEGIN {
		print "list bad = {"
		for (i = 0; i < 1999999; i++)
			printf "10.%d.%d.%d,\n", i / 32768, i / 128 % 256, i * 2 % 256
		print "198.51.100.1 }\ndrop from bad\ndefault pass"
	}'
}

comments() {
	yes '# a comment that says nothing at all, but has a length' | head -c $((64 << 20))
}

mistakes() {
	yes 'dorp tcp prot 80 }{' | head -c $((64 << 20))
}

# 32 sub-lists within each other, and with both of their ways they would be four
# thousand million rules.
nested_sublists() {
	awk 'BEGIN {
		print "default pass\njump inner0"
		for (i = 0; i < 31; i++)
			printf "sublist inner%d {\njump inner%d tcp to port %d\njump inner%d udp to port %d\n}\n", i, i + 1, i, i + 1, i
		print "sublist inner31 {\ndrop from 198.51.100.1\n}"
	}'
}

# is_handled KIND VERB... STATUS: within the memory that the manual names.
is_handled() {
	local limit=$CHECK_KIB wanted=${*: -1}
	[[ $2 != compile ]] || limit=$COMPILE_KIB
	measured "$BUILD/tg-policy" "${@:2:$#-2}" "$1.policy"
	((status == wanted)) || fail "$1: $2: status $status and not $wanted" "${output:0:500}"
	takes_at_most "$limit" "$1" "$2"
	printf '# %s: %s: %d MiB of %d\n' "$1" "$2" $(($(<peak) >> 10)) $((limit >> 10)) >&3
}

limits_in_the_manual() {
	local gib
	gib=$(sed -nE 's/.*takes up to ([0-9]+) GiB of memory to check, and ([0-9]+) GiB to compile.*/\1 \2/p' "$ROOT/docs/policy.md")
	[[ $gib ]] || fail 'docs/policy.md names no memory'
	CHECK_KIB=$((${gib% *} << 20)) COMPILE_KIB=$((${gib#* } << 20))
}

@test "the largest policies take no more time and memory than the manual says" {
	local kind verb
	local -A checked=([mistakes]=1 [nested_sublists]=1) compiled=([mistakes]=1 [nested_sublists]=1 [many_ranges]=1)
	limits_in_the_manual
	for kind in million_rules many_ranges two_million_addresses comments mistakes nested_sublists; do
		"$kind" >"$kind.policy"
		for verb in check show 'explain arp --policy'; do
			# shellcheck disable=SC2086 # a verb with its options
			is_handled "$kind" $verb "${checked[$kind]:-0}"
		done
		is_handled "$kind" compile -o "$kind.o" "${compiled[$kind]:-0}"
		rm -f "$kind.policy" "$kind.o"
	done
}
