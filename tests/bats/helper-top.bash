# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of 'tailgate top', on top of helper.bash, helper-chain.bash
# and helper-limits.bash.
# shellcheck disable=SC2034 # read by tests

TOP_OUT=$BATS_TEST_TMPDIR/top.out TOP_ERR=$BATS_TEST_TMPDIR/top.err

# Prints JSON in the background; it has read the counters when this returns.
top_begins() { # WORD...
	on_server_alone top eth0 --json --interval 0.2 "$@" >"$TOP_OUT" 2>"$TOP_ERR" 3>&- 4>&- &
	TOP=$!
	eventually test -s "$TOP_OUT" || fail "$(<"$TOP_ERR")"
}

# Without a shell between, so that signals reach it.
on_server_alone() {
	exec "$ROOT/tc-scripts/tailgate" --netns "$SERVER" "$@"
}

top_ends() {
	kill "$TOP"
	wait "$TOP" || fail "$(<"$TOP_ERR")"
	TOP=''
}

# Some document so far is like this.
says() { # JQ
	jq -se "any(.[]; $1)" "$TOP_OUT" >/dev/null
}

# The sum of the packets of these rows in all documents.
packets_in_all() { # JQ
	jq -s "[.[] | $1 | .packets] | add // 0" "$TOP_OUT"
}

has_counted() { # PACKETS JQ
	(($(packets_in_all "$2") >= $1))
}

counted_in_all() { # PACKETS JQ
	[[ $(packets_in_all "$2") == "$1" ]] || fail "$2: $(packets_in_all "$2") packets, not $1"
}

client_sends() { # PORT COUNT
	udp_frames 198.51.100.1 "$2" "$1" | client_sends_frames
}

# In the background, some at a time.
client_sends_meanwhile() { # PORT COUNT
	local n
	for ((n = 0; n < $2; n += 20)); do
		client_sends "$1" 20
	done 3>&- 4>&- &
	SENDS=$!
}

is_watched() { # HOOK
	[[ $(hook_json "$1" | jq .watched) == true ]]
}

is_not_watched() { # HOOK
	[[ $(hook_json "$1" | jq .watched) == false ]]
}
