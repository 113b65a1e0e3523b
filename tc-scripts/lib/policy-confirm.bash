# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An apply that waits to be confirmed. A process of its own, the guard, sleeps
# until then and rolls back. What tells it to is a file among the objects,
#
#	unconfirmed      TOKEN DEADLINE HOOK...
#
# with the guard's own token in it. When the file goes, with a confirm or with
# the attachment, so does the guard, within a second.

# When a guard has not done its work by then, it is dead.
readonly GUARD_LATE=30

policy_confirm() {
	local pending=()
	case ${1:-} in
	-h | --help)
		help_policy_apply
		return
		;;
	-?*) unknown_option "$1" help_policy_apply ;;
	esac
	(($# == 1)) || usage_error "policy confirm needs a device, and nothing else"
	DEV=$1
	policy_open
	[[ -e $OBJECTS/unconfirmed ]] ||
		die "nothing on $DEV waits to be confirmed$(confirm_outcome ': ')"
	read -ra pending <"$OBJECTS/unconfirmed"
	policy_guard_stop
	[[ $DRY_RUN ]] || say "$DEV ${pending[*]:2}: confirmed"
	attachment_unlock
}

# What became of the last guard, after these words; or nothing.
confirm_outcome() { # BEFORE
	[[ ! -e $OBJECTS/confirm.outcome ]] || printf '%s%s' "$1" "$(<"$OBJECTS/confirm.outcome")"
}

policy_check_unconfirmed() {
	[[ ! -e $OBJECTS/unconfirmed ]] ||
		die "a policy on $DEV waits to be confirmed, until $(confirm_deadline): 'tailgate policy confirm $DEV' or 'tailgate policy rollback $DEV' first"
	[[ ! -e $OBJECTS/confirm.outcome ]] || run_or_die rm "$OBJECTS/confirm.outcome"
}

confirm_deadline() {
	printf '%(%T)T\n' "$(unconfirmed_until)"
}

# In seconds of the epoch, or null.
unconfirmed_until() {
	local token='' until=''
	{ read -r token until _ <"$OBJECTS/unconfirmed"; } 2>/dev/null || true
	printf '%s' "${until:-null}"
}

# That something waits, or what became of it; or nothing.
confirm_note() {
	local until
	until=$(unconfirmed_until)
	if [[ $until != null ]] && ((EPOCHSECONDS > until + GUARD_LATE)); then
		printf "%s: its policy was to be confirmed until %(%T)T, and the process that would have rolled back is gone: 'tailgate policy confirm %s' keeps it\n" "$DEV" "$until" "$DEV"
	elif [[ $until != null ]]; then
		printf "%s: its policy waits to be confirmed until %(%T)T: 'tailgate policy confirm %s'\n" "$DEV" "$until" "$DEV"
	elif [[ -e $OBJECTS/confirm.outcome ]]; then
		say "$DEV: its policy, $(confirm_outcome '')"
	fi
}

# Before anything changes: who is cut off by the change is not left so. It
# holds our output until it is ready.
policy_guard_start() {
	run_or_die "${ENTER[@]}" setsid --fork "$HERE/tailgate" policy guard "$DEV" "$APPLY_CONFIRM" "${POLICY_HOOKS[@]}"
	[[ $DRY_RUN || -e $OBJECTS/unconfirmed ]] ||
		die "the process that would roll back did not start: $DEV is left as it is"
}

policy_guard_stop() {
	[[ ! -e $OBJECTS/unconfirmed ]] || run_or_die rm "$OBJECTS/unconfirmed"
}

# --- the guard itself: nobody's command, it is started by an apply

policy_guard() { # DEVICE SECONDS HOOK...
	local token=$$.$EPOCHREALTIME seconds=${2:-} left hook
	[[ $# -gt 2 && $seconds =~ ^[1-9][0-9]{0,5}$ ]] ||
		usage_error "policy guard is for 'policy apply --confirm' alone"
	for hook in "${@:3}"; do check_hook "$hook"; done
	need_root
	attachment_open "$1"
	[[ -d $OBJECTS ]] || die "nothing is attached to $DEV"
	shift 2
	printf '%s %s %s\n' "$token" $((EPOCHSECONDS + seconds)) "$*" >"$OBJECTS/unconfirmed.new"
	mv "$OBJECTS/unconfirmed.new" "$OBJECTS/unconfirmed"
	guard_let_go
	for ((left = seconds; left > 0; left--)); do
		sleep 1
		guard_is_wanted || return 0
	done
	guard_expire "$@"
}

# Of the terminal, of the lock that the apply holds, and of what comes after.
guard_let_go() {
	local fd
	cd /
	exec </dev/null >/dev/null 2>&1
	for fd in "/proc/$BASHPID/fd"/*; do
		fd=${fd##*/}
		((fd <= 2 || fd == 255)) || exec {fd}>&-
	done
}

guard_is_wanted() {
	local found=''
	{ read -r found _ <"$OBJECTS/unconfirmed"; } 2>/dev/null || true
	[[ $found == "$token" ]]
}

# Somebody may be locked out: what fails is tried again.
guard_expire() { # HOOK...
	local try output
	for try in {1..10}; do
		if output=$(guard_roll_back "$@" 2>&1); then
			return
		fi
		guard_is_wanted || return 0
		guard_tell "not confirmed within $seconds s, and the way back failed: ${output//$'\n'/ }"
		sleep 1
	done
}

guard_roll_back() { # HOOK...
	local hook hooks=()
	attachment_lock
	guard_is_wanted || return 0
	APPLY_ROLLBACK=1
	guard_look "$@"
	policy_settle
	for hook in "${POLICY_HOOKS[@]}"; do
		is_one_of "$hook" "${UNFINISHED[@]}" || [[ ! -e $OBJECTS/$hook.previous.o ]] ||
			hooks+=("$hook")
	done
	((${#hooks[@]} == 0)) || policy_go_back "${hooks[@]}"
	guard_tell "not confirmed within $seconds s: rolled back ${hooks[*]:-nothing, as nothing had changed}"
	policy_guard_stop
	attachment_unlock
}

# The hooks that still have a policy.
guard_look() { # HOOK...
	local hook found=()
	for hook; do
		hook_read "$hook"
		policy_find "$hook"
		[[ ! $POLICY_POSITION ]] || found+=("$hook")
	done
	POLICY_HOOKS=()
	((${#found[@]} == 0)) || policy_look "${found[@]}"
}

guard_tell() {
	printf '%(%F %T)T: %s\n' -1 "$1" >"$OBJECTS/confirm.outcome"
}
