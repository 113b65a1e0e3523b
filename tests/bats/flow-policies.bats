#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Flows in force: a host that drops what it did not ask for, with real packets.

load helper
load helper-chain
load helper-policy

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- words

readonly NEIGHBOURS='pass icmp6 type { neighbour-solicitation, neighbour-advertisement }'

# The server keeps what it begins, and drops all else on this hook but what the
# rules pass.
given_closed_server() { # HOOK RULE...
	local option=--ingress
	given_server
	given_client_services
	[[ $1 != xdp ]] || option=--xdp=native
	on_server attach eth0 "$option" --egress --chain policy "${ATTACH_OPTIONS[@]}" >/dev/null
	given_policy in 'default drop' 'pass arp' "$NEIGHBOURS" "${@:2}"
	given_policy out 'default pass keep'
	apply in --hook "$1" >/dev/null
	apply out --hook egress >/dev/null
}

ATTACH_OPTIONS=()

# HTTP on port 80, and UDP on port 7 that comes back.
given_client_services() {
	mkdir -p "$BATS_TEST_TMPDIR/www"
	printf 'Welcome\n' >"$BATS_TEST_TMPDIR/www/index.html"
	in_client busybox httpd -p 80 -h "$BATS_TEST_TMPDIR/www" </dev/null &>/dev/null 3>&- 4>&-
	in_client python3 - 3>&- 4>&- <<-'EOF' &
		import os, socket

		echo = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		echo.bind(("::", 7))
		while True:
		    data, sender = echo.recvfrom(65536)
		    echo.sendto(data, sender)
	EOF
	eventually client_has_udp 7
}

client_has_udp() { # PORT
	[[ $(in_client ss -Hlun "sport = :$1") ]]
}

client_listens() { # PORT
	[[ $(in_client ss -Hltn "sport = :$1") ]]
}

# The server asks the client, and gets an answer.
server_gets() { # ping|http|udp|port [OPTION...] 4|6
	local address=$CLIENT4
	[[ ${*: -1} != 6 ]] || address=$CLIENT6
	case $1 in
	ping) in_server ping -q -c 1 -w "$TIMEOUT" "${@:2:$#-2}" "$address" >/dev/null ;;
	http)
		[[ $address != *:* ]] || address="[$address]"
		in_server curl -gsS -o /dev/null --noproxy '*' --max-time "$TIMEOUT" "http://$address/"
		;;
	udp) in_server python3 - "$address" "$TIMEOUT" <<-'EOF' ;;
		import socket, sys

		asked = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
		asked.connect((sys.argv[1], 7))
		asked.settimeout(float(sys.argv[2]))
		asked.send(b"?")
		assert asked.recv(10) == b"?"
	EOF
	esac
}

# The server sends UDP to a port where nobody listens; the errno that it gets.
errno_of_closed_port() { # ADDRESS
	in_server python3 - "$1" "$TIMEOUT" <<-'EOF'
		import errno, socket, sys

		asked = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
		asked.connect((sys.argv[1], 9))
		asked.settimeout(float(sys.argv[2]))
		asked.send(b"?")
		try:
		    asked.recv(10)
		except TimeoutError:
		    print("timeout")
		except OSError as error:
		    print(errno.errorcode[error.errno])
	EOF
}

client_forges() { # PYTHON-EXPRESSION of scapy
	in_client /usr/bin/python3 - "$CLIENT4" "$SERVER4" "$SERVER_MAC" "$1" <<-'EOF'
		import logging, sys

		logging.getLogger("scapy").setLevel(logging.ERROR)
		from scapy.all import *

		client, server, mac, frame = sys.argv[1:]
		sendp(Ether(dst=mac) / eval(frame), iface="eth0", verbose=False)
	EOF
}

rule_has() { # HOOK NUMBER PACKETS
	local packets
	read -ra packets <<<"$(rule_packets "$1")"
	[[ ${packets[$2 - 1]} == "$3" ]]
}

