#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate top: lines and JSON with the numbers of packets that were sent, and
# what happens when chains change or go meanwhile; the screen is in
# top-screen.bats.

load helper
load helper-chain
load helper-policy
load helper-limits
load helper-top

setup_file() {
	build_sender
	build_tool flood
}

setup() {
	given_no_gc_meanwhile
	TOP=''
}

teardown() {
	[[ ! $TOP ]] || kill "$TOP" 2>/dev/null || true
	remove_chains
}

# --- what is counted

@test "each packet is in the rates of its hook, plugin, rule and reason" {
	given_quiet_server
	on_server attach eth0 --xdp --chain count,policy >/dev/null
	given_policy a 'drop udp to port 9' 'pass udp to port 80 limit 1/h burst 3 per from else reject' 'default pass'
	apply a >/dev/null
	top_begins
	client_sends 9 500
	client_sends 80 10
	client_sends 81 20
	eventually has_counted 530 '.hooks[]' || fail "$(cat "$TOP_OUT")"
	top_ends
	counted_in_all 500 '.rules[] | select(.text == "drop udp to port 9" and .rule == 1 and (.over | not))'
	counted_in_all 3 '.rules[] | select(.rule == 2 and (.over | not))'
	counted_in_all 7 '.rules[] | select(.rule == 2 and .over and .text == "else reject")'
	counted_in_all 20 '.rules[] | select(.rule == 0)'
	counted_in_all 507 '.hooks[] | select(.hook == "xdp" and .result == "dropped")'
	counted_in_all 23 '.hooks[] | select(.hook == "xdp" and .result == "passed")'
	counted_in_all 530 '.plugins[] | select(.plugin == "count" and .verdict == "next")'
	counted_in_all 500 '.plugins[] | select(.plugin == "policy" and .verdict == "drop")'
	counted_in_all 7 '.reasons[] | select(.verdict == "reject" and .reason == "over-limit")'
	# bytes, and what counters say in all
	[[ $(jq -s '[.[].rules[] | select(.rule == 1).bytes] | add' "$TOP_OUT") == $((500 * 42)) ]]
	[[ $(jq -s '[.[].rules[] | select(.rule == 1).total_packets] | max' "$TOP_OUT") == 500 ]]
	jq -se 'any(.[]; any(.tables[]; .table == "limits" and .used == 1))' "$TOP_OUT"
}

@test "rates are those of a flood, within two percent" {
	given_server
	given_quiet_hosts
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	top_begins
	flood_begins --count 3000000
	wait "$FLOOD" || true
	flood_ends
	eventually has_counted "$ARRIVED" '.hooks[]' || fail "$ARRIVED: $(cat "$TOP_OUT")"
	top_ends
	printf '# arrived %s, by rates %s\n' "$ARRIVED" "$(by_rates packets_per_second)"
	within_percent 2 "$ARRIVED" "$(by_rates packets_per_second)"
	within_percent 2 $((ARRIVED * 60 * 8)) "$(by_rates bits_per_second)"
}

# The sum of rates, each times the seconds of its sample.
by_rates() { # MEMBER
	jq -s --arg member "$1" '[.[] | .seconds as $seconds | .hooks[][$member] * $seconds] | add | floor' "$TOP_OUT"
}

within_percent() { # PERCENT WANTED FOUND
	((100 * ($3 > $2 ? $3 - $2 : $2 - $3) <= $1 * $2)) || fail "$3 is not $2"
}

@test "what was counted before does not count, and totals do" {
	given_quiet_server
	on_server attach eth0 --xdp --chain count,policy >/dev/null
	given_policy a 'drop udp to port 9' 'default pass'
	apply a >/dev/null
	client_sends 9 50
	eventually rule_packets_are xdp '50 0'
	top_begins
	client_sends 9 7
	eventually has_counted 7 '.hooks[]'
	top_ends
	counted_in_all 7 '.rules[]'
	[[ $(jq -s '[.[].rules[].total_packets] | max' "$TOP_OUT") == 57 ]]
}

