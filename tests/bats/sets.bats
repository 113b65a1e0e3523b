#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Sets in force: rules look packets up in them, and they change while packets
# flow, by the verb 'set' and by rules. The tool alone is in sets-tool.bats and
# sets-writers.bats.

load helper
load helper-chain
load helper-policy

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- words

# The server drops who is in the set 'blocked'.
given_blocking_server() { # RULE...
	given_server
	given_policy a 'set blocked { addresses size 1000 }' 'default pass' "$@" 'drop from @blocked'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
}

sets() { # ACTION WORD... on eth0 of the server
	on_server set "$1" eth0 "${@:2}"
}

# --- in force

@test "an address that is added to a set is dropped at once, and passes when it is deleted" {
	given_blocking_server
	reaches http 80 http6 80
	sets add blocked "$CLIENT4"
	refute_reaches http 80
	reaches http6 80
	sets add blocked "$CLIENT6"
	refute_reaches http6 80
	sets del blocked "$CLIENT4" "$CLIENT6"
	reaches http 80 http6 80
}

@test "a prefix is in force for all its addresses but those that are excepted" {
	given_blocking_server
	sets add blocked 198.51.100.0/24 2001:db8::/32
	refute_reaches http 80 http6 80
	sets add blocked --except "$CLIENT4"
	reaches http 80
	refute_reaches http6 80
	run -0 sets test blocked 198.51.100.77
	run -1 sets test blocked "$CLIENT4"
}

@test "an entry that was added for a time expires by itself" {
	given_blocking_server
	sets add blocked "$CLIENT4" --for 3s
	refute_reaches http 80
	run -0 sets show blocked
	[[ $output == *"$CLIENT4"*s* ]]
	eventually reaches http 80
	run -0 sets show blocked --json
	[[ $output != *"$CLIENT4"* ]]
}

@test "a rule adds who it drops to a set" {
	given_blocking_server 'drop tcp to port 8080 add from to @blocked for 1h'
	reaches http 80
	refute_reaches http 8080
	refute_reaches http 80
	run -0 sets show blocked
	[[ $output == *"$CLIENT4"* ]]
	sets flush blocked
	reaches http 80
}

@test "a rule takes who it passes out of a set" {
	given_blocking_server 'pass tcp to port 8080 del from from @blocked'
	sets add blocked "$CLIENT4"
	refute_reaches http 80
	reaches http 8080
	reaches http 80
}

@test "a rule adds the prefix of who it drops" {
	given_blocking_server 'drop tcp to port 8080 add from/24 to @blocked for 1h'
	refute_reaches http 8080
	refute_reaches http 80
	run -0 sets test blocked 198.51.100.200
	run -1 sets test blocked 198.51.101.200
}

@test "a rule deletes and prolongs the prefix that a command has added" {
	given_blocking_server
	given_known_neighbours
	# before there is a rule about prefixes of this length
	sets add blocked 198.51.100.0/24 203.0.113.0/24
	sets add blocked 2001:db8::/64 --for 10m
	refute_reaches http 80 http6 80
	given_policy b 'set blocked { addresses size 1000 }' 'default pass' 'pass tcp to port 8080 del from/24 from @blocked' \
		'drop tcp to port 81 add from/24 to @blocked for 2h' 'drop from @blocked'
	apply b >/dev/null
	refute_reaches http 80 http6 80 http6 81
	# one entry, that stays for longer
	[[ $(sets list --json | jq '.sets[0].entries') == 3 ]]
	(($(sets show blocked --json | jq '.entries[] | select(.entry == "2001:db8::/64").left') > 3600))
	run -0 on_server explain eth0 ingress "tcp $CLIENT4:1234 > $SERVER4:8080"
	[[ $output == *'would delete 198.51.100.0/24 from @blocked'* ]]
	reaches http 8080 http6 8080
	sets show blocked >"$BATS_TEST_TMPDIR/left"
	[[ $(<"$BATS_TEST_TMPDIR/left") == 203.0.113.0/24 ]]
	reaches http 80 http6 80
	# and after that
	sets add blocked 198.51.100.0/24
	refute_reaches http 80
	reaches http 8080
	reaches http 80
}

