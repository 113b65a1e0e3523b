#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The runner of the tier mutants, in a tree with one test.

load helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE/tests/tiers"
	cp -r "$ROOT/tests/mutants" "$TREE/tests/"
	cp "$ROOT/tests/tiers/lib.bash" "$TREE/tests/tiers/"
	cat >"$TREE/Makefile" <<-'END'
		UNIT_TESTS := build/tests/sum
		all:
		build/tests/sum: sum.sh; mkdir -p build/tests && sh -n sum.sh && cp sum.sh $@ && chmod +x $@
	END
	cat >"$TREE/sum.sh" <<-'END'
		#!/bin/sh
		# one and one, and one more
		echo 1..1
		test $((1 + 1)) = 2 && echo ok 1 - sum || { echo not ok 1 - sum; exit 1; }
	END
}

# The outcome of one mutant.
mutant() { # STATUS-OF-ITS-LINE OLD NEW
	printf 'sum: a fault\n\tsum.sh\n\t-%s\n\t+%s\n\tbuild/tests/sum\n' "$2" "$3" >"$TREE/tests/mutants/list"
	run -0 "$TREE/tests/mutants/run"
	[[ $output == *'ok - build/tests/sum passes without a fault'* ]] || fail "$output"
	grep -qxF -- "$1" <<<"$output" || fail "not: $1" "$output"
}

@test "each fault of the list applies to one place of the tree" {
	"$ROOT/tests/mutants/run" --check
}

@test "a fault that its test notices is killed" {
	mutant 'ok - sum: a fault is killed by build/tests/sum' '1 + 1' '1 + 2'
}

@test "a fault that its test does not notice has survived" {
	mutant 'not ok - sum: a fault is killed by build/tests/sum: survived' 'one more' 'no more'
}

@test "a fault that does not build, or no longer applies, does not count" {
	mutant 'not ok - sum: a fault is killed by build/tests/sum: does not build' '|| {' '|| ('
	mutant 'not ok - sum: a fault is killed by build/tests/sum: no longer applies' '2 + 1' '2'
	mutant 'not ok - sum: a fault is killed by build/tests/sum: no longer applies' 'one' 'two'
}

@test "a test that ends without having run does not count" {
	mutant 'not ok - sum: a fault is killed by build/tests/sum: exit status 3, and no test has failed' 'echo 1..1' 'exit 3'
}

@test "a test that fails without a fault is told" {
	sed -i 's/= 2/= 3/' "$TREE/sum.sh"
	printf 'sum: a fault\n\tsum.sh\n\t-1 + 1\n\t+1 + 2\n\tbuild/tests/sum\n' >"$TREE/tests/mutants/list"
	run -0 "$TREE/tests/mutants/run"
	[[ $output == *'not ok - build/tests/sum passes without a fault'* ]] || fail "$output"
}

@test "a list that is not understood is told with its line" {
	printf 'sum: a fault\n\tsum.sh\n\t+1\n\t-2\n\tbuild/tests/sum\n' >"$TREE/tests/mutants/list"
	run -1 "$TREE/tests/mutants/run"
	[[ $output == 'tests/mutants/run: tests/mutants/list:5: '* ]] || fail "$output"
}
