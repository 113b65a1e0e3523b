#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Wrong input and missing prerequisites: one clear message, the right exit
# status, and no change.

load helper

teardown() {
	clean_up
}

readonly SPLICE=$BUILD/tg-splice COUNTERS=$BUILD/tg-counters
readonly DROP_TCP=$BUILD/drop_tcp.o

# Names that a shell or a path might fall for.
# shellcheck disable=SC2016 # the point is that nobody expands them
readonly BAD_NAMES=('eth0;reboot' '$(touch pwned)' '`touch pwned`' '../x' 'a/b' 'a b'
	'eth0|id' '*' 'a-name-of-17-chars' $'two\nlines' '.' '..')

# The command fails with this status, and tells why in one line, which goes
# into the variable that is looked at next.
refuses() { # STATUS COMMAND...
	# shellcheck disable=SC2154 # stderr: set by run
	run "-$1" --separate-stderr "${@:2}"
	[[ ! $output ]] || fail "prints to stdout: $output"
	[[ $stderr && $stderr != *$'\n'* ]] || fail "does not say one line: '$stderr'"
}

# The same, to the letter.
refuses_with() { # STATUS MESSAGE COMMAND...
	refuses "$1" "${@:3}"
	[[ $stderr == "$2" ]] || fail "says '$stderr'" "and not '$2'"
}

says() { # TEXT
	[[ $stderr == *"$1"* ]] || fail "'$stderr' does not say '$1'"
}

# Not root, and still able to read a checkout that is root's alone.
as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
		--inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$@"
}

has_verb() {
	[[ -e $ROOT/tc-scripts/verbs/$1.bash ]]
}

# Verbs that take a device, with arguments that are right but for it.
try_device() { # FUNCTION DEVICE
	! has_verb attach || "$1" attach "$2" --ingress
	! has_verb detach || "$1" detach "$2"
	! has_verb chain || "$1" chain "$2" ingress show
	! has_verb status || "$1" status "$2"
	! has_verb stats || "$1" stats "$2"
}

# What tailgate could have changed on the two hosts.
state_of_hosts() {
	local side
	for side in client server; do
		"in_$side" tc qdisc show dev eth0
		"in_$side" tc filter show dev eth0 ingress
		"in_$side" ip -j link show dev eth0 | jq '.[0].xdp'
	done
	find "$TC_BPF_MNT"
}

# --- the build

