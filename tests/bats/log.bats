#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# 'log' in a rule, and what 'tailgate watch' prints of it: each verdict, hook and
# text, counts, and that readers may come and go.

load helper
load helper-chain
load helper-policy
load helper-limits
load helper-log

setup_file() {
	build_sender
	build_tool flood
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	end_watches
	remove_chains
}

# --- what is printed

@test "each verdict is logged with the place of its rule and its text" {
	given_logging_server ingress 'pass udp to port 1 log "let in"' 'accept udp to port 2 log' 'drop udp to port 3 log "away"' \
		'reject udp to port 4 log "sent back"' 'next udp to port 5 log "go on"' 'pass udp to port 6 log redirect to eth0' \
		'drop udp to port 7'
	watch_begins one
	local port
	for port in {1..7}; do client_sends "$port" 1; done
	eventually has_written 6 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	lines_are one "eth0 ingress: pass: $(rule_at 1): \"let in\": udp 198.51.100.1:1000 > 203.0.113.1:1, 42 bytes" \
		"eth0 ingress: accept: $(rule_at 2): udp 198.51.100.1:1000 > 203.0.113.1:2, 42 bytes" \
		"eth0 ingress: drop: $(rule_at 3): \"away\": udp 198.51.100.1:1000 > 203.0.113.1:3, 42 bytes" \
		"eth0 ingress: reject: $(rule_at 4): \"sent back\": udp 198.51.100.1:1000 > 203.0.113.1:4, 42 bytes" \
		"eth0 ingress: next: $(rule_at 5): \"go on\": udp 198.51.100.1:1000 > 203.0.113.1:5, 42 bytes" \
		"eth0 ingress: redirect: $(rule_at 6): udp 198.51.100.1:1000 > 203.0.113.1:6, 42 bytes"
	counts_are one 6 6 0 0
}

@test "what is over a limit is logged with the text after 'else', and the reason" {
	given_logging_server xdp 'pass udp to port 9 log "in" limit 1/h burst 1 else drop log "too many"' 'default pass'
	watch_begins one -c 3
	client_sends 9 3
	watch_has_ended
	lines_are one "eth0 xdp: pass: $(rule_at 1): \"in\": udp 198.51.100.1:1000 > 203.0.113.1:9, 42 bytes" \
		"eth0 xdp: drop (over-limit): $(rule_at 1): \"too many\": udp 198.51.100.1:1000 > 203.0.113.1:9, 42 bytes" \
		"eth0 xdp: drop (over-limit): $(rule_at 1): \"too many\": udp 198.51.100.1:1000 > 203.0.113.1:9, 42 bytes"
}

