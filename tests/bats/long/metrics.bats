#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Metrics, read by Prometheus: promtool finds nothing to say about them, and a
# server scrapes them from node_exporter.

load ../helper
load ../helper-chain

setup() {
	given_server
	on_server attach eth0 --ingress --chain count,drop_icmp
	refute_reaches ping
	in_server ip link set dev lo up
}

teardown() {
	local process
	for process in "${PROCESSES[@]}"; do
		kill "$process"
		wait "$process" || true
	done
	remove_chains
	clean_up
}

PROCESSES=()

@test "promtool finds no fault with the metrics" {
	on_server stats --prometheus >"$BATS_TEST_TMPDIR/metrics"
	run -0 promtool check metrics <"$BATS_TEST_TMPDIR/metrics"
	[[ ! $output ]]
}

@test "promtool finds no fault with the alerts, and each fires when it is to" {
	run -0 promtool check rules "$ROOT/docs/observe/alerts.yml"
	run -0 promtool test rules "$ROOT/tests/fixtures/alerts.test.yml"
	[[ $output == *SUCCESS* ]]
}

# The value of an expression, as the server of Prometheus has it.
asked() { # EXPRESSION
	in_server curl -sG --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query | jq -r '.data.result[0].value[1] // empty'
}

scraped() {
	[[ $(asked 'tailgate_packets_total{plugin="drop_icmp", verdict="drop"}') -gt 0 ]]
}

# The server takes each expression of the dashboard, as Grafana sends it.
# shellcheck disable=SC2016 # variables of Grafana
understands_dashboard() {
	local expression answer count=0
	while IFS= read -r expression; do
		expression=${expression//'$__rate_interval'/1m}
		expression=${expression//'$instance'/.*}
		expression=${expression//'$device'/.*}
		answer=$(in_server curl -sG --data-urlencode "query=$expression" http://127.0.0.1:9090/api/v1/query)
		[[ $(jq -r .status <<<"$answer") == success ]] || fail "$expression" "$answer"
		((++count))
	done < <(jq -r '.panels[].targets[].expr, .annotations.list[].expr' "$ROOT/docs/observe/dashboard.json")
	((count > 15))
	[[ $(asked 'sum by (hook) (tailgate_hook_broken{instance=~".*",device=~".*"})') == 0 ]]
}

@test "Prometheus scrapes them from node_exporter's textfile collector" {
	local files=$BATS_TEST_TMPDIR/files
	mkdir "$files"
	on_server stats --prometheus --output "$files/tailgate.prom"
	nsenter --net="/run/netns/$SERVER" prometheus-node-exporter --web.listen-address=127.0.0.1:9100 \
		--collector.disable-defaults --collector.textfile --collector.textfile.directory="$files" &>/dev/null 3>&- 4>&- &
	PROCESSES+=($!)
	cat >"$BATS_TEST_TMPDIR/prometheus.yml" <<-'END'
		global: { scrape_interval: 1s }
		scrape_configs:
		  - job_name: tailgate
		    static_configs: [{ targets: ['127.0.0.1:9100'] }]
	END
	nsenter --net="/run/netns/$SERVER" prometheus --config.file="$BATS_TEST_TMPDIR/prometheus.yml" \
		--web.listen-address=127.0.0.1:9090 --storage.tsdb.path="$BATS_TEST_TMPDIR/data" &>/dev/null 3>&- 4>&- &
	PROCESSES+=($!)
	eventually scraped
	[[ $(asked 'node_textfile_scrape_error') == 0 ]]
	[[ $(asked 'tailgate_hook_broken') == 0 ]]
	[[ $(asked 'time() - node_textfile_mtime_seconds{file=~"(.*/)?tailgate[.]prom"}') ]]
	understands_dashboard
}
