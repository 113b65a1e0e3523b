# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The race: filters in separate namespaces, with the same rules, receive the
# same frames in turn. The caller sets HERE, WORK and POLICY_TOOL, and exports
# BENCH and BUILD.

readonly RACE_SOURCE_MAC=02:00:00:00:00:01 RACE_TARGET_MAC=02:00:00:00:00:02

race_namespaces=()

race_netns() { # PEER
	printf 'tg-bench-%s-%s' "$$" "$1"
}

race_in() { # PEER COMMAND...
	local netns
	netns=$(race_netns "$1")
	shift
	nsenter --net="/run/netns/$netns" "$@"
}

# Calls a function of the peer's file, or its default.
race_ask() { # PEER WORD ARGUMENT...
	(
		# shellcheck disable=SC2317 # called by its name, where a peer has none
		peer_judges() {
			true
		}
		# shellcheck disable=SC2317
		peer_limit() {
			printf 'limit-clsact\n'
		}
		# shellcheck disable=SC2317
		peer_swaps() {
			false
		}
		# shellcheck disable=SC2317
		peer_loads() {
			false
		}
		# shellcheck source=/dev/null
		source "$HERE/peers/$1"
		"${@:2}"
	)
}

# --- rules and frames

race_set_count() { # SET
	"$HERE/rules/unpack" "$1" | wc -l
}

# Writes FILE.list, FILE.policy, and the traces FILE.trace (all frames) and
# FILE.drop.trace. Only frames that all peers drop are timed, so that the cost
# of the network stack behind a filter is not included.
race_prepare() { # KIND COUNT FILE
	if is_sets "$1"; then
		sets_prepare "$@"
		return
	fi
	if [[ $1 == hosts || $1 == ports ]]; then
		awk -v kind="$1" -v count="$2" -f "$HERE/rules/blocklist.awk" >"$3.list"
		awk -f "$HERE/rules/blocklist-policy.awk" "$3.list" >"$3.policy"
	else
		"$HERE/rules/unpack" "$1" >"$3.classbench"
		"$POLICY_TOOL" import --classbench "$3.classbench" >"$3.policy"
	fi
	"$BENCH/trace" "$3.policy" -o "$3.trace" >"$3.counts"
	"$BENCH/trace" "$3.policy" --only drop --random 0 -o "$3.drop.trace" >/dev/null
}

race_expected() { # FILE
	sed -n 's/.* \([0-9]*\) passed.*/\1/p' "$1.counts"
}

# --- peers

race_is_egress() { # PEER
	[[ -f $HERE/peers/$1 && $(race_ask "$1" peer_limit) == limit-egress ]]
}

# Two devices, connected by a veth pair. Passed packets are counted after all
# filters, then dropped.
race_given_peer() { # PEER
	local netns
	netns=$(race_netns "$1")
	ip netns add "$netns"
	race_namespaces+=("$netns")
	race_cable "$1" out in
	! race_is_egress "$1" || race_lead_away "$1"
	race_in "$1" nft -f - <<-'END'
		table inet bench_behind {
			chain passed {
				type filter hook prerouting priority -299;
				counter drop
			}
		}
	END
}

race_cable() { # PEER FROM TO
	local device
	race_in "$1" ip link add name "$2" address "$RACE_SOURCE_MAC" numtxqueues 2 numrxqueues 2 \
		type veth peer name "$3" address "$RACE_TARGET_MAC" numtxqueues 2 numrxqueues 2
	for device in "$2" "$3"; do
		race_in "$1" sysctl -qw "net.ipv6.conf.$device.disable_ipv6=1"
		race_in "$1" ip link set dev "$device" up
	done
	race_in "$1" ethtool -K "$3" gro on
}

# Received packets are forwarded to a second veth, on whose near end egress
# filters are. This is done with nftables, as a redirect by tc would bypass the
# egress hook of nftables.
race_lead_away() { # PEER
	race_cable "$1" away sink
	race_in "$1" nft -f - <<-'END'
		table netdev bench_away {
			chain onward {
				type filter hook ingress device "in" priority 0;
				fwd to "away"
			}
		}
	END
}

# Prints the seconds it took.
race_install() { # PEER FILE COUNT
	local started=${EPOCHREALTIME/[.,]/} netns
	netns=$(race_netns "$1")
	mkdir -p "$WORK/bpf/$netns" "$WORK/files/$netns"
	race_peer_word "$1" peer_up "$2" "$3" >"$WORK/peer.log" 2>&1 || {
		cat "$WORK/peer.log" >&2
		return 1
	}
	awk -v from="$started" -v to="${EPOCHREALTIME/[.,]/}" 'BEGIN { printf "%.3f\n", (to - from) / 1e6 }'
}

# Calls a function that changes something, in a separate process.
race_peer_word() { # PEER WORD ARGUMENT...
	local netns
	netns=$(race_netns "$1")
	PINS=$WORK/bpf/$netns PINS_FILES=$WORK/files/$netns \
		nsenter --net="/run/netns/$netns" "$HERE/lib/peer-word" "$@"
}

race_take_down() {
	local netns
	for netns in "${race_namespaces[@]}"; do
		race_peer_word "${netns#"tg-bench-$$-"}" peer_down >/dev/null || true
		ip netns del "$netns" 2>/dev/null || true
		rm -rf "$WORK/bpf/$netns" "$WORK/files/$netns"
	done
	race_namespaces=()
}

