# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Limits: how exactly a filter lets a rate of packets pass of a flood, beside
# the limits of nftables and of iptables. Each has a burst of a second's packets,
# which outlasts moments in which a busy machine sends nothing. Needs
# bench/lib/race.bash.

# Rates that a flood does not exceed by half are left out.
readonly LIMITS_RATES=(10 100 1000 10000 100000 1000000)

# Prints the frames sent, and what bounds the microseconds from the first to
# the last. Each processor sends one share.
limits_flood() { # PEER SECONDS PROCESSORS
	local cpu pids=()
	for ((cpu = 0; cpu < $3; cpu++)); do
		race_in "$1" taskset -c "$cpu" "$BENCH/flood" --when --time "$2" out >"$WORK/flood.$cpu" &
		pids+=($!)
	done
	wait "${pids[@]}"
	awk 'NR == 1 || $2 < began { began = $2 } NR == 1 || $3 < first { first = $3 }
		$4 > last { last = $4 } $5 > ended { ended = $5 } { sent += $1 }
		END { printf "%d %d %d\n", sent, last - first, ended - began }' "$WORK"/flood.[0-9]*
	rm "$WORK"/flood.[0-9]*
}

limits_begin_peer() { # PEER RATE
	local netns
	netns=$(race_netns "$1")
	race_given_peer "$1"
	mkdir -p "$WORK/bpf/$netns" "$WORK/files/$netns"
	race_peer_word "$1" peer_limits_up "$2" "$2" >"$WORK/peer.log" 2>&1 || {
		cat "$WORK/peer.log" >&2
		die "$1: cannot be set up for $2 packets a second"
	}
}

# Appends a JSON object to $WORK/limits.
limits_once() { # PEER RATE SECONDS PROCESSORS
	local sent least most passed
	limits_begin_peer "$1" "$2"
	read -r sent least most < <(limits_flood "$1" "$3" "$4")
	passed=$(race_passed "$1")
	jq -nc --arg peer "$1" --arg about "$(race_ask "$1" peer_about)" --argjson rate "$2" --argjson processors "$4" \
		--argjson sent "$sent" --argjson passed "$passed" --argjson least "$least" --argjson most "$most" \
		'{$peer, $about, $rate, $processors, burst: $rate, $sent, $passed, least_us: $least, most_us: $most}' \
		>>"$WORK/limits"
	race_take_down
}

limits() { # SECONDS PEER...
	local rate processors peer
	for ((processors = 1; processors <= 2 && processors <= $(nproc); processors++)); do
		for rate in "${LIMITS_RATES[@]}"; do
			for peer in "${@:2}"; do
				progress "limits: $rate/s from $processors: $peer"
				limits_once "$peer" "$rate" "$1" "$processors"
			done
		done
	done
}
