# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of flows whose ends are on different processors, on top of
# helper.bash and the benchmark's libraries: a policy on XDP that keeps every
# flow, and packets that each flow has once.
# shellcheck disable=SC2034 # read by the benchmark's libraries

given_two_processors() {
	((EUID == 0)) || fail 'this test needs root'
	(($(nproc) > 1)) || skip 'this machine has one processor'
	BENCH=$BUILD/bench
	HERE=$ROOT/bench
	WORK=$BATS_TEST_TMPDIR
	export BUILD BENCH
	# shellcheck source=bench/lib/race.bash
	source "$HERE/lib/race.bash"
	# shellcheck source=bench/lib/flows.bash
	source "$HERE/lib/flows.bash"
	mkdir "$WORK/bpf"
	MOUNTS+=("$WORK/bpf")
	mount -t bpf -o mode=0700 bpf "$WORK/bpf"
	flows_given_peer flows-xdp
	flows_up flows-xdp 131072
	race_peer_word flows-xdp peer_flows_keep own >/dev/null
}

die() {
	fail "$@"
}

the_flows() { # WORD... of the verb
	race_in flows-xdp "$ROOT/tc-scripts/tailgate" flows "$@"
}

# Writes a trace: a packet of each flow, from one end. What the other end sends
# is in nearly the same order.
trace_of() { # FILE COUNT SEED PROTOCOL END
	"$BENCH/flow-trace" --flows "$2" --seed "$3" --protocol "$4" --end "$5" --window 1024 -o "$WORK/$1"
}

sends() { # TRACE...
	local trace
	for trace; do
		flows_send flows-xdp "$WORK/$trace"
	done
}

# Both traces at the same time, on processors of their own.
sends_at_once() { # TRACE TRACE
	local at pids=() pid cpu=0 trace
	at=$(awk -v now="$EPOCHREALTIME" 'BEGIN { printf "%.6f\n", now + 1 }')
	for trace; do
		race_in flows-xdp "$BENCH/source" --cpu $((cpu++)) --at "$at" out "$WORK/$trace" >/dev/null 3>&- 4>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
}

# Each flow is there once, but for the few that found no room.
are_all_in() { # COUNT STATE...
	local states flows expected
	expected=$(jq -Rnc '[inputs]' < <(printf '%s\n' "${@:2}"))
	the_flows in --count --json >"$WORK/count"
	flows=$(jq .flows "$WORK/count")
	flows_are_nearly "$flows" "$1" || fail "$flows flows, and not $1"
	states=$(jq -c --argjson expected "$expected" '.states | keys - $expected' "$WORK/count")
	[[ $states == '[]' ]] || fail "flows in other states than $*: $(cat "$WORK/count")"
	the_flows save in | sed 's/ left .*//; s/ [a-z-]*$//' | sort | uniq -d >"$WORK/twice"
	[[ ! -s $WORK/twice ]] || fail "$(wc -l <"$WORK/twice") flows are there twice"
}

# Flows of both ends' packets, one round: five packets of each TCP flow, and
# four of each UDP flow.
both_ends_race() { # COUNT SEED
	local protocol
	for protocol in syn ack; do
		trace_of "$protocol" "$1" "$2" "$protocol" client
	done
	trace_of syn-ack "$1" "$2" syn-ack server
	trace_of fin.client "$1" "$2" fin client
	trace_of fin.server "$1" "$2" fin server
	sends syn syn-ack ack
	are_all_in "$1" established
	sends_at_once fin.client fin.server
	are_all_in "$1" last-ack
	the_flows del in --all >/dev/null
	trace_of udp.client "$1" "$2" udp client
	trace_of udp.server "$1" "$2" udp server
	# which end is the first is open; its next packet makes a stream of it
	sends_at_once udp.client udp.server
	are_all_in "$1" udp-sent udp-replied
	FIRST_LOST=$((${FIRST_LOST:-0} + $(jq '.states["udp-sent"] // 0' "$WORK/count")))
	sends_at_once udp.client udp.server
	are_all_in "$1" udp-replied udp-stream
	sends udp.client udp.server
	are_all_in "$1" udp-stream
	the_flows del in --all >/dev/null
}
