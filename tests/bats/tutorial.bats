#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Every chapter of the tutorial, run as a reader would: one test for each. And
# tests/tutorial/run itself, which detects errors in chapters.

load helper
load helper-playground

CHAPTERS=$ROOT/docs/tutorial

setup() {
	((EUID == 0)) || fail 'this test needs root'
}

teardown() {
	remove_playgrounds
}

run_chapter() { # NAME
	"$ROOT/tests/tutorial/run" "$CHAPTERS/$1.md"
}

# bats before 1.11 knows only the tests that stand in the file as such, so the
# chapters do; a test below tells if one is missing.

# What is in docs/tutorial, but for its table.
chapters() {
	local file
	for file in "$CHAPTERS"/*.md; do
		[[ $file == */README.md ]] || basename "$file" .md
	done
}

@test "chapter ret: every command prints what it says" {
	run_chapter ret
}

@test "chapter hello: every command prints what it says" {
	run_chapter hello
}

@test "chapter choir: every command prints what it says" {
	run_chapter choir
}

@test "chapter fanout: every command prints what it says" {
	run_chapter fanout
}

@test "chapter sockets: every command prints what it says" {
	run_chapter sockets
}

@test "chapter firewall: every command prints what it says" {
	run_chapter firewall
}

@test "chapter verifier: every command prints what it says" {
	run_chapter verifier
}

@test "chapter plugins: every command prints what it says" {
	run_chapter plugins
}

@test "chapter places: every command prints what it says" {
	run_chapter places
}

@test "chapter conditions: every command prints what it says" {
	run_chapter conditions
}

@test "chapter http: every command prints what it says" {
	run_chapter http
}

@test "chapter xdp-firewall: every command prints what it says" {
	run_chapter xdp-firewall
}

@test "chapter counters: every command prints what it says" {
	run_chapter counters
}

@test "chapter layercoop: every command prints what it says" {
	run_chapter layercoop
}

@test "chapter metadata: every command prints what it says" {
	run_chapter metadata
}

@test "chapter classifier: every command prints what it says" {
	run_chapter classifier
}

@test "chapter cgroups: every command prints what it says" {
	run_chapter cgroups
}

@test "chapter sharing: every command prints what it says" {
	run_chapter sharing
}

@test "chapter bucket: every command prints what it says" {
	run_chapter bucket
}

@test "chapter flow: every command prints what it says" {
	run_chapter flow
}

@test "chapter ring: every command prints what it says" {
	run_chapter ring
}

@test "chapter tail-calls: every command prints what it says" {
	run_chapter tail-calls
}

@test "chapter chains: every command prints what it says" {
	run_chapter chains
}

@test "chapter exec-bpf: every command prints what it says" {
	run_chapter exec-bpf
}

@test "chapter loading: every command prints what it says" {
	run_chapter loading
}

@test "chapter events: every command prints what it says" {
	run_chapter events
}

@test "chapter toolbox: every command prints what it says" {
	run_chapter toolbox
}

@test "chapter toolbox-rewrite: every command prints what it says" {
	run_chapter toolbox-rewrite
}

@test "chapter toolbox-redirect: every command prints what it says" {
	run_chapter toolbox-redirect
}

@test "chapter toolbox-tunnel: every command prints what it says" {
	run_chapter toolbox-tunnel
}

@test "chapter toolbox-notes: every command prints what it says" {
	run_chapter toolbox-notes
}

@test "chapter toolbox-measure: every command prints what it says" {
	run_chapter toolbox-measure
}

@test "every chapter has its test here" {
	run -0 diff <(chapters | sort) \
		<(sed -n 's/^@test "chapter \([^:]*\):.*/\1/p' "$BATS_TEST_FILENAME" | sort)
}

@test "the table of the tutorial has every chapter, and no other one" {
	run -0 diff <(chapters | sort) \
		<(sed -n 's/^| \[\(.*\)\](\(.*\)\.md) |.*/\1 \2/p' "$CHAPTERS/README.md" |
			awk '$1 == $2 { print $1 }' | sort)
}

@test "the commands that open the terminals show the prompts of the chapters" {
	local side prompt
	grep -qF "| \`host#\` | \`PS1='host# '\` |" "$CHAPTERS/README.md"
	given_playground_name
	playground up
	for side in client server; do
		# shellcheck disable=SC2016 # backticks of the table
		prompt=$(sed -n "s/^| .$side#. | .\(.*\). |\$/\1/p" "$CHAPTERS/README.md")
		[[ $prompt == "tc-scripts/tailgate playground exec $side env "* ]] || fail "$side: $prompt"
		run -0 script -qec "cd '$ROOT' && ${prompt/ exec / exec --name "$NAME" }" /dev/null <<<exit
		[[ $output == *"$side# exit"* ]] || fail "$output"
	done
}

