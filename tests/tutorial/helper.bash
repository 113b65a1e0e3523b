# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of the tutorial's programs, on top of helper.bash:
#
#	load helper
#	load ../tutorial/helper

TUTORIAL=$BUILD/tutorial
export PEER4=203.0.113.2
TRACE=

# A tap device with two queues in its own namespace, and a process that answers
# at its other end; only the test sends packets.
given_tap() {
	given_namespace NS tap
	inside "$TUTORIAL/tap-pong" tap0 2
	inside sysctl -q net.ipv6.conf.tap0.disable_ipv6=1
	inside ip addr add 203.0.113.1/24 dev tap0
	inside ip link set dev tap0 up
	inside ip neigh add "$PEER4" lladdr 02:00:00:00:00:07 dev tap0
}

inside() {
	in_namespace "$NS" "$@"
}

# Starts reading bpf_printk output. All programs share one trace, so readers
# take a lock.
given_trace() {
	local tracefs=$BATS_TEST_TMPDIR/tracing
	exec {TRACE_LOCK}>"${TMPDIR:-/tmp}/tailgate-trace.lock"
	flock "$TRACE_LOCK"
	mkdir "$tracefs"
	MOUNTS+=("$tracefs")
	mount -t tracefs tracefs "$tracefs"
	TRACE=$tracefs/instances/$(unique trace)
	mkdir "$TRACE"
	echo global >"$TRACE/trace_clock"
	echo 1 >"$TRACE/events/bpf_trace/enable"
}

clean_up_tutorial() {
	[[ ! -d $TRACE ]] || rmdir "$TRACE"
	clean_up
}

pings() { # ADDRESS [COUNT]
	inside ping -q -c "${2:-1}" -i 0.2 -W "$TIMEOUT" "$1"
}

# The messages in order, one a line.
heard() {
	sed -n 's/.*: bpf_trace_printk: //p' "$TRACE/trace"
}

# The names of the processes that printed them.
singers() {
	sed -n 's/^ *\(.*\)-[0-9]* .*: bpf_trace_printk: .*/\1/p' "$TRACE/trace"
}

# One line with this text, and exit status 1.
refuses() { # WORDS COMMAND...
	local words=$1
	shift
	run -1 "$@"
	# shellcheck disable=SC2154 # output and lines: set by run
	[[ $output == *"$words"* ]] || fail "it said: $output"
	# shellcheck disable=SC2154
	((${#lines[@]} == 1)) || fail "more than a line: $output"
}
