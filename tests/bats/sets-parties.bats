#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A rule, commands that add and delete, and replacements change one key at the
# same time, for seconds.

load helper
load helper-sets

setup_file() {
	build_sender
}

setup() {
	given_set_map
}

teardown() {
	: >"$BATS_TEST_TMPDIR/stop"
	clean_up
}

# --- words

readonly HOST=198.18.0.1

# TCP adds the address of the client to the sets, and UDP deletes it. SCTP tells
# that what was sent before has been judged.
given_parties() { # LENGTH SET...
	local length=$1 name adds='' deletes=''
	shift
	for name; do
		adds+=" add from$length to @$name" deletes+=" del from$length from @$name"
	done
	printf '%s\n' 'set ruled { addresses size 200 }' 'set told { addresses size 200 }' \
		'set listed { addresses size 200 }' 'set judged { addresses size 200000 }' \
		'default pass' "pass tcp$adds" "pass udp$deletes" 'pass sctp add from to @judged' >parties.policy
	"$BUILD/tg-policy" compile --hook ingress parties.policy -o parties.o
	sets prepare parties.o
	given_namespace CLIENT client
	given_namespace SERVER server
	ip -netns "$CLIENT" link add eth0 address 02:00:00:00:00:01 type veth \
		peer name eth0 address 02:00:00:00:00:02 netns "$SERVER"
	in_client sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	in_server sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	in_client ip link set dev eth0 up
	in_server ip link set dev eth0 up
	attach_by_hand server ingress "$PWD/parties.o"
	for _ in {1..500}; do
		frame tcp "$HOST"
		frame udp "$HOST"
		frame tcp "$HOST"
		frame udp "$HOST"
		frame udp "$HOST"
	done >turns
	KEY=$HOST${length:+/${length#/}}
	[[ ! $length ]] || KEY=198.18.0.0$length
	hosts 203 100 >without.list
	{
		cat without.list
		echo "$KEY"
	} >with.list
}

# In hexadecimal, from this address.
frame() { # tcp|udp|sctp A.B.C.D
	local octets protocol=06
	[[ $1 != udp ]] || protocol=11
	[[ $1 != sctp ]] || protocol=84
	IFS=. read -ra octets <<<"$2"
	printf '0200000000020200000000010800450000280001000040%s0000%02x%02x%02x%02xcb0071019c40005000140000000000005002000000000000\n' \
		"$protocol" "${octets[@]}"
}

send() { # FRAMES on standard input
	in_client taskset -c "$(($(nproc) - 1))" "$SENDER" eth0
}

ROUND=0

# A rule makes this change, and it is made.
rule_says() { # add|del
	local kind=tcp mark
	[[ $1 == add ]] || kind=udp
	((++ROUND))
	mark=192.0.$((ROUND / 256)).$((ROUND % 256))
	{
		frame "$kind" "$HOST"
		frame sctp "$mark"
	} | send
	eventually sets test judged "$mark"
}

command_says() { # add|del SET
	sets "$1" "$2" "$KEY"
}

list_says() { # add|del SET
	if [[ $1 == add ]]; then
		sets replace "$2" with.list
	else
		sets replace "$2" without.list
	fi
}

# --- each for SECONDS, until `stop` is there

rule_goes_on() {
	until [[ -e stop ]]; do
		send <turns || return
	done
}

commands_go_on() { # SET
	local times=('--for=1h' '--for=forever' '--for=2h') n
	for ((n = 0; ; n++)); do
		[[ ! -e stop ]] || return 0
		sets add "$1" "$KEY" "${times[n % 3]}" || return
		sets add "$1" "$KEY" "${times[(n + 1) % 3]}" || return
		sets del "$1" "$KEY" || return
	done
}

replacements_go_on() { # SET
	until [[ -e stop ]]; do
		sets replace "$1" with.list || return
		sets replace "$1" without.list || return
	done
}

all_go_on_for() { # SECONDS SET-OF-COMMANDS SET-OF-REPLACEMENTS
	local pids=() pid
	rm -f stop
	rule_goes_on 3>&- 4>&- &
	pids+=($!)
	commands_go_on "$2" 3>&- 4>&- &
	pids+=($!)
	replacements_go_on "$3" 3>&- 4>&- &
	pids+=($!)
	sleep "$1"
	: >stop
	for pid in "${pids[@]}"; do
		wait "$pid" || fail "a party has failed"
	done
}

# --- what is there then

# The key is in the set, or not, as entry of its own, and once.
key_is() { # add|del SET
	local wanted=0 found
	[[ $1 != add ]] || wanted=1
	found=$(sets show "$2" --json | jq --arg key "$KEY" '[.entries[] | select(.entry == $key)] | length')
	[[ $found == "$wanted" ]] || fail "'$2' has the key $found times, not $wanted" "$(sets show "$2")"
	if ((wanted)); then
		sets test "$2" "$HOST" >/dev/null
	else
		run ! sets test "$2" "$HOST"
	fi
}

# A set of rules has room for as many as it says: none too many is counted.
is_counted_right() { # SET, of whose rules
	local before free octet
	before=$(sets show "$1" --json | jq '.entries | length')
	has_entries "$1" "$before"
	free=$((200 - before))
	for ((octet = 1; octet <= free + 1; octet++)); do
		# each in a prefix of its own
		frame tcp "198.19.$octet.1"
	done | send
	rule_says_nothing
	has_entries "$1" 200
	[[ $(sets list --json | jq --arg name "$1" '.sets[] | select(.name == $name).refused') == 1 ]]
}

rule_says_nothing() {
	local mark=192.0.255.255
	frame sctp "$mark" | send
	eventually sets test judged "$mark"
}

# --- tests

three_parties_have_sets_of_their_own() { # LENGTH
	local says ruled told listed
	given_parties "$1" ruled
	for says in 'add add add' 'add del del' 'del add del' 'del del add' 'del del del' 'add add del'; do
		read -r ruled told listed <<<"$says"
		all_go_on_for 2 told listed
		# the last change of each, again at the same time
		command_says "$told" told 3>&- 4>&- &
		list_says "$listed" listed 3>&- 4>&- &
		rule_says "$ruled"
		wait
		key_is "$ruled" ruled
		key_is "$told" told
		key_is "$listed" listed
		has_entries listed "$(wc -l <"$([[ $listed == add ]] && echo with || echo without).list")"
	done
	rule_says del
	is_counted_right ruled
}

@test "one address that a rule, commands and replacements change in sets of their own is as the last change of each says" {
	three_parties_have_sets_of_their_own ''
}

@test "one prefix that a rule, commands and replacements change in sets of their own is as the last change of each says" {
	three_parties_have_sets_of_their_own /24
}

@test "one address that a rule, commands and replacements change in one set is as the last change says" {
	given_parties '' listed
	local round
	for round in 1 2 3; do
		all_go_on_for 3 listed listed
		rule_says add
		key_is add listed
		command_says del listed
		key_is del listed
		list_says add listed
		key_is add listed
		rule_says del
		key_is del listed
		command_says add listed
		key_is add listed
		list_says del listed
		key_is del listed
	done
	is_counted_right listed
}
