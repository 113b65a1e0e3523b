# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate set: show and change the sets that policies look up

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"

help_set() {
	cat <<-'EOF'
		Usage: tailgate set list DEV|@INSTANCE [--json]
		       tailgate set show DEV|@INSTANCE NAME [--json]
		       tailgate set add DEV|@INSTANCE NAME ENTRY... [--for TIME] [--except]
		       tailgate set add DEV|@INSTANCE NAME -
		       tailgate set del DEV|@INSTANCE NAME ENTRY...|-
		       tailgate set test DEV|@INSTANCE NAME VALUE...
		       tailgate set flush DEV|@INSTANCE NAME
		       tailgate set load DEV|@INSTANCE NAME FILE|- [--skip-bad]
		       tailgate set save DEV|@INSTANCE [NAME]
		       tailgate set replace DEV|@INSTANCE NAME FILE|- [--skip-bad]
		       tailgate set forget DEV|@INSTANCE NAME

		A policy declares sets and looks packets up in them; the entries change at
		any time, without an apply. Entries are in force when the command ends.

		  list     the sets: kind, entries, size, additions that found no room
		  show     the entries of a set, with the time that each has left
		  add      adds entries; - reads them from standard input, one a line, as
		           they come
		  del      removes entries
		  test     whether packets with these values match '@NAME'; exit status 1
		           if not
		  flush    removes all entries
		  load     adds the entries of a file, one a line; reports every bad line,
		           and changes nothing if there is one
		  save     prints the entries as load reads them
		  replace  makes a file the whole list; a packet sees the old list or the
		           new one
		  forget   removes a set that no policy declares any more

		  --for TIME   they expire: 30s, 10m, 1h, 7d
		  --except     addresses that are not in the set, though a prefix is
		  --skip-bad   ignore bad lines
		  --json

		Entries are addresses, prefixes and ranges of addresses; ports and ranges
		of ports; MACs; or 'ADDRESS PROTOCOL PORT', as the set's kind says.

		Example: tailgate set add eth0 blocked 198.51.100.7 --for 1h
		         tailgate set replace @edge blocked blocklist.txt
	EOF
	help_rights set
}

readonly SET_ACTIONS=(list show add del test flush load save replace forget)

declare -grA SET_SYNONYMS=(
	[ls]=list [delete]=del [remove]=del [rm]=del [get]=show [clear]=flush [restore]=load
	[import]=load [export]=save [swap]=replace [destroy]=forget [insert]=add [create]=add
)

cmd_set() {
	local action=${1:-} operands=() options=()
	case $action in
	-h | --help)
		help_set
		return
		;;
	'') usage_error "set needs an action: ${SET_ACTIONS[*]}" ;;
	esac
	is_one_of "$action" "${SET_ACTIONS[@]}" || set_no_such_action "$action"
	parse_set_options "${@:2}"
	((${#operands[@]})) || usage_error "set $action needs a device, or an instance as @NAME"
	need_rights set
	live_open set "${operands[0]}"
	set_run "$action" "${operands[@]:1}"
}

set_no_such_action() { # WORD
	local meant=${SET_SYNONYMS[$1]:-}
	[[ $meant ]] || meant=$(nearest "$1" "${SET_ACTIONS[@]}")
	# shellcheck disable=SC2016 # it is expanded
	usage_error "set: no such action: ${1@Q}${meant:+: write 'set $meant'}"
}

# Sets the locals of cmd_set. Entries may start with '!'; none starts with '-'.
parse_set_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_set
			exit 0
			;;
		--for)
			(($# > 1)) || usage_error "--for needs a time, such as 10m"
			options+=("--for=$2")
			shift
			;;
		-j) options+=(--json) ;;
		--for=* | --json | --except | --skip-bad) options+=("$1") ;;
		-?*) unknown_option "$1" help_set ;;
		*) operands+=("$1") ;;
		esac
		shift
	done
}

# shellcheck disable=SC2154 # options: a local of cmd_set
set_run() { # ACTION WORD...
	case $1 in
	list | show | test | save) live_read set "$@" "${options[@]}" ;;
	*) live_change set "$@" "${options[@]}" ;;
	esac
}
