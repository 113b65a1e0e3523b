# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs the front end while it is killed, interrupted or failing at each of its
# steps. Needs helper.bash and helper-chain.bash.
# shellcheck disable=SC2154 # 'run' sets status and output

# The front end finds its tools by its own path, so it is copied to a tree with
# shims for these tools and for commands that change something.
given_shims() {
	local name
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE/build" "$TREE/shims"
	cp -r "$ROOT/tc-scripts" "$TREE/"
	ln -s "$BUILD"/*.o "$TREE/build/"
	export SHIM_STATE=$TREE SHIM_REAL=$BUILD
	for name in tc ip mount umount mkdir rmdir rm mv ln; do
		cp "$ROOT/tests/fixtures/chain/shim" "$TREE/shims/$name"
	done
	for name in tg-splice tg-chain tg-counters tg-look; do
		cp "$ROOT/tests/fixtures/chain/shim" "$TREE/build/$name"
	done
}

# front KILL changes 3 attach ...: does this at the third change.
front() { # WHAT-IS-DONE WHAT-COUNTS NUMBER WORD...
	export SHIM_DOES=$1 SHIM_COUNTS=$2 SHIM_AT=$3
	shift 3
	rm -f "$TREE/stopped"
	echo 0 >"$TREE/calls"
	# shellcheck disable=SC2016 # expanded in there
	PATH=$TREE/shims:$PATH bash -c 'echo $$ >"$SHIM_STATE/pid"; exec "$@"' bash \
		"$TREE/tc-scripts/tailgate" --netns "$SERVER" "$@"
}

# True if the step was reached.
was_stopped() {
	[[ -e $TREE/stopped ]]
}

# The command at that step.
stopped_at() {
	printf 'stopped at %s: %s' "$n" "$(<"$TREE/stopped")"
}

all_steps_were_tried() { # AT-LEAST
	((n > $1)) || fail "$n steps, that is not all of them"
}

# --- state that is comparable between runs

# Chains without ids and banks, qdiscs, and the names of pins and objects.
settled() {
	chains_settled
	{
		find "/run/tailgate/$KEY" -printf '%P\n'
		find "$OBJECTS_ROOT/$KEY" -printf '%P\n' |
			awk -F. -v OFS=. '$2 ~ /^[0-9]+$/ { $2 %= 32 } 1'
		find "$OBJECTS_ROOT" -name "$KEY.lock"
	} 2>/dev/null | sort
}

# Without the bank that is not in use.
chains_settled() {
	local hook
	for hook in xdp ingress egress; do
		printf '%s: %s\n' "$hook" "$(in_force "$hook")"
	done
	in_server tc qdisc show dev eth0
}

same() { # WANTED FOUND WHAT
	[[ $1 == "$2" ]] || fail "$3:" "$(diff <(printf '%s\n' "$1") <(printf '%s\n' "$2"))"
}

# in_force_is xdp 'drop_icmp, then pass' '': the chain on this hook of the
# server's eth0 is one of these; '' means no chain.
in_force_is() { # HOOK CHAIN...
	local found wanted
	found=$(in_force "$1")
	for wanted in "${@:2}"; do
		[[ $found != "$wanted" ]] || return 0
	done
	fail "$(stopped_at)" "in force on $1: '$found'"
}

# --- pings that no chain of the test passes

echo_requests_in() {
	in_server cat /proc/net/snmp | awk '/^Icmp:/ && !named { for (i = 1; i <= NF; i++) at[$i] = i; named = 1; next }
		/^Icmp:/ { print $at["InEchos"] }'
}

pings_begin() {
	nsenter --net="/run/netns/$CLIENT" ping -q -i 0.002 -w 300 "$SERVER4" >/dev/null 3>&- 4>&- &
	PING=$!
	ECHOES=$(echo_requests_in)
}

no_ping_passed() {
	[[ $(echo_requests_in) == "$ECHOES" ]] || fail "$(($(echo_requests_in) - ECHOES)) pings passed:" "$(what_was_counted)"
	no_call_was_missed
}

# The following functions leave the number of steps in n.

# --- killed: completely done or not done; running it again completes it

killed_in_attach() { # HOOK...
	local whole hook
	front KILL changes 0 attach eth0 "${@/#/--}" --chain drop_icmp >/dev/null
	whole=$(settled)
	on_server detach eth0
	for ((n = 1; ; n++)); do
		run front KILL changes "$n" attach eth0 "${@/#/--}" --chain drop_icmp
		was_stopped || break
		((status == 137)) || fail "$(stopped_at)" "status $status" "$output"
		for hook; do
			in_force_is "$hook" 'drop_icmp, then pass' ''
		done
		on_server attach eth0 "${@/#/--}" --chain drop_icmp >/dev/null
		same "$whole" "$(settled)" "$(stopped_at), then attached again"
		on_server detach eth0
		nothing_is_left || fail "$(stopped_at), attached again and detached"
	done
}

killed_in_attach_then_detached() { # HOOK...
	for ((n = 1; ; n++)); do
		run front KILL changes "$n" attach eth0 "${@/#/--}" --chain count
		was_stopped || break
		on_server detach eth0
		nothing_is_left || fail "$(stopped_at), then detached"
	done
}

killed_in_detach() { # HOOK...
	local hook
	for ((n = 1; ; n++)); do
		on_server attach eth0 "${@/#/--}" --chain drop_icmp >/dev/null
		run front KILL changes "$n" detach eth0
		was_stopped || break
		((status == 137)) || fail "$(stopped_at)" "status $status" "$output"
		for hook; do
			in_force_is "$hook" 'drop_icmp, then pass' ''
		done
		on_server detach eth0
		nothing_is_left || fail "$(stopped_at), then detached again"
	done
	nothing_is_left
}

# Changes between two chains, killed one step later each time. Both drop pings,
# so a ping that passes was not processed by either.
killed_on_the_way() { # HOOK WORD... that come before the chain
	local hook=$1 chain chains=('drop_icmp,count' 'count,drop_icmp') settled=()
	shift
	given_known_neighbours
	on_server attach eth0 "--$hook" --chain "${chains[0]}" >/dev/null
	settled[0]=$(settled)
	on_server chain eth0 "$hook" set "${chains[1]}"
	settled[1]=$(settled)
	pings_begin
	for ((n = 1; ; n++)); do
		chain=$((n - 1 & 1))
		run front KILL changes "$n" "$@" "${chains[chain]}"
		was_stopped || break
		((status == 137)) || fail "$(stopped_at)" "status $status" "$output"
		in_force_is "$hook" 'drop_icmp count, then pass' 'count drop_icmp, then pass'
		on_server "$@" "${chains[chain]}" >/dev/null
		same "${settled[chain]}" "$(settled)" "$(stopped_at), then done again"
	done
	kill "$PING"
	no_ping_passed
	counted drop_icmp "$hook" drop icmp
}

# --- a failing command: one message, and the state is unchanged

fails_at_each_call() { # HOW-TO-COMPARE WORD...
	local before compare=$1
	shift
	before=$("$compare")
	for ((n = 1; ; n++)); do
		run front fail network "$n" "$@"
		was_stopped || break
		if ((status == 0)) && [[ $(<"$TREE/stopped") == *' xdpdrv obj '* ]]; then
			on_server detach eth0 # generic now: another test sees to that
			continue
		fi
		says_what_failed
		same "$before" "$("$compare")" "$(stopped_at)"
	done
	((status == 0)) || fail "$output"
}

says_what_failed() {
	local words
	read -ra words <"$TREE/stopped"
	((status == 1)) || fail "$(stopped_at)" "status $status" "$output"
	((${#lines[@]} == 1)) || fail "$(stopped_at)" "not one line: $output"
	[[ $output == "tailgate: '"*"${words[*]:0:3}"*"' failed: there is no luck today" ||
		${words[0]} == tg-look && $output == "tailgate: cannot look at eth0: there is no luck today" ]] ||
		fail "$(stopped_at)" "says: $output"
}

fails_at_each_call_of_detach() { # HOOK...
	local hook
	on_server attach eth0 "${@/#/--}" --chain count >/dev/null
	for ((n = 1; ; n++)); do
		run front fail network "$n" detach eth0
		was_stopped || break
		says_what_failed
		for hook; do
			in_force_is "$hook" 'count, then pass' ''
		done
		on_server attach eth0 "${@/#/--}" --chain count >/dev/null
	done
	nothing_is_left
}

# --- interrupted: changes are undone

interrupted_at_each_step() { # SIGNAL STATUS HOW-TO-COMPARE WORD...
	local before signal=$1 wanted=$2 compare=$3
	shift 3
	before=$("$compare")
	for ((n = 1; ; n++)); do
		run front "$signal" changes "$n" "$@"
		was_stopped || break
		((status == wanted)) || fail "$(stopped_at)" "status $status" "$output"
		# after the last flip only cleanup follows
		if [[ $(<"$TREE/stopped") == 'tg-chain '* || $(<"$TREE/stopped") == 'rm '* ]]; then
			before=$("$compare")
		fi
		same "$before" "$("$compare")" "$(stopped_at)"
	done
}
