# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs failed tests again, alone, after all others. A real fault fails again; a
# test that only failed because the machine was busy passes and is reported as
# such. If many tests fail, the cause is not load, and none is run again.

readonly AGAIN_MAX=5

FORMAT=$(realpath -- "$(dirname -- "${BASH_SOURCE[0]}")/format")
readonly FORMAT

# Failed tests and their output, by name.
declare -A FAILED_NUMBER=() FAILED_WHY=()

bats_with_second_try() { # JOBS FILE...
	local status=0 tap pid
	exec {tap}< <(bats --jobs "$1" --formatter "$FORMAT" "${@:2}")
	pid=$!
	hold_failures <&"$tap"
	exec {tap}<&-
	wait "$pid" || status=$?
	# bats itself may have failed, or a test that was not reported
	((${#FAILED_NUMBER[@]})) || return "$status"
	judge_failures "${@:2}"
}

# Passes everything through except failures.
hold_failures() {
	local line failed=''
	while IFS= read -r line; do
		if [[ $line =~ ^not\ ok\ ([0-9]+)\ (.*)$ ]]; then
			failed=${BASH_REMATCH[2]}
			FAILED_NUMBER[$failed]=${BASH_REMATCH[1]}
			FAILED_WHY[$failed]=''
		elif [[ $failed && $line == '#'* ]]; then
			FAILED_WHY[$failed]+=$line$'\n'
		else
			failed=''
			printf '%s\n' "$line"
		fi
	done
}

judge_failures() { # FILE...
	local name verdict status=0
	for name in "${!FAILED_NUMBER[@]}"; do
		if ((${#FAILED_NUMBER[@]} <= AGAIN_MAX)) && passes_alone "$name" "$@"; then
			verdict="ok ${FAILED_NUMBER[$name]} $name # unsteady"
		else
			verdict="not ok ${FAILED_NUMBER[$name]} $name"
			status=1
		fi
		printf '%s\n%s' "$verdict" "${FAILED_WHY[$name]}"
	done
	return "$status"
}

passes_alone() { # NAME FILE...
	local file
	file=$(grep -lF -- "@test \"$1\" {" "${@:2}") || return 1
	[[ $file != *$'\n'* ]] || return 1
	bats --filter "^${1//[^A-Za-z0-9 ]/.}\$" "$file" &>/dev/null
}
