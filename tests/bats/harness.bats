#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Tests of the test suite: failures are detected and reported.

load helper

teardown() {
	[[ ! ${LEFT:-} ]] || ip link del "$LEFT" 2>/dev/null || true
	clean_up
}

# --- tests/run, in a tree where all tiers are of our making

given_runner() {
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE/tests"
	cp -r "$ROOT/tests/run" "$ROOT/tests/tiers" "$TREE/tests/"
}

# The script of the tier "unit", which needs no root.
given_tier() { # COMMANDS
	given_runner
	printf '#!/usr/bin/env bash\n%s\n' "$1" >"$TREE/tests/tiers/unit"
}

# tests/run unit ends so: with this status and this last line.
ends() { # STATUS LAST-LINE
	run "-$1" "$TREE/tests/run" unit </dev/null
	[[ ${lines[-1]} == "$2" ]] || fail "ends with '${lines[-1]}'" "$output"
}

@test "a run in which all passes says so in its last line" {
	given_tier 'echo 1..2; echo ok 1 this; echo ok 2 - that'
	ends 0 '2 passed, 0 failed, 0 skipped'
}

@test "a failing bats test makes the run fail, and is told with its reason" {
	given_tier "exec bats --formatter tap '$BATS_TEST_TMPDIR/failing.bats'"
	# Built from pieces, or it would be a test of this file.
	printf '@%s "%s" {\n\t%s\n}\n' test 'that holds' true test 'that does not' \
		'printf "because of this"; false' >"$BATS_TEST_TMPDIR/failing.bats"
	ends 1 '1 passed, 1 failed, 0 skipped'
	[[ $output == *"FAILED  unit: that does not"* ]]
	[[ $output == *"because of this"* ]]
}

@test "a bats test that fails beside others is run again alone: what passes then is told, what does not has failed" {
	given_tier "source tests/tiers/again.bash; bats_with_second_try 1 '$BATS_TEST_TMPDIR/twice.bats'"
	printf '@%s "%s" {\n\t%s\n}\n' test 'that holds' true \
		test 'that fails (at first)' "echo at first; [[ -e '$BATS_TEST_TMPDIR/tried' ]] || ! touch '$BATS_TEST_TMPDIR/tried'" \
		test 'that fails' 'echo each time; false' >"$BATS_TEST_TMPDIR/twice.bats"
	cd "$TREE"
	ends 1 '2 passed, 1 failed, 0 skipped'
	[[ $output == *"UNSTEADY  unit: that fails (at first): failed beside others, and passed alone"*"at first"* ]]
	[[ $output == *"FAILED  unit: that fails"$'\n'*"each time"* ]]
}

@test "a bats file that cannot be read makes the run fail" {
	given_tier "exec bats --formatter tap '$BATS_TEST_TMPDIR/broken.bats'"
	printf '@%s "%s" {\n' test 'without an end' >"$BATS_TEST_TMPDIR/broken.bats"
	run -1 "$TREE/tests/run" unit
	[[ ${lines[-1]} =~ ^[0-9]+' passed, '[1-9][0-9]*' failed, 0 skipped'$ ]]
}

@test "a setup that fails makes the run fail" {
	given_tier "exec bats --formatter tap '$BATS_TEST_TMPDIR/setup.bats'"
	printf 'setup_file() { false; }\n@%s "%s" {\n\ttrue\n}\n' test 'never run' >"$BATS_TEST_TMPDIR/setup.bats"
	run -1 "$TREE/tests/run" unit
	[[ ${lines[-1]} =~ ^[0-9]+' passed, '[1-9][0-9]*' failed, 0 skipped'$ ]]
}

@test "a tier of minutes shows how far it is, into a pipe as well" {
	given_tier 'echo 1..3; echo ok 1; printf "ok "; sleep 3; echo 2; echo ok 3'
	export TAILGATE_PROGRESS_SECONDS=1
	ends 0 '3 passed, 0 failed, 0 skipped'
	[[ $output == *$'\n'"unit     1 of 3"$'\n'* ]] || fail "$output"
}

