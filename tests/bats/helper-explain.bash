# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Fixtures for the tests of 'tailgate explain DEV HOOK', on top of helper-chain:
# plugins with state of their own, a policy, and the verdict of the real chain.

setup_file() {
	local clang name build words
	export EXPLAINED=$BATS_FILE_TMPDIR/explained
	mkdir "$EXPLAINED"
	clang=$(the_clang)
	for name in budget beside caller; do
		words=("$clang" -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror
			"-I$ROOT/progs/include" "-I$ROOT/maps"
			-isystem "$("$ROOT/tc-scripts/find-clang" --headers "$clang")"
			-c "$ROOT/tests/fixtures/explain/$name.bpf.c")
		"${words[@]}" -o "$EXPLAINED/$name.o"
		"${words[@]}" -DTG_MULTI_BUFFER -o "$EXPLAINED/$name.frags.o"
	done
	build_sender
}

teardown() {
	remove_chains
}

readonly SYN22='tcp 198.51.100.1:1234 > 198.51.100.2:22'
readonly SYN80='tcp 198.51.100.1:1234 > 198.51.100.2:80'

# Compiles the policy on standard input to $POLICY, with both builds on XDP.
given_policy() { # NAME HOOK
	cat >"$BATS_TEST_TMPDIR/$1.policy"
	(
		cd "$BATS_TEST_TMPDIR" || exit
		in_server "$BUILD/tg-policy" compile --hook "$2" "$1.policy" -o "$1.o"
		[[ $2 != xdp ]] ||
			in_server "$BUILD/tg-policy" compile --hook "$2" --multi-buffer "$1.policy" -o "$1.frags.o"
	)
	POLICY=$BATS_TEST_TMPDIR/$1.o
}

given_edge_policy() { # HOOK
	given_policy edge "$1" <<-'END'
		default drop
		pass arp
		next udp to port 53
		pass tcp to port { 80, 443 }
		drop tcp to port 22
		reject tcp to port 25
		pass vlan 5
	END
}

explain() { # HOOK WORD...
	on_server explain eth0 "$@"
}

# Prints what the attached chain returns for a frame. Its counters count it.
returned_by_the_gate() { # ID FRAME-IN-HEX
	# shellcheck disable=SC2001 # each pair of digits is a byte
	printf '%b' "$(sed 's/../\\x&/g' <<<"$2")" >"$BATS_TEST_TMPDIR/frame"
	in_server bpftool -j prog run id "$1" data_in "$BATS_TEST_TMPDIR/frame" repeat 1 | jq '.retval | if . > 2147483647 then . - 4294967296 else . end'
}

tcp_frame() { # PORT [TAG]
	printf '020000000002020000000001%s0800450000280000000040060000c6336401c633640204d2%04x00000001000000005002100000000000' \
		"${2:-}" "$1"
}

# The blocks of docs/explain.md that are of this kind.
fenced() { # WORDS
	awk -v fence="\`\`\`$1" '$0 == "```" { inside = 0 } inside { print } $0 == fence { inside = 1 }' "$ROOT/docs/explain.md"
}
