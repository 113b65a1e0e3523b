#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What --json prints is what docs/schema/ says: all of it, and nothing else.

load helper
load helper-chain
load helper-policy

setup() {
	SCHEMAS=$ROOT/docs/schema
}

teardown() {
	remove_chains
	clean_up
}

# Reads a document. Members that the schema does not have are errors here, while
# a program that reads it must expect them from a later release.
matches() { # SCHEMA
	/usr/bin/python3 -c '
import json, sys
from jsonschema import Draft202012Validator

def close(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)

schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
close(schema)
errors = list(Draft202012Validator(schema).iter_errors(json.load(sys.stdin)))
for error in errors:
    print("/".join(str(part) for part in error.absolute_path), ": ", error.message, sep="")
sys.exit(bool(errors))' "$SCHEMAS/$1.json"
}

# Prints the document, too.
prints() { # SCHEMA WORD...
	local schema=$1
	shift
	on_server "$@" --json >"$BATS_TEST_TMPDIR/document" || [[ $1 == status ]] || fail "$* failed"
	cat "$BATS_TEST_TMPDIR/document"
	matches "$schema" <"$BATS_TEST_TMPDIR/document" || fail "$*: not as $schema.json says"
}

given_all_kinds_of_state() {
	given_server
	on_server attach eth0 --xdp --ingress --egress --chain count,policy --flows 1000 --limits 500
	on_server policy apply eth0 --hook ingress - <<-'END'
		set bad { addresses size 10 timeout 5m }
		set open { ports }
		flows { udp-sent 10s }
		drop from @bad
		pass icmp limit 1/m burst 2 per from keep
		pass tcp to port @open limit 9/m burst 900 per flow keep
		pass udp limit 1/m burst 5 per to port else next
		pass sctp limit 1mbit
		pass arp
		default drop
	END
	on_server policy apply eth0 --hook xdp - <<<'drop tcp to port 81'
	on_server set add eth0 bad 203.0.113.0/24
	on_server set add eth0 bad '!203.0.113.1'
	on_server set add eth0 bad 203.0.113.2 --for 1h
	on_server set add eth0 open 80
	in_client ping -q -c 4 -i 0.2 -W 1 "$SERVER4" || true
	reaches http 80
	refute_reaches http 81
	in_client bash -c "printf word >/dev/udp/$SERVER4/9"
}

@test "documents of verbs are what their schemas say" {
	given_all_kinds_of_state
	prints stats stats eth0
	jq -e 'any(.verdict == "drop" and .reason == "over-limit")' "$BATS_TEST_TMPDIR/document"
	prints status status
	jq -e '.devices[0].flows.flows > 0 and .devices[0].limits.keys > 0' "$BATS_TEST_TMPDIR/document"
	prints policy-show policy show eth0
	jq -e 'any(.hooks[].policy.rules[]; .over.packets > 0)' "$BATS_TEST_TMPDIR/document"
	prints set-list set list eth0
	prints set-show set show eth0 bad
	jq -e '.entries | length > 2' "$BATS_TEST_TMPDIR/document"
	prints flows flows eth0
	jq -e 'any(.flows[]; .id) and any(.flows[]; .from.port)' "$BATS_TEST_TMPDIR/document"
	prints limits limits eth0
	jq -e 'any(.limits[].keys[]; .ends) and any(.limits[].keys[]; .per == "port")' "$BATS_TEST_TMPDIR/document"
	prints doctor doctor eth0
}

@test "documents of what is broken, unconfirmed or gone are what their schemas say" {
	given_device
	in_server ip link add eth7 type veth peer name eth8
	on_server attach eth0 --ingress --egress --chain count,policy
	on_server policy apply eth0 --hook ingress - --confirm 600 <<<'pass arp'
	prints policy-show policy show eth0
	jq -e '.unconfirmed_until > 0' "$BATS_TEST_TMPDIR/document"
	on_server policy confirm eth0
	in_server tc filter add dev eth0 ingress pref 7 bpf da obj "$BUILD/drop_arp.o" sec ingress
	in_server tc filter del dev eth0 egress
	on_server attach eth7 --ingress --chain count
	in_server ip link del eth7
	prints status status
	jq -e 'any(.devices[].hooks[]; .broken) and any(.devices[].hooks[]; .foreign[0])' "$BATS_TEST_TMPDIR/document"
	jq -e '.stale | length > 0' "$BATS_TEST_TMPDIR/document"
	on_server stats eth0 --json | matches stats
	on_server doctor --json >"$BATS_TEST_TMPDIR/document" || true
	matches doctor <"$BATS_TEST_TMPDIR/document"
	jq -e 'any(.findings[]; .state == "fault")' "$BATS_TEST_TMPDIR/document"
}

