#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Rules add what real packets have to a set, on two processors at once: each
# address is one entry, and none is lost.

load helper
load helper-sets

setup_file() {
	build_sender
}

setup() {
	given_set_map
}

teardown() {
	clean_up
}

# The policy, at the ingress of eth0 in the server's namespace.
given_adding_policy() { # SIZE
	printf '%s\n' "set seen { addresses size $1 }" 'default pass' 'drop ip add from to @seen' >adding.policy
	"$BUILD/tg-policy" compile --hook ingress adding.policy -o adding.o
	sets prepare adding.o
	given_namespace CLIENT client
	given_namespace SERVER server
	ip -netns "$CLIENT" link add eth0 address 02:00:00:00:00:01 type veth \
		peer name eth0 address 02:00:00:00:00:02 netns "$SERVER"
	in_client sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	in_server sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	in_client ip link set dev eth0 up
	in_server ip link set dev eth0 up
	attach_by_hand server ingress "$PWD/adding.o"
}

# Frames in hexadecimal, from 198.18.0.0 on.
frames_from() { # FIRST COUNT
	awk -v first="$1" -v count="$2" 'BEGIN {
		for (i = first; i < first + count; i++)
			printf "02000000000202000000000108004500001400000000 40fd0000c612%04xcb007101\n", i
	}'
}

frames_judged() {
	"$BUILD/tg-counters" --json "$PINS" | jq 'map(select(.plugin == "policy").packets) | add // 0'
}

have_been_judged() { # COUNT
	(($(frames_judged) >= $1))
}

# Both lists at once, on processors of their own. SECONDS_TAKEN is the time.
send_on_two_processors() { # FILE FILE
	local pids=() pid start=${EPOCHREALTIME/[.,]/}
	in_client taskset -c 0 "$SENDER" eth0 <"$1" 3>&- 4>&- &
	pids+=($!)
	in_client taskset -c "$(($(nproc) - 1))" "$SENDER" eth0 <"$2" 3>&- 4>&- &
	pids+=($!)
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	SECONDS_TAKEN=$(awk -v us=$((${EPOCHREALTIME/[.,]/} - start)) 'BEGIN { print us / 1000000 }')
}

refused_of() { # NAME
	sets list --json | jq --arg name "$1" '.sets[] | select(.name == $name).refused'
}

@test "rules on two processors add sixty thousand addresses, and lose none" {
	given_adding_policy 70000
	# the middle third is sent by both
	frames_from 0 40000 >a
	frames_from 20000 40000 >b
	send_on_two_processors a b
	eventually have_been_judged 80000 || fail "judged: $(frames_judged)"
	has_entries seen 60000
	[[ $(refused_of seen) == 0 ]]
	# and each of them is there
	sets save seen | sed -n 's/^\t\{0,1\}\(198[0-9.]*\)$/\1/p' | sort >there
	awk 'BEGIN { for (i = 0; i < 60000; i++) printf "198.18.%d.%d\n", i / 256, i % 256 }' | sort | diff -q - there
	printf '# %s additions a second\n' "$(awk -v s="$SECONDS_TAKEN" 'BEGIN { printf "%d", 60000 / s }')"
}

@test "rules on two processors add the same addresses at once, each once" {
	given_adding_policy 41000
	frames_from 0 40000 >a
	send_on_two_processors a a
	eventually have_been_judged 80000 || fail "judged: $(frames_judged)"
	has_entries seen 40000
	# the count that rules go by is right, too: as many more fit
	frames_from 40000 1000 >b
	in_client "$SENDER" eth0 <b
	eventually have_been_judged 81000 || fail "judged: $(frames_judged)"
	has_entries seen 41000
	[[ $(refused_of seen) == 0 ]]
}

@test "of a set that is too small, rules on two processors add what fits, and count the rest" {
	given_adding_policy 10000
	frames_from 0 20000 >a
	frames_from 20000 20000 >b
	send_on_two_processors a b
	eventually have_been_judged 40000 || fail "judged: $(frames_judged)"
	has_entries seen 10000
	[[ $(refused_of seen) == 30000 ]]
}
