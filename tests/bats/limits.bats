#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Limits in policies, by frames that a client sends: bursts and rates, keys, what
# a full table does, what is done with packets that are over; how the table
# lives; what is counted; and the verb 'limits'. Ten seconds and a million
# packets a second are in long/limits.bats, the tool alone in limits-tool.bats.

load helper
load helper-chain
load helper-policy
load helper-limits

setup_file() {
	build_sender
	build_tool flood
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_instance "$INSTANCE"
	remove_chains
}

INSTANCE=''

given_instance_name() {
	INSTANCE=$(unique instance)
	INSTANCE=${INSTANCE//[^A-Za-z0-9_-]/_}
}

remove_instance() { # NAME
	[[ ! $1 || ! -d /run/tailgate/@$1 ]] || rm -r "/run/tailgate/@$1"
}

# Each frame has been judged: within the limit, or over it.
passed_of() { # WITHIN COUNT
	eventually have_come "$2" || fail "came: $(within) within, $(over) over"
	[[ $(within) == "$1" ]] || fail "$(within) of $2 frames are within the limit, not $1"
}

the_limits() { # WORD... of the verb
	on_server limits "$@"
}

# --- bursts and rates

@test "as many packets as the burst pass at once, on each hook" {
	local hook
	for hook in ingress xdp; do
		given_limiting_policy "$hook" 'pass udp to port 9 limit 1/h burst 100'
		udp_frames 198.51.100.1 300 | client_sends_frames
		passed_of 100 300
		remove_chains
	done
}

@test "a burst of one lets a packet pass, and the next after its time" {
	given_limiting_policy ingress 'pass udp to port 9 limit 2/s burst 1'
	udp_frames 198.51.100.1 5 | client_sends_frames
	passed_of 1 5
	sleep 0.6
	udp_frames 198.51.100.1 5 | client_sends_frames
	passed_of 2 10
}

@test "floods are limited to the rate, from ten to ten thousand a second" {
	local rate
	for rate in 10 1000 10000; do
		given_limiting_policy ingress "pass udp to port 9 limit $rate/s burst $rate"
		flood_for 3 0
		flood_is_limited_to "$rate" "$rate"
		remove_chains
	done
}

@test "two processors together are given the rate of one" {
	given_limiting_policy ingress 'pass udp to port 9 limit 10000/s burst 10000'
	flood_for 3 0 "$(($(nproc) - 1))"
	flood_is_limited_to 10000 10000
}

@test "a rate in bits counts the bytes of frames" {
	given_limiting_policy ingress 'pass udp to port 9 limit 80bit burst 4200b'
	# frames of 42 bytes: 100 of them are 4200 bytes
	udp_frames 198.51.100.1 300 | client_sends_frames
	eventually have_come 300
	# while they come, 10 bytes a second are given
	(($(within) >= 100 && $(within) < 105)) || fail "passed: $(within)"
	(($(first_rule .bytes) == $(within) * 42)) || fail "bytes: $(first_rule .bytes)"
}

# Packets that the kernel joins are larger than the segments: those that are
# dropped are sent again, in parts.
@test "a TCP connection in bits is given its rate, and no more" {
	local server said bytes seconds
	given_server
	given_no_ipv6
	given_policy slow 'default pass' 'pass tcp to port 5001 limit 20mbit burst 1mb'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply slow &>/dev/null
	in_server "$ROOT/tests/tools/pour.py" serve "$SERVER4" 5001 >"$BATS_TEST_TMPDIR/said" 3>&- 4>&- &
	server=$!
	eventually grep -q ready "$BATS_TEST_TMPDIR/said"
	in_client "$ROOT/tests/tools/pour.py" send "$SERVER4" 5001 5
	wait "$server"
	read -r bytes seconds < <(tail -n 1 "$BATS_TEST_TMPDIR/said")
	said="$bytes bytes in $seconds s"
	printf '# at 20mbit: %s\n' "$said" >&3
	# what passed with its headers is the burst and the rate times the time, and
	# a connection that loses segments uses a third of it at least
	awk -v bytes="$bytes" -v seconds="$seconds" 'BEGIN {
		most = 1048576 + 2500000 * seconds
		exit !(bytes <= most * 1.01 && bytes >= most / 2)
	}' || fail "$said"
	(($(first_rule .over.packets) > 0))
}

# --- keys

@test "each source has a limit of its own" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 per from'
	local host
	for host in 1 2 3 4; do
		udp_frames "198.51.100.$host" 10
	done | client_sends_frames
	passed_of 20 40
	[[ $(the_limits eth0 --json | jq -c '[.limits[0].keys[] | [.address, .length, .used, .of, .over]] | sort') == '[["198.51.100.1",32,5,5,true],["198.51.100.2",32,5,5,true],["198.51.100.3",32,5,5,true],["198.51.100.4",32,5,5,true]]' ]]
}

