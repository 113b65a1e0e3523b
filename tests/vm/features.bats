#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What kernels can do beside our programs, above and below them. These run in
# the virtual machines of tests/vm/run alone: most of it not every kernel has.

load helper-feature

TUTORIAL=$BUILD/tutorial FIXTURES=$BUILD/vm/compiled/vm

setup() {
	given_hosts
}

teardown() {
	[[ ! -e /sys/bus/netdevsim/devices/netdevsim7 ]] || echo 7 >/sys/bus/netdevsim/del_device
	clean_up
}

# --- words

# A plugin at a hook of the server, and it drops what it is there for.
drops_pings() { # HOOK
	attach_by_hand server "$1" drop_icmp &&
		refute_reaches ping &&
		reaches http 80 &&
		counted drop_icmp "${2:-$1}" drop icmp
}

packets_of_qdisc() { # DEVICE KIND
	in_server tc -s -j qdisc show dev "$1" | jq --arg kind "$2" 'map(select(.kind == $kind).packets) | add // 0'
}

packets_of_class() { # CLASS
	in_server tc -s class show dev eth0 | awk -v class="$1" '
		/^class/ { current = $3 }
		/^ Sent/ && current == class { print $4 }'
}

# HTB with a class for ICMP, one that a filter gives, and one for the rest.
given_classes() {
	in_server tc qdisc add dev eth0 root handle 1: htb default 20 &&
		in_server tc class add dev eth0 parent 1: classid 1:10 htb rate 100mbit &&
		in_server tc class add dev eth0 parent 1: classid 1:20 htb rate 100mbit &&
		in_server tc class add dev eth0 parent 1: classid 1:30 htb rate 100mbit
}

# Pings went through this class, and web pages did not.
pings_pass_class() { # CLASS
	local before after
	before=$(packets_of_class "$1") &&
		reaches http 80 &&
		((before == $(packets_of_class "$1"))) &&
		reaches ping &&
		after=$(packets_of_class "$1") &&
		((after > before))
}

# --- XDP

native_xdp() {
	drops_pings xdp
}

@test "XDP in a driver: veth" {
	feature native_xdp
}

generic_xdp() {
	drops_pings xdpgeneric xdp
}

@test "XDP in the kernel's own form, for every device" {
	feature generic_xdp
}

frags_xdp() {
	in_client ip link set dev eth0 mtu 9000 &&
		in_server ip link set dev eth0 mtu 9000 &&
		drops_pings frags xdp
}

@test "XDP on frames of several buffers" {
	feature frags_xdp
}

