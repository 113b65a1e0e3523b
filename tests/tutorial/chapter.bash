# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Parses a chapter: commands to run with their expected output, commands that
# cannot be run and why, and listings that have to match files of the tree.

# One entry for each command; its place is CHAPTER:LINE.
STEP_PLACE=() STEP_SIDE=() STEP_COMMAND=() STEP_EXPECTED=()
NOT_RUN=()
MISTAKES=0

readonly FENCE='^```(.*)$'
readonly INDENTED_FENCE='^[[:space:]]+```console'
readonly NOT_RUN_INFO='^console not-run="([^"]+)"$'
readonly LISTING_INFO='^[a-z]+ file=([^[:space:]]+)( lines=(/.+/,/.+/))?$'
readonly PROMPT='^(host|client|server)# (.*)$'

mistake() { # PLACE WORDS
	printf '%s: %s\n' "$1" "$2"
	MISTAKES=$((MISTAKES + 1))
}

read_chapter() { # FILE
	local chapter=$1 line number=0 block='' block_line=0 info='' continued='' commands=''
	local -a listing=()
	while IFS= read -r line || [[ $line ]]; do
		number=$((number + 1))
		if [[ ! $block ]]; then
			[[ ! $line =~ $INDENTED_FENCE ]] || mistake "$chapter:$number" 'a block that is indented would not be run'
			[[ ! $line =~ $FENCE ]] || begin_block "${BASH_REMATCH[1]}"
		elif [[ $line == '```' ]]; then
			end_block
		else
			take_line
		fi
	done <"$chapter"
	[[ ! $block ]] || mistake "$chapter:$block_line" 'this block does not end'
}

# Sets the locals of read_chapter, like the functions below.
begin_block() { # INFO
	info=$1 block=other block_line=$number listing=() continued='' commands=''
	if [[ $info == console ]]; then
		block=console
	elif [[ $info =~ $NOT_RUN_INFO ]]; then
		NOT_RUN+=("$chapter:$number: ${BASH_REMATCH[1]}")
	elif [[ $info == console* ]]; then
		mistake "$chapter:$number" "not understood: '$info'"
	elif [[ $info == *\ file=* ]]; then
		block=listing
	fi
}

end_block() {
	[[ $block != listing ]] || compare_listing
	[[ ! $continued ]] || mistake "$chapter:$number" 'the command does not end'
	block=''
}

take_line() {
	case $block in
	console) take_console_line ;;
	listing) listing+=("$line") ;;
	esac
}

take_console_line() {
	local last=$((${#STEP_PLACE[@]} - 1))
	if [[ $continued ]]; then
		STEP_COMMAND[last]+=$'\n'$line
	elif [[ $line =~ $PROMPT ]]; then
		STEP_PLACE+=("$chapter:$number") commands=1
		STEP_SIDE+=("${BASH_REMATCH[1]}")
		STEP_COMMAND+=("${BASH_REMATCH[2]}")
		STEP_EXPECTED+=('')
	elif [[ ! $commands ]]; then
		mistake "$chapter:$number" "neither a command nor what one prints: '$line'"
		return
	else
		STEP_EXPECTED[last]+=$line$'\n'
		return
	fi
	continued=''
	[[ $line != *\\ ]] || continued=1
}

# The block has to match the file, or its lines named in the info string.
compare_listing() {
	local differences
	if [[ ! $info =~ $LISTING_INFO ]]; then
		mistake "$chapter:$block_line" "not understood: '$info'"
	elif [[ ! -f ${BASH_REMATCH[1]} ]]; then
		mistake "$chapter:$block_line" "no such file: '${BASH_REMATCH[1]}'"
	elif ! differences=$(diff -u --label "${BASH_REMATCH[1]}" --label "$chapter" \
		<(lines_of "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}") \
		<(printf '%s\n' "${listing[@]}")); then
		mistake "$chapter:$block_line" "this is not what the file says:"$'\n'"$differences"
	fi
}

lines_of() { # FILE [/FROM/,/TO/]
	if [[ $2 ]]; then
		sed -n "$2{p;${2##*,}q}" "$1"
	else
		cat "$1"
	fi
}
