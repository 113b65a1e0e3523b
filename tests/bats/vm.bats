#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The virtual machines of 'make test-vm': any error inside is reported as a
# failure, in time, and no machine is left. Uses a cached kernel; without one,
# only tests that need none.

load helper

setup() {
	FIXTURES=$ROOT/tests/fixtures/vm
	RUN=$ROOT/tests/vm/run
	export TMPDIR=$BATS_TEST_TMPDIR
}

teardown() {
	[[ ! ${STARTED:-} ]] || kill "$STARTED" 2>/dev/null || true
}

given_a_kernel() {
	local cache=${TAILGATE_VM_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/tailgate-vm} kernel
	[[ $(type -P qemu-system-x86_64) ]] || skip "no qemu-system-x86_64 here: 'tc-scripts/deps vm'"
	[[ -x $BUILD/vm/weigh ]] || skip "not built: 'make vm-build'"
	for kernel in "$cache"/kernel/*/vmlinuz; do
		[[ -e $kernel ]] || skip "no kernel in the cache: 'make test-vm SHORT=1' fetches one"
		# 6.1.0-56-cloud-amd64_6.1.192-2 is of the series 6.1
		[[ ${kernel%/vmlinuz} =~ /([0-9]+\.[0-9]+)\.[^/]*$ ]]
		SERIES=${BASH_REMATCH[1]}
	done
}

# A machine that runs one of the scripts, with limits that others than ours do
# not reach on a slow machine.
machine() { # SCRIPT
	TAILGATE_VM_LIMIT=${LIMIT:-120} TAILGATE_VM_SILENCE=${SILENCE_LIMIT:-100} \
		"$RUN" --short --work "$FIXTURES/$1.bash" "$SERIES" 3>&- 4>&-
}

# Of this test, whose folder is in their command lines.
no_machine_is_left() {
	run -1 pgrep -f "qemu.* $BATS_TEST_TMPDIR/"
}

ends_with() { # LINE
	[[ ${lines[-1]} == "$1" ]] || fail "ends with '${lines[-1]}'" "$output"
}

says() { # TEXT
	[[ $output == *"$1"* ]] || fail "does not say '$1'" "$output"
}

@test "what passes inside has passed outside" {
	given_a_kernel
	run -0 machine passing
	ends_with '1 passed, 0 failed, 0 skipped'
	no_machine_is_left
}

@test "what fails inside has failed outside, and is told with its reason" {
	given_a_kernel
	run -1 machine failing
	says 'this holds'
	says 'because of that'
	ends_with '0 passed, 1 failed, 0 skipped'
}

@test "a panic ends the run, with its words and the end of the console" {
	given_a_kernel
	run -1 machine panicking
	says 'the kernel panicked: sysrq triggered crash (while at: one)'
	says 'console: '
	ends_with '1 passed, 1 failed, 0 skipped'
	no_machine_is_left
}

@test "a machine that comes to no end is ended at the limit" {
	given_a_kernel
	LIMIT=20 run -1 machine hanging
	says 'not done after 20 seconds'
	[[ ${lines[-1]} == *' passed, 1 failed, 0 skipped' ]]
	no_machine_is_left
}

@test "a machine of which nothing is heard any more is ended before the limit" {
	given_a_kernel
	SILENCE_LIMIT=20 run -1 machine silent
	says 'nothing was heard of it for 20 seconds'
	ends_with '0 passed, 1 failed, 0 skipped'
	no_machine_is_left
}

@test "a machine that is off too early has failed" {
	given_a_kernel
	run -1 machine gone
	says 'it ended before its work was done (while at: one)'
	ends_with '0 passed, 1 failed, 0 skipped'
}

@test "a run that is killed leaves no machine behind" {
	given_a_kernel
	machine hanging &>"$BATS_TEST_TMPDIR/log" &
	STARTED=$!
	TIMEOUT=60 eventually pgrep -f "qemu.* $BATS_TEST_TMPDIR/"
	# the script, not the shell of this test that waits for it
	kill -KILL "$(pgrep -P "$STARTED")"
	eventually no_machine_is_left
}

@test "where apt knows no kernel the run fails, in one line that says so" {
	[[ -x $BUILD/vm/weigh ]] || skip "not built: 'make vm-build'"
	[[ $(type -P qemu-system-x86_64) ]] || skip "no qemu-system-x86_64 here: 'tc-scripts/deps vm'"
	cat >"$BATS_TEST_TMPDIR/apt.conf" <<-END
		Dir::Etc::sourcelist "/dev/null";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State::lists "$BATS_TEST_TMPDIR/lists";
	END
	APT_CONFIG=$BATS_TEST_TMPDIR/apt.conf TAILGATE_VM_CACHE=$BATS_TEST_TMPDIR/cache \
		run -1 "$RUN" --short
	ends_with "tests/vm/run: apt knows no package linux-image-6.1.*-cloud-amd64: is a source with Debian's kernels in its lists?"
}

@test "a kernel or an option that nobody knows is refused" {
	run -2 "$RUN" 2.4
	says "no such kernel in tests/vm/kernels: '2.4'"
	run -2 "$RUN" --fast
	run -2 "$RUN" --update --short
	run -0 "$RUN" --help
}

@test "a program that grows past its budget has failed" {
	((EUID == 0)) || fail 'this test needs root'
	[[ -x $BUILD/vm/weigh ]] || skip "not built: 'make vm-build'"
	printf 'count count_xdp 100000\ndefault default 100000\n' >"$BATS_TEST_TMPDIR/budget"
	run -0 "$BUILD/vm/weigh" "$BATS_TEST_TMPDIR/budget" "$BUILD/count.o"
	printf 'count count_xdp 1\ndefault default 100000\n' >"$BATS_TEST_TMPDIR/budget"
	run -1 "$BUILD/vm/weigh" "$BATS_TEST_TMPDIR/budget" "$BUILD/count.o"
	[[ $(grep -c '^not ok' <<<"$output") == 1 ]]
	says '1 are allowed'
}