@test "make without a compiler says what to do" {
	# make adds a line of its own
	run -2 --separate-stderr make -s -C "$ROOT" B="$BATS_TEST_TMPDIR/build" CLANG=/nonexistent/clang
	# shellcheck disable=SC2154 # set by run
	[[ ${stderr_lines[0]} == "find-clang: '/nonexistent/clang' cannot be run: 'make deps' installs clang, CLANG= names another" ]]
	((${#stderr_lines[@]} <= 2))
	[[ ! $(find "$BATS_TEST_TMPDIR/build" -name '*.o') ]]
}

@test "make with an old compiler says what to do" {
	printf '#!/bin/sh\necho 13.0.1\n' >"$BATS_TEST_TMPDIR/clang"
	chmod +x "$BATS_TEST_TMPDIR/clang"
	run -2 --separate-stderr make -s -C "$ROOT" B="$BATS_TEST_TMPDIR/build" CLANG="$BATS_TEST_TMPDIR/clang"
	[[ ${stderr_lines[0]} == "find-clang: '$BATS_TEST_TMPDIR/clang' is version 13, older than 14: CLANG= names another" ]]
	((${#stderr_lines[@]} <= 2))
	[[ ! $(find "$BATS_TEST_TMPDIR/build" -name '*.o') ]]
}

# What clang 17 and later are on Debian.
given_clang() { # WORDS: what it does when asked for headers
	cat >"$BATS_TEST_TMPDIR/clang" <<-END
		#!/bin/sh
		case "\$*" in
		-dumpversion) echo 19.1.7 ;;
		--version) echo 'clang version 19.1.7' ;;
		*-print-multiarch*) echo "clang: error: unsupported option" >&2; exit 1 ;;
		*asm/types.h*) $1 ;;
		*) exit 1 ;;
		esac
	END
	chmod +x "$BATS_TEST_TMPDIR/clang"
}

@test "the kernel's headers are found with a clang that has no -print-multiarch" {
	given_clang 'printf "null.o: /dev/null /there/asm/types.h \\\\\n  /usr/include/asm-generic/types.h\n"'
	run -0 "$ROOT/tc-scripts/find-clang" --headers "$BATS_TEST_TMPDIR/clang"
	[[ $output == /there ]]
	# shellcheck disable=SC2016 # make replaces it
	run -0 make -s -C "$ROOT" CLANG="$BATS_TEST_TMPDIR/clang" --eval='flags: ; @echo $(BPF_CFLAGS)' flags
	[[ " $output " == *' -isystem /there '* ]]
	run -0 "$ROOT/tc-scripts/find-clang" --headers
	[[ -f $output/asm/types.h ]]
}

@test "make without the kernel's headers says what to do" {
	given_clang 'exit 1'
	run -2 --separate-stderr make -s -C "$ROOT" B="$BATS_TEST_TMPDIR/build" CLANG="$BATS_TEST_TMPDIR/clang"
	[[ ${stderr_lines[0]} == "find-clang: '$BATS_TEST_TMPDIR/clang' finds no asm/types.h: 'make deps' installs the kernel's headers" ]]
	((${#stderr_lines[@]} <= 2))
	[[ ! $(find "$BATS_TEST_TMPDIR/build" -name '*.o') ]]
}

@test "no file asks a compiler for -print-multiarch" {
	run -1 grep -rlI --exclude-dir=build --exclude-dir=.git -e "print-multi[a]rch)" "$ROOT"
	[[ ! $output ]]
}

# --- who runs it, and where

@test "verbs that need root say so to those who are not" {
	local verb
	for verb in 'attach lo --ingress' 'detach lo' 'stats' 'playground up' 'demo' 'gc'; do
		has_verb "${verb%% *}" || continue
		# shellcheck disable=SC2086 # a verb with its arguments
		refuses_with 1 'tailgate: this needs root: run it with sudo' as_nobody "$ROOT/tc-scripts/tailgate" $verb
	done
}

@test "the tests that need root say so to those who are not" {
	refuses 1 as_nobody "$ROOT/tests/run"
	says "this needs root: packets net docker: run it with sudo, or 'tests/run style unit'"
}

@test "help and version need no root" {
	run -0 as_nobody "$ROOT/tc-scripts/tailgate" --help
	[[ $output == 'Usage: tailgate '* ]]
	run -0 as_nobody "$ROOT/tc-scripts/tailgate" --version
	[[ $output =~ ^'tailgate '[0-9]+\.[0-9]+\.[0-9]+$ ]]
}

@test "attach refuses to pin where the pins would vanish" {
	has_verb attach || skip 'attach is not part of this build'
	given_hosts
	local before
	before=$(state_of_hosts)
	refuses 1 unshare --mount "$ROOT/tc-scripts/tailgate" --netns "$SERVER" attach eth0 --ingress
	says "nsenter --mount=/proc/1/ns/mnt"
	[[ $(state_of_hosts) == "$before" ]]
}

@test "without a bpffs there is nothing to count, and stats says so" {
	has_verb stats || skip 'stats is not part of this build'
	# shellcheck disable=SC2016 # expanded in there
	run -0 env -u TC_BPF_MNT unshare --mount bash -euc '
		findmnt -rno TARGET -t bpf | xargs -rd "\n" umount || true
		"$1" stats' bash "$ROOT/tc-scripts/tailgate"
	[[ $output == 'nothing counted: '* ]]
}

# --- the front end

@test "an unknown verb is not understood" {
	refuses_with 2 "tailgate: no such verb: 'frobnicate': see 'tailgate --help'" tailgate frobnicate
}

@test "no verb at all is not understood" {
	refuses_with 2 "tailgate: no verb given: see 'tailgate --help'" tailgate
}

@test "an unknown option is not understood" {
	refuses_with 2 "tailgate: no such option: '--frobnicate': see 'tailgate --help'" tailgate --frobnicate attach
}

@test "an unknown option of a verb is not understood" {
	local file verb
	for file in "$ROOT"/tc-scripts/verbs/*.bash; do
		verb=$(basename "$file" .bash)
		refuses 2 tailgate "$verb" --frobnicate
		says --frobnicate
	done
}

@test "every verb has a summary and help" {
	local file verb
	run -0 tailgate --help
	local summaries=$output
	for file in "$ROOT"/tc-scripts/verbs/*.bash; do
		verb=$(basename "$file" .bash)
		[[ $summaries =~ (^|$'\n')"  $verb "+[a-z] ]] || fail "no summary: $verb"
		run -0 tailgate "$verb" --help
		[[ $output == "Usage: tailgate $verb"* ]] || fail "no help: $verb"
	done
}

@test "options that want a value and get none are not understood" {
	local option
	for option in --netns --pid --container; do
		refuses_with 2 "tailgate: $option needs a value: see 'tailgate --help'" tailgate "$option"
	done
}

@test "more than one target is refused" {
	refuses 2 tailgate --pid "$BASHPID" --pid "$BASHPID" stats
	says 'one of --netns, --pid and --container is enough'
}

@test "targets that are not there are named" {
	refuses_with 1 "tailgate: no such network namespace: 'tgt-nowhere': 'ip netns list' shows them" \
		tailgate --netns tgt-nowhere stats eth0
	refuses_with 1 "tailgate: no such process: '4294967'" tailgate --pid 4294967 stats eth0
	refuses_with 2 "tailgate: not a process id: '1x': see 'tailgate --help'" tailgate --pid 1x stats eth0
	refuses_with 2 "tailgate: not a process id: '': see 'tailgate --help'" tailgate --pid= stats eth0
}

@test "invalid namespace names are refused" {
	local name
	for name in "${BAD_NAMES[@]}" -x ''; do
		refuses 1 tailgate --netns="$name" stats eth0
	done
}

given_device_is_refused() { # VERB DEVICE [ARGUMENT...]
	refuses 1 tailgate --netns "$SERVER" "$@"
}

@test "device names with a meaning to shells or paths are refused" {
	given_hosts
	local name before
	before=$(state_of_hosts)
	cd "$BATS_TEST_TMPDIR"
	for name in "${BAD_NAMES[@]}"; do
		given_device_is_refused stats "$name"
	done
	for name in "${BAD_NAMES[@]:0:2}" '../x'; do
		try_device given_device_is_refused "$name"
	done
	[[ ! -e pwned ]]
	[[ $(state_of_hosts) == "$before" ]]
}

@test "a device name that looks like an option is not understood" {
	given_hosts
	local before
	before=$(state_of_hosts)
	option_is_refused() {
		refuses 2 tailgate --netns "$SERVER" "$@"
		says "'-x'"
	}
	try_device option_is_refused -x
	[[ $(state_of_hosts) == "$before" ]]
}

@test "a device that is not there is named" {
	given_hosts
	local before
	before=$(state_of_hosts)
	missing_is_refused() {
		refuses 1 tailgate --netns "$SERVER" "$@"
		says "'eth9'"
	}
	try_device missing_is_refused eth9
	[[ $(state_of_hosts) == "$before" ]]
}

@test "stats of a device without an attachment is an error" {
	has_verb stats || skip 'stats is not part of this build'
	given_hosts
	refuses 1 tailgate --netns "$SERVER" stats eth0
	says "nothing is attached to 'eth0'"
}

@test "tests/run names what it does not know" {
	refuses_with 2 "tests/run: no such option: '--frobnicate': see 'tests/run --help'" "$ROOT/tests/run" --frobnicate
	refuses_with 2 "tests/run: no such tier: 'frobnicate': see 'tests/run --help'" "$ROOT/tests/run" frobnicate
}

# --- tg-splice

@test "tg-splice without an action is refused" {
	refuses_with 2 'tg-splice: no object given: see tg-splice --help' "$SPLICE"
	refuses 2 "$SPLICE" "$DROP_TCP"
	says 'either -o COPY'
	refuses 2 "$SPLICE" --list -o copy.o "$DROP_TCP"
	says 'either -o COPY'
	refuses 2 "$SPLICE" --frobnicate
	says --frobnicate
}

@test "tg-splice takes BPF objects alone" {
	cd "$BATS_TEST_TMPDIR"
	: >empty.o
	head -c 300 "$DROP_TCP" >cut.o
	cp "$SPLICE" native.o
	local object
	for object in empty.o cut.o native.o; do
		refuses_with 1 "tg-splice: $object: not a BPF object of this machine" "$SPLICE" "$object" --list
	done
	refuses_with 1 'tg-splice: missing.o: No such file or directory' "$SPLICE" missing.o --list
	refuses 1 "$SPLICE" . --list
}

# A wrong assignment leaves what COPY was before.
refuses_assignment() { # ASSIGNMENT MESSAGE
	printf 'as before' >"$BATS_TEST_TMPDIR/copy.o"
	refuses_with 1 "tg-splice: $2" "$SPLICE" "$DROP_TCP" -o "$BATS_TEST_TMPDIR/copy.o" "$1"
	[[ $(<"$BATS_TEST_TMPDIR/copy.o") == 'as before' ]]
	(($(find "$BATS_TEST_TMPDIR" -name 'copy.o*' | wc -l) == 1))
}

@test "tg-splice names a constant that is not there, and those that are" {
	refuses 1 "$SPLICE" "$DROP_TCP" -o "$BATS_TEST_TMPDIR/copy.o" nosuch=1
	[[ $stderr == "tg-splice: $DROP_TCP: no such constant: 'nosuch'; there are: "* ]]
	local name
	for name in tg_next_slot tg_miss drop_tcp_port; do
		says "$name"
	done
	[[ ! -e $BATS_TEST_TMPDIR/copy.o ]]
}

@test "tg-splice refuses values that do not fit" {
	refuses_assignment drop_tcp_port=65536 "drop_tcp_port: '65536' does not fit into 2 bytes"
	refuses_assignment drop_tcp_port=0x10000 "drop_tcp_port: '0x10000' does not fit into 2 bytes"
	refuses_assignment tg_miss=4294967296 "tg_miss: '4294967296' does not fit into 4 bytes"
}

@test "tg-splice refuses a value that is not a number" {
	local value
	for value in -1 '' abc 80x '8 0' 18446744073709551616; do
		refuses_assignment "drop_tcp_port=$value" "drop_tcp_port: not a number: '$value'"
	done
	refuses_assignment drop_tcp_port "not NAME=VALUE: 'drop_tcp_port'"
}

@test "tg-splice refuses sections that do not fit" {
	: >"$BATS_TEST_TMPDIR/nothing"
	refuses_assignment ".rodata=@$BATS_TEST_TMPDIR/nothing" \
		"$BATS_TEST_TMPDIR/nothing: smaller than section '.rodata'"
	refuses_assignment ".rodata.nosuch=@$BATS_TEST_TMPDIR/nothing" \
		"$DROP_TCP: no such section: '.rodata.nosuch'"
	refuses_assignment '.rodata=@/nonexistent' '/nonexistent: No such file or directory'
	refuses_assignment .rodata=5 ".rodata: not @FILE: '5'"
}

@test "tg-splice makes several copies, up to one that fails" {
	cd "$BATS_TEST_TMPDIR"
	"$SPLICE" "$DROP_TCP" -o a.o drop_tcp_port=1 --next "$DROP_TCP" -o b.o drop_tcp_port=2
	"$SPLICE" a.o --list | grep -q '^drop_tcp_port=1 '
	"$SPLICE" b.o --list | grep -q '^drop_tcp_port=2 '
	refuses_with 1 "tg-splice: drop_tcp_port: not a number: 'x'" \
		"$SPLICE" "$DROP_TCP" -o c.o --next "$DROP_TCP" -o d.o drop_tcp_port=x --next "$DROP_TCP" -o e.o
	[[ -e c.o && ! -e d.o && ! -e e.o ]]
	refuses_with 2 'tg-splice: no object given: see tg-splice --help' "$SPLICE" "$DROP_TCP" -o c.o --next
}

@test "tg-splice tells where it cannot write" {
	refuses 1 "$SPLICE" "$DROP_TCP" -o "$BATS_TEST_TMPDIR/no/such/copy.o" drop_tcp_port=1
	says "$BATS_TEST_TMPDIR/no/such/copy.o"
}

@test "tg-splice sets the bounds of what fits" {
	local value
	for value in 0 65535 0xffff 0177777; do
		"$SPLICE" "$DROP_TCP" -o "$BATS_TEST_TMPDIR/copy.o" "drop_tcp_port=$value"
		"$SPLICE" "$BATS_TEST_TMPDIR/copy.o" --list | grep -q "^drop_tcp_port=$((value)) "
	done
}

# --- tg-counters

@test "tg-counters needs exactly one directory" {
	refuses_with 2 'tg-counters: one directory is needed: see tg-counters --help' "$COUNTERS"
	refuses_with 2 'tg-counters: one directory is needed: see tg-counters --help' "$COUNTERS" a b
	refuses 2 "$COUNTERS" --frobnicate
	says --frobnicate
}

@test "tg-counters names a directory that is not there" {
	refuses_with 1 'tg-counters: /nonexistent: No such file or directory' "$COUNTERS" /nonexistent
	refuses 1 "$COUNTERS" "$DROP_TCP"
	says "$DROP_TCP: Not a directory"
}

@test "tg-counters finds nothing where nothing is" {
	run -0 "$COUNTERS" "$BATS_TEST_TMPDIR"
	[[ ! $output ]]
	run -0 "$COUNTERS" --json "$BATS_TEST_TMPDIR"
	[[ $output == '[]' ]]
}

# --- tg-json

@test "tg-json quotes what words hold, and takes values from its input in their order" {
	run -0 "$BUILD/tg-json" object text $'=a "b"\\\n\e\xff' empty = none '?' some '?x' list array 1 - end of - end <<<'[2]{"a": 3}'
	[[ $output == '{"text":"a \"b\"\\\n\u001B'$'\xef\xbf\xbd''","empty":"","none":null,"some":"x","list":[1,[2]],"of":{"a":3}}' ]]
}

@test "tg-json says which word is no value, and which is missing" {
	refuses_with 2 "tg-json: '01': invalid token near '0': see tg-json --help" "$BUILD/tg-json" 01
	refuses_with 2 "tg-json: '2': one value alone: see tg-json --help" "$BUILD/tg-json" 1 2
	refuses_with 2 "tg-json: '': a word is missing: see tg-json --help" "$BUILD/tg-json"
	refuses_with 2 "tg-json: '': a word is missing: see tg-json --help" "$BUILD/tg-json" object name
	refuses 1 "$BUILD/tg-json" array - end </dev/null
	says "tg-json: '-': "
}