@test "a packet that is not answered is logged as dropped, with the reason" {
	given_logging_server ingress 'replies 1/h burst 2' 'reject udp to port 9 log' 'reject icmp type unreachable log "an error"'
	watch_begins one
	client_sends 9 1
	# an error of ICMP, which is not answered, and uses up the second answer
	printf '020000000002 020000000001 0800 4500001c00000000 4001 0000 c6336401 cb007101 0303 fcfc 0000 0000\n' |
		client_sends_frames
	client_sends 9 1
	eventually has_written 3 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	[[ $(lines_of one | cut -d: -f1-2) == 'eth0 ingress: reject
eth0 ingress: drop (unanswered)
eth0 ingress: drop (over-limit)' ]] || fail "$(lines_of one)"
}

@test "all hooks log" {
	given_logging_server 'xdp ingress egress' 'next udp to port 9 log "in"' 'next icmp log "ping"' 'default next'
	watch_begins one
	client_sends 9 1
	in_server ping -c 1 -W 1 "$CLIENT4" >/dev/null || true
	eventually has_written 5 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	[[ $(lines_of one | sed -E 's/ [^ ]*policy:[0-9]+://; s/: (udp|icmp) .*//' | sort) == 'eth0 egress: next: "ping"
eth0 ingress: next: "in"
eth0 ingress: next: "ping"
eth0 xdp: next: "in"
eth0 xdp: next: "ping"' ]] || fail "$(lines_of one)"
}

@test "IPv6, VLAN tags and what is not IP are shown" {
	given_logging_server 'ingress' 'drop ip6 log "six"' 'drop vlan 5 log "tagged"' 'drop ether 0x88b5 log "other"'
	watch_begins one
	{
		udp6_frames 1 2 1
		printf '020000000002 020000000001 8100 0005 0800 4500001c00000000 4011 0000 c6336401 cb007101 03e8 0009 0008 0000\n'
		printf '020000000002 020000000001 88b5 00112233445566778899aabbccddeeff\n'
	} | client_sends_frames
	eventually has_written 3 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	lines_of one | grep -F "drop: $(rule_at 1): \"six\": udp [2001:db8:1::2]:1000 > [2001:db8:ffff::1]:9, 62 bytes" || fail "$(lines_of one)"
	lines_of one | grep -F "drop: $(rule_at 2): \"tagged\": udp 198.51.100.1:1000 > 203.0.113.1:9 vlan 5, 46 bytes" || fail "$(lines_of one)"
	lines_of one | grep -F "drop: $(rule_at 3): \"other\": ether 0x88b5" || fail "$(lines_of one)"
}

@test "a policy that asks flows and sets logs what an established flow does, too" {
	given_logging_server 'ingress egress' 'set bad { addresses }' 'drop udp from @bad log "bad"' 'pass established log "known"' \
		'pass new icmp keep log "new"' 'default pass'
	watch_begins one --json
	in_server ping -c 1 -W 1 "$CLIENT4" >/dev/null
	on_server set add eth0 bad 198.51.100.1 >/dev/null
	client_sends 9 1
	eventually has_written 3 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	[[ $(jq -r 'select(.packet) | "\(.hook) \(.verdict) \(.log) \(.flow)"' "$BATS_TEST_TMPDIR/one.out") == 'egress pass new new
ingress pass known established
ingress drop bad new' ]] || fail "$(<"$BATS_TEST_TMPDIR/one.out")"
}

# --- the limit

@test "without a statement, 100 events of each rule are written at once and 100 a second, and the others are counted" {
	local least most
	given_limiting_policy ingress 'drop udp to port 9 log' 'drop udp to port 10 log'
	watch_begins one
	flood_for 2 0
	client_sends 10 50
	eventually nothing_comes
	watch_ends
	read_counts one
	((MATCHED == $(first_rule .packets) + 50 && LOST == 0 && WRITTEN + HELD == MATCHED)) || fail "$(counts_of one)"
	[[ $(lines_of one | grep -c ':10, ') == 50 ]]
	least=$((150 + LEAST_US / 10000 - LEAST_US / 1000000 - 1)) most=$((150 + MOST_US / 10000 + MOST_US / 1000000 + 1))
	((WRITTEN >= least && WRITTEN <= most)) || fail "$(counts_of one), not $least to $most"
	[[ $(noted logged) == "$WRITTEN" && $(noted log-held) == "$HELD" ]]
}

@test "'logs' sets the limit of each rule, or none" {
	given_logging_server ingress 'logs 1/h burst 5' 'drop udp to port 9 log' 'drop udp to port 10 log'
	watch_begins one
	client_sends 9 20
	client_sends 10 20
	eventually rule_packets_are ingress '20 20 0'
	watch_ends
	counts_are one 40 10 0 30
	given_policy a 'logs unlimited' 'drop udp to port 9 log' 'drop udp to port 10 log'
	apply a >/dev/null
	watch_begins two
	client_sends 9 500
	eventually has_written 500 two
	watch_ends
	counts_are two 500 500 0 0
}

@test "what is held back is said while it watches, once for a change" {
	given_logging_server ingress 'logs 1/h burst 1' 'drop udp to port 9 log'
	watch_begins one --every 1
	client_sends 9 10
	eventually grep -q '10 packets matched: 1 written, 0 lost, 9 held back by the limit' "$BATS_TEST_TMPDIR/one.err"
	client_sends 9 5
	eventually grep -q '15 packets matched: 1 written, 0 lost, 14 held back by the limit' "$BATS_TEST_TMPDIR/one.err"
	watch_ends
	[[ $(grep -c '10 packets matched' "$BATS_TEST_TMPDIR/one.err") == 1 ]]
}

# --- readers come and go

@test "without a reader packets are judged and counted, and a later reader begins with the next one" {
	given_logging_server ingress 'drop udp to port 9 log'
	client_sends 9 3
	eventually rule_packets_are ingress '3 0'
	[[ $(noted logged) == 3 ]]
	watch_begins one -c 2
	client_sends 9 2
	watch_has_ended
	counts_are one 2 2 0 0
}

@test "a reader that is killed changes nothing, and another one goes on" {
	given_logging_server ingress 'drop udp to port 9 log "telnet"'
	watch_begins one
	client_sends 9 1
	eventually has_written 1
	watch_ends "$WATCH" KILL || true
	client_sends 9 4
	eventually rule_packets_are ingress '5 0'
	watch_begins two -c 1
	client_sends 9 1
	watch_has_ended
	[[ $(lines_of two) == *'"telnet"'* ]]
	on_server status eth0 >/dev/null
}

@test "two readers read all" {
	given_logging_server ingress 'drop udp to port 9 log'
	watch_begins one -c 20
	local first=$WATCH
	watch_begins two -c 20 --json
	client_sends 9 20
	watch_has_ended "$first"
	watch_has_ended
	has_written 20 one
	[[ $(jq -s 'map(select(.packet)) | length' "$BATS_TEST_TMPDIR/two.out") == 20 ]]
}

@test "a closed pipe ends it without a message" {
	given_logging_server ingress 'drop udp to port 9 log'
	"$ROOT/tc-scripts/tailgate" --netns "$SERVER" watch eth0 2>"$BATS_TEST_TMPDIR/one.err" 3>&- 4>&- |
		head -n 1 >"$BATS_TEST_TMPDIR/one.out" &
	eventually grep -q 'watching eth0' "$BATS_TEST_TMPDIR/one.err"
	client_sends 9 1
	eventually has_written 1
	client_sends 9 1
	eventually grep -q matched "$BATS_TEST_TMPDIR/one.err"
	wait
	run ! grep -q 'cannot' "$BATS_TEST_TMPDIR/one.err"
}

# --- the chain changes

@test "an apply, a rollback and a flip go on with the rules in force, and nothing is lost" {
	given_logging_server ingress 'drop udp to port 9 log "one"'
	watch_begins one
	client_sends 9 2
	given_policy b 'drop udp to port 10' 'drop udp to port 9 log "two"'
	apply b >/dev/null
	client_sends 9 2
	on_server chain eth0 ingress set count,policy >/dev/null
	client_sends 9 2
	on_server policy rollback eth0 >/dev/null
	client_sends 9 2
	eventually has_written 8 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	[[ $(lines_of one | grep -oE '"(one|two)"' | uniq -c | tr -s ' \n' ' ') == ' 2 "one" 4 "two" 2 "one" ' ]] || fail "$(lines_of one)"
	counts_are one 8 8 0 0
}

@test "a policy that begins to log is followed, and one that ends is, too" {
	given_logging_server ingress 'drop udp to port 9'
	watch_begins one
	grep -q 'where no rule logs yet' "$BATS_TEST_TMPDIR/one.err"
	given_policy b 'drop udp to port 9 log "now"'
	apply b >/dev/null
	client_sends 9 1
	eventually has_written 1
	apply a >/dev/null
	client_sends 9 1
	apply b >/dev/null
	client_sends 9 1
	eventually has_written 2
	watch_ends
	counts_are one 2 2 0 0
}

@test "a hook that is detached and attached again is followed" {
	given_logging_server 'ingress egress' 'drop udp to port 9 log'
	watch_begins one
	client_sends 9 1
	eventually has_written 1
	on_server detach eth0 --ingress >/dev/null
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
	client_sends 9 2
	eventually has_written 3 || fail "$(cat "$BATS_TEST_TMPDIR"/one.*)"
	watch_ends
	counts_are one 3 3 0 0
}

@test "a detach ends it with a line, and so does a device that goes" {
	given_logging_server ingress 'drop udp to port 9 log'
	client_sends 9 3
	eventually rule_packets_are ingress '3 0'
	watch_begins one
	client_sends 9 1
	eventually has_written 1
	on_server detach eth0 >/dev/null
	watch_has_ended
	grep -qx 'tailgate: eth0: nothing is attached any more: the watch ends' "$BATS_TEST_TMPDIR/one.err"
	counts_are one 1 1 0 0
	on_server attach eth0 --ingress --chain policy >/dev/null
	watch_begins two
	in_server ip link del eth0
	watch_has_ended
	grep -qx 'tailgate: eth0: the device is gone: the watch ends' "$BATS_TEST_TMPDIR/two.err"
}

@test "watch without a device reads those of all, and says what is wrong" {
	given_quiet_server
	run -1 on_server watch eth0
	[[ $output == 'tailgate: nothing is attached to eth0' ]]
	run -1 on_server watch
	[[ $output == 'tailgate: nothing is attached' ]]
	run -1 on_server watch none
	[[ $output == *"no such device: 'none'"* ]]
	run -2 on_server watch eth0 --count none
	run -2 on_server watch eth0 eth1
	in_server ip link add d1 type veth peer name d2
	on_server attach eth0 --ingress --chain policy >/dev/null
	on_server attach d1 --egress --chain policy >/dev/null
	run -0 on_server --dry-run watch
	[[ $output == *'tg-watch'*d1*eth0* || $output == *'tg-watch'*eth0*d1* ]] || fail "$output"
}

# --- counts under load

@test "after a flood on both processors what matched was written, lost or held back, to the packet" {
	local cpus
	cpus=$(seq 0 $(($(nproc) - 1)))
	given_limiting_policy ingress 'logs unlimited' 'drop udp to port 9 log "flood"'
	POLICIES=$BATS_TEST_TMPDIR
	watch_begins one --json
	# shellcheck disable=SC2086 # words
	flood_for 2 $cpus
	eventually nothing_comes
	watch_ends
	local counts
	counts=$(jq -c 'select(.matched)' "$BATS_TEST_TMPDIR/one.out" | tail -n 1)
	printf '# sent %s, counted %s: %s\n' "$SENT" "$(first_rule .packets)" "$counts" >&3
	[[ $(jq .matched <<<"$counts") == "$(first_rule .packets)" ]]
	[[ $(jq .held <<<"$counts") == 0 ]]
	[[ $(jq '.written + .lost == .matched' <<<"$counts") == true ]]
	[[ $(jq .written <<<"$counts") == "$(jq -c 'select(.packet)' "$BATS_TEST_TMPDIR/one.out" | wc -l)" ]]
	(($(jq .written <<<"$counts") > 0))
	[[ $(noted logged) == "$(first_rule .packets)" ]]
}

@test "a flood over the limit is held back to the packet" {
	local cpus
	cpus=$(seq 0 $(($(nproc) - 1)))
	given_limiting_policy ingress 'logs 50/s burst 10' 'drop udp to port 9 log "flood"'
	watch_begins one
	# shellcheck disable=SC2086 # words
	flood_for 1 $cpus
	eventually nothing_comes
	watch_ends
	read_counts one
	((MATCHED == $(first_rule .packets) && MATCHED == WRITTEN + LOST + HELD)) || fail "$(counts_of one)" "$(first_rule .packets)"
	((WRITTEN >= 10 && WRITTEN < 1000 && HELD > WRITTEN)) || fail "$(counts_of one)"
}

nothing_comes() {
	local before
	before=$(first_rule .packets)
	sleep 0.2
	[[ $(first_rule .packets) == "$before" && $before -gt 0 ]]
}

# --- explain, show

@test "explain says that a rule logs, and writes nothing" {
	given_logging_server ingress 'drop udp to port 9 log "telnet"' 'default pass'
	watch_begins one
	run -0 on_server explain eth0 ingress 'udp 198.51.100.1:1000 > 203.0.113.1:9'
	[[ ${lines[0]} == "drop: $(rule_at 1): drop udp to port 9 log \"telnet\"; would log" ]] || fail "$output"
	run -0 on_server explain eth0 ingress --json 'udp 198.51.100.1:1000 > 203.0.113.1:9'
	[[ $(jq .logs <<<"$output") == true ]]
	run -0 tailgate explain --policy "$BATS_TEST_TMPDIR/a.policy" 'udp 198.51.100.1:1000 > 203.0.113.1:9'
	[[ $output == *'; would log "telnet"' ]] || fail "$output"
	watch_ends
	counts_are one 0 0 0 0
}

@test "show and diff have the rule's log and the statement" {
	given_logging_server ingress 'logs 5/s' 'drop udp to port 9 log "x"'
	run -0 on_server policy show eth0
	[[ $output == *' drop udp to port 9 log "x"'* && $output == *' logs 5/s'* ]] || fail "$output"
	[[ $(on_server policy show eth0 --json | jq -r '.hooks[0].policy.logs') == 'logs 5/s' ]]
	given_policy b 'logs unlimited' 'drop udp to port 9 log "y"'
	run on_server policy diff eth0 "$BATS_TEST_TMPDIR/b.policy"
	[[ $output == *'- '*'log "x"'* && $output == *'+ '*'log "y"'* && $output == *'logs unlimited'* ]] || fail "$output"
}

# --- the unit

@test "the unit runs with the rights that it has, and systemd accepts it" {
	local units=$BATS_TEST_TMPDIR/usr/lib/systemd/system line rights
	make -C "$ROOT" --no-print-directory install "DESTDIR=$BATS_TEST_TMPDIR" PREFIX=/usr
	given_logging_server ingress 'drop udp to port 9 log'
	line=$(sed -n 's/^ExecStart=//p' "$units/tailgate-watch@.service")
	line=${line#/usr/sbin/tailgate}
	line=${line//%I/eth0}
	rights=$(sed -n 's/^CapabilityBoundingSet=CAP_//p' "$units/tailgate-watch@.service")
	rights=${rights// CAP_/,+}
	# shellcheck disable=SC2086 # words
	setpriv --bounding-set="-all,+${rights,,}" --inh-caps=-all "$ROOT/tc-scripts/tailgate" --netns "$SERVER" $line -c 1 \
		>"$BATS_TEST_TMPDIR/one.out" 2>"$BATS_TEST_TMPDIR/one.err" 3>&- 4>&- &
	WATCHES+=($!)
	eventually grep -q 'watching eth0' "$BATS_TEST_TMPDIR/one.err"
	client_sends 9 1
	wait
	has_written 1
	type -P systemd-analyze >/dev/null || skip 'systemd-analyze is not installed'
	sed -i "s|/usr/sbin/tailgate|$ROOT/tc-scripts/tailgate|" "$units/tailgate-watch@.service"
	cp "$units/tailgate-watch@.service" "$units/tailgate-watch@eth0.service"
	run systemd-analyze --man=no verify "$units/tailgate-watch@eth0.service"
	[[ $output != *tailgate-watch* ]] || fail "$output"
}
