# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Sets: a rule that drops what is from the addresses of a set. Half of the
# frames are from such an address, or all of them are (sets-hits); what is not
# is dropped by the filter's last rule. Also the time to fill a set. Needs
# bench/lib/race.bash.

# Different sources in a trace, of those in the set and of others.
readonly SETS_SOURCES=65536

is_sets() { # KIND
	[[ $1 == sets || $1 == sets-hits ]]
}

# Writes FILE.entries, FILE.list, FILE.policy, and the traces. The reference
# matcher has no sets: traces are made from rules, one for each source.
sets_prepare() { # KIND COUNT FILE
	local kind=$1 count=$2 file=$3
	awk -v kind=hosts -v count=$((count + SETS_SOURCES)) -f "$HERE/rules/blocklist.awk" >"$file.all"
	head -n "$count" "$file.all" >"$file.list"
	sed 's,/.*,,' "$file.list" >"$file.entries"
	sets_policy "$count" >"$file.policy"
	{
		printf 'default pass\n'
		sets_sources "$file.list" drop
		tail -n "$SETS_SOURCES" "$file.all" | sets_sources /dev/stdin pass
	} >"$file.sources"
	"$BENCH/trace" "$file.sources" --random 0 --count $((2 * SETS_SOURCES)) -o "$file.trace" >"$file.counts"
	if [[ $kind == sets ]]; then
		ln "$file.trace" "$file.drop.trace"
	else
		"$BENCH/trace" "$file.sources" --random 0 --only drop -o "$file.drop.trace" >/dev/null
	fi
}

sets_policy() { # COUNT
	printf 'set blocked { addresses size %d }\ndrop from @blocked\n' "$1"
}

# One rule for each source, SETS_SOURCES in all: some of a long list, evenly
# distributed, or a short list repeatedly.
sets_sources() { # LIST ACTION
	awk -v action="$2" -v wanted="$SETS_SOURCES" '
		{ source[NR] = $1 }
		END {
			for (i = 0; i < wanted; i++) {
				line = NR < wanted ? i % NR : int(i * NR / wanted)
				print action " from " source[line + 1]
			}
		}' "$1"
}

# From here on the filter drops all frames, and those outside of the set cost
# what its lookup costs, not what the network stack does.
sets_drop_rest() { # PEER FILE WHAT
	local sent arrived passed
	race_ask "$1" peer_judges || return 0
	[[ $3 == sets/* ]] || return 0
	race_peer_word "$1" peer_drop_rest >/dev/null
	read -r sent arrived passed < <(race_check "$1" "$2")
	((sent == arrived && passed == 0)) ||
		wrong+=("$1 $3, dropping all: $sent sent, $arrived arrived, $passed passed")
}

# --- the time to fill a set

# hosts or prefixes: FILE.entries and FILE.policy
sets_entries() { # KIND COUNT FILE
	local from=hosts
	[[ $1 == hosts ]] || from=ports
	awk -v kind="$from" -v count="$2" -f "$HERE/rules/blocklist.awk" |
		sed 's,/32 .*,,; s, .*,,' >"$3.entries"
	sets_policy "$2" >"$3.policy"
}

# Appends a JSON object for each peer to $WORK/fill. HOW is load, a file in one
# command, or stream, entry by entry from standard input.
sets_fill() { # HOW KIND COUNT ROUNDS PEER...
	local how=$1 kind=$2 count=$3 rounds=$4 file="$WORK/fill-$2-$3" round peer
	shift 4
	sets_entries "$kind" "$count" "$file"
	for ((round = 1; round <= rounds; round++)); do
		for peer; do
			progress "$how of $kind $count: round $round of $rounds: $peer"
			sets_fill_once "$how" "$file" "$count" "$peer" >>"$WORK/fill.$peer"
		done
	done
	for peer; do
		jq -sc --arg peer "$peer" --arg how "$how" --arg kind "$kind" --argjson count "$count" '
			sort | {$peer, $how, $kind, $count,
				seconds: {min: .[0], median: .[length / 2 | floor], max: .[-1], runs: .}}' \
			"$WORK/fill.$peer" >>"$WORK/fill"
		rm "$WORK/fill.$peer"
	done
	rm -f "$file".*
}

sets_fill_once() { # HOW FILE COUNT PEER
	local netns
	race_given_peer "$4"
	netns=$(race_netns "$4")
	mkdir -p "$WORK/bpf/$netns" "$WORK/files/$netns"
	race_peer_word "$4" peer_empty "$2" "$3" >/dev/null || die "$4: cannot make a set for $3 entries"
	race_peer_word "$4" timed "peer_$1" "$2" || die "$4: cannot $1 $3 entries"
	race_take_down
}