# The module comes with the tests; netdevsim7 is the server's, its name in NSIM.
given_netdevsim() {
	local module
	module=$(echo /lib/modules/*/extra/netdevsim.ko)
	if [[ ! -d /sys/bus/netdevsim ]]; then
		modinfo -F depends "$module" | tr ', ' '\n' | xargs -rn 1 modprobe
		insmod "$module" || return
	fi
	in_server bash -c 'echo "7 1" >/sys/bus/netdevsim/new_device' || return
	NSIM=$(in_server bash -c 'mount -t sysfs sysfs /mnt && ls /mnt/bus/netdevsim/devices/netdevsim7/net; umount /mnt') &&
		in_server ip link set dev "$NSIM" up
}

offload() { # OBJECT SECTION
	given_netdevsim &&
		in_server ip link set dev "$NSIM" xdpoffload obj "$1" sec "$2" &&
		in_server ip -d link show dev "$NSIM" | grep -F xdpoffload
}

offload_hello() {
	offload "$TUTORIAL/hello.o" xdp
}

@test "XDP in the card (netdevsim): a program without maps" {
	feature offload_hello
}

offload_array() {
	offload "$FIXTURES/card_array.o" xdp
}

@test "XDP in the card (netdevsim): a program with an array" {
	feature offload_array
}

offload_hash() {
	offload "$FIXTURES/card_hash.o" xdp
}

@test "XDP in the card (netdevsim): a program with a hash" {
	feature offload_hash
}

offload_lru() {
	offload "$FIXTURES/card_lru.o" xdp
}

@test "XDP in the card (netdevsim): a program with an LRU hash" {
	feature offload_lru
}

offload_percpu() {
	offload "$FIXTURES/card_percpu.o" xdp
}

@test "XDP in the card (netdevsim): a program with a per-CPU array" {
	feature offload_percpu
}

offload_plugin() {
	offload "$BUILD/drop_icmp.o" xdp
}

@test "XDP in the card (netdevsim): a plugin, which has per-CPU counters and a chain" {
	feature offload_plugin
}

# --- clsact and what else filters

ingress() {
	drops_pings ingress
}

@test "clsact ingress" {
	feature ingress
}

egress() {
	drops_pings egress
}

@test "clsact egress" {
	feature egress
}

tcx() {
	local status=0
	"$BUILD/vm/compiled/tools/tcx" lo &
	sleep 0.5
	kill %% 2>/dev/null
	wait %% || status=$?
	((status == 143))
}

@test "TCX" {
	feature tcx
}

as_an_action() {
	in_server tc qdisc add dev eth0 clsact &&
		in_server tc filter add dev eth0 ingress matchall \
			action bpf obj "$BUILD/drop_icmp.o" sec ingress &&
		refute_reaches ping &&
		reaches http 80 &&
		counted drop_icmp ingress drop icmp
}

@test "act_bpf: a plugin as the action of another filter" {
	feature as_an_action
}

not_direct_action() {
	given_classes &&
		in_server tc filter add dev eth0 parent 1: bpf \
			obj "$TUTORIAL/class_return.o" sec classify classid 1:30 \
			action bpf obj "$BUILD/drop_icmp.o" sec egress &&
		refute_reaches ping &&
		counted drop_icmp egress drop icmp &&
		reaches http 80 &&
		(($(packets_of_class 1:30) > 0))
}

@test "a classifier that is not direct-action, with 'action bpf'" {
	feature not_direct_action
}

class_by_result() {
	given_classes &&
		in_server tc filter add dev eth0 parent 1: bpf \
			obj "$TUTORIAL/class_return.o" sec classify classid 1:30 &&
		pings_pass_class 1:10
}

@test "HTB: the class is a program's result" {
	feature class_by_result
}

class_by_classid() {
	given_classes &&
		in_server tc filter add dev eth0 parent 1: bpf da \
			obj "$TUTORIAL/class_direct.o" sec classify classid 1: &&
		pings_pass_class 1:10
}

@test "HTB: the class is tc_classid, direct-action" {
	feature class_by_classid
}

beside_flower() {
	in_server tc qdisc add dev eth0 clsact &&
		in_server tc filter add dev eth0 ingress pref 1 protocol ip flower ip_proto tcp dst_port 80 action drop &&
		in_server tc filter add dev eth0 ingress pref 2 bpf da obj "$BUILD/drop_icmp.o" sec ingress &&
		refute_reaches ping http 80 &&
		reaches http 8080
}

@test "flower drops before a plugin sees it" {
	feature beside_flower
}

# --- queues

fq_codel() {
	in_server tc qdisc replace dev eth0 root fq_codel &&
		drops_pings egress &&
		(($(packets_of_qdisc eth0 fq_codel) > 0))
}

@test "fq_codel below a plugin at egress" {
	feature fq_codel
}

fq_codel_flows() {
	in_server tc qdisc replace dev eth0 root handle 1: fq_codel &&
		in_server tc filter add dev eth0 parent 1: bpf da \
			obj "$FIXTURES/pick_flow.o" sec classify classid 1: &&
		reaches ping http 80 &&
		(($(packets_of_qdisc eth0 fq_codel) > 0))
}

@test "fq_codel with a program that chooses the flow" {
	feature fq_codel_flows
}

netem() {
	given_known_neighbours
	in_server tc qdisc replace dev eth0 root netem delay 300ms &&
		attach_by_hand server egress drop_port &&
		refute_reaches http 80 &&
		in_client ping -c 1 -W 5 "$SERVER4" >"$BATS_TEST_TMPDIR/ping" &&
		awk -F '[=/]' '/^rtt/ { exit !($5 >= 300) }' "$BATS_TEST_TMPDIR/ping"
}

@test "netem delays what a plugin at egress lets go" {
	feature netem
}

netem_duplicates() {
	given_known_neighbours
	given_no_ipv6
	in_client tc qdisc replace dev eth0 root netem duplicate 100% &&
		attach_by_hand server ingress count &&
		reaches ping &&
		eventually counted count ingress next counted 2
}

@test "netem duplicates, and a plugin at ingress counts both" {
	feature netem_duplicates
}

ifb() {
	in_server ip link add ifb0 type ifb &&
		in_server ip link set dev ifb0 up &&
		in_server tc qdisc add dev eth0 clsact &&
		in_server tc filter add dev eth0 ingress matchall action mirred egress redirect dev ifb0 &&
		in_server tc qdisc add dev ifb0 clsact &&
		in_server tc filter add dev ifb0 egress bpf da obj "$BUILD/drop_icmp.o" sec egress &&
		refute_reaches ping &&
		reaches http 80 &&
		counted drop_icmp egress drop icmp
}

@test "ifb with a plugin on it" {
	feature ifb
}

# --- other devices

# eth0.5 on both sides, with addresses of their own.
given_vlan() { # PROTOCOL
	local side
	for side in client server; do
		"in_$side" ip link add link eth0 name eth0.5 type vlan protocol "$1" id 5 &&
			"in_$side" ip link set dev eth0.5 up || return
	done
	in_client ip addr add 203.0.113.1/24 dev eth0.5 &&
		in_server ip addr add 203.0.113.2/24 dev eth0.5 &&
		in_client ping -q -c 1 -W 5 203.0.113.2
}

on_vlan_device() {
	given_vlan 802.1Q &&
		in_server tc qdisc add dev eth0.5 clsact &&
		in_server tc filter add dev eth0.5 ingress bpf da obj "$BUILD/drop_icmp.o" sec ingress &&
		! in_client ping -q -c 1 -W 1 203.0.113.2 &&
		reaches ping &&
		counted drop_icmp ingress drop icmp
}

@test "802.1Q: a plugin on the VLAN device" {
	feature on_vlan_device
}

xdp_on_vlan_device() {
	given_vlan 802.1Q &&
		in_server ip link set dev eth0.5 xdpgeneric obj "$BUILD/drop_icmp.o" sec xdp &&
		! in_client ping -q -c 1 -W 1 203.0.113.2 &&
		counted drop_icmp xdp drop icmp
}

@test "802.1Q: a plugin in generic XDP on the VLAN device" {
	feature xdp_on_vlan_device
}

below_vlan_device() { # HOOK PROTOCOL
	given_vlan "$2" &&
		attach_by_hand server "$1" drop_icmp &&
		! in_client ping -q -c 1 -W 1 203.0.113.2 &&
		counted drop_icmp "$1" drop icmp
}

below_xdp() {
	below_vlan_device xdp 802.1Q
}

@test "802.1Q: a plugin in XDP below the VLAN device sees through the tag" {
	feature below_xdp
}

below_ingress() {
	below_vlan_device ingress 802.1Q
}

@test "802.1Q: a plugin at ingress below the VLAN device sees through the tag" {
	feature below_ingress
}

below_egress() {
	below_vlan_device egress 802.1Q
}

@test "802.1Q: a plugin at egress below the VLAN device sees through the tag" {
	feature below_egress
}

below_ad() {
	below_vlan_device ingress 802.1ad
}

@test "802.1ad: a plugin at ingress below the VLAN device sees through the tag" {
	feature below_ad
}

geneve() {
	in_client ip link add tunnel0 type geneve id 7 remote "$SERVER4" &&
		in_server ip link add tunnel0 type geneve id 7 remote "$CLIENT4" &&
		in_client ip addr add 203.0.113.1/24 dev tunnel0 &&
		in_server ip addr add 203.0.113.2/24 dev tunnel0 &&
		in_client ip link set dev tunnel0 up &&
		in_server ip link set dev tunnel0 up &&
		in_client ping -q -c 1 -W 5 203.0.113.2 &&
		in_server tc qdisc add dev tunnel0 clsact &&
		in_server tc filter add dev tunnel0 ingress bpf da obj "$BUILD/drop_icmp.o" sec ingress &&
		! in_client ping -q -c 1 -W 1 203.0.113.2 &&
		counted drop_icmp ingress drop icmp
}

@test "geneve with a plugin on it" {
	feature geneve
}

dummy() {
	in_server ip link add dummy0 type dummy &&
		in_server ip addr add 203.0.113.2/24 dev dummy0 &&
		in_server ip link set dev dummy0 up &&
		in_server tc qdisc add dev dummy0 clsact &&
		in_server tc filter add dev dummy0 egress bpf da obj "$BUILD/drop_icmp.o" sec egress &&
		! in_server ping -q -c 1 -W 1 203.0.113.3 &&
		counted drop_icmp egress drop icmp
}

@test "dummy with a plugin on it" {
	feature dummy
}

# --- the hook points that iproute2 does not reach

xt_bpf() {
	"$TUTORIAL/pin-filter" "$FIXTURES/is_icmp.o" match "$TC_BPF_MNT/is_icmp" &&
		in_server iptables -A INPUT -m bpf --object-pinned "$TC_BPF_MNT/is_icmp" -j DROP &&
		refute_reaches ping &&
		reaches http 80
}

@test "xt_bpf: iptables drops what a program matches" {
	feature xt_bpf
}

# The answer's TTL is 100 and the number of its queue.
comes_by_queue() { # ADDRESS QUEUE
	in_server ping -c 1 -W 5 "$1" | grep -F "ttl=$((100 + $2)) "
}

given_tap() {
	in_server "$TUTORIAL/tap-pong" tap0 2 3>&- 4>&- &&
		in_server ip addr add 203.0.113.1/24 dev tap0 &&
		in_server ip link set dev tap0 up
}

steering() {
	given_tap &&
		in_server "$TUTORIAL/tap-steer" tap0 "$TUTORIAL/hello_steer.o" steer &&
		comes_by_queue 203.0.113.2 0 &&
		comes_by_queue 203.0.113.3 1 &&
		comes_by_queue 203.0.113.4 0 &&
		comes_by_queue 203.0.113.5 1
}

@test "a tap device whose queue a program chooses (TUNSETSTEERINGEBPF)" {
	feature steering
}

fanout() {
	in_server "$TUTORIAL/fanout" eth0 "$TUTORIAL/fanout.o" queue 2 ping -q -c 1 -W 5 "$CLIENT4"
}

@test "packet sockets among which a program chooses (PACKET_FANOUT_EBPF)" {
	feature fanout
}

hello() {
	local trace=/sys/kernel/tracing
	echo >$trace/trace
	attach_by_hand server ingress "$TUTORIAL/hello.o" 2>/dev/null ||
		in_server tc filter add dev eth0 ingress bpf da obj "$TUTORIAL/hello.o" sec hello &&
		reaches ping &&
		grep -F 'Hello, World!' $trace/trace
}

@test "bpf_trace_printk, and tracefs to read it" {
	feature hello
}
