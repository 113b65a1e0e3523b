# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate --complete WORD...: prints what the last word, which may be empty,
# could become, one candidate a line. For the completion of shells.
#
# All of it is read from the help texts. A usage line such as
#
#	tailgate set add DEV|@INSTANCE NAME ENTRY... [--for TIME]
#
# says which words come in which place. complete-values.bash has the values of
# DEV, NAME and so on.

# shellcheck source=tc-scripts/lib/complete-values.bash
source "$HERE/lib/complete-values.bash"

# The word to complete, without PREFIX, which all candidates have; the words of
# the verb that are no options; the option whose value CURRENT is.
CURRENT='' PREFIX='' OPERANDS=() VALUE_OF=''

# Candidates as keys.
declare -gA CANDIDATES=()

# The help text, whether all of it is about the action that was named, and the
# values of the options in it: [--hook]=HOOK.
HELP='' ONE_ACTION=''
declare -gA OPTION_VALUES=()

# Of the usage lines that match the words: the options, whether all options of
# the help may follow, and which words may.
LINE_OPTIONS=() EVERY_OPTION='' NEXT=()

# What a verb needs takes time to find out, and has nothing to offer.
help_rights() {
	:
}

complete_line() { # WORD...
	exec 2>/dev/null
	(($#)) || return 0
	CURRENT=${*: -1}
	HELP=$(help_options)
	read_option_values
	complete_read_words "${@:1:$#-1}"
	if [[ $VALUE_OF ]]; then
		complete_value "$VALUE_OF"
	elif [[ $CURRENT == --*=* ]]; then
		VALUE_OF=${CURRENT%%=*}
		complete_prefix "$VALUE_OF="
		complete_value "$VALUE_OF"
	elif [[ ! $VERB && $CURRENT == -* ]]; then
		offer "${!OPTION_VALUES[@]}"
	elif [[ ! $VERB ]]; then
		offer "${VERBS[@]}" help
	else
		complete_words_of_verb
	fi
	((${#CANDIDATES[@]} == 0)) || printf -- "${PREFIX//%/%%}%s\n" "${!CANDIDATES[@]}"
}

# Notes the candidates that begin as the word does.
offer() { # CANDIDATE...
	local candidate
	for candidate; do
		[[ ! $candidate || $candidate != "$CURRENT"* ]] || CANDIDATES[$candidate]=1
	done
}

# What follows this part of the word is completed.
complete_prefix() { # PART
	PREFIX+=$1
	CURRENT=${CURRENT#"$1"}
}

# --- the words before

complete_read_words() { # WORD...
	while (($#)); do
		case $1 in
		--netns=* | --pid=* | --container=*) complete_target "${1%%=*}" "${1#*=}" ;;
		-*=*) ;;
		-*)
			if [[ ${OPTION_VALUES[$1]:-} == [A-Z]* || ${OPTION_VALUES[$1]:-} == *'|'* ]]; then
				(($# > 1)) || {
					VALUE_OF=$1
					return
				}
				complete_target "$1" "$2"
				shift
			fi
			;;
		*) complete_read_operand "$1" ;;
		esac
		shift
	done
}

complete_read_operand() { # WORD
	if [[ ! $VERB && $1 == help ]]; then
		offer "${VERBS[@]}"
		printf '%s\n' "${!CANDIDATES[@]}"
		exit 0
	elif [[ ! $VERB ]]; then
		is_one_of "$1" "${VERBS[@]}" || exit 0
		complete_read_help "$1"
	else
		OPERANDS+=("$1")
		[[ $VERB != policy || ${#OPERANDS[@]} != 1 ]] || complete_read_action "$1"
	fi
}

complete_target() { # OPTION VALUE
	case $1 in
	--netns | --pid | --container) ((${#ENTER[@]})) || target_set "${1#--}" "$2" ;;
	esac
}

complete_read_help() { # VERB
	VERB=$1
	# shellcheck source=/dev/null
	source "$HERE/verbs/$VERB.bash"
	HELP=$("help_$VERB")
	read_option_values
	unset 'OPTION_VALUES[--version]'
}

# Actions of policy have help texts of their own.
complete_read_action() { # ACTION
	[[ $HELP == *"tailgate policy $1 "* ]] || exit 0
	OPTION_VALUES=()
	HELP=$(help_options && cmd_policy "$1" --help)
	[[ ${HELP//"tailgate policy $1 "/} == *'tailgate policy '* ]] || ONE_ACTION=1
	read_option_values
	unset 'OPTION_VALUES[--version]'
}

# --- the help text

# Options of one letter have values where a long one is another name of them.
read_option_values() {
	local rest=$HELP name value
	local short='(-[a-z]), (--[a-z][a-z0-9-]*)'
	local long='(--[a-z][a-z0-9-]*)((\[=| |=)([A-Z][A-Za-z0-9,=]*|[a-z]+(\|[a-z]+)+))?'
	while [[ $rest =~ $long ]]; do
		name=${BASH_REMATCH[1]} value=${BASH_REMATCH[4]}
		[[ ${BASH_REMATCH[3]} != '[=' ]] || value=[$value
		[[ ${OPTION_VALUES[$name]:-} ]] || OPTION_VALUES[$name]=$value
		rest=${rest#*"${BASH_REMATCH[0]}"}
	done
	rest=$HELP
	while [[ $rest =~ $short ]]; do
		OPTION_VALUES[${BASH_REMATCH[1]}]=${OPTION_VALUES[${BASH_REMATCH[2]}]:-}
		rest=${rest#*"${BASH_REMATCH[0]}"}
	done
	[[ $HELP != *'-o OBJECT'* ]] || OPTION_VALUES[-o]=OBJECT
}

# Compares each usage line of the verb with the words that are given. A line in
# which a word is written as it is given prevails over one in which it is a
# name.
read_usage_lines() {
	local line best=-1 literal options next every
	while IFS= read -r line; do
		[[ $line =~ ^('Usage: '|'       ')"tailgate $VERB"(' '.*)?$ ]] || continue
		literal=0 options=() next=() every=''
		compare_usage "${BASH_REMATCH[2]}" || continue
		((literal >= best)) || continue
		((literal == best)) || LINE_OPTIONS=() NEXT=() EVERY_OPTION=''
		best=$literal
		LINE_OPTIONS+=("${options[@]}") NEXT+=("${next[@]}") EVERY_OPTION+=$every
	done <<<"$HELP"
}

# Sets the locals of read_usage_lines; fails if a word does not match. An
# optional token may be left out, so the one behind it may follow, too.
compare_usage() { # LINE
	local rest=$1 token at=0 optional next_optional=''
	local -r first='^ *(\[[^]]*](\.\.\.)?|[^ ]+)(.*)$'
	while [[ $rest =~ $first ]]; do
		token=${BASH_REMATCH[1]} rest=${BASH_REMATCH[3]} optional=''
		[[ $token != '['* ]] || {
			optional=1
			token=${token#'['} token=${token/']'/}
		}
		case $token in
		'OPTION...' | '...') every=1 ;;
		--) ;;
		-*)
			options_of_token "$token"
			# the value of an option that is not in brackets
			[[ $optional || ! $rest =~ ^' '[A-Z]+(.*)$ ]] || rest=${BASH_REMATCH[1]}
			;;
		*) compare_operands "$token" "$optional" || return ;;
		esac
	done
	((at >= ${#OPERANDS[@]}))
}

options_of_token() { # TOKEN
	local rest=$1
	while [[ $rest =~ (^|[^a-z-])(--?[a-z][a-z0-9-]*)(.*)$ ]]; do
		options+=("${BASH_REMATCH[2]}")
		rest=${BASH_REMATCH[3]}
	done
}

# Each word that the token stands for.
compare_operands() { # TOKEN OPTIONAL
	local alternative alternatives found
	IFS='|' read -ra alternatives <<<"$1"
	while ((at < ${#OPERANDS[@]})); do
		found=''
		for alternative in "${alternatives[@]}"; do
			case ${alternative%...} in
			@[A-Z]*) [[ ${OPERANDS[at]} != @* ]] || found=name ;;
			[A-Z]*) found=name ;;
			"${OPERANDS[at]}")
				found=1
				((++literal))
				break
				;;
			esac
		done
		[[ $found || $2 ]] || return
		[[ $found ]] || return 0
		((++at))
		[[ $1 == *... ]] || return 0
	done
	# the first token after the words, and those that may follow it
	[[ ${next[*]} && ! $next_optional ]] || next+=("${alternatives[@]}")
	next_optional=$2
}

# --- what may come

complete_words_of_verb() {
	local word
	read_usage_lines
	if [[ $CURRENT == -* ]]; then
		[[ ! $EVERY_OPTION && ! $ONE_ACTION ]] || LINE_OPTIONS+=("${!OPTION_VALUES[@]}")
		offer "${LINE_OPTIONS[@]}" --help --dry-run --verbose --netns --pid --container
		return
	fi
	for word in "${NEXT[@]}"; do
		case $word in
		-) ;;
		[A-Z@]*) complete_name "$word" ;;
		*) offer "$word" ;;
		esac
	done
}

complete_value() { # OPTION
	local value=${OPTION_VALUES[$1]:-} words
	value=${value#'['}
	case $value in
	'') ;;
	*'|'*)
		IFS='|' read -ra words <<<"$value"
		offer "${words[@]}"
		;;
	*) complete_name "$value" "$1" ;;
	esac
}
