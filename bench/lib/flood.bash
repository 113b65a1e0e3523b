# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The flood: SYNs from a million sources, as fast as one processor sends them,
# to a port on which a server listens. Meanwhile, transfers that were
# established before go on, and new connections begin at a steady rate, on the
# same cable and to the same port. Needs bench/lib/race.bash.

readonly FLOOD_CLIENT4=198.51.100.1 FLOOD_SERVER4=198.51.100.2 FLOOD_PORT=80
# What tables are made for: conntrack's default, and less than the sources. Tests
# set these two before.
readonly FLOOD_ROOM=${FLOOD_ROOM:-262144}
# An answer that takes longer counts as failed or stalled, in milliseconds.
readonly FLOOD_LIMIT=${FLOOD_LIMIT:-5000}

flood_servers=() # processes
flood_peers=()   # with a namespace of their client

flood_client() { # PEER
	printf '%s-client' "$(race_netns "$1")"
}

flood_in_client() { # PEER COMMAND...
	local netns
	netns=$(flood_client "$1")
	nsenter --net="/run/netns/$netns" "${@:2}"
}

# A server that the peer protects, on `in`, and its client, on `out`. What the
# server sends to the sources of the flood goes to the client, which drops it.
flood_given_peer() { # PEER
	local netns client
	netns=$(race_netns "$1") client=$(flood_client "$1")
	ip netns add "$netns"
	race_namespaces+=("$netns")
	ip netns add "$client"
	flood_peers+=("$1")
	ip -netns "$client" link add name out address "$RACE_SOURCE_MAC" numtxqueues 2 numrxqueues 2 type veth \
		peer name in address "$RACE_TARGET_MAC" numtxqueues 2 numrxqueues 2 netns "$netns"
	flood_in_client "$1" sysctl -qw net.ipv6.conf.out.disable_ipv6=1 net.ipv4.conf.out.rp_filter=0
	race_in "$1" sysctl -qw net.ipv6.conf.in.disable_ipv6=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.in.rp_filter=0 \
		net.ipv4.tcp_syncookies=1 net.core.somaxconn=4096
	ip -netns "$client" address add "$FLOOD_CLIENT4/24" dev out
	ip -netns "$netns" address add "$FLOOD_SERVER4/24" dev in
	ip -netns "$client" link set dev out up
	ip -netns "$netns" link set dev in up
	race_in "$1" ethtool -K in gro on
	ip -netns "$client" neighbour replace "$FLOOD_SERVER4" lladdr "$RACE_TARGET_MAC" dev out
	ip -netns "$netns" neighbour replace "$FLOOD_CLIENT4" lladdr "$RACE_SOURCE_MAC" dev in
	ip -netns "$netns" route add default via "$FLOOD_CLIENT4"
}

flood_begin_server() { # PEER
	local try
	# one process, so that ending it ends the server
	exec nsenter --net="/run/netns/$(race_netns "$1")" taskset -c "$(($(nproc) - 1))" \
		"$BENCH/talk" serve "$FLOOD_SERVER4" "$FLOOD_PORT" 3>&- 4>&- &
	flood_servers+=($!)
	for ((try = 0; try < 100; try++)); do
		[[ ! $(race_in "$1" ss -Hltn "sport = :$FLOOD_PORT") ]] || return 0
		sleep 0.1
	done
	die "$1: the server does not listen"
}

flood_take_down() {
	local process peer
	for process in "${flood_servers[@]}"; do
		kill "$process" 2>/dev/null || true
		wait "$process" 2>/dev/null || true
	done
	race_take_down
	for peer in "${flood_peers[@]}"; do
		ip netns del "$(flood_client "$peer")" || true
	done
	flood_servers=() flood_peers=()
}

flood_prepare() { # SOURCES FILE
	"$BENCH/flow-trace" --flows "$1" --protocol syn --end client --to "$FLOOD_SERVER4" -o "$2"
}

flood_begin_peer() { # PEER
	local netns
	netns=$(race_netns "$1")
	flood_given_peer "$1"
	mkdir -p "$WORK/bpf/$netns" "$WORK/files/$netns"
	race_peer_word "$1" peer_flows_guard "$FLOOD_ROOM" "$FLOOD_PORT" >"$WORK/peer.log" 2>&1 || {
		cat "$WORK/peer.log" >&2
		die "$1: cannot be set up for $FLOOD_ROOM flows"
	}
	flood_begin_server "$1"
}

# Prints what talk reports, with the number of SYNs. TRACE is that of the flood,
# or - for none.
flood_talk() { # PEER TRACE SECONDS TRANSFERS RATE
	local talk said sent=0
	exec {said}< <(flood_in_client "$1" taskset -c "$(($(nproc) - 1))" "$BENCH/talk" call --transfers "$4" \
		--rate "$5" --limit "$FLOOD_LIMIT" --time "$3" "$FLOOD_SERVER4" "$FLOOD_PORT")
	talk=$!
	read -r -u "$said" _ || die "$1: the transfers do not begin"
	[[ $2 == - ]] || read -r sent _ < <(flood_in_client "$1" "$BENCH/source" --cpu 0 --time "$3" out "$2")
	wait "$talk" || die "$1: talk has failed"
	jq -c --argjson syns "$sent" '. + {$syns}' <&"$said"
	exec {said}<&-
}

# Appends a JSON object for each peer to $WORK/flood.
flood() { # SOURCES SECONDS TRANSFERS RATE PEER...
	local sources=$1 seconds=$2 transfers=$3 rate=$4 file=$WORK/flood.trace peer quiet flood known
	shift 4
	flood_prepare "$sources" "$file"
	for peer; do
		progress "flood of $sources sources: $peer"
		flood_begin_peer "$peer"
		quiet=$(flood_talk "$peer" - "$seconds" "$transfers" "$rate")
		flood=$(flood_talk "$peer" "$file" "$seconds" "$transfers" "$rate")
		known=$(race_peer_word "$peer" peer_flows_count)
		jq -nc --arg peer "$peer" --arg about "$(race_ask "$peer" peer_about)" --argjson sources "$sources" \
			--argjson seconds "$seconds" --argjson room "$FLOOD_ROOM" --argjson flows "$known" \
			--argjson quiet "$quiet" --argjson flood "$flood" \
			'{$peer, $about, $sources, $seconds, $room, $flows, $quiet, $flood}' >>"$WORK/flood"
		flood_take_down
	done
	rm -f "$file"
}
