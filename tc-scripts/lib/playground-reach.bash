# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the client of a playground can reach, layer by layer.

# The checks, one a line: layer, name, and commands over IPv4 and IPv6, either
# of which may be missing. %s is the timeout in seconds.
reach_checks() {
	local v4=198.51.100.2 v6=2001:db8::2
	printf '%s|%s|%s|%s\n' \
		L2 arping "arping -q -f -c 1 -w %s -I eth0 $v4" '' \
		L3 ping "ping -n -q -c 1 -W %s $v4" "ping -6 -n -q -c 1 -W %s $v6" \
		L4-L7 'curl :80' "$(reach_curl "$v4" 80)" "$(reach_curl "[$v6]" 80)" \
		L4-L7 'curl :8080' "$(reach_curl "$v4" 8080)" "$(reach_curl "[$v6]" 8080)"
}

reach_curl() { # ADDRESS PORT
	printf 'curl -g -s -o /dev/null --noproxy * -m %%s http://%s:%s/' "$1" "$2"
}

REACH_SURPRISES=0 # how many checks ended otherwise than expected
REACH_JOBS=()     # those that run

# Runs all checks at once and prints the table. The checks that are named should
# fail, and get a shorter timeout.
reach_table() { # PLAYGROUND [CHECK EXPECTED TO FAIL...]
	local playground=$1 layer name over4 over6 seconds i=0
	shift
	while IFS='|' read -r layer name over4 over6; do
		seconds=4
		! is_one_of "$name" "$@" || seconds=1
		reach_try "$playground" "$seconds" "$over4" &
		REACH_JOBS+=("$!")
		reach_try "$playground" "$seconds" "$over6" &
		REACH_JOBS+=("$!")
	done < <(reach_checks)
	table_start LAYER CHECK IPV4 IPV6
	while IFS='|' read -r layer name over4 over6; do
		reach_verdict "$name" "${REACH_JOBS[i]}" "$over4" "$@"
		over4=$REACH_CELL
		reach_verdict "$name" "${REACH_JOBS[i + 1]}" "$over6" "$@"
		table_row "$layer" "$name" "$over4" "$REACH_CELL"
		i=$((i + 2))
	done < <(reach_checks)
	REACH_JOBS=()
	table_print '   '
}

reach_try() { # PLAYGROUND SECONDS COMMAND
	local -a words
	[[ $3 ]] || return 0
	# shellcheck disable=SC2059 # the command is the format
	read -ra words <<<"$(printf "$3" "$2")"
	exec nsenter "--net=/run/netns/tg-$1-client" "${words[@]}" &>/dev/null </dev/null
}

# Sets REACH_CELL, and counts an unexpected result.
reach_verdict() { # CHECK JOB COMMAND [CHECK EXPECTED TO FAIL...]
	local name=$1 job=$2 command=$3 expected=green:answers
	shift 3
	REACH_CELL=dim:-
	[[ $command ]] || return 0
	! is_one_of "$name" "$@" || expected=red:dropped
	if wait "$job"; then
		REACH_CELL=green:answers
	else
		REACH_CELL=red:dropped
	fi
	[[ $REACH_CELL != "$expected" ]] || return 0
	REACH_CELL="yellow:${REACH_CELL#*:} (!)"
	REACH_SURPRISES=$((REACH_SURPRISES + 1))
}

reach_stop() {
	((${#REACH_JOBS[@]})) || return 0
	kill "${REACH_JOBS[@]}" 2>/dev/null || true
	wait "${REACH_JOBS[@]}" || true
	REACH_JOBS=()
}
