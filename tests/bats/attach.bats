#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate attach: a chain takes effect as a whole, from the first packet on.

load helper
load helper-chain

setup_file() {
	build_fixtures own egress_only no_next unsafe foreign
	build_tool flood
}

teardown() {
	remove_chains
}

# --- on each hook

@test "a chain in XDP drops what its plugins drop, and lets the rest go on" {
	given_server
	on_server attach eth0 --xdp --chain count,drop_tcp
	refute_reaches http 80 http6 80
	reaches http 8080 http6 8080 ping arp
	counted count xdp next counted
	counted drop_tcp xdp drop tcp-port
	counted end xdp pass default
	no_call_was_missed
}

@test "a chain at ingress drops what its plugins drop, and lets the rest go on" {
	given_server
	on_server attach eth0 --ingress --chain count,drop_tcp
	refute_reaches http 80 http6 80
	reaches http 8080 http6 8080 ping arp
	counted drop_tcp ingress drop tcp-port
	counted end ingress pass default
	no_call_was_missed
}

@test "a chain at egress drops what its plugins drop, and lets the rest go on" {
	given_server
	on_server attach eth0 --egress --chain count,drop_icmp
	refute_reaches ping ping6
	reaches http 80 http6 8080 arp
	counted drop_icmp egress drop icmp
	counted end egress pass default
	no_call_was_missed
}

