#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The effects of actions other than reject on each hook, as seen by later
# filters, qdiscs, the network and a third host.

load helper
load helper-actions

setup_file() {
	build_actions
	build_sender
}

setup() {
	given_hosts
	given_known_neighbours
	given_answers
}

teardown() {
	clean_up
}

# On a busy machine the first packets may come before the host is ready.
given_answers() {
	in_client ping -q -c 1 -w "$TIMEOUT" "$SERVER4" >/dev/null
	in_client ping -q -c 1 -w "$TIMEOUT" "$SERVER6" >/dev/null
}

# Pings of the client, of which all are answered.
pings() { # HOW-MANY ADDRESS [OPTION...]
	in_client ping -q -c "$1" -i 0.1 -W "$TIMEOUT" "${@:3}" "$2" >/dev/null
}

# A filter on the hook, which counts what has this mark or priority. An action
# that is given later stands before it: tc gives it a smaller pref.
given_seen() { # client|server HOOK CONSTANT=VALUE
	"$BUILD/tg-splice" "$ACTIONS/seen.o" -o "$BATS_TEST_TMPDIR/seen.o" "seen_$3"
	"in_$1" tc qdisc replace dev eth0 clsact
	"in_$1" tc filter add dev eth0 "$2" pref 60000 bpf da obj "$BATS_TEST_TMPDIR/seen.o" sec "$2"
}

# --- how it ends

ends() { # HOOK
	local hook=$1 side counter
	side=$(side_of "$hook")
	counter=$(counted_as "$hook")
	reaches http 80 http6 80
	given_action "$side" "$hook" kind=drop protocol=tcp
	refute_reaches http 80 http6 80
	reaches ping ping6
	counted act "$counter" drop rule
	counted act "$counter" pass no-match
}

@test "drop drops, and nothing else, in native XDP" {
	ends xdp
}

@test "drop drops, and nothing else, in multi-buffer XDP" {
	ends frags
}

@test "drop drops, and nothing else, at ingress" {
	ends ingress
}

@test "drop drops, and nothing else, at egress" {
	ends egress
}

later_filter_sees() { # HOOK KIND SEEN
	given_seen server "$1" mark=0x77
	given_action server "$1" "kind=$2" changes=set-mark mark=0x77
	pings 3 "$SERVER4"
	if [[ $3 == yes ]]; then
		counted seen "$1" next own-0
	else
		refute_counted seen "$1" next own-0
	fi
}

@test "pass leaves the packet to later filters" {
	later_filter_sees ingress pass yes
	counted act ingress pass rule
}

@test "next leaves the packet to later filters, too, where no plugin comes next" {
	later_filter_sees egress next yes
	counted act egress next rule
}

@test "accept keeps the packet from later filters at ingress" {
	later_filter_sees ingress accept no
	counted act ingress accept rule
}

@test "accept keeps the packet from later filters at egress" {
	later_filter_sees egress accept no
	counted act egress accept rule
}

@test "pass, next and accept in XDP let the packet through, and are counted apart" {
	local kind
	for kind in next pass accept; do
		given_action server xdp "kind=$kind"
		pings 1 "$SERVER4"
		counted act xdp "$kind" rule
		in_server ip link set dev eth0 xdpdrv off
	done
}

# --- marks

marked() { # MARK: how many packets iptables saw with it
	in_server iptables -t raw -vxnL PREROUTING | awk -v mark="$1" '$0 ~ "mark match " mark "$" { print $1 }'
}

@test "set mark at ingress is seen by iptables" {
	in_server iptables -t raw -A PREROUTING -m mark --mark 0x2a
	pings 3 "$SERVER4"
	[[ $(marked 0x2a) == 0 ]]
	given_action server ingress kind=pass changes=set-mark mark=42
	pings 3 "$SERVER4"
	[[ $(marked 0x2a) == 3 ]]
}

@test "set mark with a mask leaves the other bits as they are" {
	# at egress, as iptables has marked the packet before
	in_client iptables -t mangle -A OUTPUT -j MARK --set-mark 0xf0f0
	given_seen client egress mark=0x5ff5
	pings 2 "$SERVER4"
	refute_counted seen egress next own-0
	given_action client egress kind=pass changes=set-mark mark=0x12345f05 mark_mask=0xff0f
	pings 2 "$SERVER4"
	counted seen egress next own-0
}

# --- priorities and classes

given_htb() {
	in_client ip -batch - <<<'link set dev eth0 txqueuelen 1000'
	in_client tc -batch - <<-END
		qdisc add dev eth0 root handle 1: htb default 20
		class add dev eth0 parent 1: classid 1:10 htb rate 100mbit quantum 1514
		class add dev eth0 parent 1: classid 1:20 htb rate 100mbit quantum 1514
	END
}

