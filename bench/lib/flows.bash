# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Flows: packets of established flows, and first packets of new ones, beside
# nf_conntrack. Half of the flows are TCP, half UDP; each flow has a packet from
# either end, in random order. Needs bench/lib/race.bash.
#
# own: a packet that has a flow is counted and dropped at once, by the filter.
# passed: filters pass it, and all are counted and dropped at the same place: in
# a prerouting chain behind all filters if they are established, by the
# egress of a device that they are forwarded to if they are new.

# What tables are made for.
readonly FLOWS_ROOM=131072 FLOWS_NEW_ROOM=262144
readonly FLOWS_STRANGERS=2000

# A table refuses a few flows before it is full: see docs/flows.md.
flows_are_nearly() { # NUMBER WANTED
	(($1 <= $2 && $2 - $1 <= $2 / 10000))
}

# What all peers receive is forwarded to the device `gone`, whose egress drops
# it: flows that nf_conntrack keeps have been confirmed then.
flows_given_peer() { # PEER
	race_given_peer "$1"
	race_in "$1" nft delete table inet bench_behind
	race_in "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.in.rp_filter=0
	race_cable "$1" gone behind
	race_in "$1" ip link set dev gone arp off
	race_in "$1" tc qdisc add dev gone clsact
	race_in "$1" tc filter add dev gone egress bpf da obj "$BENCH/limit.bpf.o" sec egress
	race_in "$1" ip route add default dev gone
}

# Runs before a packet is routed.
flows_drop_behind() { # PEER
	race_in "$1" nft -f - <<-'END'
		table inet bench_behind {
			chain passed {
				type filter hook prerouting priority -50;
				counter drop
			}
		}
	END
}

flows_send() { # PEER TRACE
	race_in "$1" "$BENCH/source" out "$2" >/dev/null || die "$1: cannot send $2"
}

flows_gone() { # PEER
	race_in "$1" tc -j -s qdisc show dev gone clsact | jq '.[0].drops'
}

flows_up() { # PEER ROOM
	local netns
	netns=$(race_netns "$1")
	mkdir -p "$WORK/bpf/$netns" "$WORK/files/$netns"
	race_peer_word "$1" peer_flows_up "$2" >"$WORK/peer.log" 2>&1 || {
		cat "$WORK/peer.log" >&2
		die "$1: cannot be set up for $2 flows"
	}
}

flows_is_limit() { # PEER
	[[ $1 == limit-* ]]
}

# --- established

# FILE.first and FILE.second make the flows, FILE.drop.trace is timed, and
# FILE.strangers.trace has packets of no flow.
flows_prepare() { # COUNT FILE
	"$BENCH/flow-trace" --flows "$1" --end client -o "$2.first"
	"$BENCH/flow-trace" --flows "$1" --end server -o "$2.second"
	"$BENCH/flow-trace" --flows "$1" -o "$2.drop.trace"
	"$BENCH/flow-trace" --flows "$((FLOWS_STRANGERS / 2))" --seed 2 -o "$2.strangers.trace"
	ln "$2.drop.trace" "$2.trace"
}

flows_begin_peer() { # PEER own|passed COUNT FILE
	local known
	if flows_is_limit "$1"; then
		race_given_peer "$1"
		race_install "$1" "$4" 1 >/dev/null || die "$1: cannot be set up"
		return
	fi
	flows_given_peer "$1"
	flows_up "$1" "$FLOWS_ROOM"
	flows_send "$1" "$4.first"
	flows_send "$1" "$4.second"
	known=$(race_peer_word "$1" peer_flows_count)
	[[ $1 == flows-none ]] || flows_are_nearly "$known" "$3" || wrong+=("$1: $known flows, and not $3")
	race_peer_word "$1" peer_flows_judge "$2" >/dev/null || die "$1: cannot be set up to judge flows"
	flows_drop_behind "$1"
	flows_check "$1" "$2" "$4" $((2 * $3))
}