@test "after a policy that was refused, rules delete prefixes that commands have added" {
	given_blocking_server
	given_known_neighbours
	sets add blocked 198.51.100.0/24
	local rule='pass tcp to port 8080 del from/24 from @blocked'
	given_policy b 'set blocked { addresses size 1000 }' 'set more { addresses size 16777216 }' 'set all { addresses size 16777216 }' \
		'default pass' "$rule" 'drop from @blocked' 'drop from @more' 'drop from @all'
	run -1 apply b
	[[ $output == *'the sets are too large'* ]]
	given_policy b 'set blocked { addresses size 1000 }' 'default pass' "$rule" 'drop from @blocked'
	apply b >/dev/null
	refute_reaches http 80
	reaches http 8080
	reaches http 80
}

@test "rules look up ports, MACs and pairs in sets on each hook" {
	local hook
	given_server
	given_policy a 'set doors { ports }' 'set cards { macs }' 'set pairs { address-ports }' \
		'default pass' 'drop tcp to port @doors' 'drop from mac @cards' 'drop to @pairs'
	for hook in ingress xdp; do
		on_server attach eth0 "--$hook" --chain policy >/dev/null
		apply a --hook "$hook" >/dev/null
		reaches http 80
		sets add doors 80
		refute_reaches http 80
		sets del doors 80
		sets add cards "$CLIENT_MAC"
		refute_reaches http 80
		sets del cards "$CLIENT_MAC"
		sets add pairs "$SERVER4 tcp 80"
		refute_reaches http 80
		reaches http 8080
		sets flush pairs
		reaches http 80
		on_server detach eth0 >/dev/null
	done
}

# --- what outlives what

@test "sets outlive an apply, a new chain and a rollback" {
	given_blocking_server
	sets add blocked "$CLIENT4"
	given_policy b 'set blocked { addresses size 1000 }' 'set other { ports }' 'drop to port @other' \
		'drop from @blocked' 'default pass'
	apply b >/dev/null
	refute_reaches http 80
	on_server chain eth0 ingress set count,policy >/dev/null
	refute_reaches http 80
	on_server policy rollback eth0 >/dev/null
	refute_reaches http 80
	sets del blocked "$CLIENT4"
	reaches http 80
}

@test "a set that has another kind there is refused, and the policy in force stays" {
	given_blocking_server
	sets add blocked "$CLIENT4"
	given_policy b 'set blocked { ports }' 'default pass' 'drop to port @blocked'
	run -1 apply b
	[[ $output == "tailgate: eth0 is left as it is: set 'blocked' has ports, and a policy in force has a set of addresses with that name: choose another name" ]]
	refute_reaches http 80
	rules_are ingress 'drop from @blocked' 'default pass'
}

@test "sets that are too large for a table are one line, and the policy in force stays" {
	given_blocking_server
	given_policy b 'set blocked { addresses }' 'set more { addresses size 16777216 }' 'set all { addresses size 16777216 }' \
		'default pass' 'drop from @blocked' 'drop from @more' 'drop from @all'
	run -1 apply b
	[[ $output == 'tailgate: eth0 is left as it is: the sets are too large: a table of all has 1 GiB at most' ]]
	rules_are ingress 'drop from @blocked' 'default pass'
}

@test "a set that a policy makes larger keeps its entries" {
	given_blocking_server
	sets add blocked "$CLIENT4" 203.0.113.0/24
	given_policy b 'set blocked { addresses size 100000 }' 'default pass' 'drop from @blocked'
	apply b >/dev/null
	refute_reaches http 80
	run -0 sets list --json
	[[ $(jq -r '.sets[0] | "\(.entries) \(.size)"' <<<"$output") == '2 100000' ]]
}