race_passed() { # PEER
	race_in "$1" nft -j list chain inet bench_behind passed |
		jq '[.nftables[] | .rule.expr // [] | .[] | .counter.packets // empty] | add // 0'
}

race_arrived() { # PEER
	race_in "$1" ip -j -s link show dev in | jq '.[0].stats64.rx.packets'
}

# Sends all frames of the trace once; prints how many were received and passed.
race_check() { # PEER FILE
	local arrived passed sent
	arrived=$(race_arrived "$1") passed=$(race_passed "$1")
	sent=$(race_in "$1" "$BENCH/source" out "$2.trace")
	sleep 0.1
	printf '%s %s %s\n' "${sent%% *}" $(($(race_arrived "$1") - arrived)) \
		$(($(race_passed "$1") - passed))
}

# Millions of frames a second, sent and filtered on one CPU, or on two in
# parallel. Frames dropped because of full queues do not count.
race_run() { # PEER FILE SECONDS PROCESSORS
	local arrived pids=() cpu frames
	frames=$(($(stat -c %s "$2.drop.trace") / 128 - 1))
	arrived=$(race_arrived "$1")
	for ((cpu = 0; cpu < $4; cpu++)); do
		race_in "$1" "$BENCH/source" --cpu "$cpu" --start $((cpu * frames / 2)) \
			--time "$3" out "$2.drop.trace" >"$WORK/sent.$cpu" &
		pids+=($!)
	done
	wait "${pids[@]}"
	awk -v arrived=$(($(race_arrived "$1") - arrived)) \
		'{ sent += $1; rate += $3 } END { printf "%.4f\n", rate * (sent ? arrived / sent : 0) / 1e6 }' \
		"$WORK"/sent.*
	rm -f "$WORK"/sent.*
}

# --- one race: all peers that support these rules

# Appends a JSON object for each peer to $WORK/race.
race() { # KIND COUNT SECONDS ROUNDS PEER...
	local kind=$1 count=$2 seconds=$3 rounds=$4 file="$WORK/$1-$2" peer
	local -a peers=()
	shift 4
	for peer; do
		! race_ask "$peer" peer_can "$kind" "$count" || peers+=("$peer")
	done
	race_prepare "$kind" "$count" "$file"
	for peer in "${peers[@]}"; do
		progress "$kind $count: $peer is set up"
		race_begin_peer "$peer" "$kind" "$count" "$file"
	done
	race_rounds "$file" "$seconds" "$rounds" "${peers[@]}"
	for peer in "${peers[@]}"; do
		race_end_peer "$peer"
	done
	race_take_down
	rm -f "$file".*
}

race_begin_peer() { # PEER KIND COUNT FILE
	local up expected sent=0 arrived=0 passed=0 judges=false
	race_given_peer "$1"
	up=$(race_install "$1" "$4" "$3") || die "$1: cannot be set up with $3 rules"
	expected=$(race_expected "$4")
	if race_ask "$1" peer_judges; then
		judges=true
		read -r sent arrived passed < <(race_check "$1" "$4")
		((sent == arrived && passed == expected)) ||
			wrong+=("$1 $2 $3: $sent sent, $arrived arrived, $passed passed, and not $expected")
	fi
	! is_sets "$2" || sets_drop_rest "$1" "$4" "$2/$3"
	jq -n --arg peer "$1" --arg about "$(race_ask "$1" peer_about)" --arg kind "$2" \
		--arg limit "$(race_ask "$1" peer_limit)" --argjson count "$3" --argjson up "$up" --argjson judges "$judges" \
		--argjson sent "$sent" --argjson arrived "$arrived" \
		--argjson passed "$passed" --argjson expected "$expected" \
		'{$peer, $about, $limit, $kind, $count, up_seconds: $up, judges: $judges,
		  check: {$sent, $arrived, $passed, $expected}}' >"$WORK/peer.$1"
	: >"$WORK/runs.$1.1"
	: >"$WORK/runs.$1.2"
}

# Two CPUs are used in every second round only: results vary more than with one
# CPU, and filters are not compared by them.
race_rounds() { # FILE SECONDS ROUNDS PEER...
	local file=$1 seconds=$2 rounds=$3 round peer
	shift 3
	for ((round = 1; round <= rounds; round++)); do
		for peer; do
			progress "${file##*/}: round $round of $rounds: $peer"
			race_run "$peer" "$file" "$seconds" 1 >>"$WORK/runs.$peer.1"
			(($(nproc) < 2 || round % 2 == 0)) || race_run "$peer" "$file" "$seconds" 2 >>"$WORK/runs.$peer.2"
		done
	done
}

race_end_peer() { # PEER
	jq -c --slurpfile one "$WORK/runs.$1.1" --slurpfile two "$WORK/runs.$1.2" \
		'def figure: sort | {min: .[0], median: .[length / 2 | floor], max: .[-1], runs: .};
		. + {mpps: ($one | figure),
		     mpps2: (if $two | length > 0 then $two | figure else null end)}' \
		"$WORK/peer.$1" >>"$WORK/race"
	rm "$WORK/peer.$1" "$WORK/runs.$1".[12]
}
