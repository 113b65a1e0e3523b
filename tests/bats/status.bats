#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate status and gc: what is attached, what is broken, what is stale.

load helper
load helper-chain

setup_file() {
	build_fixtures foreign
	build_tool tcx
}

setup() {
	# What is broken or left over here is so on purpose.
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- words

# status says this in a line of its own, and fails.
status_says() { # TEXT
	run -1 on_server status eth0
	[[ $'\n'$output$'\n' == *$'\n'"$1"* ]] || fail "status does not say '$1':" "$output"
}

broken_is() { # HOOK WHY
	[[ $(hook_json "$1" | jq -r .broken) == "$2" ]] || fail "broken is '$(hook_json "$1" | jq -r .broken)'"
}

array_pin() { # HOOK
	printf '%s/tg_%s' "$PINS" "$1"
}

# Slot numbers below 64 fit into one byte.
empty_slot() { # HOOK SLOT
	bpftool map delete pinned "$(array_pin "$1")" key "$2" 0 0 0
}

# --- what is there

@test "the table has a line for each hook: mode, chain with ids, verdicts and packets" {
	given_server
	on_server attach eth0 --xdp --ingress --chain count,drop_tcp --default drop --miss drop
	on_server attach eth0 --egress
	run -0 on_server status eth0
	((${#lines[@]} == 5))
	[[ ${lines[0]} =~ ^DEVICE\ +HOOK\ +MODE\ +CHAIN\ +MISS\ +PASSED\ +DROPPED$ ]]
	[[ ${lines[1]} =~ ^eth0\ +xdp\ +native\ +'count#'([0-9]+)' > drop_tcp#'[0-9]+' > drop'\ +drop\ +[0-9]+\ +[0-9]+$ ]]
	bpftool -j prog show id "${BASH_REMATCH[1]}" | jq -e '.name == "count_xdp"'
	[[ ${lines[2]} =~ ^eth0\ +ingress\ +clsact\ +'count#'[0-9]+' > drop_tcp#'[0-9]+' > drop'\ +drop\ +[0-9]+\ +[0-9]+$ ]]
	[[ ${lines[3]} =~ ^eth0\ +egress\ +clsact\ +pass\ +pass\ +[0-9]+\ +[0-9]+$ ]]
}

@test "passed and dropped are the sums of the last words that packets got" {
	given_server
	on_server attach eth0 --ingress --chain count,drop_tcp
	reaches ping http 8080
	refute_reaches http 80
	links_down
	hook_json ingress | jq -e --argjson all "$(packets count ingress next counted)" \
		--argjson dropped "$(packets drop_tcp ingress drop tcp-port)" \
		'.passed > 0 and .dropped == $dropped and .passed + .dropped == $all'
	run -0 on_server status eth0
	[[ ${lines[1]} =~ \ +([0-9]+)\ +([0-9]+)$ ]]
	hook_json ingress | jq -e ".passed == ${BASH_REMATCH[1]} and .dropped == ${BASH_REMATCH[2]}"
}

@test "the JSON has all of it, and one shape for each thing" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count,drop_tcp --default drop
	run -0 on_server status --json eth0
	jq -e 'keys == ["devices", "stale"] and (.devices | length) == 1' <<<"$output"
	jq -e --arg key "$KEY" '.devices[0] | keys == ["attachment", "device", "flows", "hooks", "limits", "memory", "sets"]
		and .device == "eth0" and .attachment == $key' <<<"$output"
	jq -e '[.devices[0].hooks[] | keys] | unique == [["broken", "chain", "default", "dropped", "foreign",
		"gate", "hook", "miss", "mode", "multi_buffer", "passed", "policy", "watched"]]' <<<"$output"
	jq -e '.devices[0].hooks | map(.hook) == ["xdp", "ingress"] and map(.mode) == ["native", "clsact"]
		and all(.default == "drop" and .miss == "pass" and .broken == null and .foreign == [])' <<<"$output"
	jq -e '[.devices[0].hooks[].chain[] | keys] | unique == [["id", "plugin", "slot", "tag"]]' <<<"$output"
	jq -e '.devices[0].hooks | all([.chain[].plugin] == ["count", "drop_tcp"])' <<<"$output"
	jq -e ".devices[0].hooks[0].gate == $(xdp_id)" <<<"$output"
}

@test "the ids and the tag of the JSON are those of the kernel" {
	given_device
	on_server attach eth0 --egress --chain drop_arp
	local id
	id=$(hook_json egress | jq '.chain[0].id')
	[[ $(bpftool -j prog show id "$id" | jq -r .tag) == "$(hook_json egress | jq -r '.chain[0].tag')" ]]
	[[ $(in_server tc filter show dev eth0 egress) == *" id $(hook_json egress | jq .gate) "* ]]
}

@test "without a device it tells of all in the namespace, and of no other" {
	given_device
	in_server ip link add other0 type veth peer name x0
	on_server attach eth0 --xdp --chain count
	on_server attach other0 --ingress --chain drop_arp
	on_server status --json >"$BATS_TEST_TMPDIR/json" || true
	jq -e '[.devices[].device] == ["eth0", "other0"]' "$BATS_TEST_TMPDIR/json"
	on_server status other0 --json | jq -e '[.devices[].device] == ["other0"]'
}

@test "where nothing is attached it says so, and that is no failure" {
	given_device
	run -0 on_server status eth0
	[[ $output == 'nothing is attached to eth0' ]]
	on_server status eth0 --json | jq -e '. == {"devices": [], "stale": []}'
}

@test "into a pipe and with NO_COLOR there are no escape codes, and on a terminal there are" {
	given_device
	on_server attach eth0 --ingress --chain count
	empty_slot ingress 0
	run -1 on_server status eth0
	[[ $output != *$'\e'* ]]
	run script -qec "NO_COLOR=1 TERM=xterm '$ROOT/tc-scripts/tailgate' --netns '$SERVER' status eth0" /dev/null
	[[ $output == *BROKEN* && $output != *$'\e['* ]]
	run script -qec "env -u NO_COLOR TERM=xterm '$ROOT/tc-scripts/tailgate' --netns '$SERVER' status eth0" /dev/null
	[[ $output == *$'\e[31m'*BROKEN* ]]
}

@test "what status does not understand is refused with status 2" {
	given_device
	refuses 2 "no such option: '--jsno'" on_server status --jsno
	refuses 2 'one device, or all' on_server status eth0 eth1
	refuses 2 'gc takes no arguments' on_server gc eth0
}

# --- others beside us

@test "filters and XDP programs of others are told, and are no failure" {
	given_device
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress pref 3 bpf da obj "$FIXTURES/foreign.o" sec ingress
	in_server ip link set dev eth0 xdpdrv obj "$FIXTURES/foreign.o" sec xdp
	on_server attach eth0 --ingress --chain count
	run -0 on_server status eth0
	[[ $output == *'eth0 xdp also has: XDP program '*' (foreign_xdp, native)'* ]]
	[[ $output == *'eth0 ingress also has: filter protocol all pref 3 '*foreign* ]]
	hook_json xdp | jq -e '.gate == null and (.foreign | length) == 1'
	hook_json ingress | jq -e '.gate != null and (.foreign | length) == 1 and (.foreign[0] | contains("pref 3"))'
	# Where we have nothing there is no line in the table.
	[[ $(on_server status eth0 | awk '$1 == "eth0" && $3 == "native"') == '' ]]
}

@test "a qdisc 'ingress' has no egress, and nothing is told of one" {
	given_device
	in_server tc qdisc add dev eth0 ingress
	in_server tc filter add dev eth0 ingress pref 3 bpf da obj "$FIXTURES/foreign.o" sec ingress
	on_server attach eth0 --ingress --chain count
	on_server status eth0 --json | jq -e '[.devices[0].hooks[].hook] == ["ingress"]'
}

@test "a TCX program is told, as it runs before ours" {
	given_device
	on_server attach eth0 --ingress --chain count
	nsenter --net="/run/netns/$SERVER" "$TOOLS/tcx" eth0 >"$BATS_TEST_TMPDIR/tcx" 2>&1 3>&- 4>&- &
	TCX=$!
	eventually grep -q . "$BATS_TEST_TMPDIR/tcx"
	if ! grep -q attached "$BATS_TEST_TMPDIR/tcx"; then
		local status=0
		wait "$TCX" || status=$?
		((status == 3)) || fail "$(<"$BATS_TEST_TMPDIR/tcx")"
		skip "this kernel has no TCX"
	fi
	run -0 on_server status eth0
	[[ $output == *'eth0 ingress also has: TCX program '*' (tcx_pass), which runs before ours'* ]]
	hook_json ingress | jq -e '.foreign | length == 1'
	kill "$TCX"
}

# --- broken

@test "a slot that somebody emptied is told with its number and what packets do" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count,drop_tcp --miss drop
	empty_slot ingress 1
	status_says 'eth0 ingress is broken: slot 1 is empty: packets there are dropped'
	broken_is ingress 'slot 1 is empty'
	[[ ${lines[2]} =~ 'count#'[0-9]+' > BROKEN' ]]
	hook_json xdp | jq -e '.broken == null'
	run -1 on_server chain eth0 ingress
	[[ ${lines[-1]} == 'broken: slot 1 is empty: then drop' ]]
	refuses 1 'is broken' on_server chain eth0 ingress insert 0 count
	on_server chain eth0 ingress set count
	chain_is ingress count drop
}

