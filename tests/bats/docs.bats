#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The commands in the docs work as printed. A block that starts with ```sh is
# run as root, in a copy of the tree; one that starts with ```c NAME is saved
# under that name first. The playground of the docs is the user's own, too, so
# one chapter runs at a time, and none where a playground is up already.

load helper
load helper-docs

setup() {
	SHIMS=$BATS_TEST_TMPDIR/bin
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir "$SHIMS"
	# The docs say sudo; who runs the tests is root already.
	printf '#!/bin/sh\nexec "$@"\n' >"$SHIMS/sudo"
	chmod +x "$SHIMS/sudo"
	copy_tree
	exec {ONE_AT_A_TIME}>"${TMPDIR:-/tmp}/tailgate-docs.lock"
	flock "$ONE_AT_A_TIME"
	given_sys_fs_bpf
}

teardown() {
	tailgate playground down
	leave_sys_fs_bpf
	clean_up
}

# Where it is none, tc would take any other bpffs that it finds: that of a test
# beside us.
given_sys_fs_bpf() {
	PINNED_BEFORE=$(compgen -G '/sys/fs/bpf/tc*') || true
	[[ $(stat -f -c %T /sys/fs/bpf) != bpf_fs ]] || return 0
	MOUNTS+=(/sys/fs/bpf)
	mount -t bpf bpf /sys/fs/bpf
}

# The folders of tc, if nobody had them before or has something in them, and its
# links that lead nowhere then.
leave_sys_fs_bpf() {
	local link
	[[ ! $PINNED_BEFORE ]] || return 0
	[[ ! -d /sys/fs/bpf/tc/globals ]] ||
		rmdir --ignore-fail-on-non-empty --parents /sys/fs/bpf/tc/globals 2>/dev/null || true
	for link in /sys/fs/bpf/{ip,xdp}; do
		[[ ! -L $link || -e $link ]] || rm "$link"
	done
}

# With the times of its files: or 'make' would build all of it again.
copy_tree() {
	mkdir "$TREE"
	(cd "$ROOT" && tests/files | xargs -0 cp -p --parents -t "$TREE")
	cp -a "$BUILD" "$TREE/build"
}

run_chapter() { # FILE
	local name
	while read -r name; do
		blocks "c $name" "$1" >"$TREE/$name"
	done < <(sed -n 's/^```c \(.*\)$/\1/p' "$1")
	blocks sh "$1" | grep -v '^sudo make' >"$BATS_TEST_TMPDIR/chapter"
	[[ -s $BATS_TEST_TMPDIR/chapter ]] || fail "no commands in $1"
	cd "$TREE" || return
	PATH=$SHIMS:$PATH run --separate-stderr bash -eux "$BATS_TEST_TMPDIR/chapter" </dev/null
	# shellcheck disable=SC2154 # set by run
	((status == 0)) || fail "exit status $status" "$output" "$stderr"
}

@test "the README's commands work in their order, and show what they say" {
	run_chapter "$ROOT/README.md"
	# by hand: an answer, then none from port 80 and one from 8080
	[[ $output == *Welcome*"no answer"*Welcome* ]]
	[[ $output == *"drop_tcp "*"ingress "*"drop "*"tcp-port "* ]]
	# the chain, before and after
	[[ $output == *"eth0 xdp (native): count drop_tcp, then pass"* ]]
	[[ $output == *"tc exec bpf graft "*" section ingress"* ]]
	# the policy
	[[ $output == *"drop: no rule matches: edge.policy:1: default drop"* ]]
	# applied: 80 answers, 8080 does not
	[[ $output == *Welcome*"no answer from 8080"*"pass tcp to port { 80, 443 }"* ]]
	# a limit: three of five pings
	[[ $output == *'5 packets transmitted, 3 received'*'3 of 3 used, over'*'over: drop'* ]]
	# a set: no answer while the client is in it
	[[ $output == *"1 rule of block.policy, default pass"$'\n'"no answer to a blocked client"$'\n'Welcome* ]]
}

