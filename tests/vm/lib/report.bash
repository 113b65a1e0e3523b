# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What comes out of a virtual machine, as totals: TAP between the lines
#
#	== step NAME
#	== end STATUS
#
# A failed test is told with what it says, a step with its numbers. A step that
# loses tests on the way has failed.

passed=0 failed=0 skipped=0
noise=()

readonly TAP_PLAN='^1\.\.([0-9]+)( *# *[Ss][Kk][Ii][Pp][^ ]* *(.*))?$'
readonly TAP_TEST='^(not )?ok( +[0-9]+)?( +-)?( +(.*))?$'
readonly TAP_SKIP='# *[Ss][Kk][Ii][Pp]( +(.*))?$'

# The step that the output belongs to; none at first.
step_begin() { # NAME
	step=$1 step_started=$SECONDS
	planned=0 ran=0 step_passed=0 step_failed=0 step_skipped=0
	telling='' noise=()
	declare -gA reasons=()
}

tell_failure() { # NAME
	step_failed=$((step_failed + 1))
	printf 'FAILED  %s, %s: %s\n' "$KERNEL_SERIES" "$step" "$1"
}

count_skip() { # REASON
	step_skipped=$((step_skipped + 1))
	reasons[$1]=$((${reasons[$1]:-0} + 1))
}

take_line() { # LINE
	local line=${1%$'\r'} name
	printf '%s\n' "$line" >>"$TRANSCRIPT"
	[[ ! $VERBOSE ]] || printf '%s\n' "$line"
	if [[ ! $step && $line != '== '* ]]; then
		noise+=("$line")
	elif [[ $line == '== step '* ]]; then
		step_begin "${line#== step }"
	elif [[ $line == '== end '* ]]; then
		step_end "${line#== end }"
	elif [[ $line == '== '* ]]; then
		: # for who reads the transcript
	elif [[ $line =~ $TAP_PLAN ]]; then
		planned=$((planned + BASH_REMATCH[1]))
		[[ ! ${BASH_REMATCH[2]} ]] || count_skip "${BASH_REMATCH[3]:-no reason given}"
	elif [[ $line =~ $TAP_TEST ]]; then
		name=${BASH_REMATCH[5]} telling=''
		ran=$((ran + 1))
		if [[ ${BASH_REMATCH[1]} ]]; then
			tell_failure "$name"
			telling=1
		elif [[ $name =~ $TAP_SKIP ]]; then
			count_skip "${BASH_REMATCH[2]:-no reason given}"
		else
			step_passed=$((step_passed + 1))
		fi
	elif [[ $line == '#'* ]]; then
		[[ ! $telling ]] || printf '        %s\n' "$line"
	else
		noise+=("$line")
	fi
}

step_end() { # STATUS
	local reason
	if ((ran != planned)); then
		tell_failure "planned $planned tests and ran $ran, exit status $1"
	elif ((ran + step_skipped == 0)); then
		tell_failure "ran nothing, exit status $1"
	elif (($1 && !step_failed)); then
		tell_failure "no test failed, but the exit status is $1"
	fi
	((!step_failed)) || tell_noise
	printf '%-6s %-24s %4d passed, %d failed, %d skipped %7d s\n' "$KERNEL_SERIES" "$step" \
		"$step_passed" "$step_failed" "$step_skipped" $((SECONDS - step_started))
	for reason in "${!reasons[@]}"; do
		printf '%36d skipped: %s\n' "${reasons[$reason]}" "$reason"
	done
	add_step
}

# Output of a step other than TAP.
tell_noise() {
	((${#noise[@]} == 0)) || printf '        # %s\n' "${noise[@]}" | tail -n 30
}

add_step() {
	passed=$((passed + step_passed))
	failed=$((failed + step_failed))
	skipped=$((skipped + step_skipped))
	step=''
}

# The machine has ended: the current step was not completed.
report_end() { # FOLDER
	if [[ $MACHINE_END ]]; then
		failed=$((failed + 1))
		printf 'FAILED  %s: %s%s\n' "$KERNEL_SERIES" "$MACHINE_END" "${step:+ (while at: $step)}"
		tell_noise
		tail -n 15 "$1/console" 2>/dev/null | tr -d '\r' | sed 's/^/        # console: /'
	elif [[ $MACHINE_STATUS != 0 ]] && ((!failed)); then
		failed=1
		printf 'FAILED  %s: no test failed, but the exit status is %s\n' "$KERNEL_SERIES" "$MACHINE_STATUS"
		tell_noise
	fi
	[[ ! $step ]] || add_step
	noise=()
}