@test "sources of one prefix share a limit, in both families" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 per from/24/48'
	{
		udp_frames 198.51.100.1 10
		udp_frames 198.51.100.200 10
		udp_frames 198.51.101.1 10
		udp6_frames 1 1 10
		udp6_frames 1 2 10
		udp6_frames 2 1 10
	} | client_sends_frames
	passed_of 20 60
	[[ $(the_limits eth0 --json | jq -r '[.limits[0].keys[] | "\(.address)/\(.length)"] | sort | join(" ")') == '198.51.100.0/24 198.51.101.0/24 2001:db8:1::/48 2001:db8:2::/48' ]]
}

@test "flows and ports have limits of their own" {
	given_limiting_policy ingress 'pass udp limit 1/h burst 5 per to port'
	{
		udp_frames 198.51.100.1 10 9
		udp_frames 198.51.100.2 10 9
		udp_frames 198.51.100.1 10 10
	} | client_sends_frames
	passed_of 10 30
	run -0 the_limits eth0
	[[ $output == *'  ingress  udp port 10 '*'5 of 5 used, over: the next may pass in '* ]]
	remove_chains
	given_limiting_policy ingress 'pass udp limit 1/h burst 5 per flow'
	{
		udp_frames 198.51.100.1 10 9
		udp_frames 198.51.100.2 10 9
		udp_frames 198.51.100.1 10 10
	} | client_sends_frames
	passed_of 15 30
	run -0 the_limits eth0 port 10
	[[ $output == *'  ingress  udp 198.51.100.1:1000 203.0.113.1:10 '*'5 of 5 used'* ]]
}

# --- a full table

@test "of keys that find no place, what the rule says becomes, and they are counted" {
	local full refused
	awk 'BEGIN { for (i = 0; i < 2000; i++)
		printf "020000000002 020000000001 0800 4500001c00000000 4011 0000 c612%04x cb007101 03e8 0009 0008 0000\n", i / 2 }' \
		>"$BATS_TEST_TMPDIR/frames"
	for full in within over; do
		given_server
		given_no_ipv6
		given_policy full 'default drop' "pass udp to port 9 limit 1/h burst 2 per from full $full"
		on_server attach eth0 --ingress --chain policy --limits 64 >/dev/null
		apply full &>/dev/null
		client_sends_frames <"$BATS_TEST_TMPDIR/frames"
		eventually have_come 2000
		refused=$("$BUILD/tg-counters" --json "$PINS" | jq 'map(select(.reason == "limit-full").packets) | add // 0')
		# 80 ways, for two packets each
		((refused >= 1840 && refused < 1900)) || fail "without a place: $refused"
		if [[ $full == over ]]; then
			passed_of $((2000 - refused)) 2000
		else
			passed_of 2000 2000
		fi
		run -0 on_server status eth0
		[[ $output == *" of 64 keys, "*" packets over, ${refused::1},${refused:1} without a place"* ]] ||
			fail "$output"
		remove_chains
	done
}

# --- what is over

@test "what is over goes the way of else, with a reason of its own" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 else next' 'pass udp to port 9'
	udp_frames 198.51.100.1 20 | client_sends_frames
	passed_of 5 20
	[[ $(packets policy ingress next over-limit) == 15 ]]
	remove_chains
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5'
	udp_frames 198.51.100.1 20 | client_sends_frames
	passed_of 5 20
	[[ $(packets policy ingress drop over-limit) == 15 ]]
}

@test "else drop add puts who is over into a set, which stays" {
	given_limiting_policy ingress 'set blocked { addresses }' 'drop from @blocked' \
		'pass udp to port 9 limit 1/h burst 5 per from else drop add from to @blocked for 1h'
	{
		udp_frames 198.51.100.1 20
		udp_frames 198.51.100.2 3
	} | client_sends_frames
	eventually set_has eth0 blocked 1
	[[ $(on_server set list eth0 blocked --json | jq -r '.. | .entry? // .address? // empty' | head -n 1) == *198.51.100.1* ]] ||
		[[ $(on_server set save eth0 blocked) == *198.51.100.1* ]]
	[[ $(on_server policy show eth0 --json | jq -c '[.hooks[0].policy.rules[] | .packets, .over.packets]') == '[14,null,8,1]' ]]
}

set_has() { # DEV NAME COUNT
	[[ $(on_server set list "$1" --json | jq --arg name "$2" '.sets[] | select(.name == $name).entries') == "$3" ]]
}

