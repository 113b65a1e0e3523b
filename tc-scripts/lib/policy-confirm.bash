# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Confirming an apply, and reporting its state. The process that rolls back
# without a confirmation is in policy-guard.bash.

policy_confirm() {
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
	policy_lock
	unconfirmed_read || {
		confirm_outcome ': '
		die "nothing on $DEV waits to be confirmed$REPLY"
	}
	run_or_die rm "$OBJECTS/unconfirmed"
	policy_forget_outcome
	local hook hooks
	hooks=$(hooks_of_places "${UNCONFIRMED[@]:2}")
	for hook in $hooks; do
		[[ ! -e $OBJECTS/$hook.back.o ]] || run_or_die rm "$OBJECTS/$hook.back.o"
	done
	[[ $DRY_RUN ]] || say "$DEV $hooks: confirmed"
	attachment_unlock
}

policy_forget_outcome() {
	[[ ! -e $OBJECTS/confirm.outcome ]] || run_or_die rm "$OBJECTS/confirm.outcome"
}

# Sets REPLY to the outcome of the last guard, after this prefix, or to nothing.
confirm_outcome() { # BEFORE
	REPLY=''
	{ read -r REPLY <"$OBJECTS/confirm.outcome"; } 2>/dev/null || true
	[[ ! $REPLY ]] || REPLY=$1$REPLY
}

# The guard holds a lock on its file while it runs.
guard_is_gone() {
	flock -n 0 <"$OBJECTS/unconfirmed"
} 2>/dev/null

# Sets REPLY to a note about an unconfirmed policy or its outcome, or to
# nothing.
confirm_note() {
	local until=${LOOK[unconfirmed_until]} outcome
	confirm_outcome ''
	outcome=$REPLY
	if attachment_is_dead; then
		REPLY=''
	elif ((until == 0)); then
		REPLY=${outcome:+"$DEV: its policy, $outcome"}
	elif guard_is_gone; then
		printf -v REPLY "%s: its policy was to be confirmed until %(%T)T, and the process that would have rolled back is gone: 'tailgate policy confirm %s' keeps it, 'tailgate policy rollback %s' takes it back" "$DEV" "$until" "$DEV" "$DEV"
	elif [[ $outcome ]] || ((EPOCHSECONDS > until)); then
		printf -v REPLY '%s: its policy is being rolled back, as it was not confirmed until %(%T)T%s' "$DEV" "$until" "${outcome:+: $outcome}"
	else
		printf -v REPLY "%s: its policy waits to be confirmed until %(%T)T: 'tailgate policy confirm %s'" "$DEV" "$until" "$DEV"
	fi
}
