#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain DEV HOOK of programs that use flows: the flow that is found in
# the table in force, and what a description says of it.

load helper
load helper-chain
load helper-explain

# The table of the device, with a connection and a question.
given_flows() {
	cat >"$BATS_TEST_TMPDIR/flows" <<-END
		tcp 198.51.100.1:1234 > 198.51.100.2:22 established left 5d first 1000,65000,502,7,15 second 5000,69000,501,7,15
		udp 198.51.100.2:5353 > 198.51.100.1:53 udp-sent left 1h
		icmp 198.51.100.1 > 198.51.100.2 icmp-replied left 1h id 0
	END
	on_server flows load eth0 "$BATS_TEST_TMPDIR/flows" >/dev/null
}

given_flow_policy() { # HOOK
	given_policy edge "$1" <<-'END'
		default drop
		pass established
		drop invalid
		pass tcp to port 80 keep else drop
	END
	on_server attach eth0 "--$1" --chain count >/dev/null
	on_server chain eth0 "$1" set "count,$POLICY"
	given_flows
}

# Nothing may change in it but the time that is left.
whole_table() {
	on_server flows save eth0 | sed 's/ left [0-9]*s//' | sort
}

readonly FLOW='flow: tcp 198.51.100.1:1234 > 198.51.100.2:22, established,'

@test "explain says what a packet is to the flows, and which flow it belongs to" {
	given_device
	local hook before
	for hook in ingress xdp; do
		given_flow_policy "$hook"
		before=$(whole_table)
		run -0 explain "$hook" "udp 198.51.100.1:53 > 198.51.100.2:5353"
		[[ ${lines[0]} == 'pass: edge.policy:2: pass established; is established; flow: udp 198.51.100.2:5353 > 198.51.100.1:53, udp-sent, '*' left' ]]
		run -0 explain "$hook" 'tcp 198.51.100.1:1234 > 198.51.100.2:22 rst'
		[[ ${lines[0]} == *"; $FLOW "*' left' ]]
		run -0 explain "$hook" "$SYN80"
		[[ ${lines[0]} == 'pass: edge.policy:4: pass tcp to port 80 keep else drop; would keep its flow, and drop it if there is no room; is new' ]]
		run -0 explain "$hook" 'tcp 198.51.100.1:1234 > 198.51.100.2:80 syn,ack'
		[[ ${lines[0]} == 'drop: edge.policy:3: drop invalid; is invalid' ]]
		run -0 explain "$hook" 'arp request 198.51.100.1 > 198.51.100.2'
		[[ ${lines[0]} != *' is '* ]]
		[[ $(whole_table) == "$before" ]]
		on_server detach eth0 >/dev/null
	done
}

@test "a description that says what the packet is decides, and nothing is looked up" {
	given_device
	given_flow_policy ingress
	run -0 explain ingress --batch <<-END
		$SYN80
		$SYN80 established
		$SYN80 invalid
		$SYN80 established
		udp 198.51.100.1:53 > 198.51.100.2:5353 new
		arp request 198.51.100.1 > 198.51.100.2
	END
	diff - <(printf '%s\n' "$output") <<-'END'
		pass: edge.policy:4: pass tcp to port 80 keep else drop; would keep its flow, and drop it if there is no room; is new [count, policy]
		pass: edge.policy:2: pass established [count, policy]
		drop: edge.policy:3: drop invalid [count, policy]
		pass: edge.policy:2: pass established [count, policy]
		drop: no rule matches: edge.policy:1: default drop [count, policy]
		drop: no rule matches: edge.policy:1: default drop [count, policy]
	END
}

@test "explain --json has the fact and the flow" {
	given_device
	given_flow_policy ingress
	explain ingress --json 'udp 198.51.100.1:53 > 198.51.100.2:5353' |
		jq -e '.flow == "established" and .assumed == false and .known.protocol == "udp" and .known.state == "udp-sent" and .met[1].flow == "established"'
	explain ingress --json "$SYN80" |
		jq -e '.flow == "new" and .assumed == false and .known == null and .changes == [{"keep": true, "else": "drop"}]'
	explain ingress --json "$SYN80 established" | jq -e '.flow == "established" and (.assumed | not) and .known == null'
}

@test "the plugin 'flow' is explained, and keeps nothing of what it is asked about" {
	given_device
	on_server attach eth0 --ingress --egress --chain flow >/dev/null
	given_flows
	local before
	before=$(whole_table)
	run -0 explain ingress 'udp 198.51.100.1:53 > 198.51.100.2:5353'
	[[ ${lines[0]} == 'pass: flow: flow: '*'; is established; flow: udp 198.51.100.2:5353 > 198.51.100.1:53, udp-sent, '*' left' ]]
	run -0 explain egress "$SYN80"
	[[ ${lines[0]} == 'pass: end: default: '* && ${lines[1]} =~ ^\ \ flow\ +'next; is new'$ ]]
	run -0 explain ingress "$SYN80 related"
	[[ ${lines[0]} == 'pass: flow: flow: '* && ${lines[0]} != *' is '* ]]
	[[ $(whole_table) == "$before" ]]
}
