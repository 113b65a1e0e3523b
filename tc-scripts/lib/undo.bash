# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# If a step of a command fails, all steps before it are undone in reverse order.
# Undo steps are functions whose arguments contain no blanks.

UNDO=()

# Call with the attachment's lock held, which turns signals into exits.
undo_arm() {
	[[ ! $DRY_RUN ]] || return 0
	UNDO=()
	trap undo_all EXIT
}

# Call before the step itself: undoing a step that was not done must be
# harmless.
undo_with() { # FUNCTION WORD...
	UNDO+=("$*")
}

undo_disarm() {
	[[ ! $DRY_RUN ]] || return 0
	trap attachment_unlock EXIT
}

# Ignores further signals. If a step cannot be undone, the pins stay, as they
# record what belongs to tailgate.
undo_all() {
	local status=$? i words left=''
	trap - EXIT
	trap '' INT TERM HUP
	set +e
	lock_drop # the failure may have come while it was held
	for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do
		read -ra words <<<"${UNDO[i]}"
		[[ ! $left || ${words[0]} != attachment_remove ]] || continue
		# in a subshell, as a step may call die
		("${words[@]}") || left=1
	done
	[[ ! $left ]] || warn "not everything could be undone: 'tailgate detach $DEV' removes what is left"
	attachment_unlock
	exit "$status"
}
