#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Each plugin on each hook between two hosts: it does what it should, other
# packets pass, and counters have the reason.

load helper

setup() {
	given_hosts
}

teardown() {
	clean_up
}

# The plugin is in place: what does it do to traffic? Each of these is one
# plugin on one hook, at the server unless it says otherwise.

# The name that the counters have for a hook that tests tell apart.
counted_as() { # HOOK
	case $1 in
	xdpgeneric | frags) printf 'xdp' ;;
	*) printf '%s' "$1" ;;
	esac
}

drop_arp_stops_arping_alone() { # HOOK
	given_known_neighbours
	attach_by_hand server "$1" drop_arp
	refute_reaches arp
	reaches ping ping6 http 80 http6 80
	counted drop_arp "$(counted_as "$1")" drop arp
	counted drop_arp "$(counted_as "$1")" pass no-match
}

drop_icmp_stops_pings_alone() { # HOOK
	attach_by_hand server "$1" drop_icmp
	given_no_neighbours
	refute_reaches ping ping6
	given_no_neighbours
	reaches arp http 80 http6 80
	counted drop_icmp "$(counted_as "$1")" drop icmp
	counted drop_icmp "$(counted_as "$1")" pass no-match
}

drop_tcp_stops_port_80_alone() { # SIDE HOOK
	attach_by_hand "$1" "$2" drop_tcp
	refute_reaches http 80 http6 80
	reaches http 8080 http6 8080 ping ping6 arp
	counted drop_tcp "$(counted_as "$2")" drop tcp-port
	counted drop_tcp "$(counted_as "$2")" pass no-match
}

drop_port_stops_port_80_alone() { # HOOK
	attach_by_hand server "$1" drop_port
	refute_reaches http 80 http6 80
	reaches http 8080 http6 8080 ping ping6 arp
	counted drop_port "$(counted_as "$1")" drop tcp-port
	counted drop_port "$(counted_as "$1")" pass no-match
}

drop_all_stops_everything() { # HOOK
	given_known_neighbours
	attach_by_hand server "$1" drop_all
	refute_reaches arp ping ping6 http 80 http6 80 http 8080 http6 8080
	counted drop_all "$(counted_as "$1")" drop all
}

only_tcp_lets_http_through() { # HOOK
	attach_by_hand server "$1" only_tcp
	refute_reaches ping ping6
	given_no_neighbours
	reaches arp http 80 http6 80 http 8080
	counted only_tcp "$(counted_as "$1")" drop not-tcp
	counted only_tcp "$(counted_as "$1")" pass no-match
}

only_icmp_lets_pings_through() { # HOOK
	attach_by_hand server "$1" only_icmp
	refute_reaches http 80 http6 80 http 8080
	given_no_neighbours
	reaches arp ping ping6 large-ping large-ping6
	counted only_icmp "$(counted_as "$1")" drop not-icmp
	counted only_icmp "$(counted_as "$1")" pass no-match
}

count_lets_everything_through() { # HOOK
	attach_by_hand server "$1" count
	reaches arp ping ping6 large-ping http 80 http6 8080
	# Alone it hands over to the kernel, and that is no missed call.
	links_down
	counted count "$(counted_as "$1")" next counted
	counted count "$(counted_as "$1")" pass no-match \
		"$(packets count "$(counted_as "$1")" next counted)"
	refute_counted count "$(counted_as "$1")" pass missed-tail-call
}

@test "without a plugin the hosts reach each other in every way" {
	reaches arp ping ping6 large-ping large-ping6 http 80 http6 80 http 8080 http6 8080
}

@test "drop_arp in native XDP stops arping alone" {
	drop_arp_stops_arping_alone xdp
}

@test "drop_arp at ingress stops arping alone" {
	drop_arp_stops_arping_alone ingress
}

@test "drop_arp at egress stops the answers to arping alone" {
	drop_arp_stops_arping_alone egress
}

@test "drop_icmp in native XDP stops pings alone, and IPv6 finds its neighbour" {
	drop_icmp_stops_pings_alone xdp
}

@test "drop_icmp at ingress stops pings alone, and IPv6 finds its neighbour" {
	drop_icmp_stops_pings_alone ingress
}

@test "drop_icmp at egress stops pings alone, and IPv6 finds its neighbour" {
	drop_icmp_stops_pings_alone egress
}

@test "drop_tcp in native XDP stops port 80 alone" {
	drop_tcp_stops_port_80_alone server xdp
}

@test "drop_tcp in generic XDP stops port 80 alone" {
	drop_tcp_stops_port_80_alone server xdpgeneric
}

@test "drop_tcp at ingress stops port 80 alone" {
	drop_tcp_stops_port_80_alone server ingress
}

