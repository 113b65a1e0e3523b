#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate chain: it shows the chain in force, and changes are in force when the
# command returns.

load helper
load helper-chain

setup_file() {
	build_fixtures own egress_only no_next
}

teardown() {
	remove_chains
}

# --- words

# The chain shown on the server's eth0: positions and plugins.
shows() { # HOOK LINE...
	local hook=$1 found wanted
	shift
	found=$(on_server chain eth0 "$hook" | awk 'NR > 1 { print ($1 == "then" ? $0 : $1 " " $3) }')
	wanted=$(printf '%s\n' "$@")
	[[ $found == "$wanted" ]] || fail "shown is:" "$found"
}

# --- show

@test "show has the plugins in order, with slot, id and tag as the kernel has them" {
	given_device
	on_server attach eth0 --egress --chain count,drop_tcp --default drop
	run -0 on_server chain eth0 egress show
	[[ ${lines[0]} =~ ^POS\ +SLOT\ +PLUGIN\ +ID\ +TAG$ ]]
	[[ ${lines[1]} =~ ^0\ +0\ +count\ +([0-9]+)\ +([0-9a-f]{16})$ ]]
	[[ $(bpftool -j prog show id "${BASH_REMATCH[1]}" | jq -r .tag) == "${BASH_REMATCH[2]}" ]]
	[[ $(bpftool -j prog show id "${BASH_REMATCH[1]}" | jq -r .name) == count_egress ]]
	[[ ${lines[2]} =~ ^1\ +1\ +drop_tcp\ +[0-9]+\ +[0-9a-f]{16}$ ]]
	[[ ${lines[3]} == 'then drop' ]]
	((${#lines[@]} == 4))
	[[ $(on_server chain eth0 egress) == "$output" ]]
}

@test "a chain without plugins is shown, too" {
	given_device
	on_server attach eth0 --xdp
	shows xdp 'then pass'
}

@test "a hook without a chain is told in one line, with the command that helps" {
	given_device
	on_server attach eth0 --ingress
	refuses_and_changes_nothing 1 "eth0 egress has no chain: 'tailgate attach eth0 --egress' puts one there" \
		on_server chain eth0 egress
	refuses_and_changes_nothing 1 "eth0 xdp has no chain" on_server chain eth0 xdp set count
}

# --- set, insert, remove, replace

@test "set makes another chain of it, and traffic meets that one" {
	given_server
	on_server attach eth0 --ingress --chain drop_icmp
	refute_reaches ping
	on_server chain eth0 ingress set drop_arp,drop_tcp
	shows ingress '0 drop_arp' '1 drop_tcp' 'then pass'
	reaches ping http 8080
	refute_reaches http 80
	on_server chain eth0 ingress set ''
	shows ingress 'then pass'
	reaches http 80
}

@test "insert puts a plugin before the one at the position, or at the end" {
	given_server
	on_server attach eth0 --xdp --chain count
	on_server chain eth0 xdp insert 0 drop_icmp
	shows xdp '0 drop_icmp' '1 count' 'then pass'
	refute_reaches ping
	on_server chain eth0 xdp insert 2 drop_arp
	on_server chain eth0 xdp insert 2 drop_tcp
	shows xdp '0 drop_icmp' '1 count' '2 drop_tcp' '3 drop_arp' 'then pass'
	refute_reaches http 80
	reaches http 8080
	on_server chain eth0 xdp insert 1 count
	shows xdp '0 drop_icmp' '1 count' '2 count' '3 drop_tcp' '4 drop_arp' 'then pass'
}

@test "a plugin can be inserted into a chain without any" {
	given_device
	on_server attach eth0 --egress
	on_server chain eth0 egress insert 0 count
	shows egress '0 count' 'then pass'
}

@test "what stands first judges first" {
	given_server
	on_server attach eth0 --ingress --chain drop_icmp,count
	refute_reaches ping
	counted drop_icmp ingress drop icmp
	local before after
	before=$(packets drop_icmp ingress drop icmp)
	on_server chain eth0 ingress set drop_all,drop_icmp
	refute_reaches ping
	after=$(packets drop_icmp ingress drop icmp)
	((before == after))
	counted drop_all ingress drop all
}

@test "remove takes a plugin out by its name or its position" {
	given_server
	on_server attach eth0 --ingress --chain count,drop_icmp,drop_tcp,count
	refute_reaches ping http 80
	on_server chain eth0 ingress remove drop_icmp
	shows ingress '0 count' '1 drop_tcp' '2 count' 'then pass'
	reaches ping
	refute_reaches http 80
	on_server chain eth0 ingress remove 0
	shows ingress '0 drop_tcp' '1 count' 'then pass'
	on_server chain eth0 ingress remove 0
	on_server chain eth0 ingress remove count
	shows ingress 'then pass'
	reaches ping http 80
}

@test "replace puts another object in the place of one, by name or position" {
	given_server
	on_server attach eth0 --xdp --chain count,drop_icmp,count
	on_server chain eth0 xdp replace drop_icmp drop_tcp
	shows xdp '0 count' '1 drop_tcp' '2 count' 'then pass'
	reaches ping http 8080
	refute_reaches http 80
	on_server chain eth0 xdp replace 1 "$FIXTURES/own.o"
	shows xdp '0 count' '1 own' '2 count' 'then pass'
	refute_reaches ping6
	reaches ping http 80
	on_server chain eth0 xdp insert 3 drop_arp
	shows xdp '0 count' '1 own' '2 count' '3 drop_arp' 'then pass'
	no_call_was_missed
}

@test "all of them work at once on several hooks, each by itself" {
	given_server
	on_server attach eth0 --xdp --ingress --egress --chain count
	on_server chain eth0 xdp set drop_arp
	on_server chain eth0 egress insert 1 drop_icmp
	shows xdp '0 drop_arp' 'then pass'
	shows ingress '0 count' 'then pass'
	shows egress '0 count' '1 drop_icmp' 'then pass'
}

@test "a chain can be changed many times, from one bank to the other" {
	given_server
	local n
	on_server attach eth0 --ingress --chain count
	for n in {1..6}; do
		on_server chain eth0 ingress insert "$n" count
	done
	shows ingress {0..6}' count' 'then pass'
	reaches ping
	for n in {6..1}; do
		on_server chain eth0 ingress remove "$n"
	done
	shows ingress '0 count' 'then pass'
	reaches ping
	no_call_was_missed
}

# --- one's own

@test "a plugin from outside is inserted by its path, with a reason of its own" {
	given_server
	on_server attach eth0 --ingress --chain count
	on_server chain eth0 ingress insert 1 "$FIXTURES/own.o"
	refute_reaches ping6
	reaches ping
	run -0 "$BUILD/tg-counters" "$PINS"
	[[ $output =~ own\ +ingress\ +drop\ +own-0\ +[1-9] ]]
	on_server chain eth0 ingress remove own
	reaches ping6
}

@test "a plugin from outside lives on when its file is gone" {
	given_server
	cp "$FIXTURES/own.o" "$BATS_TEST_TMPDIR/own.o"
	on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/own.o"
	rm "$BATS_TEST_TMPDIR/own.o"
	on_server chain eth0 ingress insert 0 count
	shows ingress '0 count' '1 own' 'then pass'
	refute_reaches ping6
	reaches ping
}

@test "a constant of a plugin lives on when the chain is rearranged around it" {
	given_server
	"$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o "$BATS_TEST_TMPDIR/mine.o" drop_tcp_port=8080
	on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/mine.o"
	refute_reaches http 8080
	reaches http 80
	on_server chain eth0 ingress insert 0 count
	refute_reaches http 8080
	reaches http 80
	on_server chain eth0 ingress remove count
	on_server chain eth0 ingress replace drop_tcp drop_tcp
	refute_reaches http 80
	reaches http 8080
}

@test "the default and the miss verdict live on when the chain is changed" {
	given_device
	on_server attach eth0 --ingress --chain count --default drop --miss drop
	local change
	for change in 'set drop_arp' 'insert 0 count' 'remove count' 'replace 0 count' 'set count,count'; do
		# shellcheck disable=SC2086 # several words
		on_server chain eth0 ingress $change
		hook_json ingress | jq -e '.default == "drop" and .miss == "drop" and .broken == null'
	done
	local id
	for id in $(hook_json ingress | jq '.chain[].id'); do
		[[ $(constant_of "$id" tg_miss) == 3 ]]
	done
}

@test "counters go on counting when the chain is changed" {
	given_server
	on_server attach eth0 --ingress --chain count
	reaches ping
	local before
	before=$(packets count ingress next counted)
	on_server chain eth0 ingress insert 0 drop_arp
	(($(packets count ingress next counted) >= before))
	((before > 0))
}

# --- what is refused

@test "a wrong position is named, with those that there are" {
	given_device
	on_server attach eth0 --ingress --chain count,drop_tcp
	refuses_and_changes_nothing 1 "no such position: '3': 0 to 2" on_server chain eth0 ingress insert 3 count
	refuses_and_changes_nothing 1 "no such position: '-1': 0 to 2" on_server chain eth0 ingress insert -1 count
	refuses_and_changes_nothing 1 "no such position: '01': 0 to 2" on_server chain eth0 ingress insert 01 count
	refuses_and_changes_nothing 1 "no such position: 'a[0]': 0 to 2" on_server chain eth0 ingress insert 'a[0]' count
	refuses_and_changes_nothing 1 'no such position: 2: the chain has 2 plugins' on_server chain eth0 ingress remove 2
	refuses_and_changes_nothing 1 'no such position: 7: the chain has 2 plugins' on_server chain eth0 ingress replace 7 count
}

@test "a name that is not in the chain, or there twice, is told with what there is" {
	given_device
	on_server attach eth0 --ingress --chain count,drop_tcp,count
	refuses_and_changes_nothing 1 "no 'drop_arp' in this chain: it is count drop_tcp count" \
		on_server chain eth0 ingress remove drop_arp
	refuses_and_changes_nothing 1 "'count' is in this chain 2 times: name its position (0 2)" \
		on_server chain eth0 ingress remove count
	refuses_and_changes_nothing 1 "'count' is in this chain 2 times: name its position (0 2)" \
		on_server chain eth0 ingress replace count drop_arp
	on_server chain eth0 ingress set ''
	refuses_and_changes_nothing 1 "no 'count' in this chain: it is without plugins" \
		on_server chain eth0 ingress remove count
}

@test "what is no plugin for the hook is refused by each verb, and nothing has changed" {
	given_device
	on_server attach eth0 --ingress --chain count
	local change
	for change in set 'insert 0' 'replace 0'; do
		# shellcheck disable=SC2086 # several words
		refuses_and_changes_nothing 1 "no such plugin: 'no_such'" on_server chain eth0 ingress $change no_such
		# shellcheck disable=SC2086 # several words
		refuses_and_changes_nothing 1 "no such file: '/no/such.o'" on_server chain eth0 ingress $change /no/such.o
		# shellcheck disable=SC2086 # several words
		refuses_and_changes_nothing 1 'does not serve ingress' on_server chain eth0 ingress $change "$FIXTURES/egress_only.o"
		# shellcheck disable=SC2086 # several words
		refuses_and_changes_nothing 1 'cannot be chained' on_server chain eth0 ingress $change "$FIXTURES/no_next.o"
	done
}

@test "a chain does not grow over 31 plugins" {
	given_device
	local chain
	chain=$(printf 'count,%.0s' {1..31})
	on_server attach eth0 --ingress --chain "${chain%,}"
	refuses_and_changes_nothing 1 'a chain holds 31 plugins, not 32' \
		on_server chain eth0 ingress insert 31 count
	refuses_and_changes_nothing 1 'a chain holds 31 plugins, not 32' \
		on_server chain eth0 ingress set "${chain}count"
}

@test "what chain does not understand is refused with status 2" {
	given_device
	on_server attach eth0 --ingress --chain count
	refuses_and_changes_nothing 2 'chain needs a device and a hook' on_server chain eth0
	refuses_and_changes_nothing 2 "no such hook: 'sideways'" on_server chain eth0 sideways
	refuses_and_changes_nothing 2 "chain cannot 'shuffle'" on_server chain eth0 ingress shuffle
	refuses_and_changes_nothing 2 'insert takes 2 arguments, not 1' on_server chain eth0 ingress insert count
	refuses_and_changes_nothing 2 'set takes 1 arguments, not 0' on_server chain eth0 ingress set
	refuses_and_changes_nothing 2 'set takes 1 arguments, not 2' on_server chain eth0 ingress set count drop_arp
	refuses_and_changes_nothing 2 'show takes 0 arguments, not 1' on_server chain eth0 ingress show count
}