answers_come_back() { # HOOK
	given_closed_server "$1" 'pass established' 'pass related'
	server_gets ping 4
	server_gets ping 6
	server_gets http 4
	server_gets http 6
	server_gets udp 4
	server_gets udp 6
	refute_reaches http 80 http6 80 ping ping6
}

# --- what comes back

@test "at ingress, answers come back to a host that drops what it did not ask for" {
	answers_come_back ingress
}

@test "on XDP, answers come back to a host that drops what it did not ask for" {
	answers_come_back xdp
}

@test "answers do not come back without a rule that lets flows in" {
	given_closed_server ingress
	run -1 server_gets ping -w 1 4
}

@test "clients begin connections only where a rule keeps them, and those go on" {
	given_closed_server ingress 'pass established' 'pass tcp syn to port 80 keep'
	reaches http 80 http6 80
	refute_reaches http 8080 ping
	eventually rule_has ingress 4 2 # of the two SYNs
}

@test "later fragments follow their first one" {
	given_closed_server ingress 'pass established'
	server_gets ping -s 4000 4
	server_gets ping -s 4000 6
}

@test "ICMP errors come in only if they are about a flow" {
	given_closed_server ingress 'pass established' 'pass related' 'drop invalid'
	[[ $(errno_of_closed_port "$CLIENT4") == ECONNREFUSED ]]
	[[ $(errno_of_closed_port "$CLIENT6") == ECONNREFUSED ]]
	rule_has ingress 5 0
	client_forges 'IP(src=client, dst=server) / ICMP(type=3, code=1) / IP(src=server, dst="203.0.113.9") / UDP(sport=1234, dport=9)'
	eventually rule_has ingress 5 1
	client_forges 'IP(src=client, dst=server) / ICMP(type=3, code=1) / Raw(b"E")'
	eventually rule_has ingress 5 2
}

@test "a reset that is not in the window ends no connection" {
	given_closed_server ingress 'pass established' 'drop invalid'
	in_client sh -c 'sleep 600 | busybox nc -l -p 5001' >"$BATS_TEST_TMPDIR/heard" 3>&- &
	eventually client_listens 5001
	mkfifo "$BATS_TEST_TMPDIR/said"
	in_server busybox nc -p 6001 "$CLIENT4" 5001 <"$BATS_TEST_TMPDIR/said" >/dev/null 3>&- &
	exec 7>"$BATS_TEST_TMPDIR/said"
	printf 'before\n' >&7
	eventually grep -q before "$BATS_TEST_TMPDIR/heard"
	client_forges 'IP(src=client, dst=server) / TCP(sport=5001, dport=6001, flags="R", seq=1)'
	eventually rule_has ingress 4 1
	printf 'after\n' >&7
	eventually grep -q after "$BATS_TEST_TMPDIR/heard"
	exec 7>&-
}

# What the client sends first begins a flow, and so does an answer to it, but
# for one in the same VLAN.
vlans_are_apart() { # HOOK
	local option=--ingress
	local asked='IP(src="198.18.0.1", dst="203.0.113.1") / UDP(sport=1000, dport=2000)'
	local answer='IP(src="203.0.113.1", dst="198.18.0.1") / UDP(sport=2000, dport=1000)'
	[[ $1 != xdp ]] || option=--xdp=native
	given_server
	on_server attach eth0 "$option" --chain policy >/dev/null
	given_policy apart 'flows { vlans apart }' 'default drop' 'drop established' 'pass udp keep'
	given_policy together 'default drop' 'drop established' 'pass udp keep'
	apply apart >/dev/null
	client_forges "Dot1Q(vlan=5) / $asked"
	eventually rule_has "$1" 2 1
	client_forges "Dot1Q(vlan=6) / $answer"
	eventually rule_has "$1" 2 2
	client_forges "$answer"
	eventually rule_has "$1" 2 3
	rule_has "$1" 1 0
	client_forges "Dot1Q(vlan=5) / $answer"
	eventually rule_has "$1" 1 1
	# of two tags, the outer one counts
	client_forges "Dot1AD(vlan=5) / Dot1Q(vlan=6) / $answer"
	eventually rule_has "$1" 1 2
	[[ $(on_server flows eth0 udp --json | jq -c '[.flows[].vlan] | sort') == '[null,5,6]' ]]
	on_server flows del eth0 --all >/dev/null
	apply together >/dev/null
	client_forges "Dot1Q(vlan=5) / $asked"
	eventually rule_has "$1" 2 4
	client_forges "Dot1Q(vlan=6) / $answer"
	eventually rule_has "$1" 1 3
}