@test "drop_tcp at the client's egress stops port 80 alone" {
	drop_tcp_stops_port_80_alone client egress
}

@test "drop_port in native XDP stops port 80 alone" {
	drop_port_stops_port_80_alone xdp
}

@test "drop_port at ingress stops port 80 alone" {
	drop_port_stops_port_80_alone ingress
}

@test "drop_port at egress stops what comes from port 80 alone" {
	drop_port_stops_port_80_alone egress
}

@test "drop_all in native XDP stops everything" {
	drop_all_stops_everything xdp
}

@test "drop_all in generic XDP stops everything" {
	drop_all_stops_everything xdpgeneric
}

@test "drop_all at ingress stops everything" {
	drop_all_stops_everything ingress
}

@test "drop_all at egress stops everything" {
	drop_all_stops_everything egress
}

@test "only_tcp in native XDP lets HTTP through, from empty neighbour caches" {
	only_tcp_lets_http_through xdp
}

@test "only_tcp at ingress lets HTTP through, from empty neighbour caches" {
	only_tcp_lets_http_through ingress
}

@test "only_tcp at egress lets HTTP through, from empty neighbour caches" {
	only_tcp_lets_http_through egress
}

@test "only_icmp in native XDP lets pings through, large ones in fragments, too" {
	only_icmp_lets_pings_through xdp
}

@test "only_icmp at ingress lets pings through, large ones in fragments, too" {
	only_icmp_lets_pings_through ingress
}

@test "only_icmp at egress lets pings through, large ones in fragments, too" {
	only_icmp_lets_pings_through egress
}

@test "count in native XDP lets everything through" {
	count_lets_everything_through xdp
}

@test "count at ingress lets everything through" {
	count_lets_everything_through ingress
}

@test "count at egress lets everything through" {
	count_lets_everything_through egress
}

@test "drop_icmp drops every fragment of a large ping" {
	given_known_neighbours
	attach_by_hand server ingress drop_icmp
	run ! in_client ping -q -c 1 -W 1 -s 4000 "$SERVER4"
	counted drop_icmp ingress drop icmp 3
}

@test "drop_tcp with the port spliced to 8080 stops that one and not 80" {
	"$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o "$BATS_TEST_TMPDIR/drop_8080.o" drop_tcp_port=8080
	attach_by_hand server ingress "$BATS_TEST_TMPDIR/drop_8080.o"
	refute_reaches http 8080 http6 8080
	reaches http 80 http6 80
	counted drop_tcp ingress drop tcp-port
}

@test "a plugin that has nothing against a packet leaves it to the next filter" {
	local plugin pref=1
	in_server tc qdisc add dev eth0 clsact
	for plugin in drop_tcp drop_icmp; do
		in_server tc filter add dev eth0 ingress pref "$pref" \
			bpf da obj "$BUILD/$plugin.o" sec ingress
		pref=$((pref + 1))
	done
	refute_reaches http 80 ping
	reaches http 8080 arp
	counted drop_tcp ingress drop tcp-port
	counted drop_icmp ingress drop icmp
}

@test "a packet that one filter drops is not seen by the next" {
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress pref 1 bpf da obj "$BUILD/drop_all.o" sec ingress
	in_server tc filter add dev eth0 ingress pref 2 bpf da obj "$BUILD/count.o" sec ingress
	refute_reaches arp
	counted drop_all ingress drop all
	refute_counted count ingress next counted
}

# --- devices whose packets do not fit into one buffer

given_jumbo_frames() {
	in_client ip link set dev eth0 mtu 9000
	in_server ip link set dev eth0 mtu 9000
}

@test "with jumbo frames a plugin has its multi-buffer build in native XDP" {
	given_jumbo_frames
	attach_by_hand server frags drop_tcp
	refute_reaches http 80 http6 80
	reaches http 8080 http6 8080 ping large-ping arp
	counted drop_tcp xdp drop tcp-port
	counted drop_tcp xdp pass no-match
}

@test "the multi-buffer build counts the whole of a packet in several buffers" {
	given_jumbo_frames
	given_known_neighbours
	attach_by_hand server frags count
	in_client ping -q -c 1 -w "$TIMEOUT" -M "do" -s 8000 "$SERVER4"
	"$BUILD/tg-counters" --json "$PINS" |
		jq -e 'map(select(.verdict == "next").bytes) | add >= 8000 + 8 + 20 + 14'
}

@test "the multi-buffer build of every plugin loads" {
	given_jumbo_frames
	local object
	for object in "$BUILD"/*.frags.o; do
		in_server ip -force link set dev eth0 xdpdrv obj "$object" sec xdp.frags
	done
}
