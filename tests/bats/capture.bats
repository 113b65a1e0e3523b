#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate capture: what it prints and writes, which packets it takes, how it
# ends, and that the chain is afterwards as it was.

load helper
load helper-chain
load helper-policy
load helper-limits

setup_file() {
	build_sender
}

setup() {
	given_no_gc_meanwhile
	CAPTURE=''
}

teardown() {
	[[ ! $CAPTURE ]] || kill "$CAPTURE" 2>/dev/null || true
	remove_chains
}

# A server whose policy drops UDP to port 9, and rejects it to port 25.
given_watched_server() { # HOOK...
	local hook words=()
	given_quiet_server
	for hook; do words+=("--$hook"); done
	on_server attach eth0 "${words[@]}" --chain count,policy >/dev/null
	given_policy a 'drop udp to port 9' 'reject udp to port 25' 'default pass'
	apply a >/dev/null
}

# Begins in the background, and waits until the chain is watched.
capture_begins() { # WORD...
	"$ROOT/tc-scripts/tailgate" --netns "$SERVER" capture eth0 "$@" \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- &
	CAPTURE=$!
	eventually reads_events || fail "$(<"$BATS_TEST_TMPDIR/err")"
}

# Its reader has a buffer of each processor.
reads_events() {
	local reader
	reader=$(pgrep -P "$CAPTURE" -x tg-capture) && grep -q perf_event "/proc/$reader/maps"
}

capture_ends() { # [SIGNAL]
	kill -"${1:-TERM}" "$CAPTURE"
	capture_has_ended
}

capture_has_ended() {
	local status=0
	wait "$CAPTURE" || status=$?
	CAPTURE=''
	return "$status"
}

is_watched() { # HOOK
	[[ $(on_server status --json eth0 | jq --arg hook "$1" '.devices[0].hooks[] | select(.hook == $hook) | .watched') == true ]]
}

client_sends() { # PORT COUNT
	udp_frames 198.51.100.1 "$2" "$1" | client_sends_frames
}

has_captured() { # COUNT
	[[ $(wc -l <"$BATS_TEST_TMPDIR/out") == "$1" ]]
}

# What the programs on a hook are: instructions as the kernel runs them.
instructions_of() { # HOOK
	local id
	for id in $(on_server status --json eth0 |
		jq --arg hook "$1" '.devices[0].hooks[] | select(.hook == $hook) | .gate, .chain[].id'); do
		bpftool prog dump xlated id "$id" | sed -E 's/id:[0-9]+/id:N/g'
	done
}

# --- what is seen

@test "what XDP drops is printed with the rule that dropped it" {
	given_watched_server xdp
	capture_begins -c 3
	client_sends 9 2
	client_sends 80 1
	capture_has_ended
	[[ $(sed 's/^[0-9:.]* //' "$BATS_TEST_TMPDIR/out" | sort | uniq -c | sed 's/^ *//') == "1 xdp: udp 198.51.100.1:1000 > 203.0.113.1:80, 42 bytes: pass: no rule matches: $(rule_place a 3): default pass
2 xdp: udp 198.51.100.1:1000 > 203.0.113.1:9, 42 bytes: drop: $(rule_place a 1): drop udp to port 9" ]] ||
		fail "$(cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err")"
	[[ $(tail -n 1 "$BATS_TEST_TMPDIR/err") == 'tailgate: 3 packets captured, 0 lost; 3 of 3 that were judged fit' ]]
}

rule_place() { # NAME LINE
	printf '%s.policy:%s' "$BATS_TEST_TMPDIR/$1" "$2"
}

@test "a packet that is rejected is shown as it came, not as the answer" {
	given_watched_server ingress
	capture_begins ingress reject -c 1
	client_sends 25 1
	capture_has_ended
	grep -F 'udp 198.51.100.1:1000 > 203.0.113.1:25, 42 bytes: reject: ' "$BATS_TEST_TMPDIR/out"
}

@test "the kernel decides which packets fit a condition, a verdict, a rule and a reason" {
	given_watched_server xdp ingress
	local words
	for words in 'xdp udp to port 9' 'xdp drop' 'xdp --rule 1' 'drop --reason rule' '--plugin policy drop udp to port 1-9'; do
		# shellcheck disable=SC2086 # words
		capture_begins $words
		client_sends 80 3
		client_sends 9 2
		eventually has_captured 2 || fail "$words: $(cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err")"
		capture_ends
		has_captured 2 || fail "$words: $(<"$BATS_TEST_TMPDIR/out")"
		grep -qE '2 packets captured, 0 lost; 2 of [0-9]+ that were judged fit$' "$BATS_TEST_TMPDIR/err"
	done
}