@test "else reject answers what is over" {
	given_server
	given_policy limiting 'default pass' 'pass tcp syn to port 80 limit 1/h burst 2 else reject'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply limiting >/dev/null
	run -0 in_client curl -s -m 20 "http://$SERVER4/"
	run -0 in_client curl -s -m 20 "http://$SERVER4/"
	run -7 in_client curl -s -m 20 "http://$SERVER4/"
	[[ $(over) -ge 1 ]]
}

# --- how the table lives

@test "an apply keeps the state of a limit whose rule stays, and its counts" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 per from'
	udp_frames 198.51.100.1 20 | client_sends_frames
	passed_of 5 20
	given_policy more 'default drop' 'drop tcp to port 1' 'pass udp to port 9 limit 1/h burst 5 per from' 'drop tcp to port 2'
	apply more
	udp_frames 198.51.100.1 20 | client_sends_frames
	eventually more_has 5 35 || fail "$(on_server policy show eth0)"
	# another burst is another limit
	given_policy other 'default drop' 'pass udp to port 9 limit 1/h burst 6 per from'
	apply other
	udp_frames 198.51.100.1 20 | client_sends_frames
	passed_of 6 20
	run -0 the_limits eth0
	[[ $output == *'limits of rules that are gone'*'from 198.51.100.1 '*'paid for in '* ]]
}

more_has() { # WITHIN OVER
	[[ $(on_server policy show eth0 --json | jq -c '.hooks[0].policy.rules[1] | [.packets, .over.packets]') == "[$1,$2]" ]]
}

@test "the first policy with a limit makes the table, and the last hook takes it away" {
	given_device
	local table
	table=/run/tailgate/$(key_of eth0)/tc/globals/tgl_limits
	given_policy none 'set s { addresses }' 'default pass' 'drop from @s'
	given_policy one 'default pass' 'pass udp limit 5/s'
	on_server attach eth0 --ingress --egress --chain policy
	apply none
	[[ ! -e $table ]]
	run -1 the_limits eth0
	[[ $output == 'tailgate: eth0 has no limits: no policy that was applied to it uses them' ]]
	run -1 the_limits
	[[ $output == 'tailgate: no policy in force uses limits' ]]
	apply one
	[[ $(bpftool -j map show pinned "$table" | jq .max_entries) == 61825 ]]
	on_server policy rollback eth0
	[[ -e $table ]]
	on_server detach eth0 --egress
	[[ -e $table ]]
	on_server detach eth0
	[[ ! -e $table ]]
}

@test "attach --limits says the size, once" {
	given_device
	run -0 on_server attach eth0 --ingress --chain count --limits 1000
	[[ $output == *$'\neth0: a table for limits of 1000 keys, 82 KiB' ]]
	run -0 on_server attach eth0 --ingress --limits 2000
	[[ $output == *'stays as it is'*'a table for limits of 1000 keys, 82 KiB, was there already' ]]
	run -2 on_server attach eth0 --ingress --limits 63
	[[ $output == "tailgate: --limits takes a number of 64 to 16000000, not '63'"* ]]
	run -0 on_server --dry-run attach eth1 --ingress --chain count --limits 1000
	[[ $output == *"$BUILD/tg-limits prepare /run/tailgate/$(key_of eth1)/tc/globals/tgl_limits --limits 1000"* ]]
}

@test "attachments of an instance share their limits" {
	given_instance_name
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5 per from'
	on_server detach eth0
	in_server ip link add eth1 type veth peer name eth2
	in_server ip link set dev eth1 up
	local device
	for device in eth0 eth1; do
		on_server attach "$device" --ingress --chain policy --instance "$INSTANCE"
		on_server policy apply "$device" "$POLICIES/limiting.policy"
	done
	[[ /run/tailgate/$(key_of eth0)/tc/globals/tgl_limits -ef /run/tailgate/$(key_of eth1)/tc/globals/tgl_limits ]]
	udp_frames 198.51.100.1 20 | client_sends_frames
	passed_of 5 20
	[[ $(the_limits eth1 --json | jq .keys) == 1 ]]
	[[ $(the_limits "@$INSTANCE" --json | jq .keys) == 1 ]]
	run -0 on_server status eth1
	[[ $output == *"eth1 has limits of the instance '$INSTANCE': 1 of 65,536 keys, "* ]]
	on_server detach eth0
	on_server detach eth1
	[[ ! -e /run/tailgate/@$INSTANCE ]]
}

# --- what is shown

