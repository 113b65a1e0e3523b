#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain DEV HOOK: it runs copies of the attached programs, which affects
# neither the chain nor its counters.

load helper
load helper-chain
load helper-explain

# --- the chain is not affected

what_is_counted() {
	on_server stats eth0 --json
	local map
	for map in $(kernel_objects | sed -n 's/^map //p'); do
		bpftool -j map dump id "$map" 2>/dev/null || true
	done
}

@test "explain leaves counters, hooks, pins and the kernel's list of programs as they were" {
	given_device
	in_server sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	given_edge_policy ingress
	on_server attach eth0 --xdp --ingress --egress --chain count,drop_icmp
	on_server chain eth0 ingress set "count,$POLICY"
	local before hook
	before=$(what_is_counted && what_is_there && kernel_objects)
	for hook in xdp ingress egress; do
		run -0 explain "$hook" --batch <<<"$SYN22"$'\n'"$SYN80"$'\narp\ntcp 198.51.100.1:1 > 198.51.100.2:25'
		((${#lines[@]} == 4))
	done
	[[ $before == "$(what_is_counted && what_is_there && kernel_objects)" ]]
	# a packet through the chain does change it
	returned_by_the_gate "$(gate_id ingress)" "$(tcp_frame 22)"
	[[ $before != "$(what_is_counted && what_is_there && kernel_objects)" ]]
}

@test "explain attaches nothing and pins nothing" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count
	strace -f -e trace=bpf -o "$BATS_TEST_TMPDIR/trace" "$ROOT/tc-scripts/tailgate" --netns "$SERVER" explain eth0 ingress "$SYN22"
	grep -q BPF_PROG_TEST_RUN "$BATS_TEST_TMPDIR/trace"
	run ! grep -E 'BPF_(PROG_ATTACH|PROG_DETACH|LINK_[A-Z]+|OBJ_PIN|RAW_TRACEPOINT_OPEN|MAP_DELETE_ELEM)' "$BATS_TEST_TMPDIR/trace"
}

@test "under traffic the counters have the packets that were sent, and not those that were asked about" {
	given_server
	given_known_neighbours
	given_no_ipv6
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "count,$POLICY"
	local sent i
	sent=$(packets count ingress next counted)
	{ tcp_frame 22 && echo; } | awk '{ for (i = 0; i < 5000; i++) print }' >"$BATS_TEST_TMPDIR/frames"
	in_client "$SENDER" eth0 <"$BATS_TEST_TMPDIR/frames" &
	local sender=$!
	for i in {1..5000}; do printf '%s\n' "$SYN22"; done |
		explain ingress --batch >"$BATS_TEST_TMPDIR/answers"
	wait "$sender"
	[[ $(sort "$BATS_TEST_TMPDIR/answers" | uniq -c) == *' 5000 drop: edge.policy:5: '* ]]
	links_down
	counted count ingress next counted $((sent + 5000))
	counted policy ingress drop rule 5000
}

@test "a mirror sends nothing, and is not counted as one that failed" {
	given_device
	in_server sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	in_server ip link add eth2 type veth peer name eth3
	in_server ip link set dev eth2 up
	in_server ip link set dev eth3 up
	given_policy mirror ingress <<-'END'
		default pass
		drop tcp to port 22 mirror to eth2
		pass tcp to port 80 redirect to eth2
	END
	on_server attach eth0 --ingress --chain "$POLICY"
	sent_by_eth2() { in_server ip -j -s link show dev eth2 | jq '.[0].stats64.tx.packets'; }
	local before
	before=$(sent_by_eth2)
	run -0 explain ingress --batch <<<"$SYN22"$'\n'"$SYN80"
	[[ ${lines[0]} == 'drop: mirror.policy:2: '* && ${lines[1]} == 'redirect: mirror.policy:3: '* ]]
	run -0 explain ingress --json "$SYN22"
	[[ $(jq -c '.met[0].notes' <<<"$output") == '[]' ]]
	[[ $(sent_by_eth2) == "$before" ]]
	# a packet through the chain does change it
	returned_by_the_gate "$(gate_id ingress)" "$(tcp_frame 22)"
	[[ $(sent_by_eth2) == $((before + 1)) ]]
}

@test "a plugin of one's own has its state copied: packets see it, and leave it as it is" {
	given_device
	in_server sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	on_server attach eth0 --ingress --chain "$EXPLAINED/budget.o,count"
	local passes='pass: end: default: *' spent='drop: budget: own-0*'
	run -0 explain ingress --batch <<<$'arp\narp\narp\narp'
	# shellcheck disable=SC2053 # patterns
	[[ ${lines[0]} == $passes && ${lines[2]} == $passes && ${lines[3]} == $spent ]]
	run -0 explain ingress arp
	# shellcheck disable=SC2053
	[[ ${lines[0]} == $passes ]]
	returned_by_the_gate "$(gate_id ingress)" "$(tcp_frame 22)"
	returned_by_the_gate "$(gate_id ingress)" "$(tcp_frame 22)"
	run -0 explain ingress --batch <<<$'arp\narp'
	# shellcheck disable=SC2053
	[[ ${lines[0]} == $passes && ${lines[1]} == $spent ]]
	refute_counted budget ingress drop own-1
}

# --- the programs are those of the chain

@test "a lost object is found in the build, with the constants that run" {
	given_device
	"$BUILD/tg-splice" "$BUILD/drop_port.o" -o "$BATS_TEST_TMPDIR/drop_port.o" drop_port_port=22
	on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/drop_port.o" --default drop
	rm "$OBJECTS_ROOT/$KEY"/*.o
	run -0 explain ingress "$SYN22"
	[[ ${lines[0]} == 'drop: drop_port: tcp-port: '* ]]
	run -0 explain ingress "$SYN80"
	[[ ${lines[0]} == 'drop: end: default: '* ]]
}

@test "the objects of a renamed device are found" {
	given_device
	on_server attach eth0 --ingress --chain "$EXPLAINED/beside.o"
	in_server ip link set dev eth0 down
	in_server ip link set dev eth0 name wan0
	in_server ip link set dev wan0 up
	run -0 on_server explain wan0 ingress "$SYN80 vlan 5"
	[[ ${lines[0]} == 'drop: beside: own-0' ]]
}

@test "an object that differs from the running code is not run in its place" {
	given_device
	on_server attach eth0 --ingress --chain "count,$EXPLAINED/beside.o"
	cp "$EXPLAINED/budget.o" "$OBJECTS_ROOT/$KEY/ingress.1.o"
	run -1 explain ingress "$SYN22"
	((${#lines[@]} == 1))
	[[ $output == *"what runs as 'beside' (program "*"put it into the chain again"* ]]
	rm "$OBJECTS_ROOT/$KEY/ingress.1.o"
	run -1 explain ingress "$SYN22"
	[[ $output == *"'beside'"* ]]
}

@test "a plugin that calls programs of its own is not run, and explain says why" {
	given_device
	on_server attach eth0 --ingress --chain "$EXPLAINED/caller.o"
	run -1 explain ingress "$SYN22"
	((${#lines[@]} == 1))
	[[ $output == *"'caller' uses the map cal_own, which cannot be copied"* ]]
}

@test "while the chain changes, each answer is of one chain or of the other" {
	given_device
	on_server attach eth0 --ingress --chain count
	local i
	for i in {1..8}; do
		on_server chain eth0 ingress set drop_all
		on_server chain eth0 ingress set count,count
	done &
	local flipper=$!
	for i in {1..20}; do
		run -0 explain ingress --json arp
		[[ $(jq -c '[.met[].plugin]' <<<"$output") == '["drop_all"]' ||
		$(jq -c '[.met[].plugin]' <<<"$output") =~ ^'["count"'(,'"count"')?',"end"]'$ ]] ||
			fail "$output"
	done
	wait "$flipper"
}
