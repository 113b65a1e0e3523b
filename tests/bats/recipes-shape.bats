#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The recipe of docs/recipes.md that shapes with HTB and fq, taken from the page.
# The virtual machines of tests/vm/run have fq, where this kernel lacks it.

load helper
load helper-chain
load helper-docs
load helper-policy
load helper-recipes

setup() {
	given_no_gc_meanwhile
	given_server
	given_command
}

teardown() {
	remove_chains
}

# Milliseconds that a page of 1 MiB takes from this port.
page_takes() { # PORT
	local start=${EPOCHREALTIME/[.,]/}
	in_client curl -s -m 60 -o "$BATS_TEST_TMPDIR/page.got" "http://$SERVER4:$1/large"
	[[ $(stat -c %s "$BATS_TEST_TMPDIR/page.got") == 1048576 ]]
	printf '%d' $(((${EPOCHREALTIME/[.,]/} - start) / 1000))
}

given_shaping() {
	head -c 1048576 /dev/zero >"$BATS_TEST_TMPDIR/www/large"
	POLICIES=$BATS_TEST_TMPDIR
	recipe 'policy shape.policy' "$POLICIES/shape.policy"
	recipe 'sh shape' "$BATS_TEST_TMPDIR/shape" "s/^tc /ip netns exec $SERVER tc /"
	cd "$BATS_TEST_TMPDIR" || return
	bash -eu shape >/dev/null
}

@test "downloads that a policy puts into a class of HTB take their time, and others do not" {
	given_shaping
	local slow fast
	slow=$(page_takes 8080)
	fast=$(page_takes 80)
	# 1 MiB and its headers are 1.05 s at 8 Mbit/s, less what HTB lets through at first
	((slow > 900)) || fail "1 MiB at 8 Mbit/s took $slow ms"
	((fast < slow)) || fail "without a class, it took $fast ms"
	[[ $(in_server tc -s -j class show dev eth0 | jq '.[] | select(.handle == "1:20").stats.bytes // 0') -gt 1048576 ]] ||
		in_server tc -s class show dev eth0 | grep -A1 'htb 1:20 ' | grep -q 'Sent 1[0-9]\{6\} bytes'
}

@test "fq in the class paces each download" {
	given_shaping
	recipe 'sh pace' pace "s/^tc /ip netns exec $SERVER tc /"
	bash -eu pace 2>error || {
		grep -q 'qdisc kind is unknown' error || fail "$(<error)"
		skip 'the kernel has no fq'
	}
	local slow
	slow=$(page_takes 8080)
	# 1 MiB at 2 Mbit/s takes 4.3 s
	((slow > 3500)) || fail "1 MiB at 2 Mbit/s took $slow ms"
}
