#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Flows of sockets whose packets have VLAN tags, where the policy keeps VLANs
# apart. The virtual machines of tests/vm/run have VLAN devices, where this
# kernel lacks them.

load helper
load helper-chain
load helper-flows
load helper-policy

setup() {
	given_no_gc_meanwhile
	given_server
	given_vlan_devices
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	remove_chains
}

# --- words

# On both sides of the link: VLAN 5, VLAN 9 in VLAN 7, and VLAN 6 below a bridge.
given_vlan_devices() {
	local side
	for side in client server; do
		"in_$side" ip link add link eth0 name eth0.5 type vlan id 5 2>"$BATS_TEST_TMPDIR/error" || {
			grep -q 'Unknown device type' "$BATS_TEST_TMPDIR/error" || fail "$(<"$BATS_TEST_TMPDIR/error")"
			skip 'the kernel has no VLAN devices'
		}
		"in_$side" ip -batch - <<-END
			link add link eth0 name eth0.7 type vlan protocol 802.1ad id 7
			link add link eth0.7 name eth0.7.9 type vlan id 9
			link add link eth0 name eth0.6 type vlan id 6
			link add name br6 type bridge
			link set dev eth0.6 master br6
			link set dev eth0.5 up
			link set dev eth0.6 up
			link set dev eth0.7 up
			link set dev eth0.7.9 up
			link set dev br6 up
		END
	done
	# or XDP sees no tags
	in_client ethtool -K eth0 txvlan off tx-vlan-stag-hw-insert off >/dev/null
	given_addresses client 1
	given_addresses server 2
}

given_addresses() { # client|server NUMBER
	"in_$1" ip -batch - <<-END
		addr add 198.18.5.$2/24 dev eth0.5
		addr add 2001:db8:5::$2/64 dev eth0.5 nodad
		addr add 198.18.6.$2/24 dev br6
		addr add 198.18.9.$2/24 dev eth0.7.9
	END
}

# Connections of the client to port 7 of these addresses, which wait, and then
# send a word each that comes back. A web server would not wait as long.
given_connections() { # ADDRESS...
	rm -f end connected got.*
	mkfifo end
	server_echoes || in_server busybox nc -ll -p 7 -e cat 3>&- 4>&- &
	eventually server_echoes
	connect() {
		local fd fds=()
		for address; do
			exec {fd}<>"/dev/tcp/$address/7"
			fds+=("$fd")
		done
		: >connected
		read -r _ <end
		for fd in "${fds[@]}"; do
			echo Welcome >&"$fd"
			read -r -t "$TIMEOUT" <&"$fd" && echo "$REPLY" >"got.$fd"
		done
	}
	export -f connect
	export TIMEOUT
	in_client bash -c 'connect "$@"' connect "$@" 3>&- 4>&- &
	CONNECTIONS=$!
	eventually test -e connected
}

server_echoes() {
	[[ $(in_server ss -Hltn 'sport = :7') ]]
}

go_on() { # COUNT
	echo >end
	wait "$CONNECTIONS"
	[[ $(cat got.* | grep -c Welcome) == "$1" ]]
}

# Each flow as its receiver, and its VLAN or "-".
flows_have_vlans() { # "ADDRESS VLAN"...
	local found
	found=$(on_server flows eth0 tcp state established --json | jq -r '.flows[] | "\(.to.address) \(.vlan // "-")"' | sort)
	[[ $found == "$(printf '%s\n' "$@" | sort)" ]] || fail "$found"
}

readonly UNTAGGED="$SERVER4 -" IN_5='198.18.5.2 5' IN_5_IP6='2001:db8:5::2 5' IN_6='198.18.6.2 6' IN_7='198.18.9.2 7'

# --- tests

@test "connections in VLANs that exist when a policy is applied go on, each in its VLAN" {
	local hook
	given_policy apart 'flows { vlans apart }' 'default drop' 'pass arp' 'pass established' \
		'pass icmp6 type { neighbour-solicitation, neighbour-advertisement }'
	for hook in ingress xdp; do
		given_connections "$SERVER4" 198.18.5.2 2001:db8:5::2 198.18.6.2 198.18.9.2
		on_server attach eth0 "--$hook" --chain policy
		apply apart
		flows_have_vlans "$UNTAGGED" "$IN_5" "$IN_5_IP6" "$IN_6" "$IN_7"
		run ! in_client curl -sS -o /dev/null --noproxy '*' --max-time "$SILENCE" http://198.18.5.2/
		go_on 5
		# the flow of one VLAN is not that of another
		on_server flows del eth0 --all
		on_server detach eth0
	done
}

@test "sockets are taken over as the policy in force keeps VLANs, or not" {
	given_connections "$SERVER4" 198.18.5.2
	on_server attach eth0 --ingress --chain policy
	given_policy apart 'flows { established 1h vlans apart }' 'default pass' 'pass established'
	given_policy together 'default pass' 'pass established'
	apply together
	flows_have_vlans "$UNTAGGED" '198.18.5.2 -'
	apply apart
	on_server flows del eth0 --all
	run -0 on_server flows adopt eth0
	[[ $output == '2 added, 0 were there already' ]]
	flows_have_vlans "$UNTAGGED" "$IN_5"
	# and its times
	(($(on_server flows eth0 --json | jq '[.flows[].left] | max') <= 3600))
	on_server detach eth0
	# a device that is in the VLAN has no tags
	on_server attach eth0.5 --ingress --chain policy
	on_server policy apply eth0.5 apart.policy
	[[ $(on_server flows eth0.5 --json | jq -c '[.flows[].vlan]') == '[null,null]' ]]
	on_server detach eth0.5
	go_on 2
}

@test "a socket that is bound to a device is taken over in the VLAN of that device" {
	local pid
	on_server attach eth0 --ingress --egress --chain policy
	given_policy apart 'flows { vlans apart }' 'default pass' 'pass established'
	# the same address is reached by the link itself and in VLAN 5
	in_server ip route add 203.0.113.9 via 198.51.100.1 dev eth0
	in_client ip addr add 203.0.113.9/32 dev lo
	in_server ip route add 203.0.113.9 via 198.18.5.1 dev eth0.5 metric 100
	in_client busybox httpd -p 203.0.113.9:80 -h www </dev/null &>/dev/null 3>&- 4>&-
	head -c 10000000 /dev/zero >www/large
	in_server curl -sS --noproxy '*' --interface eth0.5 -o /dev/null --limit-rate 1k http://203.0.113.9/large 3>&- 4>&- &
	pid=$!
	eventually server_is_connected
	apply apart --hook ingress
	flows_have_vlans '203.0.113.9 5'
	kill "$pid"
}

server_is_connected() {
	[[ $(in_server ss -Htn state established dst 203.0.113.9) ]]
}