@test "attach mends a chain of which a slot is empty" {
	given_device
	on_server attach eth0 --ingress --chain count
	empty_slot ingress 0
	status_says 'eth0 ingress is broken: slot 0 is empty: packets there pass'
	on_server attach eth0 --ingress --chain count
	run -0 on_server status eth0
	chain_is ingress count
}

@test "pins that somebody removed are told, and attach puts them back" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count
	rm "$(array_pin ingress)"
	status_says 'eth0 ingress is broken: its pins are gone: packets there pass'
	broken_is ingress 'its pins are gone'
	on_server attach eth0 --ingress --chain drop_arp
	chain_is ingress drop_arp
	chain_is xdp count
}

@test "with all pins gone attach and detach still find what is on the hooks" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count
	rm -r "/run/tailgate/$KEY"
	status_says 'eth0 xdp is broken: its pins are gone'
	on_server attach eth0 --xdp --chain drop_arp
	chain_is xdp drop_arp
	rm -r "/run/tailgate/$KEY"
	on_server detach eth0
	nothing_is_left others-clsact # who made it was in the pins
}

@test "the pins of a chain for several buffers are put back, too" {
	given_device
	in_server ip link set dev eth1 mtu 9000
	in_server ip link set dev eth0 mtu 9000
	on_server attach eth0 --xdp --chain count
	rm "$PINS/tg_xdpf"
	broken_is xdp 'its pins are gone'
	on_server attach eth0 --xdp --chain drop_arp
	chain_is xdp drop_arp
	hook_json xdp | jq -e .multi_buffer
}