sent_by() { # CLASS
	in_client tc -s class show dev eth0 | awk -v class="$1" '
		$1 == "class" { found = $3 == class }
		$1 == "Sent" && found { print $4 }'
}

# All pings go by the default class, and then by the other one.
chooses_class() { # CONSTANT=VALUE...
	given_htb
	pings 5 "$SERVER4"
	[[ $(sent_by 1:10) == 0 && $(sent_by 1:20) -ge 5 ]]
	given_action client egress "$@" protocol=icmp
	pings 5 "$SERVER4"
	[[ $(sent_by 1:10) == 5 ]] || fail "$(in_client tc -s class show dev eth0)"
}

@test "set class at egress chooses a class of HTB" {
	chooses_class kind=pass changes=set-class class=0x10010
}

@test "set priority at egress chooses a class of HTB" {
	chooses_class kind=pass changes=set-priority priority=0x10010
}

@test "set class has the last word where a rule sets a priority as well" {
	chooses_class kind=pass changes=set-class+set-priority class=0x10010 priority=0x10020
}

@test "set class in a filter of HTB itself chooses a class with accept and 'classid 1:'" {
	given_htb
	splice_act "$BATS_TEST_TMPDIR/act.o" act kind=accept changes=set-class class=0x10010 protocol=icmp
	in_client tc filter add dev eth0 parent 1: bpf da obj "$BATS_TEST_TMPDIR/act.o" sec egress classid 1:
	pings 5 "$SERVER4"
	[[ $(sent_by 1:10) == 5 ]] || fail "$(in_client tc -s class show dev eth0)"
}

@test "set priority at ingress is seen by a later filter" {
	given_seen server ingress priority=6
	pings 3 "$SERVER4"
	refute_counted seen ingress next own-1
	given_action server ingress kind=pass changes=set-priority priority=6
	pings 3 "$SERVER4"
	counted seen ingress next own-1
}

# --- DSCP

# The server counts what it receives with DSCP 46 and ECN 1, behind all hooks.
given_dscp_counters() {
	in_server iptables -t raw -A PREROUTING -m dscp --dscp 46 -m ecn --ecn-ip-ect 1
	in_server ip6tables -t raw -A PREROUTING -m dscp --dscp 46 -m ecn --ecn-ip-ect 1
}

with_dscp() { # iptables|ip6tables
	in_server "$1" -t raw -vxnL PREROUTING | awk '/DSCP match/ { print $1 }'
}

# The kernel drops IPv4 with a wrong checksum in its header: then no answer.
sets_dscp() { # HOOK
	given_dscp_counters
	pings 2 "$SERVER4" -Q 1
	pings 2 "$SERVER6" -Q 1
	[[ $(with_dscp iptables) == 0 && $(with_dscp ip6tables) == 0 ]]
	given_action "$(side_of "$1")" "$1" kind=pass changes=set-dscp dscp=46
	pings 2 "$SERVER4" -Q 1
	pings 2 "$SERVER6" -Q 0x55
	[[ $(with_dscp iptables) == 2 && $(with_dscp ip6tables) == 2 ]] ||
		fail "$(with_dscp iptables), $(with_dscp ip6tables)"
	reaches http 80 http6 80
	refute_counted act "$(counted_as "$1")" next change-failed
}

@test "set dscp changes IPv4 and IPv6 and keeps ECN in native XDP" {
	sets_dscp xdp
}

@test "set dscp changes IPv4 and IPv6 and keeps ECN in generic XDP" {
	sets_dscp xdpgeneric
}

@test "set dscp changes IPv4 and IPv6 and keeps ECN in multi-buffer XDP" {
	sets_dscp frags
}

@test "set dscp changes IPv4 and IPv6 and keeps ECN at ingress" {
	sets_dscp ingress
}

@test "set dscp changes IPv4 and IPv6 and keeps ECN at egress" {
	sets_dscp egress
}

# A ping that nobody answers: it has tags that nobody wants.
readonly PING=0800000000010001

sets_dscp_behind_tags() { # HOOK
	local frame
	given_witness server
	given_action server "$1" kind=pass changes=set-dscp+redirect dscp=10 redirect="$DEVICE"
	capture_begins witness vlan
	frame=$(ip4 1 "$PING")
	client_sends "81000005$frame" "8100000581000006$frame" "81000005$(ip6 17 "$(udp 61)")"
	capture_ends 'vlan 5,.*\(class 0x28,'
	[[ $CAPTURED == *'vlan 5, p 0, ethertype IPv4 (0x0800), (tos 0x28,'* ]] || fail "$CAPTURED"
	[[ $CAPTURED == *'vlan 5, p 0, ethertype 802.1Q (0x8100), vlan 6, p 0, ethertype IPv4 (0x0800), (tos 0x28,'* ]] || fail "$CAPTURED"
}