@test "with --json each packet is an object" {
	given_watched_server xdp
	capture_begins --json drop -c 1
	client_sends 9 1
	capture_has_ended
	jq -e '.device == "eth0" and .hook == "xdp" and .plugin == "policy" and .verdict == "drop" and .reason == "rule"
		and .rule == 1 and .text == "drop udp to port 9" and .flow == null and .length == 42
		and .packet == "udp 198.51.100.1:1000 > 203.0.113.1:9"' "$BATS_TEST_TMPDIR/out"
}

@test "tshark reads the file without a warning, with verdicts, comments and what was counted" {
	given_watched_server xdp ingress
	capture_begins -w "$BATS_TEST_TMPDIR/file.pcapng" -c 4
	client_sends 9 2
	client_sends 80 1
	capture_has_ended
	tshark -r "$BATS_TEST_TMPDIR/file.pcapng" -T fields -e frame.interface_name -e udp.dstport -e frame.comment \
		>"$BATS_TEST_TMPDIR/fields" 2>"$BATS_TEST_TMPDIR/warnings"
	run ! grep -v "Running as user" "$BATS_TEST_TMPDIR/warnings"
	grep -F "$(printf 'eth0:xdp\t9\tdrop: %s: drop udp to port 9' "$(rule_place a 1)")" "$BATS_TEST_TMPDIR/fields"
	grep -F "$(printf 'eth0:ingress\t80\tpass: no rule matches: ')" "$BATS_TEST_TMPDIR/fields"
	capinfos "$BATS_TEST_TMPDIR/file.pcapng" | grep -E 'Number of packets: +4'
}

@test "a VLAN tag that tc has beside the frame is put back where it was" {
	given_watched_server xdp ingress
	capture_begins -w "$BATS_TEST_TMPDIR/file.pcapng" -c 2
	udp_frames 198.51.100.1 1 80 | sed 's/ 0800 / 81002005 0800 /' | client_sends_frames
	capture_has_ended
	[[ $(tshark -r "$BATS_TEST_TMPDIR/file.pcapng" -T fields -e frame.interface_name -e vlan.id -e vlan.priority -e udp.dstport -e frame.len 2>/dev/null | sort) == $'eth0:ingress\t5\t1\t80\t46\neth0:xdp\t5\t1\t80\t46' ]]
}

@test "a capture of last night is judged by the policy of today" {
	given_watched_server xdp
	capture_begins -w "$BATS_TEST_TMPDIR/file.pcapng" -c 2
	client_sends 9 1
	client_sends 80 1
	capture_has_ended
	given_policy b 'drop udp to port 80' 'default pass'
	run -0 tailgate explain --policy "$BATS_TEST_TMPDIR/b.policy" --pcap "$BATS_TEST_TMPDIR/file.pcapng"
	grep -E '> 203.0.113.1:80 \(eth0:xdp.* pass: .*\): drop: ' <<<"$output"
	grep -E '> 203.0.113.1:9 \(eth0:xdp.* drop: .*\): pass: ' <<<"$output"
}

