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
	# these are all metrics that there are
	on_server stats --prometheus --output "$BATS_TEST_TMPDIR/metrics"
	/usr/bin/python3 "$ROOT/tests/tools/expressions.py" "$BATS_TEST_TMPDIR/metrics" "$ROOT"/docs/observe/{dashboard.json,alerts.yml}
}

@test "an expression that asks for a metric or a label that does not exist is noticed" {
	local dashboard=$ROOT/docs/observe/dashboard.json alerts=$ROOT/docs/observe/alerts.yml
	cd "$BATS_TEST_TMPDIR"
	# shellcheck disable=SC2016 # backquotes
	sed -n 's/^| `\(tailgate_[a-z_]*\)`.*/\1{instance="",device="",hook="",plugin="",verdict="",reason="",result="",set="",state="",of="",file=""} 1/p' \
		"$ROOT/docs/observe.md" >metrics
	run -0 /usr/bin/python3 "$ROOT/tests/tools/expressions.py" metrics "$dashboard" "$alerts"
	sed 's/set_entries/set_entities/; s/{{plugin}}/{{plug}}/; 0,/"id": 2,/s//"id": 1,/' "$dashboard" >dashboard.json
	run -1 /usr/bin/python3 "$ROOT/tests/tools/expressions.py" metrics dashboard.json
	[[ $output == *'no metric tailgate_set_entities'* && $output == *'no label plug'* && $output == *'same id'* ]]
	sed 's/reason="missed/why="missed/; s/labels.set /labels.sets /' "$alerts" >alerts.yml
	run -1 /usr/bin/python3 "$ROOT/tests/tools/expressions.py" metrics alerts.yml
	[[ $output == *'TailgateEmptySlot: tailgate_packets_total has no label why'* && $output == *'TailgateSetFull: no label sets'* ]]
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

@test "docs/observe.md lists the alerts that there are, and no others" {
	local rules listed
	rules=$(sed -n 's/^ *- alert: //p' "$ROOT/docs/observe/alerts.yml" | sort)
	# shellcheck disable=SC2016 # backquotes
	listed=$(sed -n 's/^| `\(Tailgate[A-Za-z]*\)`.*/\1/p' "$ROOT/docs/observe.md" | sort)
	[[ $rules && $rules == "$listed" ]] || fail "$(diff <(printf '%s' "$rules") <(printf '%s' "$listed"))"
}

# --- a file for node_exporter

@test "--output writes a file that others may read, and nothing beside it" {
	mkdir "$BATS_TEST_TMPDIR/files"
	cd "$BATS_TEST_TMPDIR/files"
	on_server attach eth0 --ingress --chain count
	umask 077
	on_server stats --prometheus --output tailgate.prom
	[[ $(stat -c %a tailgate.prom) == 644 ]]
	grep -q '^tailgate_hook_broken{device="eth0",hook="ingress"} 0$' tailgate.prom
	on_server stats eth0 --prometheus "--output=$BATS_TEST_TMPDIR/files/tailgate.prom"
	[[ $(ls -A) == tailgate.prom ]]
}

@test "a reader of the file of --output sees all of it, or what was there before" {
	cd "$BATS_TEST_TMPDIR"
	on_server attach eth0 --ingress --chain count
	on_server stats --prometheus --output whole
	local size i
	size=$(wc -l <whole)
	for i in {1..20}; do
		on_server stats --prometheus --output whole
		: >"$BATS_TEST_TMPDIR/run-$i"
	done 3>&- &
	until [[ -e run-20 ]]; do
		[[ $(wc -l <whole) -ge $size ]] || fail 'half a file'
	done
	wait
}

@test "where --output cannot write, the old file stays, and nothing is left beside it" {
	cd "$BATS_TEST_TMPDIR"
	on_server attach eth0 --ingress --chain count
	run -1 on_server stats --prometheus --output none/tailgate.prom
	[[ $output == *"tailgate: cannot write to 'none/'"* ]]
	run -1 on_server stats --prometheus --output /dev/null
	[[ $output == "tailgate: '/dev/null' is not a regular file" ]]
	run -2 on_server stats eth0 --output tailgate.prom
	[[ $output == *'--output is for --prometheus'* ]]
	mkdir files
	mount -t tmpfs -o size=4k tmpfs files
	echo old >files/tailgate.prom
	run -1 on_server stats --prometheus --output files/tailgate.prom
	run -0 cat files/tailgate.prom
	[[ $output == old && $(ls -A files) == tailgate.prom ]] || fail "$(ls -A files)"
	umount files
}

@test "the unit writes what node_exporter reads, and systemd accepts it and its timer" {
	local units=$BATS_TEST_TMPDIR/usr/lib/systemd/system files=$BATS_TEST_TMPDIR/files line rights
	make -C "$ROOT" --no-print-directory install "DESTDIR=$BATS_TEST_TMPDIR" PREFIX=/usr
	mkdir "$files"
	on_server attach eth0 --ingress --chain count
	line=$(sed -n 's/^ExecStart=//p' "$units/tailgate-metrics.service")
	line=${line#/usr/sbin/tailgate}
	line=${line//\/var\/lib\/prometheus\/node-exporter/$files}
	rights=$(sed -n 's/^CapabilityBoundingSet=CAP_//p' "$units/tailgate-metrics.service")
	rights=${rights// CAP_/,+}
	# shellcheck disable=SC2086 # words
	setpriv --bounding-set="-all,+${rights,,}" --inh-caps=-all "$ROOT/tc-scripts/tailgate" --netns "$SERVER" $line
	grep -q '^tailgate_chain_plugins{device="eth0",hook="ingress"} 1$' "$files/tailgate.prom"
	grep -qx 'NoNewPrivileges=yes' "$units/tailgate-metrics.service"
	type -P systemd-analyze >/dev/null || skip 'systemd-analyze is not installed'
	sed -i "s|/usr/sbin/tailgate|$ROOT/tc-scripts/tailgate|" "$units/tailgate-metrics.service"
	run systemd-analyze --man=no verify "$units"/tailgate-metrics.{service,timer}
	[[ $output != *tailgate-metrics* ]] || fail "$output"
	run -0 systemd-analyze calendar --iterations=2 "$(sed -n 's/^OnCalendar=//p' "$units/tailgate-metrics.timer")"
}
