#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The smallest program, in all its variants.

load helper
load ../tutorial/helper

teardown() {
	clean_up_tutorial
}

# The instructions in a section, eight bytes a line.
instructions() { # NAME SECTION
	llvm-objdump -s -j "$2" "$TUTORIAL/$1.o" | sed -n 's/^ [0-9a-f]* \([0-9a-f ]*[0-9a-f]\)  .*/\1/p' |
		tr -d ' \n' | fold -w 16
}

@test "bytes, constants and macros are the program that the compiler makes" {
	local compiled phrasing
	compiled=$(instructions ret ret)
	[[ $compiled == $'b400000000000000\n9500000000000000' ]]
	for phrasing in bytes constants macros; do
		[[ $(instructions ret_phrasings "$phrasing") == "$compiled" ]] || fail "$phrasing differs"
	done
}

@test "the phrasings in classic BPF are what tcpdump ends its filters with" {
	local phrasing
	for phrasing in classic_bytes classic_constants classic_macros; do
		[[ $(instructions ret_phrasings "$phrasing") == 0600000000000000 ]] || fail "$phrasing differs"
	done
	run -0 tcpdump -y EN10MB -dd arp
	[[ ${lines[-1]} == '{ 0x6, 0, 0, 0x00000000 },' ]]
}

# As the chapter proposes.
ret_returning() { # NUMBER
	sed "s/return 0;/return $1;/" "$ROOT/progs/tutorial/ret.bpf.c" >"$BATS_TEST_TMPDIR/ret.bpf.c"
	"$(the_clang)" -g -O2 -target bpf -isystem "$("$ROOT/tc-scripts/find-clang" --headers "$(the_clang)")" \
		-c "$BATS_TEST_TMPDIR/ret.bpf.c" -o "$BATS_TEST_TMPDIR/ret.o"
}

@test "tc goes on when it returns 0, and drops when it returns 2" {
	given_hosts
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress pref 1 bpf da obj "$TUTORIAL/ret.o" sec ret
	reaches ping http 80
	ret_returning 2
	in_server tc filter replace dev eth0 ingress pref 1 bpf da obj "$BATS_TEST_TMPDIR/ret.o" sec ret
	refute_reaches ping
}
