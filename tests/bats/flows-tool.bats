#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-flows: tables of flows for programs that tc loads, flows one by one and in
# files, and those of sockets. The verb is in flows.bats.

load helper
load helper-flows

teardown() {
	clean_up
}

# --- tables

@test "prepare makes a table for the flows that are asked for, and keeps it" {
	given_flow_pin
	run -0 flows prepare
	[[ $output == 'a table for 131072 flows, 10138 KiB' ]]
	[[ $(stat -c %a "$PIN") == 600 ]]
	local id
	id=$(bpftool -j map show pinned "$PIN" | jq .id)
	run -0 flows prepare
	[[ $output == 'a table for 131072 flows, 10138 KiB, was there already' ]]
	run -0 flows prepare --flows 64
	[[ $output == *'131072 flows'* && $output == *'stays as it is'*'--flows 64'* ]]
	[[ $(bpftool -j map show pinned "$PIN" | jq .id) == "$id" ]]
}

@test "a table has at most 80 bytes for each flow that it is for" {
	local size
	for size in 1000 131072 1000000; do
		given_flow_table "$size"
		(($(bpftool -j map show pinned "$PIN" | jq '.max_entries * 64') <= size * 80))
		rm "$PIN"
	done
}

@test "each table has a secret of its own" {
	given_flow_table
	local secret
	secret=$(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c '.value[16:64]')
	[[ $secret != "$(jq -nc '[range(48) | "0x00"]')" ]]
	rm "$PIN"
	flows prepare --flows 1000
	[[ $(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c '.value[16:64]') != "$secret" ]]
}

@test "numbers of flows that no table can have are refused" {
	given_flow_pin
	local number
	for number in 63 16000001 0 -1 1e6 many ''; do
		run -2 flows prepare --flows "$number"
		[[ $output == "tg-flows: --flows takes a number of 64 to 16000000, not '$number'"* ]]
	done
	[[ ! -e $PIN ]]
}

@test "a map that is no table of flows, or one of another version, is refused" {
	given_flow_table
	local head
	mapfile -t head < <(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -r '.value[]')
	bpftool map update pinned "$PIN" key 0 0 0 0 value 7 "${head[@]:1}"
	run -1 flows list
	[[ $output == "tg-flows: $PIN: is not a table of flows of this version: detach and attach again" ]]
	run -1 flows prepare
	[[ $output == "tg-flows: $PIN: is not a table of flows of this version: detach and attach again" ]]
	rm "$PIN"
	bpftool map create "$PIN" type array key 4 value 64 entries 100 name tgf_flows
	run -1 flows prepare
	[[ $output == "tg-flows: $PIN: is not a table of flows of this version: detach and attach again" ]]
	rm "$PIN"
	run -1 flows list
	[[ $output == "tg-flows: $PIN: there is no table of flows" ]]
	PIN=/nonexistent/pin
	run -1 flows prepare
	[[ $output == 'tg-flows: /nonexistent/pin: No such file or directory' ]]
}

# --- objects

given_lo() {
	given_namespace HOST host
	in_namespace "$HOST" tc qdisc add dev lo clsact
}

on_lo() { # OBJECT
	in_namespace "$HOST" tc filter replace dev lo ingress protocol all pref 1 handle 1 bpf da obj "$1" sec ingress
}

maps_on_lo() {
	local id
	id=$(in_namespace "$HOST" tc -j filter show dev lo ingress | jq '.[].options.prog.id // empty')
	bpftool -j prog show id "$id" | jq '.map_ids[]'
}

@test "tc takes the table for a program that uses flows, and none is made for one that does not" {
	given_flow_pin
	given_flow_objects
	given_lo
	"$BUILD/tg-splice" "$UNUSED" -o unused.o --flows "$PIN"
	[[ ! -e $PIN ]]
	on_lo unused.o
	[[ ! -e $PIN ]]
	"$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN"
	on_lo used.o
	[[ $(maps_on_lo) == *"$(bpftool -j map show pinned "$PIN" | jq .id)"* ]]
	# the same again, with the table that is there
	cp used.o before.o
	"$BUILD/tg-splice" used.o -o used.o --flows "$PIN"
	cmp used.o before.o
	"$BUILD/tg-splice" unused.o -o again.o --flows "$PIN"
	cmp unused.o again.o
}