@test "set dscp finds the header behind tags in native XDP" {
	sets_dscp_behind_tags xdp
}

@test "set dscp finds the header behind tags at ingress" {
	sets_dscp_behind_tags ingress
}

# --- redirect and mirror

redirects() { # HOOK
	local side
	side=$(side_of "$1")
	given_witness "$side"
	pings 1 "$SERVER4"
	given_action "$side" "$1" kind=pass changes=redirect redirect="$DEVICE" protocol=icmp
	capture_begins witness icmp
	run ! ping_error "$SERVER4"
	capture_ends "$CLIENT4 > $SERVER4: ICMP echo request"
	reaches http 80 ping6
	counted act "$(counted_as "$1")" redirect rule
}

@test "redirect sends out of another device in native XDP" {
	redirects xdp
}

@test "redirect sends out of another device in generic XDP" {
	redirects xdpgeneric
}

@test "redirect sends out of another device in multi-buffer XDP" {
	redirects frags
}

@test "redirect sends out of another device at ingress" {
	redirects ingress
}

@test "redirect sends out of another device at egress" {
	redirects egress
}

# The packet comes in at the server's eth1, where a counter waits for it.
redirects_to_ingress() { # HOOK
	local side
	side=$(side_of "$1")
	given_witness "$side"
	"in_$side" tc qdisc add dev eth1 clsact
	"in_$side" tc filter add dev eth1 ingress bpf da obj "$BUILD/drop_icmp.o" sec ingress
	pings 1 "$SERVER4"
	refute_counted drop_icmp ingress drop icmp
	given_action "$side" "$1" kind=pass changes=redirect-ingress redirect="$DEVICE" protocol=icmp
	run ! ping_error "$SERVER4"
	counted drop_icmp ingress drop icmp
	counted act "$1" redirect rule
}

@test "redirect to ingress hands in at another device at ingress" {
	redirects_to_ingress ingress
}

@test "redirect to ingress hands in at another device at egress" {
	redirects_to_ingress egress
}

mirrors() { # HOOK
	local side
	side=$(side_of "$1")
	given_witness "$side"
	given_action "$side" "$1" kind=pass changes=mirror+set-dscp dscp=46 mirror="$DEVICE" protocol=icmp
	capture_begins witness icmp
	pings 3 "$SERVER4"
	capture_ends 'ICMP echo request, .*seq 3,'
	[[ $(grep -c 'tos 0xb8' <<<"$CAPTURED") == 3 ]] || fail "$CAPTURED"
	counted act "$1" pass rule
	refute_counted act "$1" next mirror-failed
}

@test "mirror sends a copy, changed as the packet is, at ingress" {
	mirrors ingress
}

@test "mirror sends a copy, changed as the packet is, at egress" {
	mirrors egress
}

@test "mirror goes with drop, and with reject" {
	given_witness server
	given_action server ingress kind=drop changes=mirror mirror="$DEVICE" protocol=icmp
	capture_begins witness icmp
	run ! ping_error "$SERVER4"
	capture_ends "$CLIENT4 > $SERVER4: ICMP echo request"
	in_server tc qdisc del dev eth0 clsact
	given_action server ingress kind=reject changes=mirror mirror="$DEVICE" protocol=tcp
	capture_begins witness tcp
	run -7 http_error "$SERVER4"
	capture_ends "$SERVER4.80: Flags \\[S\\]"
}

@test "a mirror to a device that is gone is counted, and the packet goes on" {
	given_action server ingress kind=pass changes=mirror mirror=9999 protocol=icmp
	pings 2 "$SERVER4"
	counted act ingress next mirror-failed
	counted act ingress pass rule
}

@test "what an action does not use is not done" {
	given_action server ingress kind=drop used=0
	pings 2 "$SERVER4"
	counted act ingress next rule
}

# Printed, so that a change shows what it costs: all of them, and none.
@test "all actions together are no burden to the verifier" {
	local build=$BATS_TEST_TMPDIR
	splice_act "$build/all.o" act known=0
	splice_act "$build/all.frags.o" act.frags known=0
	splice_act "$build/none.o" act known=0 used=0
	"$BUILD/tests/verify" --budget 160000 "$build/all.o" "$build/all.frags.o" >"$build/log" || fail "$(<"$build/log")"
	"$BUILD/tests/verify" --budget 50000 "$build/none.o" >>"$build/log" || fail "$(<"$build/log")"
	sed -n "s|.*$build/\\(.* is verified in .*\\)|# \\1|p" "$build/log" >&3
}