@test "every chapter ends with an exercise, its solution, and commands that check it" {
	local chapter
	for chapter in $(chapters); do
		awk '
			/^## / { part = $0; solution = check = 0 }
			part == "## Exercise" && /^<details>/ { solution = 1 }
			part == "## Exercise" && /^<.details>/ { after = 1 }
			after && /^```console$/ { check = 1 }
			part == "## Exercise" && solution && check { complete = 1 }
			END { exit !complete }
		' "$CHAPTERS/$chapter.md" || fail "$chapter: no exercise, or none that is checked"
	done
}

@test "every program of the tutorial says at its head how to run it, and a chapter does so" {
	local source name
	for source in "$ROOT"/progs/tutorial/*.bpf.c; do
		name=$(basename "$source" .bpf.c)
		grep -q "^ \*	.*build/tutorial/" "$source" || fail "$source: no command at its head"
		grep -lq "build/tutorial/$name\.o" "$CHAPTERS"/*.md || fail "$source: in no chapter"
	done
}

@test "what is never run is listed with its reason" {
	run -0 "$ROOT/tests/tutorial/run" --not-run "$CHAPTERS"/*.md
	[[ $output == *"docs/tutorial/hello.md:"*": needs a network card"* ]]
	printf '# not run: %s\n' "${lines[@]}" >&3
}

# --- the runner

# A chapter of one block, from the standard input.
chapter_of() { # [INFO]
	{
		printf '%s\n' '```'"${1:-console}"
		cat
		printf '%s\n' '```'
	} >"$BATS_TEST_TMPDIR/chapter.md"
}

read_it() {
	"$ROOT/tests/tutorial/run" "$BATS_TEST_TMPDIR/chapter.md"
}

@test "a chapter whose commands print what it says is right" {
	chapter_of <<-'END'
		host# x=1; cd /
		host# echo "$x $PWD" \
		  more
		1 / more
		host# false

		host# echo $?
		1
		host# cat; printf 'no newline, and blanks  '
		no newline, and blanks
		client# curl -s http://198.51.100.2/
		Welcome
		server# sleep 60 &
		server# kill %1; wait
		server# sleep 0.1 & sleep 60 &
		server# kill %2; wait
		server# sleep 60 &
		server# kill %1
		server# printf '%s\n' '[a-z]* $(b)' 'id 17, at 12:30' 'from a > to b, 1' one two three four
		[a-z]* $(b)
		id <id>, at <time>
		...
		from a > to b, <more>
		...
		three
		...
		client# echo oops >&2; printf '<a>\n'
		oops
		<a>
	END
	run -0 read_it
	[[ $output == *"14 commands, 0 mistakes" ]] || fail "$output"
}

@test "with --pause, time passes between two terminals, and not within one" {
	chapter_of <<-'END'
		host# passed() { echo $((SECONDS - since)); }; since=$SECONDS
		host# (($(passed) < 3)); echo $?
		0
		client# true
		host# (($(passed) >= 6)); echo $?
		0
	END
	run -0 "$ROOT/tests/tutorial/run" --pause 3.5 "$BATS_TEST_TMPDIR/chapter.md"
	[[ $output == *"4 commands, 0 mistakes" ]] || fail "$output"
}

@test "what prints something else is a mistake, and is shown with its line" {
	chapter_of <<-'END'
		host# echo one
		one
		host# echo two
		three
	END
	run -1 read_it
	[[ $output == *"chapter.md:4: echo two"*"expected:"*three*"came:"*two*"1 mistakes" ]] || fail "$output"
}

is_a_mistake() {
	chapter_of
	run -1 read_it
	[[ $output == *", 1 mistakes" ]] || fail "$output"
}

@test "more, less, or nothing where the chapter says otherwise is a mistake" {
	is_a_mistake <<<'host# echo more'
	is_a_mistake <<<$'host# true\nless'
	is_a_mistake <<<$'host# printf "a\\nb\\n"\na'
	is_a_mistake <<<$'host# echo a\na\nb'
	is_a_mistake <<<$'host# echo axb\na*b'
	is_a_mistake <<<$'host# echo ab\na<something>b'
	is_a_mistake <<<$'host# printf "a\\nc\\n"\na\n...\nb'
	is_a_mistake <<<$'host# no-such-command'
}

@test "a command that does not end is a mistake, and the end" {
	export TUTORIAL_PATIENCE=1
	chapter_of <<-'END'
		host# echo begun; sleep 60
		host# echo never
		never
	END
	run -1 read_it
	[[ $output == *"has not ended after 1 seconds"*begun*"2 commands, 1 mistakes" ]] || fail "$output"
}

@test "what a chapter leaves behind is a mistake" {
	chapter_of <<-'END'
		host# ip link add left0 type veth peer name left1
		host# build/tutorial/pin-filter build/tutorial/hello.o hello /sys/fs/bpf/left
		host# sleep 61 &
		host# (setsid sleep 62 &)
	END
	run -1 read_it
	[[ $output == *"pin /sys/fs/bpf/left"*"device left0"*"process sleep 6"* ]] || fail "$output"
	# and it is gone all the same
	run ! pgrep -f 'sleep 6[12]'
}

