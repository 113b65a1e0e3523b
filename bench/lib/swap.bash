# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The swap: under traffic, the rules in force are replaced by others and back
# again, while frames are sent that both sets drop. None should pass. Needs
# bench/lib/race.bash.

# Seconds of traffic before and after a swap, to include delayed effects.
readonly SWAP_MARGIN=0.2
# Timeout for a command, in seconds.
readonly SWAP_SECONDS_MAX=120

# Half of the rules of the first set are in the second one, too: FILE.1 and
# FILE.2, each with its own trace, and FILE.drop.trace with frames that match
# rules of both.
swap_prepare() { # KIND COUNT FILE
	local half=$(($2 / 2))
	swap_list "$1" $((half + $2)) >"$3.all"
	head -n "$2" "$3.all" >"$3.1.list"
	tail -n "+$((half + 1))" "$3.all" >"$3.2.list"
	tail -n "+$((half + 1))" "$3.1.list" >"$3.both.list"
	swap_prepare_set "$3.1"
	swap_prepare_set "$3.2"
	awk -f "$HERE/rules/blocklist-policy.awk" "$3.both.list" >"$3.both.policy"
	"$BENCH/trace" "$3.both.policy" --only drop --random 0 -o "$3.drop.trace" >/dev/null
}

swap_list() { # KIND COUNT
	awk -v kind="$1" -v count="$2" -f "$HERE/rules/blocklist.awk"
}

swap_prepare_set() { # FILE
	awk -f "$HERE/rules/blocklist-policy.awk" "$1.list" >"$1.policy"
	"$BENCH/trace" "$1.policy" -o "$1.trace" --count "$SWAP_CHECKED" >"$1.counts"
}

# Number of frames that tell which rules are in force; frames take long in long
# lists.
readonly SWAP_CHECKED=4096

# Appends a line to $WORK/swaps.PEER: seconds, and the frames sent, lost and
# passed since the traffic started.
swap_once() { # PEER FILE TO COUNT
	local arrived passed sent seconds
	race_peer_word "$1" peer_next "$2.$3" "$4"
	arrived=$(race_arrived "$1") passed=$(race_passed "$1")
	swap_begin_flow "$1" "$2.drop.trace" "$arrived"
	seconds=$(swap_timed "$1" "$2.$3" "$4") || die "$1: cannot replace $4 rules"
	sleep "$SWAP_MARGIN"
	swap_end_flow
	sleep 0.1
	read -r sent _ <"$WORK/sent"
	printf '%s %d %d %d\n' "$seconds" "$sent" $((sent - $(race_arrived "$1") + arrived)) \
		$(($(race_passed "$1") - passed)) >>"$WORK/swaps.$1"
}

swap_source='' # its process, while frames flow

swap_begin_flow() { # PEER TRACE ARRIVED
	local try
	nsenter --net="/run/netns/$(race_netns "$1")" "$BENCH/source" --cpu 0 \
		--time "$SWAP_SECONDS_MAX" out "$2" >"$WORK/sent" &
	swap_source=$!
	for ((try = 0; try < 100; try++)); do
		sleep "$SWAP_MARGIN"
		(($(race_arrived "$1") == $3)) || return 0
	done
	die "$1: no frames flow"
}

swap_end_flow() {
	[[ $swap_source ]] || return 0
	kill -TERM "$swap_source"
	wait "$swap_source"
	swap_source=''
}

# Only the command is timed; its input has been written before.
swap_timed() { # PEER FILE COUNT
	race_peer_word "$1" timed peer_swap "$2" "$3" 2>"$WORK/peer.log" || {
		cat "$WORK/peer.log" >&2
		return 1
	}
}

swap_check() { # PEER FILE COUNT
	local sent arrived passed expected
	expected=$(race_expected "$2")
	read -r sent arrived passed < <(race_check "$1" "$2")
	((sent == arrived && passed == expected)) ||
		wrong+=("$1, other rules, $3: $sent sent, $arrived arrived, $passed passed, and not $expected")
}

# Appends a JSON object for each peer to $WORK/swap.
swap() { # KIND COUNT ROUNDS PEER...
	local kind=$1 count=$2 rounds=$3 file="$WORK/swap-$1-$2" round peer set
	shift 3
	swap_prepare "$kind" "$count" "$file"
	for peer; do
		progress "swap of $kind $count: $peer is set up"
		race_given_peer "$peer"
		race_install "$peer" "$file.1" "$count" >/dev/null || die "$peer: cannot be set up with $count rules"
		swap_check "$peer" "$file.1" "$kind/$count"
		: >"$WORK/swaps.$peer"
	done
	for ((round = 1; round <= rounds; round++)); do
		set=$((round % 2 + 1))
		for peer; do
			progress "swap of $kind $count: round $round of $rounds: $peer"
			swap_once "$peer" "$file" "$set" "$count"
			((round > 2)) || swap_check "$peer" "$file.$set" "$kind/$count"
		done
	done
	for peer; do
		swap_end_peer "$peer" "$kind" "$count"
	done
	race_take_down
	rm -f "$file".*
}

swap_end_peer() { # PEER KIND COUNT
	jq -Rnc --arg peer "$1" --arg about "$(race_ask "$1" peer_about)" --arg kind "$2" --argjson count "$3" '
		[inputs | split(" ") | map(tonumber)] as $runs |
		($runs | map(.[0]) | sort) as $seconds |
		{$peer, $about, $kind, $count,
		 seconds: {min: $seconds[0], median: $seconds[$seconds | length / 2 | floor],
			max: $seconds[-1], runs: ($runs | map(.[0]))},
		 sent: ($runs | map(.[1]) | add), lost: ($runs | map(.[2]) | add),
		 passed: ($runs | map(.[3]) | add)}' "$WORK/swaps.$1" >>"$WORK/swap"
	rm "$WORK/swaps.$1"
}
