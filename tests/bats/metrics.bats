#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate stats --prometheus: metrics that a parser of Prometheus reads, and
# that say what status and stats say. 'make test-long' asks Prometheus itself.

load helper
load helper-chain
load helper-policy

setup() {
	given_server
}

teardown() {
	remove_chains
	clean_up
}

# Reads metrics, and prints a JSON array of {name, type, labels, value}.
parsed() {
	/usr/bin/python3 -c '
import json, sys
from prometheus_client.parser import text_string_to_metric_families as families

print(json.dumps([{"name": sample.name, "type": family.type, "labels": sample.labels, "value": sample.value}
                  for family in families(sys.stdin.read()) for sample in family.samples]))'
}

metrics() { # [DEV]
	run -0 on_server stats --prometheus "$@"
	METRICS=$(parsed <<<"$output")
}

# Is there a sample for which the expression of jq is true?
shows() { # EXPRESSION
	jq -e "any(.[]; $1)" <<<"$METRICS" >/dev/null || fail "not shown: $1" "$METRICS"
}

@test "metrics say what was counted, by device, hook, plugin, verdict and reason" {
	on_server attach eth0 --ingress --chain count,drop_icmp
	refute_reaches ping
	metrics
	shows '.name == "tailgate_packets_total" and .type == "counter" and .value > 0 and .labels ==
		{device: "eth0", hook: "ingress", plugin: "drop_icmp", verdict: "drop", reason: "icmp"}'
	shows '.name == "tailgate_bytes_total" and .value > 90 and .labels.reason == "icmp"'
	shows '.name == "tailgate_judged_packets_total" and .value > 0 and .labels.result == "dropped"'
	shows '.name == "tailgate_chain_plugins" and .value == 2'
	shows '.name == "tailgate_hook_broken" and .value == 0'
	shows '.name == "tailgate_stale_attachments" and .value == 0'
}

@test "what metrics add up to is what stats says" {
	local counted
	on_server attach eth0 --xdp --ingress --egress --chain count,drop_icmp
	refute_reaches ping
	reaches http 80
	in_server ip link set dev eth0 down # nothing more is counted
	counted=$(on_server stats eth0 --json | jq -c '[map(.packets), map(.bytes)] | map(add)')
	metrics eth0
	[[ $(jq -c '[map(select(.name == "tailgate_packets_total").value), map(select(.name == "tailgate_bytes_total").value)] |
		map(add | floor)' <<<"$METRICS") == "$counted" ]]
}

@test "the metrics of a policy name its file, and its hash changes with a rule alone" {
	local hash
	on_server attach eth0 --ingress --chain policy
	on_server policy apply eth0 - <<<'drop tcp to port 80'
	metrics
	shows '.name == "tailgate_policy_rules" and .value == 1'
	shows '.name == "tailgate_policy_info" and .labels.default == "next"'
	# within a minute, as long as this test may take on a busy machine
	shows ".name == \"tailgate_policy_loaded_timestamp_seconds\" and (.value - $EPOCHSECONDS | fabs) < 60"
	hash=$(jq -r '.[] | select(.name == "tailgate_policy_info").labels.hash' <<<"$METRICS")
	on_server policy apply eth0 - <<<'drop   tcp to port 80 # the web'
	metrics
	shows ".name == \"tailgate_policy_info\" and .labels.hash == \"$hash\""
	on_server policy apply eth0 - <<<'drop tcp to port 81'
	metrics
	shows ".name == \"tailgate_policy_info\" and .labels.hash != \"$hash\""
}

@test "metrics show the sets, flows and limits of a device, and how full they are" {
	on_server attach eth0 --ingress --chain policy --flows 1000 --limits 500
	on_server policy apply eth0 - <<-'END'
		set bad { addresses size 10 }
		drop from @bad
		pass icmp limit 1/m burst 2 per from keep
		pass arp
		default drop
	END
	on_server set add eth0 bad 203.0.113.1
	in_client ping -q -c 4 -i 0.2 -W 1 "$SERVER4" || true
	metrics eth0
	shows '.name == "tailgate_set_entries" and .labels == {device: "eth0", set: "bad"} and .value == 1'
	shows '.name == "tailgate_set_size" and .value == 10'
	shows '.name == "tailgate_flows_room" and .value == 1000'
	shows '.name == "tailgate_flows" and (.labels.state | startswith("icmp")) and .value == 1'
	shows '.name == "tailgate_limit_room" and .value == 500'
	shows '.name == "tailgate_limit_keys" and .value == 1'
	shows '.name == "tailgate_limit_over_packets_total" and .value == 2'
	shows '.name == "tailgate_memory_bytes" and .labels.of == "maps" and .value > 10000'
}

@test "without a device, metrics are of all devices, and a chain that is broken is told" {
	in_server ip link add eth7 type veth peer name eth8
	on_server attach eth0 --ingress --chain count
	on_server attach eth7 --ingress --chain count
	in_server tc filter del dev eth7 ingress
	metrics
	shows '.name == "tailgate_hook_broken" and .labels.device == "eth0" and .value == 0'
	shows '.name == "tailgate_hook_broken" and .labels.device == "eth7" and .value == 1'
	metrics eth0
	run ! shows '.labels.device == "eth7"'
	on_server detach eth7
}

@test "without chains there is one metric, and a device that does not exist is an error" {
	metrics
	[[ $(jq length <<<"$METRICS") == 1 ]]
	run -1 on_server stats eth7 --prometheus
	[[ $output == "tailgate: no such device: 'eth7'"* ]]
	run -2 on_server stats eth0 --prometheus --json
	[[ $output == *'no --pins, no --json'* ]]
}

@test "docs/observe.md lists the metrics that there are, and no others" {
	local known listed
	known=$(sed -n 's/^[ \t]*METRIC([A-Z_]*, "\([a-z_]*\)".*/tailgate_\1/p' "$ROOT/tools/live/look_metrics.h" | sort)
	# shellcheck disable=SC2016 # backquotes
	listed=$(sed -n 's/^| `\(tailgate_[a-z_]*\)`.*/\1/p' "$ROOT/docs/observe.md" | sort)
	[[ $known && $known == "$listed" ]] || fail "$(diff <(printf '%s' "$known") <(printf '%s' "$listed"))"
}