@test "on a terminal the progress has the total and the file" {
	given_tier "source tests/tiers/again.bash; bats_with_second_try 1 '$BATS_TEST_TMPDIR/two.bats'"
	printf '@%s "%s" {\n\t%s\n}\n' test 'that holds' true test 'that holds, too' true >"$BATS_TEST_TMPDIR/two.bats"
	cd "$TREE"
	# Without SHELL, script takes a shell that drops the functions bats exports.
	SHELL=$BASH run -0 script -qec 'tests/run unit' /dev/null </dev/null
	[[ $output == *'unit     1 of 2  two.bats'*'2 passed, 0 failed, 0 skipped'* ]] || fail "$output"
}

@test "a tier that stops short of its plan has failed" {
	given_tier 'echo 1..3; echo ok 1'
	ends 1 '1 passed, 1 failed, 0 skipped'
	[[ $output == *"planned 3 tests and ran 1"* ]]
}

@test "a tier that runs more than it planned has failed" {
	given_tier 'echo 1..1; echo ok 1; echo ok 2'
	ends 1 '2 passed, 1 failed, 0 skipped'
}

@test "a tier without a plan has failed" {
	given_tier 'echo ok 1'
	ends 1 '1 passed, 1 failed, 0 skipped'
}

@test "a tier that runs nothing has failed" {
	given_tier 'echo 1..0'
	ends 1 '0 passed, 1 failed, 0 skipped'
	given_tier ''
	ends 1 '0 passed, 1 failed, 0 skipped'
}

@test "a tier that dies has failed, and its last words are told" {
	given_tier 'echo 1..1; echo ok 1; echo "my last words" >&2; kill -SEGV $$'
	ends 1 '1 passed, 1 failed, 0 skipped'
	[[ $output == *"exit status is 139"*"my last words"* ]]
}

@test "a tier that cannot be started has failed" {
	given_tier 'echo 1..1; echo ok 1'
	chmod -x "$TREE/tests/tiers/unit"
	ends 1 '0 passed, 1 failed, 0 skipped'
}

@test "what is skipped is counted, with its reason" {
	given_tier 'echo 1..3; echo ok 1; echo "ok 2 # skip no such thing here"; echo "ok 3 - it # SKIP no such thing here"'
	ends 0 '1 passed, 0 failed, 2 skipped'
	[[ $output == *"2 skipped: no such thing here"* ]]
	given_tier 'echo "1..0 # SKIP nothing at all"'
	ends 0 '0 passed, 0 failed, 1 skipped'
}

@test "a failed test is not saved by the word skip" {
	given_tier 'echo 1..1; echo "not ok 1 - it # SKIP really"'
	ends 1 '0 passed, 1 failed, 0 skipped'
}

@test "the programs of a tier are one list, and one that dies has failed" {
	given_runner
	# shellcheck source=tests/tiers/lib.bash
	source "$TREE/tests/tiers/lib.bash"
	cd "$BATS_TEST_TMPDIR"
	printf '#!/bin/sh\necho 1..2; echo ok 1 - a; echo not ok 2 - b; echo "# why"; exit 1\n' >one
	printf '#!/bin/sh\necho 1..2; echo ok 1 - c; kill -SEGV $$\n' >two
	printf '#!/bin/sh\necho ok 1 - d; echo 1..1; exit 3\n' >three
	chmod +x one two three
	all_three() {
		tap_program ./one
		tap_program ./two
		tap_program ./three --quick
		tap_plan
	}
	run -0 all_three
	[[ $output == *'ok 1 - one: a'*'not ok 2 - one: b'*'# why'*'ok 3 - two: c'*'not ok 4 - two: planned 2 tests and ran 1, exit status 139'*'ok 5 - three --quick: d'*'not ok 6 - three --quick: no test failed, but the exit status is 3'*'1..6' ]]
}

