# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Compares output with that in a chapter. In a line, <WORDS> match one or more
# characters, and in a table also a wider column; a line of three dots matches
# any number of lines.

readonly PLACEHOLDER='^(.*)<[^<>]+>(.*)$'

# as_expected EXPECTED OUTPUT: ignores trailing blanks and empty lines at the
# end.
as_expected() {
	local -a globs=() lines=()
	local i
	split_lines globs "$1"
	split_lines lines "$2"
	for i in "${!globs[@]}"; do
		[[ ${globs[i]} == ... ]] || globs[i]=$(glob_of "${globs[i]}")
	done
	lines_match 0 0
}

split_lines() { # ARRAY TEXT
	local -n split=$1
	local i
	mapfile -t split <<<"$2"
	for i in "${!split[@]}"; do
		split[i]=${split[i]%"${split[i]##*[![:space:]]}"}
	done
	while ((${#split[@]})) && [[ ! ${split[-1]} ]]; do
		unset 'split[-1]'
	done
}

glob_of() { # LINE
	local rest=$1 glob='' behind
	while [[ $rest =~ $PLACEHOLDER ]]; do
		behind=${BASH_REMATCH[2]}
		[[ $behind != '  '* ]] || behind=" ${behind#"${behind%%[! ]*}"}"
		glob="?*$(escaped "$behind")$glob"
		rest=${BASH_REMATCH[1]}
	done
	printf '%s' "$(escaped "$rest")$glob"
}

escaped() { # TEXT
	local i character
	for ((i = 0; i < ${#1}; i++)); do
		character=${1:i:1}
		[[ $character == [[:alnum:]] ]] || character=\\$character
		printf '%s' "$character"
	done
}

# Matches expected lines from one index with output lines from another.
lines_match() { # EXPECTED CAME
	local expected=$1 came=$2
	while ((expected < ${#globs[@]})); do
		if [[ ${globs[expected]} == ... ]]; then
			for (( ; came <= ${#lines[@]}; came++)); do
				! lines_match "$((expected + 1))" "$came" || return 0
			done
			return 1
		fi
		# shellcheck disable=SC2053 # a pattern, and meant as one
		((came < ${#lines[@]})) && [[ ${lines[came]} == ${globs[expected]} ]] || return 1
		expected=$((expected + 1)) came=$((came + 1))
	done
	((came == ${#lines[@]}))
}
