#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-flows del, save and load, by one command and by several, and by commands
# that are killed.

load helper
load helper-flows

teardown() {
	clean_up
}

# --- del, save, load

@test "flows are deleted by filter, or all" {
	given_some_flows
	run -0 flows del from 198.51.100.0/24 udp
	[[ $output == '1 removed' ]]
	has_flows 6
	run -0 flows del tcp port 9
	[[ $output == '0 removed' ]]
	run -0 flows del --all
	[[ $output == '6 removed' ]]
	has_flows 0
}

@test "what is saved loads into another table, and is the same" {
	given_some_flows
	flows save >saved
	flows_saved >before
	(($(wc -l <before) == 8))
	rm "$PIN"
	flows prepare --flows 5000
	run -0 flows load saved
	[[ $output == '7 added, 0 were there already' ]]
	flows_saved | diff before -
	run -0 flows load - <saved
	[[ $output == '0 added, 7 were there already' ]]
	flows_saved | diff before -
}

@test "the sender of the first packet and what each end has sent stay theirs, in whichever order the ends are" {
	given_flow_table
	cat >list <<-END
		tcp 198.51.100.7:40000 > 203.0.113.1:443 established left 432000s first 1000,2000,502,7,131 second 5,6,501,8,139
		tcp 203.0.113.1:40000 > 198.51.100.7:443 established left 432000s first 1000,2000,502,7,131 second 5,6,501,8,139
		tcp 198.51.100.7:50000 > 198.51.100.7:443 established left 432000s first 1000,2000,502,7,131 second 5,6,501,8,139
		tcp 198.51.100.7:444 > 198.51.100.7:50000 established left 432000s first 1000,2000,502,7,131 second 5,6,501,8,139
		icmp 203.0.113.1 > 198.51.100.7 icmp-replied left 30s id 65535
		icmp 198.51.100.7 > 203.0.113.1 icmp-replied left 30s id 65535
	END
	flows load list
	flows_saved | grep -v '^#' | diff <(sed 's/ left [0-9]*s/ left/' list | sort) -
}

@test "each bad line is reported with its place, and nothing is changed" {
	given_flow_table
	cat >bad <<-END
		# a comment
		udp 198.51.100.1:5 > 198.51.100.2:6 udp-sent left 5s
		upd 198.51.100.1:5 > 198.51.100.2:6 udp-sent left 5s
		udp 198.51.100.1:x > 198.51.100.2:6 udp-sent left 5s
		udp 198.51.100.1:5 > 2001:db8::1 udp-sent left 5s
		udp 198.51.100.1:5 > 198.51.100.2 udp-sent left 5s
		udp 198.51.100.1:5 - 198.51.100.2:6
		udp 198.51.100.1:5 > 198.51.100.2:6 established left 5s
		udp 198.51.100.1:5 > 198.51.100.2:6 pending left 5s
		udp 198.51.100.1:5 > 198.51.100.2:6 udp-sent
		udp 198.51.100.1:5 > 198.51.100.2:6 udp-sent left 5
		udp 198.51.100.1:5 > 198.51.100.2:6 udp-sent left 5s for good
		udp 198.51.100.1:5 > 198.51.100.2:6 udp-sent left 5s id 7
		icmp 198.51.100.1 > 198.51.100.2 icmp-sent left 5s
		tcp 198.51.100.1:5 > 198.51.100.2:6 established left 5s first 1,2,3,4,5 second 1,2,3,4
		tcp 198.51.100.1:5 > 198.51.100.2:6 established left 5s first 1,2,3,4,5
		gre 198.51.100.1 > 198.51.100.2 other-sent left 5s vlan 4096
		tcp 198.51.100.1 > 198.51.100.2 fragments left 5s
		udp 198.51.100.1 > 198.51.100.2 udp-sent left 5s
	END
	run -1 flows load bad
	diff - <(printf '%s\n' "$output") <<-END
		bad:3:1: 'upd' is not a protocol
		bad:4:5: '198.51.100.1:x' is not an end like 198.51.100.7:443 or [2001:db8::7]:443
		bad:5:22: '2001:db8::1' is not of the first end's family
		bad:6:22: '198.51.100.2' is not like the first end: both have a port, or neither
		bad:7:20: '-' is not '>', between the ends
		bad:8:37: 'established' is not a state of the protocol
		bad:9:37: 'pending' is not a state of the protocol
		bad:10:45: the line ends, and 'left' with a time is missing
		bad:11:51: '5' is not a time like 86400s or 5d
		bad:12:54: 'for' is not 'id', 'fragment', 'vlan', 'first' or 'second'
		bad:13:57: '7' is not an id of 0 to 65535, given once and without ports
		bad:14:51: the line ends, and 'id N' is missing
		bad:15:80: '1,2,3,4' is not what a TCP end has sent: END,MAX_END,WINDOW,SCALE,FLAGS, given once
		bad:16:72: the line ends, and 'first ...' and 'second ...' is missing
		bad:17:57: '4096' is not a VLAN of 0 to 4095, given once
		bad:18:50: the line ends, and 'fragment ID' with the state 'fragments', and with no other, is missing
		bad:19:49: the line ends, and a port of both ends is missing
		tg-flows: bad: 17 bad lines: nothing was changed
	END
	has_flows 0
	run -1 flows load nothing
	[[ $output == 'tg-flows: nothing: No such file or directory' ]]
	head -c 100000 /dev/urandom >noise
	run -1 flows load noise
	has_flows 0
}

