#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-flows list: flows as a table and as JSON, filters, and changes as they come.

load helper
load helper-flows

teardown() {
	clean_up
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
	refuses "'from' is given twice, the second time: '198.51.100.2'" from 198.51.100.1 from 198.51.100.2
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