@test "docs/sets.md: the commands change a set, and show what the page says" {
	run_chapter "$ROOT/docs/sets.md"
	# the set is empty, has an entry for an hour, and has what was saved
	[[ $output =~ blocked\ +addresses\ +0\ +1000000 ]]
	[[ $output =~ 198\.51\.100\.7\ +(1h|59m) ]]
	[[ $output == *$'\n198.51.100.9: in blocked: 198.51.100.0/24\n198.51.100.0/24\n!198.51.100.7\n203.0.113.9' ]]
}

@test "docs/flows.md: the commands change flows, and show what the page says" {
	run_chapter "$ROOT/docs/flows.md"
	[[ $output == *$'3 added, 0 were there already\nPROTOCOL  FROM '* ]]
	[[ $output =~ tcp\ +198\.51\.100\.7:40000\ +203\.0\.113\.1:443\ +established\ +(5d|4d23h) ]]
	[[ $output =~ icmp\ +198\.51\.100\.7\ +203\.0\.113\.1\ +icmp-replied\ +[0-9]+s\ +id\ 7 ]]
	[[ $output == *'3 of 1000'*$'1 removed\n2 removed\n3 added'*'eth0 has flows: 3 of 1,000, 0 refused'* ]]
}

@test "docs/limits.md: the commands limit a ping, and show what the page says" {
	run_chapter "$ROOT/docs/limits.md"
	[[ $output == *'a table for limits of 1000 keys'*'5 packets transmitted, 3 received'* ]]
	[[ $output =~ ping\.policy:2:\ pass\ icmp\ type\ echo-request\ limit\ 1/m\ burst\ 3\ per\ from ]]
	[[ $output =~ ingress\ +from\ 198\.51\.100\.1\ +3\ of\ 3\ used,\ over:\ the\ next\ may\ pass\ in\ (5[0-9]s|1m) ]]
	[[ $output == *'1 keys, 1 over, each 1/m burst 3'*'over: drop'*'1 of 1,000 keys, 2 packets over, 0 without a place'*'1 flushed'* ]]
}

@test "docs/persistence.md: what was saved comes back" {
	run_chapter "$ROOT/docs/persistence.md"
	[[ $output == *$'Chain=count,policy\nPolicy=tg-playground-server:eth0.1/ingress.1.policy\n'* ]]
	[[ $output == *'eth0.conf: in order'*'drop from @blocked'*'203.0.113.7'* ]]
}

@test "docs/how-policy-works.md: a policy is compiled, and the kernel takes it" {
	run_chapter "$ROOT/docs/how-policy-works.md"
	[[ $stderr == *"9 rules, "*" bytes of tables, IPv4 by rows, IPv6 by rows"* ]]
	[[ $output == *"is accepted"* ]]
	# the dump says what the page tells
	[[ $output == *"    class 2: 80, 443, 8000-8080"* && $output == *"    class 2: 6"$'\n'* ]]
	[[ $output == *$'\n  row 1, protocol:'*$'\n    class 2: row 4\n'* ]]
	[[ $output == *$'\n  row 4, from:\n    class 0: row 8\n'* ]]
	[[ $output == *$'\n  row 8, to port:\n'*$'\n    class 2: row 13\n'* ]]
	[[ $output == *$'\n  row 13, icmp type:\n    class 0-1: row 19\n'* ]]
	[[ $output == *$'\n  row 19, fragment:\n    class 0: rule 4 (act 1, pass)\n'* ]]
}

@test "docs/observe.md: rates, packets and metrics of a ping that is dropped" {
	run_chapter "$ROOT/docs/observe.md"
	[[ $output =~ plugin\ +eth0\ +ingress\ +[1-9][0-9]*\ +[1-9][0-9]*\ +[1-9][0-9]*\ \ drop_icmp\ drop ]]
	[[ $output == *'2 packets transmitted, 0 received'* ]]
	[[ $output == *'tailgate_packets_total{device="eth0",hook="ingress",plugin="drop_icmp",verdict="drop",reason="icmp"} 2'* ]]
	[[ $output == *'plugin="drop_icmp",verdict="drop",reason="icmp"} 196'* ]]
}

@test "the plugin in docs/writing-a-plugin.md builds, chains, drops and counts" {
	run_chapter "$ROOT/docs/writing-a-plugin.md"
	[[ $output == *" no_trace "* ]]
	[[ $output == *"then pass"* ]]
}