# What has a flow and what has none go separate ways.
flows_check() { # PEER own|passed FILE FRAMES
	local sent arrived passed strangers
	read -r sent arrived passed < <(race_check "$1" "$3")
	read -r _ _ strangers < <(race_check "$1" "$3.strangers")
	[[ $1 != flows-none ]] || strangers=0
	if [[ $2 == own ]]; then
		passed=$((arrived - passed)) strangers=$((FLOWS_STRANGERS - strangers))
	fi
	{ ((sent == $4 && arrived == $4 && strangers == 0)) && flows_are_nearly "$passed" "$4"; } ||
		wrong+=("$1, $2: of $4, $sent sent, $arrived arrived, $passed judged right, and of packets without a flow $strangers wrong")
}

# Appends a JSON object for each peer to $WORK/flows.
flows_established() { # own|passed COUNT SECONDS ROUNDS PEER...
	local how=$1 count=$2 seconds=$3 rounds=$4 file="$WORK/established-$1" peer round
	shift 4
	flows_prepare "$count" "$file"
	for peer; do
		progress "$count flows, $how: $peer is set up"
		flows_begin_peer "$peer" "$how" "$count" "$file"
		: >"$WORK/runs.$peer"
	done
	for ((round = 1; round <= rounds; round++)); do
		for peer; do
			progress "$count flows, $how: round $round of $rounds: $peer"
			race_run "$peer" "$file" "$seconds" 1 >>"$WORK/runs.$peer"
		done
	done
	for peer; do
		flows_end_peer "$peer" "established-$how" "$count"
	done
	race_take_down
	rm -f "$file".*
}

flows_end_peer() { # PEER KIND COUNT
	jq -sc --arg peer "$1" --arg about "$(race_ask "$1" peer_about)" --arg kind "$2" --argjson count "$3" '
		sort | {$peer, $about, $kind, $count,
			mpps: {min: .[0], median: .[length / 2 | floor], max: .[-1], runs: .}}' \
		"$WORK/runs.$1" >>"$WORK/flows"
	rm "$WORK/runs.$1"
}

# --- new

# A round takes a table of its own: each packet is of a new flow, once.
flows_new_once() { # PEER own|passed COUNT FILE
	local known rate sent gone
	if flows_is_limit "$1"; then
		race_given_peer "$1"
		race_install "$1" "$4" 1 >/dev/null || die "$1: cannot be set up"
	else
		flows_given_peer "$1"
		flows_up "$1" "$FLOWS_NEW_ROOM"
		race_peer_word "$1" peer_flows_keep "$2" >/dev/null || die "$1: cannot be set up to keep flows"
	fi
	read -r sent _ rate < <(race_in "$1" "$BENCH/source" --cpu 0 out "$4")
	if [[ $1 == flows-* ]]; then
		sleep 0.1
		gone=$(flows_gone "$1") known=$(race_peer_word "$1" peer_flows_count)
		[[ $1 != flows-none ]] || known=$3
		[[ $2 != own || $1 == flows-conntrack ]] || gone=$((gone + $3))
		{ ((sent == $3 && gone == sent)) && flows_are_nearly "$known" "$sent"; } ||
			wrong+=("$1, new, $2: $sent sent, $gone forwarded, $known flows")
	fi
	race_take_down
	awk -v rate="$rate" 'BEGIN { printf "%.4f\n", rate / 1e6 }'
}

flows_new() { # own|passed COUNT ROUNDS PEER...
	local how=$1 count=$2 rounds=$3 file="$WORK/new-$1" peer round
	shift 3
	"$BENCH/flow-trace" --flows "$count" --protocol udp --end client -o "$file"
	for ((round = 1; round <= rounds; round++)); do
		for peer; do
			progress "$count new flows, $how: round $round of $rounds: $peer"
			flows_new_once "$peer" "$how" "$count" "$file" >>"$WORK/runs.$peer"
		done
	done
	for peer; do
		flows_end_peer "$peer" "new-$how" "$count"
	done
	rm -f "$file"
}

# --- one race

flows_race() { # KIND COUNT
	local -a limits=(limit-xdp limit-clsact)
	[[ $1 == *-own ]] || limits=(flows-none)
	case $1 in
	established-*) flows_established "${1#*-}" "$2" 0.25 7 "${limits[@]}" flows-xdp flows-ingress flows-conntrack ;;
	new-*) flows_new "${1#*-}" "$2" 5 "${limits[@]}" flows-xdp flows-ingress flows-conntrack ;;
	esac
}
