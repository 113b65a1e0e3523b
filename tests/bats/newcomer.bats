#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Typical mistakes of new users: they work, or one message says what to write.

load helper
load helper-chain

setup() {
	given_device
}

teardown() {
	remove_chains
}

# Usage errors on the server's eth0 change nothing.
instead() { # TEXT COMMAND...
	refuses_and_changes_nothing 2 "$1" on_server "${@:2}"
}

@test "global options are taken after the verb as well" {
	run -0 tailgate attach eth0 --netns "$SERVER" --ingress --chain count --dry-run
	[[ $output == *"tc filter replace dev eth0 ingress"* ]]
	no_chain_on ingress
	tailgate attach --netns="$SERVER" eth0 --ingress --chain count
	chain_is ingress count
	run -0 --separate-stderr tailgate chain eth0 ingress -v set drop_tcp --netns "$SERVER"
	# shellcheck disable=SC2154 # set by run
	[[ $stderr == *'# '*'tc exec bpf graft'* ]]
	chain_is ingress drop_tcp
	run -0 tailgate policy compile "$BATS_TEST_TMPDIR/no" -n -o "$BATS_TEST_TMPDIR/no.o"
	[[ $output == *'tg-policy compile'* && ! -e $BATS_TEST_TMPDIR/no.o ]]
	tailgate --netns "$SERVER" detach eth0
	refuses 2 'one of --netns, --pid and --container is enough' \
		on_server status --netns "$SERVER"
	refuses 2 '--netns needs a value' tailgate status --netns
}

@test "the command of playground exec keeps its options" {
	refuses 1 "no playground" tailgate playground exec --name "${SERVER##*-}0" client ip -n "$SERVER" link
}

@test "a verb that is mistyped, or another tool's, is told by its name" {
	instead "no such verb: 'atach': write 'tailgate attach'" atach eth0
	instead "write 'tailgate detach'" stop eth0
	instead "write 'tailgate status'" list
	instead "write 'tailgate policy apply'" apply eth0 x.policy
	instead "no such verb: 'frobnicate': see" frobnicate
	instead "not 'chek': write 'policy check'" policy chek x.policy
	instead "chain cannot 'add': show, set, insert, remove or replace: write insert" \
		chain eth0 ingress add drop_tcp
	run -0 tailgate help attach
	[[ $output == 'Usage: tailgate attach '* ]]
	run -0 tailgate help
	[[ $output == 'Usage: tailgate [OPTION'* ]]
}

@test "an option that is mistyped is told by its name" {
	instead "'--chian': write --chain" attach eth0 --ingress --chian count
	instead "'--xdpgeneric': write --xdp=generic" attach eth0 --xdpgeneric
	instead "--ingress takes no value" attach eth0 --ingress=native
	instead "'--jsn': write --json" status --jsn
	instead "'--netn': write --netns" --netn x status
	instead "'--confrm=60': write --confirm" policy apply eth0 x --confrm=60
}

@test "a hook without its dashes, or with dashes too many, is told how to be written" {
	instead "write --ingress, not 'ingress'" attach eth0 ingress
	instead "write 'eth0 --ingress'" attach ingress eth0
	instead "write --xdp, not 'xdp'" detach eth0 xdp
	instead "without dashes: write 'ingress'" chain eth0 --ingress
	instead "without dashes: write 'egress'" explain eth0 --egress tcp
	instead "the device comes first: write 'eth0 ingress'" chain ingress eth0
	instead "write '--hook xdp'" policy show eth0 --xdp
	instead 'status shows all hooks' status eth0 ingress
	: >"$BATS_TEST_TMPDIR/web.policy"
	cd "$BATS_TEST_TMPDIR"
	instead "the device comes first: write 'eth0 web.policy'" policy apply web.policy eth0
}

@test "plugins with blanks between them, and what is no plugin, are told about" {
	instead "write --chain count,drop_tcp" attach eth0 --ingress --chain count drop_tcp
	refuses_and_changes_nothing 1 "'/etc/passwd' is no object of a plugin" \
		on_server attach eth0 --ingress --chain count,/etc/passwd
	refuses_and_changes_nothing 1 "no such plugin: 'cuont': there are" \
		on_server attach eth0 --ingress --chain cuont
}

@test "a policy is taken from the standard input" {
	on_server attach eth0 --ingress --chain policy
	run -0 on_server policy apply eth0 - <<<'drop tcp'
	[[ $output == 'eth0 ingress: 1 rule of <stdin>, default next' ]]
	run -0 on_server policy diff eth0 - <<<'default pass'
	[[ $output == *'default pass'* ]]
	run -1 on_server policy apply eth0 - <<<'drop tcp prot 80'
	[[ $output == *'<stdin>:1:10:'* ]]
}

@test "detach of nothing says so, and is no failure" {
	run -0 on_server detach eth0
	[[ $output == 'nothing is attached to eth0' ]]
	on_server attach eth0 --ingress
	run -0 on_server detach eth0 --egress
	[[ $output == 'nothing is attached to eth0 egress' ]]
	chain_is ingress
	in_server tc filter del dev eth0 ingress
	run -0 on_server detach eth0
	[[ $output == 'nothing was attached to eth0 any more: removed what was left of it' ]]
	nothing_is_left
}

@test "--container without docker says what does without it" {
	local command
	mkdir "$BATS_TEST_TMPDIR/bin"
	for command in bash cat dirname env readlink; do
		ln -s "$(type -P "$command")" "$BATS_TEST_TMPDIR/bin"
	done
	PATH=$BATS_TEST_TMPDIR/bin refuses 1 'docker, which is not installed: --pid takes' \
		tailgate status --container web
}

@test "an output that takes nothing is one line, and a failure" {
	local verb
	for verb in status --version 'policy --help' detach; do
		# shellcheck disable=SC2086 # with its words
		refuses 1 'standard output is closed' closed_output $verb
	done
	refuses 1 'cannot write to the standard output' full_output status eth0
}

closed_output() {
	on_server "$@" 2>&1 >&- | cat
	return "${PIPESTATUS[0]}"
}

full_output() {
	on_server "$@" 2>&1 >/dev/full | cat
	return "${PIPESTATUS[0]}"
}

@test "help names commands that can be typed" {
	local words
	for words in '' policy 'policy check' 'policy fmt' 'policy compile' 'policy import' \
		explain attach; do
		# shellcheck disable=SC2086 # words
		run -0 tailgate $words --help
		[[ $output == *'tailgate '* && $output != *tg-* ]] || fail "$words: $output"
	done
	run -2 tailgate policy check
	[[ $output == "tailgate policy check: a file is missing: see 'tailgate policy check --help'" ]]
	run -2 tailgate policy import
	[[ $output == "tailgate policy import: one file to import: see 'tailgate policy import --help'" ]]
	run -2 tailgate policy check --frobnicate
	[[ $output == "tailgate policy check: unrecognized option '--frobnicate'" ]]
	run -2 tailgate explain --policy /dev/null
	[[ $output == "tailgate explain: a packet, --pcap or --batch is missing: see 'tailgate explain --help'" ]]
}

@test "a ping is described as what it is" {
	run -1 on_server explain eth0 ingress ping 198.51.100.1
	run -1 tailgate explain -p /dev/null 'ping 198.51.100.1'
	[[ $output == *"'icmp A > B' is an echo-request"* ]]
}