@test "a table that tc has made for a program as built is prepared in place" {
	given_flow_pin
	given_lo
	on_lo "$BUILD/tests/flow_rules.bpf.o"
	run -1 flows list
	[[ $output == "tg-flows: $PIN: no tool has prepared it: 'tg-flows prepare' does" ]]
	run -0 flows prepare
	[[ $output == 'a table for 8080 flows, 625 KiB, was there already' ]]
	udp_lines 10 100 >list
	flows load list
	has_flows 100
}

@test "the table of an attachment becomes a link of its instance's" {
	given_flow_pin
	given_flow_objects
	mkdir "$TC_BPF_MNT/@edge"
	local shared=$TC_BPF_MNT/@edge/tgf_flows
	"$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN" --flows-from "$shared"
	[[ $PIN -ef $shared ]]
	"$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN" --flows-from "$shared"
	rm "$PIN"
	flows prepare >/dev/null
	run -1 "$BUILD/tg-splice" "$USED" -o used.o --flows "$PIN" --flows-from "$shared"
	[[ $output == "tg-splice: $PIN: is another table than the instance's, $shared: detach and attach again" ]]
	run -2 "$BUILD/tg-splice" "$USED" -o used.o --flows-from "$shared"
	run -2 "$BUILD/tg-splice" "$USED" --list --flows "$PIN"
}

# --- listing

given_some_flows() {
	given_flow_table
	cat >list <<-END
		tcp 198.51.100.7:40000 > 203.0.113.1:443 established left 432000s first 1000,2000,502,7,131 second 5,6,501,8,139
		tcp [2001:db8::7]:40000 > [2001:db8::1]:22 syn-sent left 120s vlan 5 first 1,2,3,4,5 second 0,0,0,0,0
		udp 203.0.113.1:53 > 198.51.100.7:5353 udp-replied left 30s
		icmp 198.51.100.7 > 203.0.113.1 icmp-replied left 30s id 77
		icmp6 2001:db8::7 > 2001:db8::1 icmp-sent left 30s id 78 vlan 4095
		gre 203.0.113.9 > 198.51.100.7 other-sent left 600s
		udp 198.51.100.7 > 203.0.113.1 fragments left 30s fragment 4000000000
	END
	flows load list >/dev/null
}

@test "flows are listed in an aligned table, in order" {
	given_some_flows
	run -0 flows list
	diff - <(sed -E 's/ +(7d|4d23h|5d|[0-9]+[ms]([0-9]+s)?)( |$)/ LEFT\3/; s/ +$//' <<<"$output") <<-END
		PROTOCOL  FROM                 TO                 STATE             LEFT
		icmp      198.51.100.7         203.0.113.1        icmp-replied LEFT  id 77
		tcp       198.51.100.7:40000   203.0.113.1:443    established LEFT
		tcp       [2001:db8::7]:40000  [2001:db8::1]:22   syn-sent LEFT  vlan 5
		udp       203.0.113.1:53       198.51.100.7:5353  udp-replied LEFT
		udp       198.51.100.7         203.0.113.1        fragments LEFT  fragment 4000000000
		gre       203.0.113.9          198.51.100.7       other-sent LEFT
		icmp6     2001:db8::7          2001:db8::1        icmp-sent LEFT  id 78, vlan 4095
	END
	flows del --all
	run -0 flows list
	[[ ! $output ]]
}

lists() { # COUNT FILTER...
	local count
	count=$(flows list "${@:2}" --json | jq '.flows | length')
	[[ $count == "$1" ]] || fail "'${*:2}' is about $count flows, not $1"
	[[ $(flows list "${@:2}" --count --json | jq .flows) == "$1" ]]
}

@test "filters are about the ends as the first packet went, and all have to apply" {
	given_some_flows
	lists 7
	lists 2 tcp
	lists 2 udp
	lists 2 icmp
	lists 1 icmp6
	lists 1 gre
	lists 1 47
	lists 0 sctp
	lists 3 from 198.51.100.7
	lists 3 from 198.51.100.0/24
	lists 2 to 198.51.100.7
	lists 1 vlan 5
	lists 1 vlan 4095
	lists 2 from 2001:db8::/32
	lists 0 from 2001:db8::/127
	lists 5 from 0.0.0.0/0
	lists 1 port 53
	lists 1 port 5353
	lists 2 port 40000
	lists 1 port 40000 tcp from 198.51.100.7
	lists 0 port 77
	lists 1 state established
	lists 1 state fragments
	lists 0 state established udp
}

