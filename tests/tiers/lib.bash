# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# For tiers: combines the TAP output of several programs.

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

# The test programs listed in a makefile variable.
programs_of() { # VARIABLE
	local words
	words=$(make -s --no-print-directory --eval="programs: ; @echo \$($1)" programs)
	[[ ! $words ]] || printf '%s\n' "${words// /$'\n'}"
}

# Runs a program: its output goes to FILE, its exit status to FILE.status.
run_program() { # FILE COMMAND [ARGUMENT]...
	local file=$1 status=0
	shift
	timeout "${TAILGATE_TEST_TIMEOUT:-1800}" "$@" >"$file" 2>&1 || status=$?
	printf '%d\n' "$status" >"$file.status"
}

# Adds the tests of a finished program. If it crashed or did not complete its
# plan, a failed test is added.
tap_report() { # FILE NAME
	local name=$2 status line plan=-1 ran=0 bad=0
	status=$(<"$1.status")
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
	done <"$1"
	if ((ran != plan)); then
		tap_not_ok "$name: planned $plan tests and ran $ran, exit status $status" "$(tail -n 20 "$1")"
	elif ((status && !bad)); then
		tap_not_ok "$name: no test failed, but the exit status is $status" "$(tail -n 20 "$1")"
	fi
}

tap_program() { # COMMAND [ARGUMENT]...
	local name=${1##*/} file
	[[ ${2:-} != --* ]] || name+=" $2"
	file=$(mktemp)
	run_program "$file" "$@"
	tap_report "$file" "$name"
	rm -f "$file" "$file.status"
}

# Runs programs in parallel, one for each CPU, and reports each when it ends.
tap_programs() { # COMMAND...
	local folder program jobs running=()
	folder=$(mktemp -d)
	jobs=$(nproc)
	for program; do
		((${#running[@]} < jobs)) || report_ended
		run_program "$folder/${program##*/}" "$program" &
		running+=("$program")
	done
	while ((${#running[@]})); do
		report_ended
	done
	rm -rf "$folder"
}

# Waits for a program of tap_programs to end, and reports all that have ended.
report_ended() {
	local program file rest=() status=0
	wait -n || status=$?
	for program in "${running[@]}"; do
		file=$folder/${program##*/}
		# without a status file and without a process, it was killed
		if [[ ! -s $file.status ]] && ((status == 127)); then
			echo 127 >"$file.status"
			touch "$file"
		fi
		if [[ -s $file.status ]]; then
			tap_report "$file" "${program##*/}"
		else
			rest+=("$program")
		fi
	done
	running=("${rest[@]}")
}