@test "a policy that keeps flows and has no sets is replaced by one that has" {
	given_server
	on_server attach eth0 --ingress --egress --chain policy >/dev/null
	given_policy a 'default pass keep'
	apply a >/dev/null
	# the program has the map of sets, and nothing is in it
	run -1 sets list
	[[ $output == 'tailgate set: '*'/tgs_sets: there are no sets: no policy that was applied declares one' ]]
	run -1 sets add blocked "$CLIENT4"
	[[ $output == *'there are no sets'* ]]
	reaches http 80
	given_policy b 'set blocked { addresses }' 'default pass keep' 'drop from @blocked'
	apply b --hook ingress >/dev/null
	sets add blocked "$CLIENT4"
	refute_reaches http 80
	run -0 on_server explain eth0 ingress "tcp $CLIENT4:1234 > $SERVER4:80 syn"
	[[ $output == *"$CLIENT4 is in @blocked"* ]]
	# the other hook's program has the same map
	apply b --hook egress &>/dev/null
	sets del blocked "$CLIENT4"
	reaches http 80
}

# --- instances

@test "attachments of an instance share their sets, and the last of them removes the sets" {
	given_instance_name
	given_server
	in_server ip link add other0 type veth peer name other1
	in_server ip link set dev other0 up
	given_policy a 'set blocked { addresses }' 'default pass' 'drop from @blocked'
	on_server attach eth0 --ingress --chain policy --instance "$INSTANCE" >/dev/null
	on_server attach other0 --ingress --chain policy --instance "$INSTANCE" >/dev/null
	apply a >/dev/null
	on_server policy apply other0 "$POLICIES/a.policy" >/dev/null
	on_server set add other0 blocked "$CLIENT4"
	refute_reaches http 80
	run -0 on_server set test "@$INSTANCE" blocked "$CLIENT4"
	on_server detach other0 >/dev/null
	refute_reaches http 80
	on_server set del "@$INSTANCE" blocked "$CLIENT4"
	reaches http 80
	on_server detach eth0 >/dev/null
	[[ ! -e /run/tailgate/@$INSTANCE ]]
}

@test "detach --keep leaves the sets of an instance for the next attach" {
	given_instance_name
	given_server
	given_policy a 'set blocked { addresses }' 'default pass' 'drop from @blocked'
	on_server attach eth0 --ingress --chain policy --instance "$INSTANCE" >/dev/null
	apply a >/dev/null
	on_server set add eth0 blocked "$CLIENT4"
	on_server detach eth0 --keep >/dev/null
	reaches http 80
	run -0 on_server set test "@$INSTANCE" blocked "$CLIENT4"
	on_server attach eth0 --ingress --chain policy --instance "$INSTANCE" >/dev/null
	apply a >/dev/null
	refute_reaches http 80
}

@test "an attachment that has sets of its own does not join an instance" {
	given_instance_name
	given_blocking_server
	run -1 on_server attach eth0 --ingress --instance "$INSTANCE"
	[[ $output == *'eth0 has sets, flows or limits already'*'tailgate detach eth0'* ]]
	[[ ! -e /run/tailgate/@$INSTANCE ]]
	sets add blocked "$CLIENT4"
	refute_reaches http 80
}

# --- a full set

@test "a set that is full refuses entries, and says so to the command, the counters and status" {
	given_server
	given_policy a 'set few { addresses size 2 }' 'default pass' 'drop udp to port 9 add from to @few' 'drop from @few'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a >/dev/null
	sets add few 203.0.113.1 203.0.113.2
	run -1 sets add few 203.0.113.3
	[[ $output == *"'few'"*full*2* ]]
	in_client bash -c "echo >/dev/udp/$SERVER4/9"
	eventually on_server_counts set-full
	run on_server status eth0
	[[ $output == *"'few'"*full* ]]
	reaches http 80
}

on_server_counts() { # REASON
	[[ $(on_server stats eth0) == *" $1 "* ]]
}

# --- looking changes nothing

@test "explain of a packet that a rule would add leaves the set as it is" {
	given_blocking_server 'drop tcp to port 8080 add from to @blocked'
	run -0 on_server explain eth0 ingress "tcp 203.0.113.9:1234 > $SERVER4:8080"
	[[ $output == *'drop'* ]]
	run -1 sets test blocked 203.0.113.9
	sets add blocked 203.0.113.0/24
	run -0 on_server explain eth0 ingress "tcp 203.0.113.9:1234 > $SERVER4:80"
	[[ $output == *'drop from @blocked'* ]]
}

# --- lists