@test "a filter that is wrong is a usage error that quotes it" {
	given_flow_table
	refuses() { # MESSAGE WORD...
		run -2 flows list "${@:2}"
		[[ $output == "tg-flows: $1"* ]] || fail "${*:2}: $output"
	}
	refuses "no such state: 'up': there are pending syn-sent" state up
	refuses "needs a value behind it: 'from'" from
	refuses "not an address or a prefix: '198.51.100.300'" from 198.51.100.300
	refuses "not an address or a prefix: '198.51.100.1/33'" to 198.51.100.1/33
	refuses "not a port of 0 to 65535: '65536'" port 65536
	refuses "not a VLAN of 0 to 4095: '4096'" vlan 4096
	refuses "not a condition: tcp, udp, icmp or another protocol, from, to, port, state or vlan is: 'tpc'" tpc
	refuses "a flow has one protocol, so not also: 'udp'" tcp udp
	refuses "is given twice, the second time: '198.51.100.2'" from 198.51.100.1 from 198.51.100.2
	refuses "'port' is given twice" port 1 port 2
	refuses "'state' is given twice" state closed state closed
	refuses "--watch and --count do not go together" --watch --count
	refuses 'an option is not one of' --all
	run -2 flows del
	[[ $output == *"del needs conditions"* ]]
	run -2 flows del tcp --all
	run -2 flows save list
	run -2 flows grow
}

@test "flows are printed as JSON" {
	given_some_flows
	diff - <(flows list --json | jq -c '.room, (.flows[] | del(.left))') <<-END
		1000
		{"protocol":"icmp","from":{"address":"198.51.100.7"},"to":{"address":"203.0.113.1"},"state":"icmp-replied","id":77}
		{"protocol":"tcp","from":{"address":"198.51.100.7","port":40000},"to":{"address":"203.0.113.1","port":443},"state":"established"}
		{"protocol":"tcp","from":{"address":"2001:db8::7","port":40000},"to":{"address":"2001:db8::1","port":22},"state":"syn-sent","vlan":5}
		{"protocol":"udp","from":{"address":"203.0.113.1","port":53},"to":{"address":"198.51.100.7","port":5353},"state":"udp-replied"}
		{"protocol":"udp","from":{"address":"198.51.100.7"},"to":{"address":"203.0.113.1"},"state":"fragments","fragment":4000000000}
		{"protocol":"gre","from":{"address":"203.0.113.9"},"to":{"address":"198.51.100.7"},"state":"other-sent"}
		{"protocol":"icmp6","from":{"address":"2001:db8::7"},"to":{"address":"2001:db8::1"},"state":"icmp-sent","id":78,"vlan":4095}
	END
	(($(flows list tcp state established --json | jq '.flows[].left') > 431900))
	run -0 flows list --count --json
	[[ $output == '{"room":1000,"flows":7,"states":{"syn-sent":1,"established":1,"udp-replied":1,"icmp-sent":1,"icmp-replied":1,"other-sent":1,"fragments":1}}' ]]
	run -0 flows list udp --count
	diff - <(printf '%s\n' "$output") <<-END
		udp-replied             1
		fragments               1
		all                     2 of 1000
	END
}

@test "a flow is gone when its time is over" {
	given_flow_table
	udp_lines 10 5 udp-sent 2 >list
	flows load list
	has_flows 5
	eventually has_flows 0
}

# Whether the process has read the table and waits to read it again.
has_looked() { # PID
	grep -q bpf-map "/proc/$1/maps" && grep -q '^State:.S' "/proc/$1/status"
}

