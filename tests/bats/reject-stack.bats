#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Reject of packets from a stack that offloads checksums, tags and segmentation
# to its device: skbs that BPF_PROG_TEST_RUN cannot make.

load helper
load helper-actions

setup_file() {
	build_actions
	build_tags
}

setup() {
	given_hosts
	given_known_neighbours
	in_client ethtool -K eth0 tx on >/dev/null
}

teardown() {
	clean_up
}

build_tags() {
	local clang
	clang=$(the_clang)
	"$clang" -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror \
		-isystem "$("$ROOT/tc-scripts/find-clang" --headers "$clang")" \
		-c "$ROOT/tests/fixtures/policy/tags.bpf.c" -o "$ACTIONS/tags.o"
}

# Both hosts are in a VLAN, or in one inside of another; XDP sees tags only in
# the packet. A filter that is added later comes before the others.
given_tags() { # COUNT HOOK
	local side
	(($1 > 0)) || return 0
	"$BUILD/tg-splice" "$ACTIONS/tags.o" -o "$BATS_TEST_TMPDIR/tags.o" "tags_count=$1"
	[[ $2 != xdp ]] || in_client ethtool -K eth0 txvlan off >/dev/null
	for side in client server; do
		[[ $side != server || $2 == egress ]] || continue
		attach_by_hand "$side" egress "$BATS_TEST_TMPDIR/tags.o"
		attach_by_hand "$side" ingress "$BATS_TEST_TMPDIR/tags.o"
	done
}

connecting_says() { # WORDS ADDRESS [OPTION...]
	local said
	said=$(in_client "$ROOT/tests/replies/connect" "${@:2}")
	[[ $said == "$1" ]] || fail "${*:2}: '$said' and not '$1'" "$(what_was_counted)"
}

refuses_connections_behind() { # COUNT HOOK
	connecting_says connected "$SERVER4"
	connecting_says connected "$SERVER6"
	[[ $2 == egress ]] || given_a_receiver
	given_action "$(side_of "$2")" "$2" kind=reject protocol=tcp
	given_tags "$1" "$2"
	connecting_says 'Connection refused' "$SERVER4"
	connecting_says 'Connection refused' "$SERVER4" --options 4
	connecting_says 'Connection refused' "$SERVER4" --options 40
	connecting_says 'Connection refused' "$SERVER6"
	connecting_says 'Connection refused' "$SERVER6" --options 8
	connecting_says 'Connection refused' "$SERVER6" --options 240
	eventually counted act "$2" reject rule 6
}

@test "a stack takes resets to packets with options at native XDP" {
	refuses_connections_behind 0 xdp
}

@test "a stack takes resets to packets with options at ingress" {
	refuses_connections_behind 0 ingress
}

@test "a stack takes resets to packets with options at egress" {
	refuses_connections_behind 0 egress
}

@test "a stack takes resets behind a tag in the packet at native XDP" {
	refuses_connections_behind 1 xdp
}

@test "a stack takes resets behind a tag in the metadata at ingress" {
	refuses_connections_behind 1 ingress
}

@test "a stack takes resets behind a tag in the metadata at egress" {
	refuses_connections_behind 1 egress
}

@test "a stack takes resets behind two tags at native XDP" {
	refuses_connections_behind 2 xdp
}

@test "a stack takes resets behind two tags at ingress" {
	refuses_connections_behind 2 ingress
}

@test "a stack takes resets behind two tags at egress" {
	refuses_connections_behind 2 egress
}

# The checksum of TCP is open here, and the quote has to reach it.
takes_unreachables() { # HOOK
	local size
	given_action "$(side_of "$1")" "$1" kind=reject reject=port protocol=tcp
	for size in 0 8 64 88 96 240 1000; do
		connecting_says 'Connection refused' "$SERVER6" --options "$size"
	done
	connecting_says 'Connection refused' "$SERVER4" --options 40
	counted act "$1" reject rule
	refute_counted act "$1" drop reply-failed
}

@test "a stack takes unreachables that quote long headers and an open checksum at ingress" {
	takes_unreachables ingress
}

@test "a stack takes unreachables that quote long headers and an open checksum at egress" {
	takes_unreachables egress
}

# --- tunnels over the filtered device

given_tunnel() { # TYPE [OPTION...]
	local kind=$1
	in_client ip link add tunnel type "$kind" local "$CLIENT4" remote "$SERVER4" "${@:2}" ||
		skip "this kernel has no $kind"
	in_server ip link add tunnel type "$kind" local "$SERVER4" remote "$CLIENT4" "${@:2}"
	in_client ip addr add 198.18.0.1/24 dev tunnel
	in_server ip addr add 198.18.0.2/24 dev tunnel
	in_client ip link set dev tunnel up
	in_server ip link set dev tunnel up
	in_client ping -q -c 1 -w "$TIMEOUT" 198.18.0.2 >/dev/null
	in_client sysctl -q net.ipv6.conf.all.disable_ipv6=1
}

# What is inside has an open checksum for TCP, which nothing outside can tell,
# and the kernel cuts no packet before it: then there is no answer, which is
# counted, and never a wrong one.
answers_tunnel() { # PROTOCOL
	given_action client egress kind=reject reject=port "protocol=$1"
	answers_begin
	in_client ping -q -c 3 -i 0.2 -W 1 198.18.0.2 >/dev/null || true
	in_client "$ROOT/tests/replies/connect" 198.18.0.2 --seconds 2 >/dev/null
	eventually counted act egress drop reply-failed
	answers_end
	[[ $CAPTURED == *"ICMP $SERVER4 "*' unreachable'* ]] || fail "$CAPTURED"
	captured_good_sums
	counted act egress reject rule
}

answers_begin() {
	ANSWERS=$BATS_TEST_TMPDIR/answers
	in_client "$ROOT/tests/replies/capture" >"$ANSWERS" 3>&- 4>&- &
	ANSWERER=$!
	eventually test -s "$ANSWERS"
}

answers_end() {
	stands_still stat -c %s "$ANSWERS"
	kill "$ANSWERER"
	wait "$ANSWERER" || true
	CAPTURED=$(tcpdump -nnevvr "$ANSWERS" icmp 2>/dev/null)
}

@test "a tunnel in UDP is answered at egress, with good checksums or not at all" {
	given_tunnel vxlan id 5 dstport 4789 udpcsum
	answers_tunnel udp
}

@test "a tunnel of GRE is answered at egress, with good checksums or not at all" {
	given_tunnel gre
	answers_tunnel 47
}

@test "a tunnel of IPv4 is answered at egress, with good checksums or not at all" {
	given_tunnel ipip
	answers_tunnel 4
}