@test "programs that run at once are one list, and one that dies has failed" {
	given_runner
	# shellcheck source=tests/tiers/lib.bash
	source "$TREE/tests/tiers/lib.bash"
	cd "$BATS_TEST_TMPDIR"
	# each waits for the other
	printf '#!/bin/sh\ntouch a; until [ -e b ]; do sleep 0.01; done\necho 1..1; echo ok 1 - met\n' >one
	printf '#!/bin/sh\ntouch b; until [ -e a ]; do sleep 0.01; done\necho 1..1; echo ok 1 - met\n' >two
	printf '#!/bin/sh\necho 1..1; kill -KILL $$\n' >three
	chmod +x one two three
	nproc() { echo 2; }
	all_at_once() {
		tap_programs ./one ./two ./three
		tap_plan
	}
	run -0 all_at_once
	[[ $output == *' - one: met'* && $output == *' - two: met'* ]]
	[[ $output == *'not ok '[1-3]' - three: planned 1 tests and ran 0, exit status 137'* && ${lines[-1]} == '1..3' ]]
}

@test "with --docker a skipped docker test has failed" {
	given_runner
	printf '#!/bin/sh\necho 1..1\necho "ok 1 - it # skip no engine"\n' >"$TREE/tests/tiers/docker"
	# Beside us other tests come and go.
	printf 'leftovers_mark() { :; }\nleftovers_report() { echo 1..1; echo ok 1; }\n' >"$TREE/tests/tiers/leftovers.bash"
	run -1 "$TREE/tests/run" --docker docker
	[[ $output == *"FAILED  docker: it (skipped, although --docker was given: no engine)"* ]]
	[[ ${lines[-1]} == '1 passed, 1 failed, 0 skipped' ]]
	run -0 "$TREE/tests/run" docker
	[[ $output == *"1 skipped: no engine"* ]]
	[[ ${lines[-1]} == '1 passed, 0 failed, 1 skipped' ]]
}

# --- .ci/run, where all that it runs is of our making

given_ci() { # COMMANDS-OF-MAKE-TEST COMMANDS-OF-FUZZ
	[[ $(type -P git) ]] || skip '.ci/run needs git'
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE"/{.ci,tests/tutorial,tc-scripts,bin}
	cp "$ROOT/.ci/run" "$TREE/.ci/"
	printf '#!/bin/sh\n' >"$TREE/tc-scripts/deps"
	cat >"$TREE/bin/make" <<-END
		#!/bin/sh
		case \$1 in
		test-vm) echo 10 passed, 0 failed, 1 skipped; exit 0 ;;
		test-boot) echo 7 passed, 0 failed, 0 skipped; exit 0 ;;
		test-debian13) echo 20 passed, 0 failed, 0 skipped; exit 0 ;;
		test) ;;
		*) exit 0 ;;
		esac
		$1
	END
	printf '#!/bin/sh\n%s\n' "$2" >"$TREE/tests/run"
	printf '#!/bin/sh\n' >"$TREE/tests/tutorial/run"
	chmod +x "$TREE"/{tc-scripts/deps,bin/make,tests/run,tests/tutorial/run}
	git init -q "$TREE"
}

ci_ends() { # STATUS LAST-LINE
	PATH=$TREE/bin:$PATH run "-$1" "$TREE/.ci/run"
	[[ ${lines[-1]} == "$2" ]] || fail "ends with '${lines[-1]}'" "$output"
}

@test ".ci/run adds up the totals of all that it runs" {
	((EUID == 0)) || fail 'this test needs root'
	given_ci 'echo 5 passed, 0 failed, 2 skipped' 'echo 1 passed, 0 failed, 0 skipped'
	ci_ends 0 '43 passed, 0 failed, 3 skipped'
	given_ci 'echo 5 passed, 1 failed, 2 skipped; exit 2' 'echo 1 passed, 2 failed, 0 skipped; exit 1'
	ci_ends 1 '43 passed, 3 failed, 3 skipped'
}

