# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Measures kernel memory used by installed rules, as the difference of
# /proc/meminfo before and after, since no filter reports all of its memory.
# Nothing else should allocate meanwhile. Needs bench/lib/race.bash.

# Freed memory may be returned some time after the command.
readonly MEMORY_PAUSE=0.5

# KiB allocated by the kernel: slab, vmalloc and per-CPU memory.
memory_of_kernel() {
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# Appends a JSON object for each peer to $WORK/memory.
memory() { # KIND COUNT ROUNDS PEER...
	local kind=$1 count=$2 rounds=$3 file="$WORK/memory-$1-$2" round peer
	shift 3
	awk -v kind="$kind" -v count="$count" -f "$HERE/rules/blocklist.awk" >"$file.list"
	awk -f "$HERE/rules/blocklist-policy.awk" "$file.list" >"$file.policy"
	for peer; do
		: >"$WORK/memory.$peer"
	done
	for ((round = 1; round <= rounds; round++)); do
		for peer; do
			progress "memory of $kind $count: round $round of $rounds: $peer"
			memory_once "$peer" "$file" "$count" >>"$WORK/memory.$peer"
		done
	done
	for peer; do
		memory_end_peer "$peer" "$kind" "$count"
	done
	rm -f "$file".*
}

# The namespace and its devices exist before and after.
memory_once() { # PEER FILE COUNT
	local before
	race_given_peer "$1"
	sleep "$MEMORY_PAUSE"
	before=$(memory_of_kernel)
	race_install "$1" "$2" "$3" >/dev/null || die "$1: cannot be set up with $3 rules"
	sleep "$MEMORY_PAUSE"
	printf '%d\n' $(($(memory_of_kernel) - before))
	race_take_down
}

memory_end_peer() { # PEER KIND COUNT
	jq -sc --arg peer "$1" --arg about "$(race_ask "$1" peer_about)" --arg kind "$2" --argjson count "$3" '
		sort | {$peer, $about, $kind, $count,
			kib: {min: .[0], median: .[length / 2 | floor], max: .[-1], runs: .}}' \
		"$WORK/memory.$1" >>"$WORK/memory"
	rm "$WORK/memory.$1"
}
