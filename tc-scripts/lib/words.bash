# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Usage errors that suggest the nearest verb, option or place.

# Words of other tools.
declare -grA VERB_SYNONYMS=(
	[add]=attach [up]=attach [start]=attach [load]=attach
	[del]=detach [delete]=detach [down]=detach [remove]=detach [stop]=detach [unload]=detach
	[list]=status [ls]=status [show]=status [info]=status
	[counters]=stats [live]=top [rates]=top [clean]=gc [trace]=explain [test]=explain
	[tcpdump]=capture [dump]=capture [record]=capture [log]=watch [logs]=watch
	[rules]=policy [check]='policy check' [fmt]='policy fmt' [compile]='policy compile'
	[import]='policy import' [apply]='policy apply' [confirm]='policy confirm'
	[rollback]='policy rollback' [diff]='policy diff'
)

declare -grA CHAIN_SYNONYMS=([add]=insert [append]=insert [del]=remove [delete]=remove [list]=show)

declare -grA OPTION_SYNONYMS=(
	[--xdpdrv]=--xdp=native [--xdpgeneric]=--xdp=generic [--skb]=--xdp=generic
	[--plugins]=--chain
)

# Edit distance with insertions, deletions, substitutions and transpositions.
edit_distance() { # WORD WORD
	local a=$1 b=$2
	local -i i j best cost
	local -ai before=() row=() last=()
	for ((j = 0; j <= ${#b}; j++)); do row[j]=j; done
	for ((i = 1; i <= ${#a}; i++)); do
		before=("${last[@]}") last=("${row[@]}")
		row[0]=i
		for ((j = 1; j <= ${#b}; j++)); do
			cost=1
			[[ ${a:i-1:1} != "${b:j-1:1}" ]] || cost=0
			best=$((last[j - 1] + cost))
			((last[j] + 1 >= best)) || best=$((last[j] + 1))
			((row[j - 1] + 1 >= best)) || best=$((row[j - 1] + 1))
			if ((i > 1 && j > 1 && before[j - 2] + 1 < best)) &&
				[[ ${a:i-1:1} == "${b:j-2:1}" && ${a:i-2:1} == "${b:j-1:1}" ]]; then
				best=$((before[j - 2] + 1))
			fi
			row[j]=best
		done
	done
	printf '%s\n' "${row[${#b}]}"
}

# Prints the nearest candidate, or nothing if none is close.
nearest() { # WORD CANDIDATE...
	local wanted=${1:0:32} found='' candidate
	local -i distance best=3
	shift
	for candidate; do
		# more than half of the word must be right
		distance=$(edit_distance "$wanted" "$candidate")
		((distance < best && 2 * distance < ${#candidate})) || continue
		best=distance
		found=$candidate
	done
	printf '%s' "$found"
}

unknown_verb() { # WORD
	local meant=${VERB_SYNONYMS[${1:-.}]:-}
	[[ $meant ]] || meant=$(nearest "$1" "${VERBS[@]}")
	# shellcheck disable=SC2016 # it is expanded
	usage_error "no such verb: ${1@Q}${meant:+: write 'tailgate $meant'}"
}

# The options of a verb are read from its help.
unknown_option() { # WORD [HELP-FUNCTION]
	local name=${1%%=*} known meant
	mapfile -t known < <("${2:-help_$VERB}" | grep -oE -e '--[a-z][a-z-]*' | sort -u)
	if [[ ${name#--} != "$name" ]] && is_one_of "${name#--}" xdp ingress egress; then
		case $VERB in
		chain | explain) usage_error "no such option: ${1@Q}: the hook comes after the device, without dashes: write '${name#--}'" ;;
		policy) usage_error "no such option: ${1@Q}: write '--hook ${name#--}'" ;;
		esac
	fi
	! is_one_of "$name" "${known[@]}" || [[ $name == "$1" ]] ||
		usage_error "$name takes no value: not understood: ${1@Q}"
	meant=${OPTION_SYNONYMS[$name]:-}
	[[ $meant ]] && is_one_of "${meant%%=*}" "${known[@]}" ||
		meant=$(nearest "$name" "${known[@]}")
	usage_error "no such option: ${1@Q}${meant:+: write $meant}"
}

# Reports a second operand for verbs with one device and options for hooks.
second_operand() { # DEVICE WORD
	case $2 in
	xdp | ingress | egress) usage_error "a hook is an option of this verb: write --$2, not '$2'" ;;
	esac
	case $1 in
	xdp | ingress | egress) usage_error "a hook is an option of this verb: write '$(quoted "$2") --$1'" ;;
	esac
	usage_error "one device at a time: '$1', and then ${2@Q}"
}

# Reports DEV and HOOK in the wrong order.
check_word_order() { # DEVICE HOOK
	if ! is_one_of "$2" xdp ingress egress && is_one_of "$1" xdp ingress egress; then
		usage_error "the device comes first: write '$(quoted "$2") $1'"
	fi
}