@test "at ingress, VLANs have flows of their own if the policy keeps them apart" {
	vlans_are_apart ingress
}

@test "on XDP, VLANs have flows of their own if the policy keeps them apart" {
	vlans_are_apart xdp
}

@test "a full table lets packets go on and counts them, or drops them where the rule says so" {
	ATTACH_OPTIONS=(--flows 64)
	given_closed_server ingress 'pass established'
	fill_table
	run -1 server_gets ping -w 1 4 # it went, and its answer is not known
	counted_full egress next
	given_policy out 'default pass keep else drop'
	apply out --hook egress >/dev/null
	run -1 server_gets ping -w 1 4
	counted_full egress drop
}

# With flows that stay: a file for a full table is refused, so a few at a time.
fill_table() {
	local i
	for i in {1..30}; do
		printf "udp 203.0.113.$i:%d > 198.51.100.77:53 udp-stream left 600s\n" {1000..1007} >"$BATS_TEST_TMPDIR/few"
		on_server flows load eth0 "$BATS_TEST_TMPDIR/few" &>/dev/null || true
	done
}

counted_full() { # HOOK VERDICT
	on_server stats eth0 --json | jq -e --arg hook "$1" --arg verdict "$2" \
		'[.. | objects | select(.reason? == "flow-full" and .verdict? == $verdict and .hook? == $hook)] | length > 0' >/dev/null
}

@test "a packet without a flow does not keep that of the one before it" {
	given_closed_server ingress 'pass established'
	given_policy out 'default pass keep' 'drop udp to port 9'
	apply out --hook egress >/dev/null
	for _ in {1..5}; do
		in_server bash -c "echo >/dev/udp/$CLIENT4/9"
		in_server arping -q -c 1 -w "$TIMEOUT" -I eth0 "$CLIENT4"
	done
	[[ $(rule_packets egress) == 5\ * ]]
	run -0 on_server flows eth0 udp port 9
	[[ $output != *198.51.100* ]]
}

# --- the plugin

@test "the plugin 'flow' lets answers in where the chain has no policy" {
	given_server
	given_client_services
	on_server attach eth0 --ingress --egress --chain flow >/dev/null
	on_server attach eth0 --ingress --chain flow --default drop >/dev/null
	given_known_neighbours
	server_gets ping 4
	server_gets http 6
	server_gets udp 4
	refute_reaches http 80 ping6
}

@test "the plugin 'flow' marks answers if it is told so, and the next plugin decides" {
	local marked=$BATS_TEST_TMPDIR/marked.o
	given_server
	given_client_services
	given_known_neighbours
	"$BUILD/tg-splice" "$BUILD/flow.o" -o "$marked" tg_known_mark=7
	on_server attach eth0 --egress --chain flow >/dev/null
	on_server attach eth0 --ingress --chain "$marked,policy" >/dev/null
	given_policy a 'default drop' 'pass mark 7'
	apply a >/dev/null
	server_gets ping 4
	server_gets http 6
	refute_reaches http 80 ping6
	given_policy a 'default drop' 'pass mark 8'
	apply a >/dev/null
	run -1 server_gets ping -w 1 4
}

@test "on XDP, where there is no mark, the plugin 'flow' lets answers in" {
	local marked=$BATS_TEST_TMPDIR/marked
	given_server
	given_client_services
	given_known_neighbours
	"$BUILD/tg-splice" "$BUILD/flow.o" -o "$marked.o" tg_known_mark=7
	on_server attach eth0 --egress --chain flow >/dev/null
	on_server attach eth0 --xdp=native --chain "$marked.o" --default drop >/dev/null
	server_gets ping 4
	server_gets http 6
	refute_reaches http 80 ping6
}