@test "a table that is full says so, and keeps what it has" {
	given_flow_table 64
	udp_lines 10 65 >list
	run -1 flows load list
	[[ $output == "tg-flows: list has 65 flows, and the table is for 64: nothing was changed; 'attach --flows 65' makes one that is large enough" ]]
	has_flows 0
	udp_lines 10 64 >a
	udp_lines 20 64 >b
	flows load a || true
	flows_saved >before
	run -1 flows load b
	[[ $output == *"tg-flows: $PIN: the table is full: no room for "*' flows; '*' were added'* ]]
	(($(count_flows) <= 72))
	[[ ! $(comm -23 before <(flows_saved)) ]]
}

@test "flows that were not answered make room for those that are established" {
	given_flow_table 64
	udp_lines 10 64 udp-sent >a
	udp_lines 20 40 >b
	flows load a || true
	flows load b
	[[ $(flows list state udp-stream --count --json | jq .flows) == 40 ]]
}

@test "output that cannot be written is a failure" {
	given_some_flows
	run -1 eval 'flows save >/dev/full'
	[[ $output == 'tg-flows: standard output: No space left on device' ]]
}

# --- several writers, and killed ones

@test "two writers at once lose nothing, and add nothing twice" {
	given_flow_table 60000 # no place is short, however the hash falls
	udp_lines 10 15000 >a
	udp_lines 20 15000 >b
	local pids=() pid file
	for file in a b a; do
		flows load "$file" >/dev/null 3>&- 4>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	has_flows 30000
	flows save | grep -v '^#' | cut -d' ' -f2 | sort | uniq -d >twice
	[[ ! -s twice ]]
}

@test "writers killed at any point leave a table that works" {
	given_flow_table 40000
	udp_lines 10 20000 >list
	local number pid verb
	for number in {1..30}; do
		verb=(load list)
		((number % 3)) || verb=(del from 10.0.0.0/17)
		"$FLOWS" "${verb[0]}" "$PIN" "${verb[@]:1}" >/dev/null 3>&- 4>&- &
		pid=$!
		sleep "0.0$((RANDOM % 4))"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || true
		flows list --count >/dev/null
	done
	flows load list
	has_flows 20000
	run -0 flows del --all
	[[ $output == '20000 removed' ]]
}

@test "ways that a killed writer has left claimed are freed by the next one" {
	given_flow_table 64
	local now way
	# BUSY, with a deadline that has passed long ago
	for way in {0..7}; do
		set_word 3 "$way" 1 0 0 0 1 0 0 0
	done
	has_flows 0
	udp_lines 10 64 >list
	flows load list || true
	(($(count_flows) > 56))
}