@test "a document that is not as its schema says is noticed" {
	local good='{"plugin":"count","hook":"xdp","verdict":"next","reason":"counted","packets":5,"bytes":434}'
	matches stats <<<"[$good]"
	run -1 matches stats <<<"[${good/counted/forgotten}]"
	[[ $output == "0/reason: 'forgotten' is not one of "* ]]
	run -1 matches stats <<<"[${good/\"hook\"/\"hock\"}]"
	run -1 matches stats <<<"$good"
}

# The names of a list of the C headers.
names_of() { # MACRO FILE
	sed -n "s/.*$1(\([0-9]*, \)\?[A-Z_0-9]*, \"\([a-z-]*\)\".*/\2/p" "$ROOT/maps/$2"
}

@test "schemas have the verdicts, reasons and states that there are" {
	diff <(names_of TG_VERDICT verdicts.h) <(jq -r '.items.properties.verdict.enum[]' "$SCHEMAS/stats.json")
	# TG_REASON: some have their text in the next line
	diff <(tr -d '\n\\\t' <"$ROOT/maps/verdicts.h" | grep -o 'TG_REASON([0-9]*, [A-Z_]*, *"[a-z-]*"' | cut -d'"' -f2) \
		<(jq -r '.items.properties.reason.enum[] | select(startswith("own-") | not)' "$SCHEMAS/stats.json")
	diff <(jq -r '.items.properties | .verdict.enum[], .reason.enum[]' "$SCHEMAS/stats.json") \
		<(jq -r '.properties.reasons.items.properties | .verdict.enum[], .reason.enum[]' "$SCHEMAS/top.json")
	diff <(names_of TG_FLOW_STATE flow_table.h) \
		<(jq -r '.properties.flows.items.properties.state.enum[]' "$SCHEMAS/flows.json")
	diff <(names_of TG_FLOW_STATE flow_table.h) \
		<(jq -r '.. | .propertyNames? // empty | .enum[]' "$SCHEMAS/status.json")
}

@test "top --json prints lines of its schema" {
	given_all_kinds_of_state
	local line
	prints top top eth0 --once
	jq -e '.sampling == null and any(.tables[]; .table == "set") and any(.tables[]; .table == "flows")' "$BATS_TEST_TMPDIR/document"
	exec_on_server top eth0 --talkers --sample 1/1 --json --interval 0.5 >"$BATS_TEST_TMPDIR/documents" 2>/dev/null 3>&- 4>&- &
	local top=$!
	eventually test -s "$BATS_TEST_TMPDIR/documents"
	on_server chain eth0 egress set policy >/dev/null
	eventually has_told 'any(.notes[]; .text == "the chain of egress is now policy")'
	eventually has_talkers
	kill "$top"
	wait "$top"
	while read -r line; do
		matches top <<<"$line"
	done < <(jq -c 'select(.talkers != [] or .notes != [])' "$BATS_TEST_TMPDIR/documents")
}

# Signals reach it.
exec_on_server() { # WORD...
	exec "$ROOT/tc-scripts/tailgate" --netns "$SERVER" "$@"
}

has_told() { # JQ
	jq -se "any(.[]; $1)" "$BATS_TEST_TMPDIR/documents"
}

has_talkers() {
	in_client bash -c "printf word >/dev/udp/$SERVER4/9" || true
	has_told 'any(.talkers[]; .end == "to port") and any(.rules[]; .rule > 0) and any(.plugins[]; .verdict != "next")'
}

@test "capture --json prints lines of its schema" {
	given_all_kinds_of_state
	on_server capture eth0 ingress --json -c 1 >"$BATS_TEST_TMPDIR/document" 2>/dev/null 3>&- 4>&- &
	local capture=$!
	eventually is_captured
	in_client ping -c 1 -W 1 198.51.100.2 || true
	wait "$capture"
	matches capture <"$BATS_TEST_TMPDIR/document"
}

is_captured() {
	local reader
	reader=$(pgrep -f -- "tg-capture --pins $PINS ") && grep -q perf_event "/proc/$reader/maps"
}

@test "watch --json prints lines of its schema, packets and counts" {
	given_server
	on_server attach eth0 --ingress --chain policy
	on_server policy apply eth0 - <<<'pass icmp log "ping" keep'
	on_server watch eth0 --json -c 2 >"$BATS_TEST_TMPDIR/document" 2>"$BATS_TEST_TMPDIR/said" 3>&- 4>&- &
	local watch=$! line
	eventually grep -q 'watching eth0' "$BATS_TEST_TMPDIR/said"
	in_client ping -c 2 -i 0.1 -W 1 198.51.100.2
	wait "$watch"
	while read -r line; do
		matches watch <<<"$line"
	done <"$BATS_TEST_TMPDIR/document"
	jq -es 'map(select(.packet)) | length == 2 and all(.log == "ping" and .protocol == 1 and .from == "198.51.100.1" and .from_port == null)' "$BATS_TEST_TMPDIR/document"
	jq -es 'map(select(.matched)) | length == 1 and all(.matched == .written + .lost + .held)' "$BATS_TEST_TMPDIR/document"
}
