# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What tiers are made of: TAP that is put together from programs that print it.

tap_tests=0

tap_ok() { # NAME
	tap_tests=$((tap_tests + 1))
	printf 'ok %d - %s\n' "$tap_tests" "$1"
}

tap_not_ok() { # NAME [WHY]
	tap_tests=$((tap_tests + 1))
	printf 'not ok %d - %s\n' "$tap_tests" "$1"
	[[ ! ${2:-} ]] || printf '%s\n' "$2" | sed 's/^/# /'
}

tap_plan() {
	printf '1..%d\n' "$tap_tests"
}

# The test programs that a variable of the makefiles lists.
programs_of() { # VARIABLE
	local words
	words=$(make -s --no-print-directory --eval="programs: ; @echo \$($1)" programs)
	[[ ! $words ]] || printf '%s\n' "${words// /$'\n'}"
}

# The tests of a program as part of the list. One that dies, or stops short of
# its plan, is one more failed test.
tap_program() { # COMMAND [ARGUMENT]...
	local name=${1##*/} output status=0 line plan=-1 ran=0 bad=0
	[[ ${2:-} != --* ]] || name+=" $2"
	output=$(timeout "${TAILGATE_TEST_TIMEOUT:-1800}" "$@" 2>&1) || status=$?
	while IFS= read -r line; do
		if [[ $line =~ ^1\.\.([0-9]+)(.*)$ ]]; then
			plan=${BASH_REMATCH[1]}
			[[ $plan != 0 || ! ${BASH_REMATCH[2]} ]] || {
				ran=0
				tap_ok "$name ${BASH_REMATCH[2]}"
			}
		elif [[ $line =~ ^(not )?ok( +[0-9]+)?( +-)?( +(.*))?$ ]]; then
			ran=$((ran + 1))
			tap_tests=$((tap_tests + 1))
			[[ ! ${BASH_REMATCH[1]} ]] || bad=$((bad + 1))
			printf '%sok %d - %s: %s\n' "${BASH_REMATCH[1]}" "$tap_tests" \
				"$name" "${BASH_REMATCH[5]}"
		elif [[ $line == '#'* ]]; then
			printf '%s\n' "$line"
		fi
	done <<<"$output"
	if ((ran != plan)); then
		tap_not_ok "$name: planned $plan tests and ran $ran, exit status $status" "$(tail -n 20 <<<"$output")"
	elif ((status && !bad)); then
		tap_not_ok "$name: no test failed, but the exit status is $status" "$(tail -n 20 <<<"$output")"
	fi
}