@test ".ci/run fails where something ends without a result" {
	((EUID == 0)) || fail 'this test needs root'
	given_ci 'exit 1' 'echo 1 passed, 0 failed, 0 skipped'
	ci_ends 1 '38 passed, 1 failed, 1 skipped'
	given_ci 'echo 5 passed, 0 failed, 2 skipped' true
	ci_ends 1 '42 passed, 1 failed, 3 skipped'
	given_ci 'echo 5 passed, 0 failed, 2 skipped; exit 2' 'echo 1 passed, 0 failed, 0 skipped'
	ci_ends 1 '43 passed, 1 failed, 3 skipped'
}

@test ".ci/run ends early where what is missing cannot be had" {
	((EUID == 0)) || fail 'this test needs root'
	given_ci true true
	printf '#!/bin/sh\nexit 1\n' >"$TREE/tc-scripts/deps"
	ci_ends 1 '0 passed, 1 failed, 0 skipped'
}

# --- what is left behind

given_mark() {
	# shellcheck source=tests/tiers/lib.bash
	source "$ROOT/tests/tiers/lib.bash"
	# shellcheck source=tests/tiers/leftovers.bash
	source "$ROOT/tests/tiers/leftovers.bash"
	leftovers_mark
}

@test "what a test leaves behind is found: namespace, device, mount, pin, process" {
	given_mark
	given_hosts
	LEFT=tgt${BATS_RUN_TMPDIR##*[-.]}
	ip link add "$LEFT" type veth peer name "${LEFT}2"
	bpftool map create "$TC_BPF_MNT/left" type array key 4 value 4 entries 1 name left
	local new
	new=$(new_leftovers)
	[[ $new == *"namespace $CLIENT"* ]]
	[[ $new == *"namespace $SERVER"* ]]
	[[ $new == *"device $LEFT"* ]]
	[[ $new == *"bpffs $TC_BPF_MNT"* ]]
	[[ $new == *"pin $TC_BPF_MNT/left"* ]]
	[[ $new == *'process '*'busybox httpd -p 8080'* ]]
}

@test "a test cleans up all that it made, whatever else goes on" {
	given_mark
	given_hosts
	attach_by_hand server xdp count
	in_server sleep 300 3>&- &
	clean_up
	wait
	export -n TAILGATE_TEST_RUN
	local new mine
	new=$(new_leftovers)
	for mine in "$CLIENT" "$SERVER" "$BATS_TEST_TMPDIR" 'process '; do
		[[ $new != *"$mine"* ]] || fail "left behind: $new"
	done
	run ! mountpoint -q "$TC_BPF_MNT"
}

# --- the words that tests are made of

@test "'reaches' fails where nothing answers, and names what did not" {
	given_hosts
	in_server ip link set dev eth0 down
	# shellcheck disable=SC2034 # for reaches
	TIMEOUT=1
	run -1 reaches ping
	[[ $output == *"no answer to: 'ping'"* ]]
}

@test "'refute_reaches' fails where something answers, and names it" {
	given_hosts
	local way
	for way in arp ping ping6 large-ping 'http 80' 'http6 8080'; do
		# shellcheck disable=SC2086 # one word or two
		run -1 refute_reaches $way
		[[ $output == *"an answer to: '$way'"* ]]
	done
}

@test "'refute_reaches' fails where one of many answers" {
	given_hosts
	attach_by_hand server ingress drop_tcp
	run -1 refute_reaches http 80 ping http6 80
	[[ $output == *"an answer to: 'ping'"* ]]
	[[ $output != *http* || $output == *drop_tcp* ]]
}

@test "a way that nobody knows fails, either way" {
	given_hosts
	run -1 reaches telepathy
	run -1 refute_reaches telepathy
}

@test "'counted' fails where nothing was counted, or another number" {
	given_hosts
	attach_by_hand server ingress drop_tcp
	run -1 counted drop_tcp ingress drop tcp-port
	refute_counted drop_tcp ingress drop tcp-port
	refute_reaches http 80
	links_down
	counted drop_tcp ingress drop tcp-port
	run -1 refute_counted drop_tcp ingress drop tcp-port
	run -1 counted drop_tcp ingress drop tcp-port 1000000
	run -1 counted drop_tcp egress drop tcp-port
	run -1 counted drop_icmp ingress drop tcp-port
}

@test "attaching what is not there fails" {
	given_hosts
	run ! attach_by_hand server ingress no_such_plugin
	run ! attach_by_hand server nowhere drop_tcp
	run ! attach_by_hand nobody ingress drop_tcp
}

@test "hosts of two tests have different names" {
	local one two
	one=$(unique host)
	two=$(BATS_SUITE_TEST_NUMBER=0 unique host)
	[[ $one != "$two" ]]
}

# --- tests/style

given_style() {
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE/tests" "$TREE/tc-scripts"
	cp -r "$ROOT"/tests/{style,files,layers,tiers} "$TREE/tests/"
	cp "$ROOT/.clang-format" "$TREE/"
}

@test "the style tier finds nothing in files that are in order" {
	given_style
	run -0 "$TREE/tests/style"
	[[ $output != *'not ok'* ]] || fail "$output"
}

@test "the style tier finds what it is there for" {
	given_style
	# shellcheck disable=SC2016 # that is what is careless
	printf '#!/bin/sh\necho $1\n' >"$TREE/careless"
	printf '#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-only\nif true; then\n  true\nfi\n' >"$TREE/blanks"
	printf '/* SPDX-License-Identifier: GPL-2.0-only */\nint  x;\n' >"$TREE/x.c"
	printf 'int x;\n' >"$TREE/y.h"
	printf 'see /home/%s\n' somebody >"$TREE/text.md"
	printf '# SPDX-License-Identifier: GPL-2.0-only\nis_good() {\n\t! false\n}\nis_careless() {\n\t! true\n\tis_good\n}\n' >"$TREE/x.bats"
	run "$TREE/tests/style"
	local check
	for check in shellcheck 'the shell files' 'the C files' 'every source file' 'no file names' "no '! command'"; do
		[[ $output =~ 'not ok '[0-9]+' - '"$check" ]] || fail "found nothing: $check" "$output"
	done
	[[ $output == *careless* && $output == *x.c* && $output == *y.h:* && $output == *text.md* ]]
}

@test "the style tier names the include that leads from a layer to one above it" {
	given_style
	mkdir -p "$TREE"/tools/{lib,policy/{language/parse,compile}} "$TREE/maps"
	touch "$TREE"/tools/lib/vec.h "$TREE"/tools/policy/{language/policy.h,compile/compile.h} "$TREE/maps/hooks.h"
	given_source() { # HEADER
		printf '// SPDX-License-Identifier: GPL-2.0-only\n#include "hooks.h"\n#include "%s"\n' "$1" \
			>"$TREE/tools/policy/language/parse/rule.c"
		run "$TREE/tests/style"
	}
	given_source lib/vec.h
	[[ $output =~ ' ok '|^'ok '.*'no folder of tools/' && $output != *'must not include'* ]] || fail "$output"
	given_source policy/language/policy.h
	[[ $output != *'must not include'* ]] || fail "$output"
	given_source ../../compile/compile.h
	[[ $output == *'rule.c:3: tools/policy/language must not include policy/compile/compile.h'* ]] || fail "$output"
	given_source policy/compile/compile.h
	[[ $output =~ 'not ok '[0-9]+' - no folder of tools/' ]] || fail "$output"
	[[ $output == *'rule.c:3: tools/policy/language must not include policy/compile/compile.h'* ]] || fail "$output"
}

@test "the style tier lists shell files by their first line, too" {
	given_style
	printf '#!/bin/sh\n' >"$TREE/a-script"
	printf 'no script\n' >"$TREE/a-text"
	run -0 "$TREE/tests/style" --shell-files
	[[ $output == *a-script* && $output == *tests/tiers/lib.bash* && $output != *a-text* ]]
}
