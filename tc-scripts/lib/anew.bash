# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Policies that are compiled anew, for chains that are planned as attach does
# it: those of 'restore' and 'upgrade'.

# A directory for the compiled policies, and the objects in it, by hook, build
# and file.
ANEW_SCRATCH=''
declare -gA ANEW_OBJECT=()

anew_begin() {
	trap anew_drop EXIT
	AT_UNLOCK=anew_drop
	ANEW_SCRATCH=$(mktemp -d)
}

anew_drop() {
	[[ ! $ANEW_SCRATCH ]] || rm -rf -- "$ANEW_SCRATCH"
}

# Sets REPLY to the object of a policy; returns 1, after the compiler's
# messages, if it has mistakes. Device names in rules are looked up in the
# namespace of the device.
anew_policy() { # HOOK FILE BUILD [NAME for the places of rules]
	local words=() object=$ANEW_SCRATCH/${#ANEW_OBJECT[@]}
	[[ ! ${ANEW_OBJECT["$1$3 $2"]:-} ]] || {
		REPLY=${ANEW_OBJECT["$1$3 $2"]}
		return
	}
	[[ ! $3 ]] || words+=(--multi-buffer)
	[[ ! ${4:-} ]] || words+=(--as "$4")
	"${ENTER[@]}" "$BUILD/tg-policy" compile --quiet --hook "$1" "${words[@]}" -o "$object$3.o" "$2" || return 1
	ANEW_OBJECT["$1$3 $2"]=$object$3.o
	REPLY=$object$3.o
}

# A policy that takes the place of another one takes over the counts of the
# rules that are in both.
anew_counts() {
	local hook objects i
	for hook in "${CHANGED_HOOKS[@]}"; do
		[[ ${POLICY_FILE[$hook]:-} ]] || continue
		hook_objects "$hook"
		for i in "${objects[@]}"; do
			! is_one_of "$i" "${ANEW_OBJECT[@]}" || POLICY_FILE["$hook"]=$i
		done
	done
}

# A rollback undoes an apply, and the chain is no longer that of the apply.
anew_forget_previous() {
	local hook
	for hook in "${CHANGED_HOOKS[@]}"; do
		[[ ${POLICY_FILE[$hook]:-} != "$ANEW_SCRATCH"/* ]] || policy_forget_previous "$hook"
	done
}