@test "what is sampled is a part, and all are counted" {
	given_watched_server xdp
	capture_begins drop --sample 1/4
	client_sends 9 400
	eventually is_judged drop 400
	capture_ends
	local taken
	taken=$(wc -l <"$BATS_TEST_TMPDIR/out")
	# one in 10^9 runs has fewer than 50 or more than 160
	((taken >= 50 && taken <= 160)) || fail "$taken of 400"
	grep -qF "$taken packets captured, 0 lost; 400 of 400 that were judged fit" "$BATS_TEST_TMPDIR/err"
}

@test "a packet that is malformed or not IP has no flow, whatever was judged before it" {
	given_quiet_server
	on_server attach eth0 --xdp --chain policy >/dev/null
	given_policy a 'pass established' 'default pass keep'
	apply a >/dev/null
	capture_begins pass new
	{
		udp_frames 198.51.100.1 1
		printf '%s\n' 'ffffffffffff 020000000001 0806 0001080006040001 020000000001 c6336401 000000000000 c6336402' \
			'020000000002 020000000001 0800 4400001c00000000 4011 0000 c6336401 cb007101 03e8 0009 0008 0000'
		udp_frames 198.51.100.1 1
	} | client_sends_frames
	eventually is_judged pass 4
	capture_ends
	[[ $(grep -c ' udp ' "$BATS_TEST_TMPDIR/out") == 2 && $(wc -l <"$BATS_TEST_TMPDIR/out") == 2 ]] ||
		fail "$(cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err")"
	grep -qF '2 of 4 that were judged fit' "$BATS_TEST_TMPDIR/err"
}

is_judged() { # VERDICT COUNT
	(($(packets policy xdp "$1" rule) >= $2))
}

# --- the chain is as it was

@test "while nobody captures the programs are the same instructions" {
	given_watched_server xdp ingress egress
	local before
	before=$(
		instructions_of xdp
		instructions_of ingress
		instructions_of egress
	)
	[[ $before == *map* ]]
	capture_begins
	is_watched xdp
	is_watched egress
	[[ $(
		instructions_of xdp
		instructions_of ingress
		instructions_of egress
	) != "$before" ]]
	capture_ends
	! is_watched xdp || fail 'xdp is still watched'
	[[ $(
		instructions_of xdp
		instructions_of ingress
		instructions_of egress
	) == "$before" ]]
	[[ ! -e $OBJECTS_ROOT/$KEY/watch && ! -e $OBJECTS_ROOT/$KEY/watch.lock ]]
}

@test "captures that start and stop under a flood lose no packet, and all counts add up" {
	given_watched_server xdp
	local i sender
	for ((i = 0; i < 40; i++)); do
		client_sends 9 100
	done 3>&- 4>&- &
	sender=$!
	for ((i = 0; i < 4; i++)); do
		capture_begins drop -w "$BATS_TEST_TMPDIR/file.pcapng"
		capture_ends
	done
	wait "$sender"
	eventually all_counted 4000 || fail "$(packets policy xdp drop rule) and $(rule_packets xdp)"
	no_call_was_missed
	[[ $(judged xdp) == 4000 ]]
}

all_counted() { # COUNT
	[[ $(packets policy xdp drop rule) == "$1" && $(rule_packets xdp) == "$1 "* ]]
}

@test "rules go on counting through a capture" {
	given_watched_server xdp
	client_sends 9 3
	eventually all_counted 3
	capture_begins -c 2
	client_sends 9 2
	capture_has_ended
	client_sends 9 2
	eventually all_counted 7 || fail "$(rule_packets xdp)"
}

@test "a policy that is applied during a capture is captured as well" {
	given_watched_server xdp
	capture_begins drop
	client_sends 9 1
	eventually has_captured 1
	given_policy b 'pass udp to port 9' 'drop udp to port 80' 'default pass'
	apply b >/dev/null
	is_watched xdp
	client_sends 80 1
	eventually has_captured 2
	capture_ends
	grep -F "drop: $(rule_place b 2): drop udp to port 80" "$BATS_TEST_TMPDIR/out"
	! is_watched xdp || fail 'it is still watched'
	on_server policy rollback eth0 >/dev/null
	! is_watched xdp || fail 'the policy before is watched'
}

