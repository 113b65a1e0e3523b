# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An apply that waits to be confirmed: the confirmation, and what is told of it.
# Who goes back without one is in policy-guard.bash.

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

# What became of the last guard, after these words, into REPLY; or nothing.
confirm_outcome() { # BEFORE
	REPLY=''
	{ read -r REPLY <"$OBJECTS/confirm.outcome"; } 2>/dev/null || true
	[[ ! $REPLY ]] || REPLY=$1$REPLY
}

# It holds a lock on its file for as long as it lives.
guard_is_gone() {
	flock -n 0 <"$OBJECTS/unconfirmed"
} 2>/dev/null

# That something waits, or what became of it, into REPLY; or nothing.
confirm_note() {
	local until=${LOOK[unconfirmed_until]} outcome
	confirm_outcome ''
	outcome=$REPLY
	if life_is_over; then
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