@test "policy show has a line for what is over, and a diff has none" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 5' 'drop tcp'
	udp_frames 198.51.100.1 20 | client_sends_frames
	passed_of 5 20
	run -0 on_server policy show eth0
	[[ $output == *$'\n     1            5            210  '*'pass udp to port 9 limit 1/h'*$'\n                 15            630  '*'over: drop'$'\n     2 '* ]] ||
		fail "$output"
	[[ $(over) == 15 && $(first_rule .over.bytes) == 630 ]]
	[[ $(on_server policy show eth0 --json | jq '.hooks[0].policy.rules | length') == 2 ]]
	run -0 on_server policy diff eth0 "$POLICIES/limiting.policy"
	[[ $output == 'eth0 ingress: no change' ]]
	given_policy other 'default drop' 'pass udp to port 9 limit 1/h burst 6'
	run -0 on_server policy diff eth0 "$POLICIES/other.policy"
	[[ $output == *'-     1  pass udp to port 9 limit 1/h'*'-     2  drop tcp'*'+     1  pass udp to port 9 limit 1/h burst 6'* && $output != *over* ]] ||
		fail "$output"
	run -0 on_server status eth0
	[[ $output == *$'\neth0 has limits: 1 of 65,536 keys, 15 packets over, 0 without a place'* && $output == *'2 rules'* ]] ||
		fail "$output"
	[[ $(on_server status eth0 --json | jq -c '.devices[0].limits') == '{"keys":1,"room":65536,"over":15,"full":0}' ]]
}

@test "policy show has the statement about replies, and a diff its change" {
	given_limiting_policy ingress 'replies 10/s burst 20' 'reject tcp'
	run -0 on_server policy show eth0
	[[ $output == *$' replies 10/s burst 20'* ]] || fail "$output"
	run -0 on_server policy show eth0 --json
	[[ $(jq -r '.hooks[0].policy.replies' <<<"$output") == 'replies 10/s burst 20' ]] || fail "$output"
	given_policy other 'default drop' 'reject tcp'
	run -0 on_server policy diff eth0 "$POLICIES/other.policy"
	[[ $output == *'- '*'replies 10/s burst 20'* ]] || fail "$output"
	apply other &>/dev/null
	[[ $(on_server policy show eth0 --json | jq '.hooks[0].policy | has("replies") and .replies == null') == true ]]
}

@test "limits are listed by rule, those that have used most first, and flushed" {
	given_limiting_policy ingress 'pass udp to port 9 limit 1/h burst 10 per from' 'pass udp to port 10 limit 1/m burst 10'
	{
		udp_frames 198.51.100.1 3
		udp_frames 198.51.100.2 20
		udp_frames 198.51.100.3 6
	} | client_sends_frames
	passed_of 19 29
	run -0 the_limits eth0
	[[ ${#lines[@]} == 5 ]] || fail "$output"
	[[ ${lines[0]} == *'limiting.policy:2: pass udp to port 9 limit 1/h burst 10 per from'* ]] || fail "$output"
	[[ ${lines[1]} =~ ^'  ingress  from 198.51.100.2 '.*' 10 of 10 used, over: the next may pass in ' ]] || fail "$output"
	[[ ${lines[2]} =~ ^'  ingress  from 198.51.100.3 '.*' 6 of 10 used'$ ]] || fail "$output"
	[[ ${lines[3]} =~ ^'  ingress  from 198.51.100.1 '.*' 3 of 10 used'$ ]] || fail "$output"
	[[ ${lines[4]} == *'limiting.policy:3: pass udp to port 10 limit 1/m burst 10' ]] || fail "$output"
	run -0 the_limits --count
	[[ ${lines[0]} == *': 3 keys, 1 over, each 1/h burst 10' && ${lines[2]} == 'all: 3 keys of 65536' ]] || fail "$output"
	[[ $(the_limits eth0 over --json | jq -c '[.limits[].keys[].address]') == '["198.51.100.2"]' ]]
	[[ $(the_limits from 198.51.100.0/31 --json | jq -c '.keys') == 1 ]]
	run -0 on_server --dry-run limits flush eth0 from 198.51.100.2
	[[ $output == "$BUILD/tg-limits flush $PINS/tgl_limits from 198.51.100.2" ]]
	run -0 the_limits flush eth0 from 198.51.100.2
	[[ $output == '1 flushed' ]]
	udp_frames 198.51.100.2 1 | client_sends_frames
	passed_of 20 30
	run -0 the_limits flush eth0
	[[ $output == '3 flushed' ]]
	[[ $(the_limits eth0 --json | jq .keys) == 0 ]]
	run -2 the_limits clear eth0
	[[ $output == *"write 'limits flush'"* ]]
	run -2 the_limits eth0 ovr
	run -2 the_limits flush
	run -2 the_limits flush eth0 --count
}