@test "changes are printed as they come" {
	given_flow_table
	udp_lines 10 3 >list
	flows load list
	local watch json flow='udp 198.51.100.7:9 > 203.0.113.1:53,'
	"$FLOWS" list "$PIN" --watch >changes 3>&- 4>&- &
	watch=$!
	"$FLOWS" list "$PIN" udp port 9 --watch --json >json 3>&- 4>&- &
	json=$!
	eventually has_looked "$watch"
	eventually has_looked "$json"
	echo 'udp 198.51.100.7:9 > 203.0.113.1:53 udp-sent left 600s' >list
	flows load list
	eventually grep -qxF "+ $flow udp-sent" changes
	eventually grep -qF '{"change":"added","protocol":"udp","from":{"address":"198.51.100.7","port":9}' json
	flows del port 9
	sed -i s/udp-sent/udp-replied/ list
	flows load list
	eventually grep -qE '^[~+] udp 198.51.100.7:9 > 203.0.113.1:53, udp-replied$' changes
	flows del port 9
	eventually grep -qxF -- "- $flow udp-replied" changes
	eventually grep -qF '"change":"gone"' json
	rm "$PIN"
	ends_with 1 "$watch"
	ends_with 1 "$json"
	[[ $(grep -c . changes) -le 5 ]]
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
	given_flow_table 40000
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

# --- sockets

@test "connected sockets are taken over, from the end that began" {
	given_hosts
	given_flow_table
	connect() { # in the client
		exec 5<>"/dev/tcp/$SERVER4/80" 6<>"/dev/tcp/$SERVER6/8080" 7<>"/dev/udp/$SERVER4/53" 8<>/dev/tcp/127.0.0.1/9
		: >connected
		read -r _ <end
	}
	mkfifo end
	in_client busybox httpd -p 127.0.0.1:9 -h www </dev/null &>/dev/null 3>&- 4>&-
	export -f connect
	in_client bash -c connect 3>&- 4>&- &
	local client=$!
	eventually test -e connected
	run -0 in_client "$FLOWS" adopt "$PIN" eth0
	[[ $output == '3 added, 0 were there already' ]]
	flows_saved | sed -E 's/:[0-9]+ >/:PORT >/' | diff <(
		printf '%s\n' '# flows, as '\''tailgate flows load'\'' reads them' \
			"tcp $CLIENT4:PORT > $SERVER4:80 established left first 0,0,0,0,136 second 0,0,0,0,136" \
			"tcp [$CLIENT6]:PORT > [$SERVER6]:8080 established left first 0,0,0,0,136 second 0,0,0,0,136" \
			"udp $CLIENT4:PORT > $SERVER4:53 udp-stream left"
	) -
	# the server's ends of the same two
	run -0 in_server "$FLOWS" adopt "$PIN" eth0
	[[ $output == '0 added, 2 were there already' ]]
	flows del --all
	run -0 in_server "$FLOWS" adopt "$PIN" eth0
	[[ $output == '2 added, 0 were there already' ]]
	lists 1 from "$CLIENT4" to "$SERVER4" port 80
	flows del --all
	run -0 in_client "$FLOWS" adopt "$PIN" lo
	lists 1 from 127.0.0.1
	run -1 in_client "$FLOWS" adopt "$PIN" nodev
	[[ $output == 'tg-flows: nodev: No such device' ]]
	echo >end
	wait "$client"
}

@test "a table that is new for a program that uses it has the flows of sockets, and an old one only if it is empty" {
	given_hosts
	given_flow_pin
	given_flow_objects
	mkfifo end
	in_client bash -c "exec 5<>/dev/tcp/$SERVER4/80; : >connected; read -r _ <end" 3>&- 4>&- &
	local client=$!
	eventually test -e connected
	in_client "$BUILD/tg-splice" "$UNUSED" -o out.o --flows "$PIN" --adopt eth0
	[[ ! -e $PIN ]]
	in_client "$BUILD/tg-splice" "$USED" -o out.o --flows "$PIN" --adopt eth0
	has_flows 1
	# the policy's own time: 64 s
	(($(flows list --json | jq '.flows[].left') <= 64))
	flows del --all
	in_client "$BUILD/tg-splice" "$USED" -o out.o --flows "$PIN" --adopt eth0
	has_flows 1
	flows del --all
	udp_lines 10 1 >list
	flows load list
	in_client "$BUILD/tg-splice" "$USED" -o out.o --flows "$PIN" --adopt eth0
	has_flows 1
	lists 1 udp
	echo >end
	wait "$client"
}
