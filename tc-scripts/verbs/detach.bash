# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate detach: take away what attach has put on a device

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"

help_detach() {
	cat <<-'EOF'
		Usage: tailgate detach DEV [--xdp] [--ingress] [--egress] [--keep]

		Removes what attach has made: the gates of the named hooks, or of all; the
		clsact, if attach has added it and nothing else uses it; and with the last
		hook the pins, the sets, the flows and the limits. Those of an instance
		are removed with its last attachment, unless --keep is given: then they are
		there for the next attachment of the instance, and 'set', 'flows' and
		'limits' work on them as @NAME. If nothing is attached, nothing is changed and the exit status is 0.
	EOF
	help_rights detach
}

DETACH_HOOKS=() DETACH_KEEP=''

cmd_detach() {
	parse_detach_options "$@"
	need_rights detach
	device_open "$DEV" --place
	check_mount_namespace
	# shellcheck disable=SC2119 # neither takes more
	attachment_lock
	local hook remained=''
	! attachment_exists || remained=1
	# shellcheck disable=SC2119
	attachment_forget_dead
	if ! attachment_is_dead; then
		for hook in "${DETACH_HOOKS[@]}"; do
			detach_hook "$hook"
		done
		clsact_release
	fi
	hooks_left || ! attachment_remains || detach_remove
	attachment_unlock
	((${#FREED_HOOKS[@]})) || detach_report_nothing "$remained"
}

detach_remove() {
	live_find
	[[ ! $LIVE_INSTANCE ]] || instance_keep "$LIVE_INSTANCE" "$DETACH_KEEP"
	attachment_remove
}

# Exits with 0: the result is as requested.
detach_report_nothing() { # REMAINED
	local named=" ${DETACH_HOOKS[*]}"
	((${#DETACH_HOOKS[@]} != ${#HOOKS[@]})) || named=''
	if [[ $1 && ! $DRY_RUN ]] && ! attachment_exists; then
		say "nothing was attached to $DEV any more: removed what was left of it"
	else
		say "nothing is attached to $DEV$named"
	fi
}

parse_detach_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_detach
			exit 0
			;;
		--xdp | --ingress | --egress) DETACH_HOOKS+=("${1#--}") ;;
		--keep) DETACH_KEEP=1 ;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $DEV ]] || second_operand "$DEV" "$1"
			DEV=$1
			;;
		esac
		shift
	done
	[[ $DEV ]] || usage_error "detach needs a device"
	((${#DETACH_HOOKS[@]})) || DETACH_HOOKS=("${HOOKS[@]}")
}

detach_hook() { # HOOK
	array_pin "$1" ''
	if [[ ${LOOK[$1.gate]} ]]; then
		gate_remove "$1"
	elif [[ ${LOOK[$1.foreign]} && -e $REPLY ]]; then
		warn "$DEV $1: left alone, as it is not ours: ${LOOK[$1.foreign]}"
	fi
	hook_forget "$1"
}

# Removes the chain: the array releases its programs when its pin is removed.
hook_forget() { # HOOK
	local build files
	for build in '' .frags; do
		array_pin "$1" "$build"
		[[ ! -e $REPLY ]] || run_or_die rm "$REPLY"
	done
	[[ ! -d $PINS/policy_$1 ]] || run_or_die rm -r "$PINS/policy_$1"
	files=("$OBJECTS/$1".*)
	[[ ! -e ${files[0]} ]] || run_or_die rm "${files[@]}"
}

# True if a hook that was not named still has a gate.
hooks_left() {
	local hook
	for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.gate]} ]] || is_one_of "$hook" "${DETACH_HOOKS[@]}" || return 0
	done
	return 1
}
