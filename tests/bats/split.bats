#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Headers of an skb may be in page fragments: network cards with header split do
# that, and tap devices on request. The program makes the kernel linearize them,
# with the same verdicts.

load helper

setup_file() {
	export SPLIT=$BATS_FILE_TMPDIR/send-split
	"$(the_clang)" -D_GNU_SOURCE -Wall -Wextra -Werror "$ROOT/tests/tools/send-split.c" -o "$SPLIT"
}

setup() {
	given_bpffs
	given_namespace HOST host
	in_namespace "$HOST" ip tuntap add dev tap0 mode tap
	in_namespace "$HOST" ip link set dev tap0 up
	in_namespace "$HOST" tc qdisc add dev tap0 clsact
}

teardown() {
	clean_up
}

given_plugin() { # PLUGIN
	in_namespace "$HOST" tc filter add dev tap0 ingress bpf da obj "$BUILD/$1.o" sec ingress
}

# Only the Ethernet header is at hand when the program runs: what GRO knows, it
# has brought together by then, so these are protocols that it does not.
receive_split() { # FIRST LAYER...
	local first=$1
	shift
	"$BUILD/tests/craft" "$@" | tr -d ' \n' | in_namespace "$HOST" "$SPLIT" tap0 "$first"
}

@test "a ping whose ICMPv6 header lies in another page is dropped as a ping" {
	given_plugin drop_icmp
	receive_split 14 eth ip6 icmp6 type=128 raw=100
	eventually counted drop_icmp ingress drop icmp 1
	refute_counted drop_icmp ingress next malformed
}

@test "ARP whose operation lies in another page is not malformed" {
	given_plugin only_tcp
	receive_split 14 eth arp
	eventually counted only_tcp ingress pass no-match
	refute_counted only_tcp ingress drop malformed
}

@test "a TCP port behind extension headers in another page is found" {
	given_plugin drop_tcp
	receive_split 16 eth ip6 hopopts dstopts tcp dport=80 raw=100
	eventually counted drop_tcp ingress drop tcp-port 1
}

@test "a packet in pieces that is cut off is malformed all the same" {
	given_plugin drop_tcp
	receive_split 14 eth ip6 dstopts tcp dport=80 cut=68
	eventually counted drop_tcp ingress next malformed 1
}
