#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain DEV HOOK: its answers, and that packets get the same verdicts.

load helper
load helper-chain
load helper-explain

# --- answers

@test "explain names each plugin that a packet meets, and the rule that decides" {
	given_device
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "count,$POLICY,drop_icmp"
	run -0 explain ingress "$SYN22"
	[[ ${lines[0]} == 'drop: edge.policy:5: drop tcp to port 22' ]]
	[[ ${lines[1]} =~ ^\ \ count\ +'next: counted: ' ]]
	[[ ${lines[2]} =~ ^\ \ policy\ +'drop: edge.policy:5: drop tcp to port 22'$ ]]
	((${#lines[@]} == 3))
	run -0 explain ingress udp 198.51.100.1:1 '>' 198.51.100.2:53
	[[ ${lines[0]} == 'pass: end: default: '* ]]
	[[ ${lines[2]} =~ ^\ \ policy\ +'next: edge.policy:3: next udp to port 53'$ ]]
	[[ ${lines[3]} =~ ^\ \ drop_icmp\ +next$ ]]
	[[ ${lines[4]} =~ ^\ \ end\ +'pass: default: ' ]]
	run -0 explain ingress "$SYN80 cut 40"
	[[ ${lines[0]} == 'drop: malformed: no rule matches: edge.policy:1: default drop' ]]
}

@test "explain --json prints the same object as explain of a file, and the plugins that were met" {
	given_device
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "count,$POLICY"
	run -0 explain ingress --json "$SYN22"
	[[ $(jq -c '[.packet, .verdict, .reason, .plugin, .file, .line, .rule, .returned]' <<<"$output") == "[\"$SYN22\",\"drop\",\"rule\",\"policy\",\"edge.policy\",5,\"drop tcp to port 22\",2]" ]]
	[[ $(jq -c '[.met[] | [.plugin, .verdict, .reason, .line]]' <<<"$output") == '[["count","next","counted",null],["policy","drop","rule",5]]' ]]
	run -0 explain ingress --json icmp 198.51.100.1 '>' 198.51.100.2
	[[ $(jq -c '[.verdict, .reason, .plugin, .file, .line]' <<<"$output") == '["drop","default","policy",null,null]' ]]
}

@test "explain agrees with explain of the file on each of its packets, on each hook" {
	given_device
	local hook packets=$BATS_TEST_TMPDIR/packets
	cat >"$packets" <<-END
		$SYN22
		$SYN80
		$SYN80 length 1500
		$SYN80 cut 30
		$SYN80 cut 14
		$SYN22 vlan 5
		$SYN22 vlan 5.3 inner-vlan 9
		icmp 198.51.100.1 > 198.51.100.2 vlan 9 inner-vlan 5
		icmp 198.51.100.1 > 198.51.100.2 vlan 5 cut 20
		tcp 198.51.100.1:1 > 198.51.100.2:25
		tcp [2001:db8::1]:1 > [2001:db8::2]:443 extension hop-by-hop
		tcp 198.51.100.1 > 198.51.100.2 fragment later
		udp 198.51.100.1:1 > 198.51.100.2:54
		arp
		ether 0x88cc
	END
	on_server attach eth0 --xdp --ingress --egress --chain count
	for hook in xdp ingress egress; do
		given_edge_policy "$hook"
		on_server chain eth0 "$hook" set "count,$POLICY"
		answers explain "$hook" <"$packets" >"$BATS_TEST_TMPDIR/live"
		answers tailgate explain --policy "$BATS_TEST_TMPDIR/edge.policy" --hook "$hook" \
			<"$packets" >"$BATS_TEST_TMPDIR/file"
		diff "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/live"
	done
}

answers() { # COMMAND... <PACKETS
	"$@" --batch --json | jq -c '[.packet, .verdict, .reason, (.file // "" | split("/") | last), .line]'
}

@test "two policies in a chain each print their decision, at any position" {
	given_device
	local first
	given_policy first ingress <<-'END'
		default next
		next tcp to port 22
		accept tcp to port 80
	END
	first=$POLICY
	given_policy second ingress <<-'END'
		default pass
		drop tcp
	END
	on_server attach eth0 --ingress --chain "$first,count,$POLICY"
	run -0 explain ingress --json "$SYN22"
	[[ $(jq -c '[.file, .line, [.met[] | [.file, .line, .verdict]]]' <<<"$output") == '["second.policy",2,[["first.policy",2,"next"],[null,null,"next"],["second.policy",2,"drop"]]]' ]]
	run -0 explain ingress --json "$SYN80"
	[[ $(jq -c '[.verdict, .file, .line, (.met | length)]' <<<"$output") == '["accept","first.policy",3,1]' ]]
}

@test "a packet in a chain with a hole is a missed call, as --miss has it" {
	given_device
	on_server attach eth0 --ingress --chain count,drop_icmp --miss drop
	"$BUILD/tg-chain" clear "$PINS/tg_ingress" 1 1
	run -0 explain ingress "$SYN22"
	[[ ${lines[0]} == 'drop: count: missed-tail-call: '* ]]
	"$BUILD/tg-chain" clear "$PINS/tg_ingress" 0 1
	run -0 explain ingress "$SYN22"
	[[ ${lines[0]} == 'drop: gate: missed-tail-call: '* ]]
}

@test "the output in docs/explain.md is what explain prints" {
	given_device
	local commands=$BATS_TEST_TMPDIR/commands
	given_policy edge ingress < <(fenced 'text edge.policy')
	on_server attach eth0 --ingress --chain "count,$POLICY,drop_arp"
	fenced 'console live' | sed -n 's/^\$ //p' >"$commands"
	(($(wc -l <"$commands") == 3))
	while IFS= read -r line; do
		printf '$ %s\n' "$line"
		bash -euo pipefail -c "tailgate() { '$ROOT/tc-scripts/tailgate' --netns '$SERVER' \"\$@\"; }; $line"
	done <"$commands" | diff <(fenced 'console live') -
}

# --- the same verdicts as for packets

returns_the_same() { # HOOK
	local id frame
	id=$(gate_id "$1")
	for frame in "$(tcp_frame 22)" "$(tcp_frame 80)" "$(tcp_frame 25)" "$(tcp_frame 99 81000005)" \
		"$(tcp_frame 99)" 0200000000020200000000010806 "020000000002020000000001080600010800060400010200000000\
01c633640100000000000$(printf '0%.0s' {1..9})c6336402"; do
		[[ $(explain "$1" --json "hex $frame" | jq .returned) == "$(returned_by_the_gate "$id" "$frame")" ]] ||
			fail "$1: not what the gate returns: $frame" "$(explain "$1" --json "hex $frame")"
	done
}

judges_alike() { # OPTION...
	on_server attach eth0 "$@" --ingress --egress --chain count
	local hook
	for hook in xdp ingress egress; do
		given_edge_policy "$hook"
		on_server chain eth0 "$hook" set "count,$POLICY,drop_arp"
		returns_the_same "$hook"
	done
}

@test "explain returns what the gate on the hook returns, in native XDP, at ingress and egress" {
	given_device
	judges_alike --xdp=native
}

@test "explain returns what the gate on the hook returns, in generic XDP" {
	given_device
	judges_alike --xdp=generic
}

@test "explain returns what the gate on the hook returns, in multi-buffer XDP, and takes long frames" {
	given_device
	in_server ip link set dev eth0 mtu 9000
	in_server ip link set dev eth1 mtu 9000
	judges_alike --xdp=native
	[[ -e $PINS/tg_xdpf ]]
	run -0 explain xdp "$SYN80 length 9000"
	[[ ${lines[0]} == 'pass: edge.policy:4: '* ]]
	run -0 explain ingress "$SYN80 length 9000"
	[[ ${lines[0]} == 'pass: edge.policy:4: '* ]]
}

@test "real packets get the verdicts that explain prints for their capture" {
	given_server
	given_known_neighbours
	given_no_ipv6
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "count,$POLICY"
	in_server timeout 60 tcpdump --immediate-mode -Z root -i eth0 -Q in -U -w "$BATS_TEST_TMPDIR/pcap" 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- &
	local capturer=$!
	eventually grep -q 'listening on' "$BATS_TEST_TMPDIR/err"
	reaches http 80
	refute_reaches http 8080 ping
	in_client ping -c 2 -W 1 "$SERVER4" || true
	links_down
	stands_still stat -c %s "$BATS_TEST_TMPDIR/pcap"
	kill "$capturer"
	wait "$capturer" || true
	explain ingress --pcap "$BATS_TEST_TMPDIR/pcap" --json >"$BATS_TEST_TMPDIR/answers"
	local verdict
	for verdict in pass drop; do
		counted policy ingress "$verdict" rule "$(jq -s --arg v "$verdict" 'map(select(.verdict == $v)) | length' "$BATS_TEST_TMPDIR/answers")"
	done
	[[ $(jq -s 'map(select(.verdict == "drop")) | length > 3' "$BATS_TEST_TMPDIR/answers") == true ]]
}

# A veth that sends a tag in the bytes has it beside the packet at the other end.
@test "a VLAN tag is in the metadata on tc and in the frame on XDP" {
	given_server
	given_no_ipv6
	on_server attach eth0 --xdp --ingress --chain count
	on_server chain eth0 ingress set "$EXPLAINED/beside.o"
	tcp_frame 80 81000005 | in_client "$SENDER" eth0
	eventually counted beside ingress drop own-0
	refute_counted beside ingress drop own-1
	run -0 explain ingress "$SYN80 vlan 5"
	[[ ${lines[0]} == 'drop: beside: own-0' ]]
	on_server chain eth0 xdp set "$EXPLAINED/beside.o"
	tcp_frame 80 81000005 | in_client "$SENDER" eth0
	eventually counted beside xdp drop own-1
	run -0 explain xdp "$SYN80 vlan 5"
	[[ ${lines[0]} == 'drop: beside: own-1' ]]
}

@test "a process can select the namespace, too" {
	given_device
	on_server attach eth0 --ingress --chain count
	nsenter --net="/run/netns/$SERVER" sleep 60 3>&- 4>&- &
	local sleeper=$!
	eventually in_same_namespace "$sleeper"
	run -0 tailgate --pid "$sleeper" explain eth0 ingress "$SYN22"
	[[ ${lines[0]} == 'pass: end: default: '* ]]
	kill "$sleeper"
}

in_same_namespace() { # PID
	[[ $(stat -Lc %i "/proc/$1/ns/net") == "$(stat -Lc %i "/run/netns/$SERVER")" ]]
}

@test "rules match the mark of a packet" {
	given_device
	given_policy marks ingress <<-'END'
		default pass
		drop mark 7
	END
	on_server attach eth0 --ingress --xdp --chain count
	on_server chain eth0 ingress set "$POLICY"
	run -0 explain ingress "$SYN80 mark 7"
	[[ ${lines[0]} == 'drop: marks.policy:2: drop mark 7' ]]
	run -0 explain ingress "$SYN80 mark 6"
	[[ ${lines[0]} == pass:* ]]
	run -1 explain xdp --json "$SYN80 mark 7"
	[[ $(jq -r .error <<<"$output") == 'on xdp a packet has no metadata, such as a mark' ]]
}

# --- errors, and large input

@test "packets that the kernel cannot run are one-line errors, and the others are answered" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count
	run -1 explain ingress --batch <<<"$SYN80 cut 13"$'\nnonsense\narp\n'"$SYN80 length 65535"
	[[ ${lines[0]} == 'error: '*'14 bytes' ]]
	[[ ${lines[1]} == 'error: column 1: '* ]]
	[[ ${lines[2]} == 'pass: '* ]]
	[[ ${lines[3]} == 'error: '*'size'* ]]
	((${#lines[@]} == 4))
	run -1 explain xdp --batch <<<"$SYN80 length 9000"
	[[ $output == 'error: too long for XDP with single buffers' ]]
	run -1 explain ingress nonsense
	[[ $output == 'packet:1: '* ]]
}

@test "explain of a hook without a chain, or with somebody else's program, says so" {
	given_device
	refuses 1 'eth0 ingress has no chain' explain ingress "$SYN22"
	in_server ip link set dev eth0 xdpgeneric obj "$BUILD/count.o" sec xdp
	refuses 1 "somebody else's program" explain xdp "$SYN22"
	refuses 1 "no such device: 'eth9'" on_server explain eth9 ingress "$SYN22"
}

@test "explain takes one packet, one capture or a batch, and a hook" {
	given_device
	refuses 2 'no such hook' explain sideways "$SYN22"
	refuses 2 'a packet, --pcap or --batch is missing' explain ingress --json
	refuses 2 'use only one of a packet, --pcap and --batch' explain ingress --batch "$SYN22"
	refuses 2 'no such option' explain ingress --fast "$SYN22"
	refuses 2 '--pcap needs a file' explain ingress --pcap
	refuses 2 '--interface needs a name' explain ingress --interface
	refuses 2 '--interface needs --pcap' explain ingress --interface eth0 "$SYN22"
	refuses 2 'a device and a hook, or --policy' on_server explain
	run -0 tailgate explain --help
	[[ $output == 'Usage: tailgate explain DEV HOOK '*'--policy FILE'* ]]
	on_server attach eth0 --ingress --chain count
	run -1 explain ingress --pcap /nonexistent
	[[ $output == 'tg-explain: /nonexistent: '* ]]
}

@test "explain judges the packets of one interface of a capture" {
	given_device
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "$POLICY"
	"$BUILD/tests/pcapng_write" --sample >"$BATS_TEST_TMPDIR/pcapng"
	run -0 explain ingress --pcap "$BATS_TEST_TMPDIR/pcapng" --interface 'eth0 egress'
	[[ ${#lines[@]} == 2 && ${lines[0]} == '2: udp '*'(eth0 egress: two?lines): '* ]]
}

@test "a capture of 100,000 packets takes seconds" {
	given_device
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "count,$POLICY"
	local i
	for i in {1..100}; do printf '%s\n' "$SYN22" "$SYN80" arp icmp' 198.51.100.1 > 198.51.100.2'; done >"$BATS_TEST_TMPDIR/some"
	for i in {1..250}; do cat "$BATS_TEST_TMPDIR/some"; done >"$BATS_TEST_TMPDIR/many"
	with_cpu_seconds 20 explain ingress --batch <"$BATS_TEST_TMPDIR/many" | sort | uniq -c >"$BATS_TEST_TMPDIR/sums"
	[[ $(awk '{ print $1 }' "$BATS_TEST_TMPDIR/sums" | sort -u) == 25000 ]]
}

# --- live captures

bytes() { # HEX...
	local hex=$*
	# shellcheck disable=SC2001 # pairs
	printf '%b' "$(sed 's/../\\x&/g' <<<"${hex// /}")"
}

SYN_BEFORE_PORT='020000000002 020000000001 0800 45000028 00010000 40060000 c6336401 c6336402 04d2'
SYN_AFTER_PORT='00000001 00000000 5002faf0 00000000'
readonly SYN_BEFORE_PORT SYN_AFTER_PORT

# What 'tcpdump -U -w -' writes: the header, and a SYN to a port a call.
pcap_header() {
	bytes d4c3b2a1 02000400 00000000 00000000 ffff0000 01000000
}

pcap_syn() { # PORT
	bytes 0000000000000000 36000000 36000000 "$SYN_BEFORE_PORT" "$(printf %04x "$1")" "$SYN_AFTER_PORT"
}

# What 'dumpcap -w -' writes: a section and an interface, and a packet a block.
pcapng_header() {
	bytes 0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffff ffffffff 1c000000 \
		01000000 14000000 01000000 00000400 14000000
}

pcapng_syn() { # PORT
	bytes 06000000 58000000 00000000 00000000 00000000 36000000 36000000 \
		"$SYN_BEFORE_PORT" "$(printf %04x "$1")" "$SYN_AFTER_PORT" 0000 58000000
}

@test "a live capture is answered packet by packet" {
	given_device
	given_edge_policy ingress
	on_server attach eth0 --ingress --chain "$POLICY"
	local words form answer port input pid
	for words in "eth0 ingress" "--policy $BATS_TEST_TMPDIR/edge.policy"; do
		for form in pcap pcapng; do
			# shellcheck disable=SC2086 # words
			coproc LIVE { on_server explain $words --pcap -; }
			input=${LIVE[1]} pid=$LIVE_PID
			"${form}_header" >&"$input"
			for port in 22 80 22; do
				"${form}_syn" "$port" >&"$input"
				# the input stays open: nothing but the packet makes it answer
				read -rt "$TIMEOUT" answer <&"${LIVE[0]}" || fail "no answer to a SYN to $port in $form"
				case $port in
				22) [[ $answer == *":22 syn"*': drop: '* ]] || fail "$answer" ;;
				80) [[ $answer == *":80 syn"*': pass: '* ]] || fail "$answer" ;;
				esac
			done
			exec {input}>&-
			wait "$pid"
		done
	done
}