@test "a policy that waits to be confirmed may be captured, and still goes back" {
	given_watched_server xdp
	given_policy b 'pass udp to port 9' 'default pass'
	on_server policy apply eth0 "$BATS_TEST_TMPDIR/b.policy" --confirm 600 >/dev/null
	capture_begins pass -c 1
	client_sends 9 1
	capture_has_ended
	on_server policy rollback eth0 >/dev/null
	client_sends 9 1
	eventually is_judged drop 1
}

# --- how it ends

@test "killed with all its processes, it leaves a chain that status tells of and the next command mends" {
	given_watched_server xdp
	capture_begins
	local reader
	reader=$(pgrep -P "$CAPTURE" -x tg-capture)
	kill -KILL "$CAPTURE" "$reader"
	capture_has_ended || true
	is_watched xdp
	run -0 on_server status eth0
	[[ $output == *"eth0 xdp is still watched by a 'capture' that was killed: the next command that changes eth0 ends that"* ]]
	client_sends 9 2
	eventually all_counted 2
	given_policy b 'drop udp to port 9' 'default pass'
	run -0 apply b
	[[ $output == *"ending the watch of a 'capture' that was killed"* ]]
	! is_watched xdp || fail 'it is still watched'
	rule_packets_are xdp '2 0'
}

@test "the reader ends if the command is killed" {
	given_watched_server xdp
	capture_begins
	local reader
	reader=$(pgrep -P "$CAPTURE" -x tg-capture)
	kill -KILL "$CAPTURE"
	capture_has_ended || true
	eventually has_ended "$reader"
	run -0 on_server capture eth0 --end
	! is_watched xdp || fail 'it is still watched'
}

has_ended() { # PID
	[[ ! -e /proc/$1/exe ]]
}

@test "Ctrl-C ends it with what was captured" {
	given_watched_server xdp
	timeout --foreground -s INT 3 "$ROOT/tc-scripts/tailgate" --netns "$SERVER" capture eth0 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- || [[ $? == 124 ]]
	grep -F ' packets captured, 0 lost;' "$BATS_TEST_TMPDIR/err"
	run ! is_watched xdp
}

@test "a second capture is refused while one runs" {
	given_watched_server xdp
	capture_begins
	refuses 1 "eth0 is captured already, by process $CAPTURE: end that first" on_server capture eth0
	refuses 1 "eth0 is captured by process $CAPTURE, which is running" on_server capture eth0 --end
	run -0 on_server status eth0
	[[ $output == *"eth0 xdp is watched by 'tailgate capture' (process $CAPTURE)"* ]]
	capture_ends TERM
	run ! is_watched xdp
}

@test "a disk that fills ends it with what was written, and the chain as it was" {
	given_watched_server xdp
	mkdir "$BATS_TEST_TMPDIR/small"
	mount -t tmpfs -o size=64k small "$BATS_TEST_TMPDIR/small"
	capture_begins -w "$BATS_TEST_TMPDIR/small/file.pcapng"
	client_sends 9 3000
	local status=0
	capture_has_ended || status=$?
	tshark -r "$BATS_TEST_TMPDIR/small/file.pcapng" >"$BATS_TEST_TMPDIR/read" 2>"$BATS_TEST_TMPDIR/warnings" || status=99
	umount "$BATS_TEST_TMPDIR/small"
	[[ $status == 1 ]]
	grep -F 'small/file.pcapng: No space left on device' "$BATS_TEST_TMPDIR/err"
	(($(wc -l <"$BATS_TEST_TMPDIR/read") > 100))
	run ! grep -v "Running as user" "$BATS_TEST_TMPDIR/warnings"
	run ! is_watched xdp
}

