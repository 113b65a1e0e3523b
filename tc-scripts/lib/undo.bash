# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A command that changes several things takes them back, last first, when one
# of them fails. The steps are functions with plain words as arguments.

UNDO=()

# Under the attachment's lock, which has made exits of the signals.
undo_arm() {
	[[ ! $DRY_RUN ]] || return 0
	UNDO=()
	trap undo_all EXIT
}

# Noted before the step itself: each must cope with a step that never was.
undo_with() { # FUNCTION WORD...
	UNDO+=("$*")
}

undo_disarm() {
	[[ ! $DRY_RUN ]] || return 0
	trap attachment_unlock EXIT
}

# A second signal does not leave it half done. What could not be taken back
# keeps its pins, and with them the note of what is ours.
undo_all() {
	local status=$? i words left=''
	trap - EXIT
	trap '' INT TERM HUP
	set +e
	lock_drop # the failure may have come while it was held
	for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do
		read -ra words <<<"${UNDO[i]}"
		[[ ! $left || ${words[0]} != attachment_remove ]] || continue
		# A subshell, because what is taken back may 'die'.
		("${words[@]}") || left=1
	done
	[[ ! $left ]] || warn "not all of it could be taken back: 'tailgate detach $DEV' removes what is there"
	attachment_unlock
	exit "$status"
}