@test "one command attaches to several hooks, and says what is where" {
	given_server
	run -0 on_server attach eth0 --xdp --ingress --egress --chain count,drop_tcp --default pass
	[[ ${lines[0]} == 'eth0 xdp (native): count drop_tcp, then pass' ]]
	[[ ${lines[1]} == 'eth0 ingress: count drop_tcp, then pass' ]]
	[[ ${lines[2]} == 'eth0 egress: count drop_tcp, then pass' ]]
	((${#lines[@]} == 3))
	reaches ping http 8080
	counted count xdp next counted
	counted count ingress next counted
	counted count egress next counted
}

@test "--default drop drops what no plugin judges" {
	given_server
	on_server attach eth0 --ingress --chain drop_tcp --default drop
	chain_is ingress drop_tcp drop
	refute_reaches ping arp http 80 http 8080
	counted end ingress drop default
}

@test "a chain without plugins is its default verdict" {
	given_server
	on_server attach eth0 --xdp
	chain_is xdp '' pass
	reaches ping http 80
	on_server attach eth0 --xdp --chain '' --default drop
	chain_is xdp '' drop
	refute_reaches ping
}

@test "a chain takes 31 plugins, and each of them sees every packet" {
	given_server
	local chain
	chain=$(printf 'count,%.0s' {1..31})
	on_server attach eth0 --ingress --chain "${chain%,}"
	reaches ping http 80
	links_down
	(($(packets count ingress next counted) == 31 * $(packets end ingress pass default)))
	no_call_was_missed
}

@test "32 plugins are too many" {
	given_device
	local chain
	chain=$(printf 'count,%.0s' {1..32})
	refuses_and_changes_nothing 1 'a chain holds 31 plugins, not 32' \
		on_server attach eth0 --ingress --chain "${chain%,}"
	on_server attach eth0 --ingress --chain drop_arp
	refuses_and_changes_nothing 1 'a chain holds 31 plugins, not 32' \
		on_server attach eth0 --ingress --chain "${chain%,}"
}

@test "a plugin from outside goes into a chain by its path" {
	given_server
	mkdir "$BATS_TEST_TMPDIR/a place"
	cp "$FIXTURES/own.o" "$BATS_TEST_TMPDIR/a place/"
	on_server attach eth0 --xdp --ingress --chain "count,$BATS_TEST_TMPDIR/a place/own.o"
	chain_is ingress 'count own'
	refute_reaches ping6
	reaches ping
	counted own xdp drop own-0
}

@test "--miss is what the gate and every plugin know" {
	given_device
	on_server attach eth0 --ingress --egress --chain count --miss drop
	[[ $(hook_json ingress | jq -r .miss) == drop ]]
	[[ $(hook_json egress | jq -r .miss) == drop ]]
	local id
	for id in $(hook_json ingress | jq '.gate, .chain[].id'); do
		[[ $(constant_of "$id" tg_miss) == 3 ]]
	done
}

# --- the first packet meets the whole of it

echo_requests_in() {
	in_server cat /proc/net/snmp | awk '/^Icmp:/ && !named { for (i = 1; i <= NF; i++) at[$i] = i; named = 1; next }
		/^Icmp:/ { print $at["InEchos"] }'
}

frames_sent() {
	in_client ip -s -j link show dev eth0 | jq '.[0].stats64.tx.packets'
}

have_been_sent() { # COUNT
	(($(frames_sent) >= $1))
}

@test "with --default drop no packet passes any more when attach returns" {
	given_server
	given_known_neighbours
	local hook before sent
	for hook in xdp ingress; do
		nsenter --net="/run/netns/$CLIENT" ping -q -i 0.002 -w 60 "$SERVER4" >/dev/null 3>&- 4>&- &
		PING=$!
		before=$(echo_requests_in)
		eventually [ "$(echo_requests_in)" != "$before" ]
		on_server attach eth0 "--$hook" --default drop
		before=$(echo_requests_in)
		sent=$(frames_sent)
		eventually have_been_sent $((sent + 50))
		[[ $(echo_requests_in) == "$before" ]] || fail "pings passed the chain at $hook"
		counted end "$hook" drop default
		refute_counted end "$hook" pass default
		no_call_was_missed
		kill "$PING"
		wait "$PING" || true
		on_server detach eth0
	done
}

@test "under a flood the first packet already meets every plugin of the chain" {
	given_server
	given_quiet_hosts
	local hook
	flood_begins
	for hook in xdp ingress; do
		on_server attach eth0 "--$hook" --chain count,count,drop_all
		eventually counted drop_all "$hook" drop all
		in_client ip link set dev eth0 down
		stands_still what_was_counted
		(($(packets count "$hook" next counted) == 2 * $(packets drop_all "$hook" drop all))) ||
			fail 'not every packet met every plugin' "$(what_was_counted)"
		(($(judged "$hook") == $(packets drop_all "$hook" drop all)))
		no_call_was_missed
		on_server detach eth0
		in_client ip link set dev eth0 up
	done
	flood_ends
}

# --- the modes of XDP

@test "XDP is native where the driver can, and attach says so" {
	given_device
	run -0 on_server attach eth0 --xdp --chain count
	[[ $output == 'eth0 xdp (native): count, then pass' ]]
	xdp_mode_is native
}

@test "XDP is generic where the driver cannot, and attach says why" {
	given_device
	run -0 on_server attach lo --xdp --chain count
	[[ ${lines[0]} == 'tailgate: native XDP is refused here ('*'): trying generic' ]]
	[[ ${lines[1]} == 'lo xdp (generic): count, then pass' ]]
	xdp_mode_is generic lo
	on_server detach lo
	[[ ! $(xdp_id lo) ]]
}

@test "--xdp=generic is generic, rearranged and detached, too" {
	given_server
	on_server attach eth0 --xdp=generic --chain drop_icmp
	xdp_mode_is generic
	refute_reaches ping
	on_server chain eth0 xdp set drop_tcp
	xdp_mode_is generic
	reaches ping
	on_server attach eth0 --xdp --chain drop_icmp
	xdp_mode_is generic
	refute_reaches ping
	on_server detach eth0
	nothing_is_left
}

@test "--xdp=native fails where the driver cannot, and leaves nothing" {
	given_device
	refuses_and_changes_nothing 1 'failed: ' on_server attach lo --xdp=native --chain count
	[[ ! -e /run/tailgate/$(key_of lo) ]]
	[[ ! -e $OBJECTS_ROOT/$(key_of lo) ]]
}

@test "a chain in generic mode is not made native in one step, and attach says how" {
	given_device
	on_server attach eth0 --xdp=generic --chain count
	refuses_and_changes_nothing 1 "in generic mode: 'tailgate detach eth0 --xdp' first" \
		on_server attach eth0 --xdp=native --chain count
}

@test "with jumbo frames the chain is that for several buffers, and works" {
	given_server
	in_client ip link set dev eth0 mtu 9000
	in_server ip link set dev eth0 mtu 9000
	on_server attach eth0 --xdp --ingress --chain count,drop_tcp
	hook_json xdp | jq -e '.multi_buffer and .mode == "native"'
	hook_json ingress | jq -e '.multi_buffer | not'
	refute_reaches http 80
	reaches http 8080 large-ping
	counted drop_tcp xdp drop tcp-port
	on_server chain eth0 xdp set drop_icmp
	refute_reaches ping
	reaches http 8080
	no_call_was_missed
	on_server detach eth0
	nothing_is_left
}

@test "a plugin from outside without a build for several buffers is named" {
	given_device
	in_server ip link set dev eth1 mtu 9000
	in_server ip link set dev eth0 mtu 9000
	cp "$FIXTURES/own.o" "$BATS_TEST_TMPDIR/"
	refuses_and_changes_nothing 1 "no such file: '$BATS_TEST_TMPDIR/own.frags.o'" \
		on_server attach eth0 --xdp --chain "$BATS_TEST_TMPDIR/own.o"
	on_server attach eth0 --xdp --chain "$FIXTURES/own.o"
	chain_is xdp own
}

@test "under a chain for one buffer the kernel refuses jumbo frames at the other end" {
	given_server
	on_server attach eth0 --xdp --chain count
	run ! in_client ip link set dev eth0 mtu 9000
	reaches ping
}

# --- done again

@test "attaching the same again changes nothing that traffic can see" {
	given_server
	on_server attach eth0 --xdp --ingress --egress --chain count,drop_tcp
	for _ in 1 2 3; do
		on_server attach eth0 --xdp --ingress --egress --chain count,drop_tcp
		chain_is xdp 'count drop_tcp'
		chain_is ingress 'count drop_tcp'
		chain_is egress 'count drop_tcp'
	done
	(($(in_server tc filter show dev eth0 ingress | grep -c ' handle ') == 1))
	(($(in_server tc filter show dev eth0 egress | grep -c ' handle ') == 1))
	refute_reaches http 80
	reaches http 8080 ping
	no_call_was_missed
}

@test "attaching another chain replaces the old one, and its default and its miss where they are said" {
	given_server
	on_server attach eth0 --ingress --chain drop_icmp --default drop --miss drop
	refute_reaches ping http 80
	on_server attach eth0 --ingress --chain drop_tcp
	chain_is ingress drop_tcp drop
	[[ $(hook_json ingress | jq -r .miss) == drop ]]
	refute_reaches ping http 8080
	on_server attach eth0 --ingress --chain drop_tcp --default pass --miss pass
	chain_is ingress drop_tcp pass
	[[ $(hook_json ingress | jq -r .miss) == pass ]]
	# the search for the neighbour, whose ARP was dropped, may still be failing
	in_client ip neigh flush dev eth0
	eventually reaches ping http 8080
	refute_reaches http 80
}

@test "a replaced chain leaves no program of its own in the kernel" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count,drop_tcp
	kernel_objects | grep prog >"$BATS_TEST_TMPDIR/old"
	(($(wc -l <"$BATS_TEST_TMPDIR/old") == 8)) # gate, count, drop_tcp and end, twice
	on_server attach eth0 --xdp --ingress --chain drop_arp
	eventually are_gone "$BATS_TEST_TMPDIR/old"
}

@test "another hook can be added later" {
	given_server
	on_server attach eth0 --ingress --chain drop_tcp
	on_server attach eth0 --egress --chain drop_icmp
	chain_is ingress drop_tcp
	chain_is egress drop_icmp
	refute_reaches ping http 80
	reaches http 8080
}

# --- what is refused

@test "what is not a plugin for the hook is refused, and nothing has changed" {
	given_device
	refused_plugins
}

@test "what is not a plugin is refused over an existing chain, which stays in force" {
	given_device
	on_server attach eth0 --xdp --ingress --chain drop_arp
	refused_plugins
	chain_is ingress drop_arp
}

refused_plugins() {
	refuses_and_changes_nothing 1 "no such plugin: 'no_such'" \
		on_server attach eth0 --ingress --chain count,no_such
	refuses_and_changes_nothing 1 "no such file: './no_such.o'" \
		on_server attach eth0 --ingress --chain ./no_such.o
	refuses_and_changes_nothing 1 "not a name for a plugin: ''" \
		on_server attach eth0 --ingress --chain count,,count
	refuses_and_changes_nothing 1 "does not serve ingress: it has no section 'ingress', only egress" \
		on_server attach eth0 --egress --ingress --chain "$FIXTURES/egress_only.o"
	refuses_and_changes_nothing 1 'cannot be chained: it has no constant tg_next_slot' \
		on_server attach eth0 --xdp --chain "count,$FIXTURES/no_next.o"
	refuses_and_changes_nothing 1 "no such plugin: 'gate'" \
		on_server attach eth0 --ingress --chain gate
	printf 'this is not an object' >"$BATS_TEST_TMPDIR/text.o"
	run -1 on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/text.o"
	((${#lines[@]} == 1))
	[[ $output == *text.o* ]]
}

@test "a plugin that the verifier refuses is told in one line, and changes nothing" {
	given_device
	refuses_and_changes_nothing 1 'failed: ' \
		on_server attach eth0 --xdp --ingress --chain "count,$FIXTURES/unsafe.o"
	nothing_is_left
}

@test "a plugin that the verifier refuses leaves the chain that is there in force" {
	given_server
	on_server attach eth0 --ingress --chain drop_tcp --default drop
	refuses 1 'failed: ' on_server attach eth0 --ingress --chain "count,$FIXTURES/unsafe.o"
	chain_is ingress drop_tcp drop
	refuses 1 'failed: ' on_server chain eth0 ingress set "count,$FIXTURES/unsafe.o"
	chain_is ingress drop_tcp drop
	refute_reaches ping
}

@test "device names that a shell could misread are refused" {
	given_device
	local name
	# shellcheck disable=SC2016 # that is the name
	for name in 'a;b' "a'b" '$(reboot)' 'a*' '..' "a\"b"; do
		in_server ip link add "$name" type veth peer name x0 2>/dev/null || true
		refuses_and_changes_nothing 1 'not a device name that tailgate takes' \
			on_server attach "$name" --ingress
		in_server ip link del "$name" 2>/dev/null || true
	done
}

@test "a device with a dot in its name has pins like any other" {
	given_device
	in_server ip link add eth0.7 type veth peer name x0
	on_server attach eth0.7 --ingress --chain count
	run -0 on_server status eth0.7
	[[ ${lines[1]} == 'eth0.7 '*' ingress '* ]]
	[[ -d /run/tailgate/$(key_of eth0.7) ]]
	on_server detach eth0.7
	[[ ! -e /run/tailgate/$(key_of eth0.7) ]]
}

@test "a device that is not there is named" {
	given_device
	local verb
	for verb in 'attach no0 --xdp' 'detach no0' 'chain no0 ingress' 'status no0'; do
		# shellcheck disable=SC2086 # several words
		refuses_and_changes_nothing 1 "no such device: 'no0'" on_server $verb
	done
}

@test "what attach does not understand is refused with status 2" {
	given_device
	refuses_and_changes_nothing 2 'attach needs a hook' on_server attach eth0
	refuses_and_changes_nothing 2 'attach needs a device' on_server attach --xdp
	refuses_and_changes_nothing 2 "no such XDP mode: 'fast'" on_server attach eth0 --xdp=fast
	refuses_and_changes_nothing 2 "--default is pass or drop, not 'accept'" on_server attach eth0 --xdp --default accept
	refuses_and_changes_nothing 2 "--miss is pass or drop, not ''" on_server attach eth0 --xdp --miss ''
	refuses_and_changes_nothing 2 '--chain needs a value' on_server attach eth0 --xdp --chain
	refuses_and_changes_nothing 2 "no such option: '--ergess'" on_server attach eth0 --ergess
	refuses_and_changes_nothing 2 'one device at a time' on_server attach eth0 eth1 --xdp
}

@test "the qdisc 'ingress' will do for ingress, has no egress, and stays" {
	given_server
	in_server tc qdisc add dev eth0 ingress
	on_server attach eth0 --ingress --chain drop_icmp
	refute_reaches ping
	refuses_and_changes_nothing 1 "eth0 has an 'ingress' qdisc, which has no egress" \
		on_server attach eth0 --egress --chain count
	on_server detach eth0
	has_qdisc ingress
	reaches ping
	in_server tc qdisc del dev eth0 ingress
	nothing_is_left
}

@test "a chain is attached in the namespace of a process" {
	given_server
	nsenter --net="/run/netns/$SERVER" sleep 60 3>&- 4>&- &
	PROCESS=$!
	eventually [ "/proc/$PROCESS/exe" -ef "$(type -P sleep)" ]
	tailgate --pid "$PROCESS" attach eth0 --ingress --chain drop_icmp
	chain_is ingress drop_icmp
	refute_reaches ping
	tailgate --pid "$PROCESS" detach eth0
	kill "$PROCESS"
	nothing_is_left
}