@test "'chain set' mends a chain whose pins are gone, or its whole directory" {
	given_device
	on_server attach eth0 --ingress --chain count --default drop --miss drop
	rm "$(array_pin ingress)"
	on_server chain eth0 ingress set drop_arp
	chain_is ingress drop_arp drop
	rm -r "/run/tailgate/${KEY:?}" "$OBJECTS_ROOT/${KEY:?}"
	on_server chain eth0 ingress set count
	chain_is ingress count drop
	run ! mountpoint -q "/run/tailgate/$KEY"
}

@test "a filter of ours that somebody removed is told, and attach or detach mends it" {
	given_device
	on_server attach eth0 --ingress --egress --chain count
	in_server tc filter del dev eth0 ingress
	status_says "eth0 ingress is broken: its pins are here, but the gate is gone: 'tailgate attach' or 'tailgate detach' mends it"
	broken_is ingress 'the gate is gone'
	chain_is egress count
	on_server attach eth0 --ingress --chain drop_arp
	chain_is ingress drop_arp
	in_server tc qdisc del dev eth0 clsact
	status_says 'eth0 egress is broken'
	on_server detach eth0
	nothing_is_left
}

@test "an XDP gate that somebody removed is told, for several buffers, too" {
	given_device
	in_server ip link set dev eth1 mtu 9000
	in_server ip link set dev eth0 mtu 9000
	on_server attach eth0 --xdp --chain count
	in_server ip link set dev eth0 xdp off
	status_says 'eth0 xdp is broken: its pins are here, but the gate is gone'
	on_server detach eth0
	nothing_is_left
}