@test "a pipe that is closed ends it quietly" {
	given_watched_server xdp
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	head -n 1 "$BATS_TEST_TMPDIR/pipe" >"$BATS_TEST_TMPDIR/head" 3>&- 4>&- &
	on_server capture eth0 drop >"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/err" 3>&- 4>&- &
	CAPTURE=$!
	eventually is_watched xdp
	sleep 0.5
	for _ in 1 2 3 4 5 6; do
		client_sends 9 1
		sleep 0.1
	done
	capture_has_ended
	[[ $(wc -l <"$BATS_TEST_TMPDIR/head") == 1 ]]
	run ! is_watched xdp
}

@test "it ends when the device is detached, and when it is gone" {
	given_watched_server xdp
	capture_begins
	on_server detach eth0 >/dev/null
	capture_has_ended
	grep -F 'nothing is attached any more: the capture ends' "$BATS_TEST_TMPDIR/err"
	on_server attach eth0 --xdp --chain count >/dev/null
	capture_begins
	in_server ip link del eth0
	capture_has_ended
	grep -F 'the device is gone: the capture ends' "$BATS_TEST_TMPDIR/err"
}

# --- what it refuses

@test "wrong words are refused with a place and a mend, and change nothing" {
	given_watched_server xdp
	local before
	before=$(what_is_there)
	run -1 on_server capture eth0 udp prot 9
	[[ $output == 'condition:1:10: unknown condition or change '* && $output == *'         ^'* && $output == *"did you mean 'proto'?"* ]]
	[[ $(what_is_there) == "$before" ]]
	refuses_and_changes_nothing 2 "no such reason: 'foo': there are no-match malformed" on_server capture eth0 --reason foo
	refuses_and_changes_nothing 1 'no rule 99: the policy has 2 rules' on_server capture eth0 --rule 99
	refuses_and_changes_nothing 1 "no chain of eth0 has the plugin 'drop_arp'" on_server capture eth0 --plugin drop_arp
	refuses_and_changes_nothing 1 "cannot write '/nonexistent/file'" on_server capture eth0 -w /nonexistent/file
	refuses_and_changes_nothing 2 'a condition asks no sets' on_server capture eth0 from @blocked
	refuses_and_changes_nothing 2 'the device comes first' on_server capture drop eth0
	refuses_and_changes_nothing 2 '--sample takes 1/N' on_server capture eth0 --sample x
	refuses_and_changes_nothing 2 '--snap takes 1 to 32768 bytes' on_server capture eth0 --snap 40000
	refuses_and_changes_nothing 1 'eth0 egress has no chain' on_server capture eth0 egress
}

@test "--dry-run prints the commands that begin and end it, and changes nothing" {
	given_watched_server xdp
	local before
	before=$(what_is_there)
	run -0 on_server --dry-run capture eth0 drop udp to port 9
	[[ $output == *'tg_watch?=1'* && $output == *'tc exec bpf graft'* && $output == *'tg-capture --pins'* ]]
	[[ $(what_is_there) == "$before" ]]
}

@test "the constants of a filter are those that programs have" {
	local name
	# shellcheck source=tc-scripts/lib/watch.bash
	source "$ROOT/tc-scripts/lib/watch.bash"
	for name in "${WATCH_OFF[@]}"; do
		"$BUILD/tg-splice" "$BUILD/count.o" --list | grep -F "${name/\?/} (" || fail "$name"
	done
	[[ $("$BUILD/tg-splice" "$BUILD/count.o" --list | grep -c '^tg_watch') == "${#WATCH_OFF[@]}" ]]
	[[ $WATCH_GATE == $((1 + 64)) ]]
	grep -F '#define TG_WATCH_GATE (1 + TG_SLOTS)' "$ROOT/maps/watch_event.h"
}
