# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of 'log' in rules and of 'tailgate watch', on top of
# helper-limits.bash.
# shellcheck disable=SC2154 # 'run' sets status and output

# The readers that a test has started.
WATCHES=()

# A server whose policy of these lines is in force on the hooks.
given_logging_server() { # 'HOOK...' LINE...
	local hook words=()
	given_quiet_server
	# shellcheck disable=SC2086 # words
	for hook in $1; do words+=("--$hook"); done
	on_server attach eth0 "${words[@]}" --chain policy >/dev/null
	given_policy a "${@:2}"
	apply a &>/dev/null
}

# Begins in the background and waits until it reads. NAME.out has its lines,
# NAME.err what it says; WATCH is its process.
watch_begins() { # NAME WORD...
	"$ROOT/tc-scripts/tailgate" --netns "$SERVER" watch eth0 "${@:2}" \
		>"$BATS_TEST_TMPDIR/$1.out" 2>"$BATS_TEST_TMPDIR/$1.err" 3>&- 4>&- &
	WATCH=$!
	WATCHES+=("$WATCH")
	eventually grep -q 'watching eth0' "$BATS_TEST_TMPDIR/$1.err" || fail "$(<"$BATS_TEST_TMPDIR/$1.err")"
}

watch_ends() { # [PID] [SIGNAL]
	kill -"${2:-TERM}" "${1:-$WATCH}"
	watch_has_ended "${1:-$WATCH}"
}

watch_has_ended() { # [PID]
	local status=0
	wait "${1:-$WATCH}" || status=$?
	return "$status"
}

end_watches() {
	local pid
	for pid in "${WATCHES[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
}

client_sends() { # PORT COUNT
	udp_frames 198.51.100.1 "$2" "$1" | client_sends_frames
}

has_written() { # COUNT [NAME]
	[[ $(wc -l <"$BATS_TEST_TMPDIR/${2:-one}.out") == "$1" ]]
}

# What the lines say without the time.
lines_of() { # NAME
	sed -E 's/^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} //' "$BATS_TEST_TMPDIR/$1.out"
}

lines_are() { # NAME LINE...
	local found wanted
	found=$(lines_of "$1")
	wanted=$(printf '%s\n' "${@:2}")
	[[ $found == "$wanted" ]] || fail "the lines are" "$found" 'and not' "$wanted" "$(<"$BATS_TEST_TMPDIR/$1.err")"
}

# "eth0: 12 packets matched: ..." of the end.
counts_of() { # NAME
	tail -n 1 "$BATS_TEST_TMPDIR/$1.err" | sed 's/^tailgate: eth0: //'
}

counts_are() { # NAME MATCHED WRITTEN LOST HELD
	local wanted="$2 packets matched: $3 written, $4 lost, $5 held back by the limit"
	[[ $(counts_of "$1") == "$wanted" ]] || fail "it says '$(counts_of "$1")' and not '$wanted'"
}

# Sets MATCHED, WRITTEN, LOST and HELD.
read_counts() { # NAME
	[[ $(counts_of "$1") =~ ^([0-9]+)' packets matched: '([0-9]+)' written, '([0-9]+)' lost, '([0-9]+)' held back by the limit'$ ]] ||
		fail "it says '$(counts_of "$1")'"
	MATCHED=${BASH_REMATCH[1]} WRITTEN=${BASH_REMATCH[2]} LOST=${BASH_REMATCH[3]} HELD=${BASH_REMATCH[4]}
}

# The packets that the plugin has counted for a reason, on all hooks.
noted() { # REASON
	on_server stats eth0 --json | jq --arg reason "$1" '[.[] | select(.plugin == "policy" and .reason == $reason).packets] | add // 0'
}

rule_at() { # LINE
	printf '%s/a.policy:%s' "$BATS_TEST_TMPDIR" "$1"
}
