#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tg-limits: tables of limits for programs that tc loads. The verb, and what
# limits do, is in limits.bats.

load helper
load helper-limits

teardown() {
	clean_up
}

# --- tables

@test "prepare makes a table for the keys that are asked for, and keeps it" {
	given_limit_pin
	run -0 limits prepare
	[[ $output == 'a table for limits of 65536 keys, 3864 KiB' ]]
	[[ $(stat -c %a "$PIN") == 600 ]]
	local id
	id=$(bpftool -j map show pinned "$PIN" | jq .id)
	run -0 limits prepare
	[[ $output == 'a table for limits of 65536 keys, 3864 KiB, was there already' ]]
	run -0 limits prepare --limits 64
	[[ $output == *'65536 keys'* && $output == *'stays as it is'*'--limits 64'* ]]
	[[ $(bpftool -j map show pinned "$PIN" | jq .id) == "$id" ]]
}

@test "a table has at most 62 bytes for each of many keys" {
	local size
	for size in 65536 1000000; do
		given_limit_table "$size"
		(($(bpftool -j map show pinned "$PIN" | jq '.max_entries * 64') <= size * 62))
		rm "$PIN"
	done
}

@test "each table of limits has a secret of its own" {
	given_limit_table
	local secret
	secret=$(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c '.value[24:64]')
	[[ $secret != "$(jq -nc '[range(40) | "0x00"]')" ]]
	rm "$PIN"
	limits prepare --limits 1000
	[[ $(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -c '.value[24:64]') != "$secret" ]]
}

@test "numbers of keys that no table can have are refused" {
	given_limit_pin
	local number
	for number in 63 16000001 0 -1 1e6 many ''; do
		run -2 limits prepare --limits "$number"
		[[ $output == "tg-limits: --limits takes a number of 64 to 16000000, not '$number'"* ]]
	done
	[[ ! -e $PIN ]]
}

@test "a map that is no table of limits, or one of another version, is refused" {
	given_limit_table
	local head
	mapfile -t head < <(bpftool -j map lookup pinned "$PIN" key 0 0 0 0 | jq -r '.value[]')
	bpftool map update pinned "$PIN" key 0 0 0 0 value 7 "${head[@]:1}"
	run -1 limits list
	[[ $output == "tg-limits: $PIN: is not a table of limits of this version: detach and attach again" ]]
	run -1 limits prepare
	[[ $output == "tg-limits: $PIN: is not a table of limits of this version: detach and attach again" ]]
	rm "$PIN"
	bpftool map create "$PIN" type array key 4 value 64 entries 1000 name tgl_limits
	run -1 limits prepare
	[[ $output == "tg-limits: $PIN: is not a table of limits of this version: detach and attach again" ]]
	rm "$PIN"
	run -1 limits list
	[[ $output == "tg-limits: $PIN: there is no table of limits" ]]
	PIN=/nonexistent/pin
	run -1 limits prepare
	[[ $output == 'tg-limits: /nonexistent/pin: No such file or directory' ]]
}

@test "a table that tc has made for a program is prepared by the first command that changes it" {
	given_limit_pin
	bpftool map create "$PIN" type array key 4 value 64 entries 1000 name tgl_limits flags 0x400
	run -1 limits list
	[[ $output == *"no tool has prepared it: 'tg-limits prepare' does" ]]
	run -0 limits flush
	[[ $output == '0 flushed' ]]
	run -0 limits list --count
	[[ $output == 'all: 0 keys of 656' ]]
}

# --- objects

@test "an object with limits gets the table's size, and one without makes none" {
	given_limit_pin
	given_policies_compiled
	"$BUILD/tg-splice" free.o -o copy.o --limits "$PIN"
	[[ ! -e $PIN ]]
	! bpftool btf dump file copy.o | grep -q "PTR.*tgl_limits" || fail 'the map is there'
	limits prepare --limits 1000
	"$BUILD/tg-splice" limited.o -o copy.o --limits "$PIN"
	given_namespace SERVER server
	in_server ip link add eth0 type veth peer name eth1
	attach_by_hand server ingress "$PWD/copy.o"
	[[ $(bpftool -j map show pinned "$PIN" | jq .max_entries) == 1324 ]]
}

@test "options of tg-splice that need others are refused without" {
	run -2 "$BUILD/tg-splice" "$BUILD/count.o" --list --limits /none
	[[ $output == *'--limits go with -o COPY'* ]]
	run -2 "$BUILD/tg-splice" "$BUILD/count.o" -o /none --limits-from /none
	[[ $output == *'--limits-from goes with --limits'* ]]
}

given_policies_compiled() {
	printf '%s\n' 'default pass' 'drop udp limit 5/s burst 5 per from else pass' >limited.policy
	printf '%s\n' 'set s { addresses }' 'default pass' 'drop from @s' >free.policy
	"$BUILD/tg-policy" compile --quiet --hook ingress limited.policy -o limited.o
	"$BUILD/tg-policy" compile --quiet --hook ingress free.policy -o free.o
}

@test "keys of the plugin limit are listed with the lengths that its constants say" {
	given_hosts
	given_limit_table
	"$BUILD/tg-splice" "$BUILD/limit.o" -o copy.o limit_rate=1 limit_burst=1000 limit_length4=24 limit_length6=48 --limits "$PIN"
	attach_by_hand server ingress "$PWD/copy.o"
	in_client ping -q -c 5 -i 0.01 -w "$TIMEOUT" "$SERVER4" >/dev/null
	in_client ping -q -c 5 -i 0.01 -w "$TIMEOUT" "$SERVER6" >/dev/null
	run -0 limits list --json
	[[ $(jq -c '[.limits[].keys[] | .length] | unique' <<<"$output") == '[24,48]' ]] || fail "$output"
	[[ $(jq -r '.limits[].keys[] | select(.length == 24).address' <<<"$output") == 198.51.100.0 ]] || fail "$output"
}

# --- filters

@test "conditions that are not understood are usage errors" {
	given_limit_table
	local words
	while IFS=: read -r words output; do
		# shellcheck disable=SC2086 # words
		run -2 limits list $words
		[[ $output == *"$output"* && $output == 'tg-limits: '* ]] || fail "$words: $output"
	done <<-END
		from:needs a value
		from 1.2.3:not an address
		from 1.2.3.4/33:not an address
		from 1.2.3.4 from 1.2.3.5:given twice
		port http:not a port
		port 65536:not a port
		line x:not a line
		tcp udp:one protocol
		ovre:not a condition
	END
	run -2 limits flush --count
	run -2 limits list --limits 5
	run -2 limits lsit
}