@test "a renamed device is told, with the commands that mend it" {
	given_device
	on_server attach eth0 --ingress --chain count
	in_server ip link set dev eth0 name moved0
	run -1 on_server status moved0
	[[ $output == *'count#'* ]]
	[[ $output == *"moved0 ingress was attached under another name, and its pins are there: /run/tailgate/$KEY"* ]]
	refuses 1 'was attached under another name' on_server chain moved0 ingress set drop_arp
	run -1 on_server status
	[[ $output == *"stale: $KEY: its device is not called eth0 any more: detach it under its new name, then 'tailgate gc'"* ]]
	on_server status --json >"$BATS_TEST_TMPDIR/json" || true
	jq -e --arg key "$KEY" '.stale | any(.attachment == $key and (.why | contains("not called eth0")))' "$BATS_TEST_TMPDIR/json"
	on_server detach moved0
	[[ $(in_server tc filter show dev moved0 ingress) == '' ]]
}

@test "a flip that status looks into is not mistaken for something broken" {
	given_device
	on_server attach eth0 --xdp --ingress --chain count
	while [[ ! -e $BATS_TEST_TMPDIR/enough ]]; do
		on_server chain eth0 ingress set drop_arp,count
		on_server chain eth0 xdp set drop_arp,count
	done 3>&- 4>&- &
	FLIPS=$!
	local n
	for n in {1..12}; do
		run on_server status eth0
		((status == 0)) || break
	done
	touch "$BATS_TEST_TMPDIR/enough"
	wait "$FLIPS" || true
	((status == 0)) || fail "at look $n:" "$output"
}

@test "a gate that is gone is told by every verb that needs it, and what took its place" {
	given_device
	on_server attach eth0 --xdp --ingress --chain policy
	in_server tc filter del dev eth0 ingress
	refuses 1 "the gate of eth0 ingress is gone" on_server policy show eth0 --hook ingress
	refuses 1 "somebody has removed it: 'tailgate attach eth0 --ingress" on_server chain eth0 ingress
	refuses 1 "the gate of eth0 ingress is gone" on_server explain eth0 ingress tcp 198.51.100.1 '>' 198.51.100.2:80
	in_server ip -force link set dev eth0 xdpdrv obj "$BUILD/drop_tcp.o" sec xdp
	refuses 1 "the gate of eth0 xdp is gone" on_server policy show eth0
	refuses 1 "in its place is XDP program" on_server policy apply eth0 - <<<'drop udp'
	refuses 1 "the gate of eth0 xdp was replaced: in its place is XDP program" \
		on_server attach eth0 --xdp --chain policy
	on_server attach eth0 --xdp --chain policy --force
	chain_is xdp policy
	on_server detach eth0
	refuses 1 "eth0 ingress has no chain" on_server chain eth0 ingress
}

@test "what took the place of a gate is told by status, and by every verb that needs the gate" {
	given_device
	on_server attach eth0 --xdp --ingress --egress --chain policy
	in_server tc filter replace dev eth0 ingress protocol all pref 7400 handle 0x7467 \
		bpf da obj "$FIXTURES/foreign.o" sec ingress
	in_server ip -force link set dev eth0 xdpdrv obj "$BUILD/drop_tcp.o" sec xdp
	status_says 'eth0 ingress is broken: packets do not meet its chain: in place of the gate is filter at pref 7400'
	run -1 on_server status eth0
	[[ $output == *"'tailgate attach eth0 --ingress --chain ... --force' replaces that"* ]]
	status_says 'eth0 xdp is broken: packets do not meet its chain: in place of the gate is XDP program'
	broken_is ingress 'the gate was replaced'
	broken_is xdp 'the gate was replaced'
	refuses 1 'in its place is filter at pref 7400' on_server policy show eth0 --hook ingress
	refuses_and_changes_nothing 1 'in its place is filter at pref 7400' \
		on_server policy apply eth0 - --hook ingress <<<'drop udp'
	refuses_and_changes_nothing 1 'the gate of eth0 ingress was replaced: in its place is filter at pref 7400' \
		on_server attach eth0 --ingress --chain policy
	[[ $output == *'--force takes that away and puts our chain there' ]]
	# what is whole stays in use
	on_server policy apply eth0 - --hook egress <<<'drop udp'
	on_server attach eth0 --ingress --chain policy --force
	chain_is ingress policy
	on_server attach eth0 --xdp --chain policy --force
	run -0 on_server status eth0
	on_server detach eth0
	nothing_is_left
}