# --- lines

@test "--once prints lines with what a pipe, grep and awk can use" {
	given_quiet_server
	on_server attach eth0 --xdp --chain count,policy --flows 1000 >/dev/null
	given_policy a 'set bad { addresses size 10 }' 'drop from @bad' 'drop udp to port 9 ' 'pass udp keep' 'default pass'
	apply a >/dev/null
	on_server set add eth0 bad 203.0.113.0/24 >/dev/null
	(while client_sends 9 20; do :; done) 3>&- 4>&- &
	TOP=$!
	run -0 on_server top eth0 --once
	kill "$TOP"
	[[ ${lines[0]} == 'TIME     KIND    DEVICE     HOOK       PACKETS/S        BITS/S          TOTAL  WHAT' ]]
	[[ $output =~ [0-9:]{8}\ hook\ +eth0\ +xdp\ +[1-9][0-9]*\ +[1-9][0-9]*\ +[1-9][0-9]*\ \ dropped ]]
	[[ $output =~ rule\ +eth0\ +xdp\ +[1-9].*\ \ 2\ $BATS_TEST_TMPDIR/a.policy:3:\ drop\ udp\ to\ port\ 9 ]]
	[[ $output =~ plugin\ +eth0\ +xdp\ .*\ \ policy\ drop ]]
	[[ $output =~ reason\ +eth0\ +xdp\ .*\ \ drop\ rule ]]
	[[ $output =~ table\ +eth0\ .*\ 1\ \ set\ bad:\ of\ 10,\ 10\ %,\ 0\ refused ]]
	[[ $output =~ table\ +eth0\ .*\ 0\ \ flows:\ of\ 1000, ]]
	run -0 on_server top eth0 --once --view tables
	[[ ${#lines[@]} == 3 && ${lines[2]} == *'set bad'* ]] || fail "$output"
	run -0 on_server top eth0 --once --interval 0.1 --view hooks --filter dropped --sort name
	[[ ${#lines[@]} == 2 && ${lines[1]} == *dropped ]] || fail "$output"
}

@test "without a device, all devices with chains are shown, and new ones as they come" {
	given_device
	in_server ip link add eth7 type veth peer name eth8
	on_server attach eth0 --ingress --chain count >/dev/null
	on_server attach eth7 --egress --chain count >/dev/null
	on_server_alone top --json --interval 0.2 >"$TOP_OUT" 2>"$TOP_ERR" 3>&- 4>&- &
	TOP=$!
	eventually says 'any(.hooks[]; .device == "eth0" and .hook == "ingress") and any(.hooks[]; .device == "eth7" and .hook == "egress")'
	on_server attach eth8 --xdp=generic --chain count >/dev/null
	eventually says 'any(.hooks[]; .device == "eth8" and .hook == "xdp")'
	in_server ip link del eth7
	eventually says 'all(.hooks[]; .device == "eth0") and (.hooks | length) == 2'
	says 'any(.notes[]; .device == "eth7" and .text == "the chain of egress is gone")'
	top_ends
}

@test "a reader that closes the pipe ends it quietly, and so does a signal" {
	given_device
	on_server attach eth0 --ingress --chain count >/dev/null
	# shellcheck disable=SC2016 # expanded in there
	run -0 bash -o pipefail -c '"$@" 2>&1 | head -n 1; exit "${PIPESTATUS[0]}"' - \
		"$ROOT/tc-scripts/tailgate" --netns "$SERVER" top eth0 --interval 0.1
	[[ ${#lines[@]} == 1 && $output == TIME* ]] || fail "$output"
	top_begins
	kill -TERM "$TOP"
	wait "$TOP"
	TOP=''
}

# --- chains that change meanwhile

@test "an apply, a change of the chain, a capture and a rollback lose no packet of the rates" {
	given_quiet_server
	on_server attach eth0 --xdp --chain count,policy >/dev/null
	given_policy a 'drop udp to port 9' 'default pass'
	given_policy b 'pass tcp' 'drop udp to port 9' 'default pass'
	apply a >/dev/null
	top_begins
	client_sends_meanwhile 9 4000
	apply b >/dev/null
	on_server chain eth0 xdp set policy,count >/dev/null
	on_server capture eth0 -c 3 drop >/dev/null 2>&1
	on_server policy rollback eth0 >/dev/null
	wait "$SENDS"
	eventually has_counted 4000 '.hooks[] | select(.result == "dropped")' || fail "$(jq -c .hooks "$TOP_OUT")"
	eventually has_counted 4000 '.rules[] | select(.text == "drop udp to port 9")' || fail "$(jq -c .rules "$TOP_OUT")"
	top_ends
	says 'any(.notes[]; .text == "another policy is in force on xdp")'
	says 'any(.notes[]; .text == "the chain of xdp is now policy,count")'
	counted_in_all 4000 '.plugins[] | select(.plugin == "policy" and .verdict == "drop")'
	# its number in each of the two
	[[ $(jq -s '[.[].rules[].rule] | unique | tostring' "$TOP_OUT") == '"[1,2]"' ]]
}

@test "a device is detached and attached again, and counts from 0" {
	given_quiet_server
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	top_begins
	client_sends 9 30
	eventually has_counted 30 '.hooks[]'
	on_server detach eth0 >/dev/null
	eventually says '.hooks == []'
	says 'any(.notes[]; .text == "the chain of xdp was detached")'
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	eventually says 'any(.notes[]; .text == "a chain was attached to xdp")'
	client_sends 9 5
	eventually has_counted 35 '.hooks[]' || fail "$(cat "$TOP_OUT")"
	top_ends
	[[ $(tail -n 1 "$TOP_OUT" | jq '.hooks[] | select(.result == "dropped").total_packets') == 5 ]]
}

@test "a chain that breaks is said" {
	given_device
	on_server attach eth0 --ingress --chain count >/dev/null
	top_begins
	rm "$PINS/tg_ingress"
	eventually says 'any(.notes[]; .text | startswith("the chain of ingress is broken: "))'
	top_ends
}

@test "a device that goes ends it with a line" {
	given_device
	on_server attach eth0 --ingress --chain count >/dev/null
	top_begins
	in_server ip link del eth0
	ends_with 1 "$TOP"
	TOP=''
	[[ $(<"$TOP_ERR") == 'tailgate: eth0 is gone: top ends' ]] || fail "$(<"$TOP_ERR")"
}

# --- talkers

@test "talkers are the addresses and ports of sampled packets" {
	given_quiet_server
	on_server attach eth0 --xdp --chain count,drop_all >/dev/null
	top_begins --talkers --sample 1/1
	udp_frames 198.51.100.77 60 | client_sends_frames
	udp_frames 198.51.100.78 40 53 | client_sends_frames
	eventually has_counted 100 '.talkers[] | select(.end == "to")' || fail "$(cat "$TOP_OUT" "$TOP_ERR")"
	counted_in_all 60 '.talkers[] | select(.end == "from" and .name == "198.51.100.77" and .hook == "xdp")'
	counted_in_all 40 '.talkers[] | select(.end == "from" and .name == "198.51.100.78")'
	counted_in_all 60 '.talkers[] | select(.end == "to port" and .name == "udp 9")'
	says '.sampling.one_of == 1'
	is_watched xdp
	top_ends
	run ! is_watched xdp
	[[ ! -e $OBJECTS_ROOT/$KEY/watch.lock ]]
}

@test "one of four packets is sampled, and counted four times" {
	given_quiet_server
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	top_begins --talkers --sample 1/4
	client_sends 9 2000
	eventually has_counted 2000 '.hooks[]'
	local sampled
	sampled=$(jq -s '[.[].sampling.packets] | add' "$TOP_OUT")
	top_ends
	# the sampled ones of the last interval
	sampled=$(jq -s '[.[].sampling.packets] | add' "$TOP_OUT")
	# one in 10^9 runs has fewer than 380 or more than 620
	((sampled >= 380 && sampled <= 620)) || fail "$sampled of 2000"
	counted_in_all $((4 * sampled)) '.talkers[] | select(.end == "from")'
}

@test "a flood that begins later is sampled less, and its talkers are found" {
	given_server
	given_quiet_hosts
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	top_begins --talkers
	says '.sampling.one_of == 1'
	flood_begins
	eventually says '.sampling.one_of > 10 and any(.talkers[]; .end == "from" and .name == "198.51.100.1" and .packets_per_second > 10000)' ||
		fail "$(tail -n 3 "$TOP_OUT")"
	flood_ends
	top_ends
	is_not_watched xdp
}

@test "killed, it leaves a chain that nobody watches" {
	given_quiet_server
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	top_begins --talkers
	is_watched xdp
	kill -KILL "$TOP"
	wait "$TOP" || true
	TOP=''
	eventually is_not_watched xdp || fail "$(on_server status eth0)"
}

@test "talkers that cannot be sampled are said, and rates go on" {
	given_quiet_server
	on_server attach eth0 --xdp --chain drop_all >/dev/null
	on_server_alone capture eth0 >/dev/null 2>&1 3>&- 4>&- &
	local capture=$!
	eventually reads_events "$capture"
	top_begins --talkers
	client_sends 9 5
	eventually has_counted 5 '.hooks[]'
	says 'any(.notes[]; .text | test("^no talkers: eth0 is captured already, by process [0-9]+"))' || fail "$(cat "$TOP_OUT")"
	top_ends
	kill "$capture"
	wait "$capture"
}

reads_events() { # PID
	local reader
	reader=$(pgrep -P "$1" -x tg-capture) && grep -q perf_event "/proc/$reader/maps"
}

# --- what it refuses

@test "wrong words are refused with a mend" {
	given_device
	refuses 1 "nothing is attached to 'eth0'" on_server top eth0 --once
	refuses 1 'nothing is attached' on_server top --once
	refuses 1 "no such device: 'eth9'" on_server top eth9 --once
	refuses 1 'not a device name' on_server top 'a b'
	on_server attach eth0 --ingress --chain count >/dev/null
	refuses_and_changes_nothing 2 "--interval takes 0.1 to 3600 seconds, not '0'" on_server top eth0 --interval 0
	refuses_and_changes_nothing 2 "--interval takes 0.1 to 3600 seconds, not '1e3'" on_server top eth0 -i 1e3
	refuses_and_changes_nothing 2 "--count takes a number of samples, not '-1'" on_server top eth0 --count=-1
	refuses_and_changes_nothing 2 "--view takes hooks, plugins, rules, reasons, talkers or tables, not 'x'" on_server top eth0 --view x
	refuses_and_changes_nothing 2 "--sort takes packets, bits, total or name, not 'x'" on_server top eth0 --sort x
	refuses_and_changes_nothing 2 "--sample takes 1/N, not '0'" on_server top eth0 --sample 0
	refuses_and_changes_nothing 2 "no such option: '--twice'" on_server top eth0 --twice
	refuses_and_changes_nothing 2 "one device at a time: 'eth0', and then 'eth1'" on_server top eth0 eth1
}

@test "--dry-run shows how talkers are sampled, and changes nothing" {
	given_device
	on_server attach eth0 --ingress --chain count >/dev/null
	local before
	before=$(what_is_there)
	run -0 on_server --dry-run top eth0 --talkers
	[[ $output == *'tc exec bpf graft'* && $output == *'tg-capture --pins'* ]] || fail "$output"
	[[ $(what_is_there) == "$before" ]]
	run -0 on_server --dry-run top eth0 --once --interval 0.1
	[[ $output == TIME* ]]
}
