# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shows policies in force with their counters, and what an apply would change.
# Read-only; takes no lock.

help_policy_show() {
	cat <<-'EOF'
		Usage: tailgate policy show DEV [--hook HOOK] [--expand] [--json]
		       tailgate policy show --file FILE [--expand]
		       tailgate policy diff DEV FILE [--hook HOOK] [--expand] [--json]

		  show DEV   the rules in force on each hook, as read from the kernel, with
		             the packets and bytes that each has matched
		  --file     the rules of a file, numbered
		  diff       the rules that FILE would remove (-) and add (+), with their
		             numbers, and lists (~) whose values would change; rules are
		             compared by their text, not by their position
		  --expand   lists by value, not by name

		Rules that an apply keeps retain their counts.
	EOF
	help_rights policy
}

SHOW_FILE='' SHOW_HOOK='' SHOW_JSON=() SHOW_EXPAND=()

parse_show_options() { # OPERANDS WORD...
	local operands=("$1")
	shift
	while (($#)); do
		case $1 in
		-h | --help)
			help_policy_show
			exit 0
			;;
		-j | --json) SHOW_JSON=(--json) ;;
		--expand) SHOW_EXPAND=(--expand) ;;
		--hook)
			(($# > 1)) || usage_error "--hook needs a value"
			set -- "--hook=$2" "${@:3}"
			continue
			;;
		--hook=*)
			SHOW_HOOK=${1#*=}
			check_hook "$SHOW_HOOK"
			;;
		-?*) unknown_option "$1" help_policy_show ;;
		*) operands+=("$1") ;;
		esac
		shift
	done
	((${#operands[@]} == operands[0] + 1)) ||
		usage_error "policy needs $([[ ${operands[0]} == 1 ]] && printf 'a device' || printf 'a device and a file')"
	DEV=${operands[1]}
	SHOW_FILE=${operands[2]:-}
}

show_open() {
	need_rights policy
	device_open "$DEV"
	# shellcheck disable=SC2086 # one hook, or none
	policy_hooks $SHOW_HOOK
}

# --- show

policy_show() {
	local hook hooks=() COUNTS_OF rules texts='' status=0 until
	parse_show_options 1 "$@"
	show_open
	for hook in "${POLICY_HOOKS[@]}"; do
		if [[ ! ${LOOK[$hook.policy.readable]} ]]; then
			show_other_version "$hook"
			status=1
			continue
		fi
		policy_counts_of "$hook"
		rules=$("$BUILD/tg-rules" show "${COUNTS_OF[@]}" "${SHOW_JSON[@]}" "${SHOW_EXPAND[@]}") || exit 1
		if ((${#SHOW_JSON[@]})); then
			show_hook_as_json "$hook" policy -
			texts+=$rules
		else
			say "$(paint bold "$DEV $hook")"
			say "$rules"
		fi
	done
	if ((${#SHOW_JSON[@]})); then
		confirm_outcome ''
		until=${LOOK[unconfirmed_until]}
		[[ $until != 0 ]] || until=null
		"$BUILD/tg-json" object device "=$DEV" unconfirmed_until "$until" \
			outcome "?$REPLY" hooks array "${hooks[@]}" end end <<<"$texts" || exit 1
	else
		confirm_note
		[[ ! $REPLY ]] || say "$REPLY"
	fi
	return "$status"
}

# Only the rules of another version's policy cannot be read.
show_other_version() { # HOOK
	if ((${#SHOW_JSON[@]})); then
		show_hook_as_json "$1" policy null version "${LOOK[$1.policy.version]}"
	else
		warn "$DEV $1 has $(policy_version_in_words "$1"): its rules are in force and cannot be shown; 'tailgate policy apply $DEV FILE' puts others in their place"
	fi
}

# Words of tg-json, added to hooks.
show_hook_as_json() { # HOOK WORD...
	local has_previous=false
	[[ ! -e $OBJECTS/$1.previous.o ]] || has_previous=true
	hooks+=(object hook "=$1" rollback "$has_previous" "${@:2}" end)
}

# --- diff

DIFF_SCRATCH=''

# Runs on every exit.
diff_drop_scratch() {
	[[ ! $DIFF_SCRATCH ]] || rm -rf -- "$DIFF_SCRATCH"
}

policy_diff() {
	local status=0
	parse_show_options 2 "$@"
	check_policy_file "$SHOW_FILE"
	show_open
	trap diff_drop_scratch EXIT
	DIFF_SCRATCH=$(scratch_folder)
	diff_all "$DIFF_SCRATCH" || status=1
	return "$status"
}

diff_all() { # FOLDER
	local hook hooks words=() texts='' changes slot
	hooks=${POLICY_HOOKS[*]}
	inside "$BUILD/tg-policy" compile --quiet --hook "${hooks// /,}" -o "$1/policy.o" "$SHOW_FILE" || return 1
	for hook in "${POLICY_HOOKS[@]}"; do
		[[ ${LOOK[$hook.policy.readable]} ]] || {
			warn "$DEV $hook has $(policy_version_in_words "$hook"): its rules cannot be compared"
			return 1
		}
		slot=("${LOOK[$hook.array]}" "${LOOK[$hook.policy.slot]}")
		"$BUILD/tg-rules" text "${slot[@]}" "${SHOW_EXPAND[@]}" >"$1/old" || return 1
		"$BUILD/tg-rules" text "$1/policy.o" "${slot[@]}" "${SHOW_EXPAND[@]}" >"$1/new" || return 1
		"$BUILD/tg-rules" lists "$1/policy.o" "${slot[@]}" "${SHOW_JSON[@]}" >"$1/lists" || return 1
		if ((${#SHOW_JSON[@]})); then
			words+=(object hook "=$hook" changes - lists - end)
			changes=$(diff_rules "$1") || return 1
			texts+=$changes$(<"$1/lists")
		else
			diff_text "$1" "$hook"
		fi
	done
	((${#SHOW_JSON[@]} == 0)) ||
		"$BUILD/tg-json" object device "=$DEV" hooks array "${words[@]}" end end <<<"$texts"
}

diff_text() { # FOLDER HOOK
	if cmp -s "$1/old" "$1/new" && [[ ! -s $1/lists ]]; then
		say "$DEV $2: no change"
		return
	fi
	say "$(paint bold "$DEV $2")"
	diff_rules "$1"
	sed 's/^/~         list /' "$1/lists"
}

diff_rules() { # FOLDER
	{
		diff --unchanged-group-format='' --old-line-format='-%dn %L' --new-line-format='+%dn %L' "$1/old" "$1/new" || true
	} | "$BUILD/tg-rules" changes "${SHOW_JSON[@]}"
}