@test "what a chapter does not change back on client and server is a mistake" {
	chapter_of <<-'END'
		client# ip neigh replace 198.51.100.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
		client# iptables -A INPUT -p icmp
		server# ip link set dev eth0 xdp obj build/tutorial/hello.o sec xdp
		server# tc qdisc add dev eth0 clsact
		server# ip addr add 203.0.113.9/24 dev eth0
		host# ip netns add third
	END
	run -1 read_it
	[[ $output == *"not as it was"*"> third"* ]] || fail "$output"
	[[ $output == *"> client: 198.51.100.2 dev eth0 lladdr"*"> client: -A INPUT -p icmp"* ]] || fail "$output"
	[[ $output == *"> server: eth0 xdp"*"> server: eth0 has 203.0.113.9/24"*"> server: qdisc clsact"* ]] ||
		fail "$output"
}

@test "a chapter has a machine of its own: network, mounts, processes" {
	local before listing=/tmp:
	before=$(ip netns list | wc -l)
	# where this tree is in /tmp, that is in sight
	[[ $ROOT/ != /tmp/* ]] || listing=$(cut -d / -f 3 <<<"$ROOT") listing=/tmp:$'\n'$listing
	touch /tmp/left-by-others.$$
	chapter_of <<-END
		host# ls -A /tmp /run/netns
		/run/netns:
		tg-playground-client
		tg-playground-server

		$listing
		host# test $(readlink /proc/self/ns/pid) = "\$(readlink /proc/self/ns/pid)" || echo alone
		alone
		host# touch /tmp/left-by-a-chapter
	END
	run read_it
	rm /tmp/left-by-others.$$
	((status == 0)) || fail "$output"
	[[ ! -e /tmp/left-by-a-chapter ]]
}

@test "a block that is not understood, does not end or prints before its command is a mistake" {
	chapter_of 'console not-run' <<<'host# true'
	run -1 read_it
	[[ $output == *":1: not understood: 'console not-run'"* ]] || fail "$output"
	chapter_of <<<$'what is this\nhost# true'
	run -1 read_it
	[[ $output == *":2: neither a command nor what one prints"* ]] || fail "$output"
	printf '%s\n' '```console' 'host# true' >"$BATS_TEST_TMPDIR/chapter.md"
	run -1 read_it
	[[ $output == *":1: this block does not end"* ]] || fail "$output"
	printf '%s\n' 'nothing here' >"$BATS_TEST_TMPDIR/chapter.md"
	run -1 read_it
	[[ $output == *"no command is in here"* ]] || fail "$output"
}

@test "of several chapters each finds what the one before it has left" {
	printf '%s\n' '```console' 'host# cd /' '```' >"$BATS_TEST_TMPDIR/one.md"
	printf '%s\n' '```console' 'host# pwd' '/tmp' '```' >"$BATS_TEST_TMPDIR/two.md"
	run -1 "$ROOT/tests/tutorial/run" "$BATS_TEST_TMPDIR/one.md" "$BATS_TEST_TMPDIR/two.md"
	[[ $output == *"/two.md:2: pwd"*expected:*/tmp*came:*/*"2 commands, 1 mistakes" ]] || fail "$output"
}

@test "the runner says how it is used, and refuses what it does not know" {
	run -0 "$ROOT/tests/tutorial/run" --help
	[[ $output == Usage:* ]]
	run -2 "$ROOT/tests/tutorial/run"
	run -2 "$ROOT/tests/tutorial/run" -x
	run -2 "$ROOT/tests/tutorial/run" --pause
	run -2 "$ROOT/tests/tutorial/run" --pause soon none.md
	[[ $output == *"--pause needs seconds, not 'soon'"* ]]
	run -1 "$ROOT/tests/tutorial/run" none.md
	[[ $output == *"no such chapter: 'none.md'" ]]
}

# One command, and a listing from the standard input.
listing_of() { # FILE [LINES]
	{
		printf '%s\n' '```console' 'host# true' '```' '```c file='"$1${2:+ lines=$2}"
		cat
		printf '%s\n' '```'
	} >"$BATS_TEST_TMPDIR/chapter.md"
}

@test "a listing is the file, or the lines of it that it names" {
	local source=progs/tutorial/ret.bpf.c
	listing_of "$source" <"$ROOT/$source"
	run -0 read_it
	listing_of "$source" '/^int/,/^}/' <<<$'int ret_zero(void *ctx)\n{\n\treturn 0;\n}'
	run -0 read_it
	listing_of "$source" '/^int/,/^}/' <<<$'int ret_zero(void *ctx)\n{\n\treturn 1;\n}'
	run -1 read_it
	[[ $output == *":4: this is not what the file says"*"-	return 0;"*"+	return 1;"* ]] || fail "$output"
	listing_of progs/tutorial/none.c <<<''
	run -1 read_it
	[[ $output == *":4: no such file: 'progs/tutorial/none.c'"* ]] || fail "$output"
}