@test "every bad line of a list is reported, and the set is left as it was" {
	given_blocking_server
	sets add blocked 203.0.113.1
	printf '%s\n' '198.51.100.1' '198.51.100.1/24' '# a comment' 'nonsense' '2001:db8::/32' >"$BATS_TEST_TMPDIR/list"
	run -1 sets load blocked "$BATS_TEST_TMPDIR/list"
	[[ $output == *'list:2:'*198.51.100.0/24* && $output == *'list:4:'* ]]
	reaches http 80
	run -0 sets load blocked "$BATS_TEST_TMPDIR/list" --skip-bad
	refute_reaches http 80 http6 80
}

@test "a saved list loads again, and replace makes a list the whole set" {
	given_blocking_server
	sets add blocked "$CLIENT4" 203.0.113.0/24
	sets save blocked >"$BATS_TEST_TMPDIR/saved"
	sets flush blocked
	reaches http 80
	sets load blocked "$BATS_TEST_TMPDIR/saved"
	refute_reaches http 80
	echo 203.0.113.7 | sets replace blocked -
	reaches http 80
	run -1 sets test blocked 203.0.113.8
	run -0 sets test blocked 203.0.113.7
}

@test "entries come through a pipe as they are written to it" {
	given_blocking_server
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	sets add blocked - <"$BATS_TEST_TMPDIR/pipe" &
	exec {PIPE}>"$BATS_TEST_TMPDIR/pipe"
	echo "$CLIENT4" >&"$PIPE"
	eventually refute_reaches http 80
	exec {PIPE}>&-
	wait
}

# --- what is refused

@test "set says what is missing or misspelt, and changes nothing" {
	given_server
	on_server attach eth0 --ingress --chain policy >/dev/null
	run -1 sets list
	[[ $output == *'eth0 has no sets: no policy that was applied to it declares one' ]]
	run -2 on_server set
	run -2 on_server set frobnicate eth0
	run -2 on_server set remove eth0 blocked 198.51.100.1
	[[ $output == *"write 'set del'"* ]]
	run -1 on_server set list @none
	[[ $output == *"no such instance: 'none'"* ]]
	given_policy a 'set blocked { addresses }' 'default pass' 'drop from @blocked'
	apply a >/dev/null
	run -1 sets add blokced 198.51.100.1
	[[ $output == *"'blokced'"*blocked* ]]
	run -1 sets add blocked 198.51.100.1/24
	[[ $output == *198.51.100.0/24* ]]
	run -1 sets add blocked 80
	reaches http 80
}

@test "--dry-run prints the commands that change sets, and runs none" {
	given_blocking_server
	sets add blocked 203.0.113.1
	local words table
	table=/run/tailgate/$(key_of eth0)/tc/globals/tgs_sets
	while IFS= read -r words; do
		# shellcheck disable=SC2086 # words
		run -0 on_server --dry-run set $words
		[[ $output == "$BUILD/tg-sets ${words/eth0/$table}" ]] || fail "$words" "$output"
	done <<-END
		add eth0 blocked $CLIENT4 --for=1h
		add eth0 blocked -
		del eth0 blocked 203.0.113.1
		flush eth0 blocked
		load eth0 blocked list --skip-bad
		replace eth0 blocked list
		forget eth0 blocked
	END
	[[ $(sets show blocked) == 203.0.113.1 ]]
}

# --- what commands leave

@test "gc removes an instance that no attachment uses, but not one that is kept" {
	given_instance_name
	given_device
	on_server attach eth0 --ingress --instance "$INSTANCE" >/dev/null
	on_server detach eth0 --keep >/dev/null
	tailgate gc
	[[ -e /run/tailgate/@$INSTANCE/tgs_sets ]]
	rmdir "/run/tailgate/@$INSTANCE/kept"
	tailgate gc
	[[ ! -e /run/tailgate/@$INSTANCE ]]
}

@test "an attach to an instance that fails leaves neither the instance nor a link to it" {
	given_instance_name
	given_device
	run -1 on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/none.o" --instance "$INSTANCE"
	[[ ! -e /run/tailgate/@$INSTANCE && ! -e $PINS/tgs_sets ]]
}
