# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of a flood of SYNs, on top of helper.bash and the
# benchmark's bench/lib/flood.bash.
# shellcheck disable=SC2034 # read by the benchmark's libraries

given_siege() {
	((EUID == 0)) || fail 'this test needs root'
	BENCH=$BUILD/bench
	HERE=$ROOT/bench
	WORK=$BATS_TEST_TMPDIR
	export BUILD BENCH
	# shellcheck source=bench/lib/race.bash
	source "$HERE/lib/race.bash"
	# shellcheck source=bench/lib/flood.bash
	source "$HERE/lib/flood.bash"
	mkdir "$WORK/bpf"
	MOUNTS+=("$WORK/bpf")
	mount -t bpf -o mode=0700 bpf "$WORK/bpf"
}

progress() {
	:
}

die() {
	fail "$@"
}

# What was said of a peer, in SAID. The flood has filled the table, and goes on
# long after that.
outlives_a_flood() { # PEER SOURCES SECONDS TRANSFERS RATE LEAST-ANSWERED-IN-PERCENT
	: >"$WORK/flood"
	flood "$2" "$3" "$4" "$5" "$1"
	SAID=$(cat "$WORK/flood")
	jq -e '.flood.syns > 3 * .room and .flows >= .room * 0.99' <<<"$SAID" || fail "no flood: $SAID"
	jq -e '.flood | .lost == 0 and .stalled == 0 and .messages > .transfers' <<<"$SAID" ||
		fail "transfers did not survive: $SAID"
	jq -e '.quiet | .lost == 0 and .stalled == 0 and .answered == .calls' <<<"$SAID" ||
		fail "without a flood: $SAID"
	jq -e --argjson least "$6" '.flood | .calls > 0 and .answered * 100 >= .calls * $least' <<<"$SAID" ||
		fail "too few new connections: $SAID"
}
