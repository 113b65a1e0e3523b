# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Going back to the previous policy. While an apply waits for confirmation,
# there are among the objects
#
#	unconfirmed   TOKEN DEADLINE PLACE...
#	HOOK.back.o   the object that was in force, as it was loaded
#
# where a PLACE is SECTION:SLOT:SERIAL with the serial number of the new policy.
# Going back loads an existing file and does not write any.

# --- unconfirmed policies

# Sets UNCONFIRMED to the words of the file; fails if no policy is unconfirmed.
unconfirmed_read() {
	UNCONFIRMED=()
	{ read -ra UNCONFIRMED <"$OBJECTS/unconfirmed"; } 2>/dev/null
}

hook_of_place() { # PLACE
	local section=${1%%:*}
	printf '%s' "${section%.frags}"
}

hooks_of_places() { # PLACE...
	local place hooks=()
	for place; do hooks+=("$(hook_of_place "$place")"); done
	printf '%s' "${hooks[*]}"
}

# While a policy is unconfirmed, its chain must not be changed.
policy_check_unconfirmed() { # [HOOK]
	local hooks
	unconfirmed_read || return 0
	hooks=$(hooks_of_places "${UNCONFIRMED[@]:2}")
	[[ ! ${1:-} || " $hooks " == *" $1 "* ]] || return 0
	die "a policy on $DEV waits to be confirmed, until $(printf '%(%T)T' "${UNCONFIRMED[1]}"): 'tailgate policy confirm $DEV' or 'tailgate policy rollback $DEV' first"
}

# --- going back

# Loads the previous object on each hook where the new policy is in force;
# continues after failures. Sets TAKEN_BACK to the hooks that were changed.
# Fails if the state cannot be read.
policy_take_back() { # PLACE...
	local place hook section slot serial build found failed=0
	TAKEN_BACK=()
	if ! look_try --files --key "$KEY"; then
		warn "cannot look at the chains of $DEV: ${LOOK[error]}"
		return 1
	fi
	for place; do
		IFS=: read -r section slot serial <<<"$place"
		hook=${section%.frags} build=${section#"${section%.frags}"}
		array_pin "$hook" "$build"
		[[ -e $REPLY ]] || continue # detached
		if [[ ${LOOK[other_version.$section]:-} ]]; then
			warn "the chain of $DEV $hook is one of another version of tailgate"
			failed=1
			continue
		fi
		found=${LOOK[slot.$section.$slot]:-}
		[[ ! $found || $found == "$serial" ]] || continue
		# finish the rename of a killed apply; a rollback needs the name
		! serial_is "$OBJECTS/$hook.$slot.o.new" "$serial" ||
			run mv "$OBJECTS/$hook.$slot.o.new" "$OBJECTS/$hook.$slot.o" || true
		if (graft "$hook" "$build" "$slot" "$OBJECTS/$hook.back.o"); then
			TAKEN_BACK+=("$hook")
		else
			failed=1
		fi
	done
	return "$failed"
}

# The rest, which is not urgent: renaming files and carrying over counts. A guard
# may be in another network namespace, where that name is another device.
policy_taken_back() { # PLACE...
	local hook
	look --files -- "$DEV"
	[[ ${LOOK[key]} == "$KEY" ]] || return 0
	POLICY_HOOKS=()
	for hook in $(hooks_of_places "$@"); do
		! policy_is_single "$hook" || POLICY_HOOKS+=("$hook")
	done
	((${#POLICY_HOOKS[@]})) || return 0
	policy_settle
	policy_keep_new "${POLICY_HOOKS[@]}"
}

# Makes file names match what is loaded. Only renames, so no space is needed.
policy_settle_files() { # HOOK
	local object=$OBJECTS/$1.${LOOK[$1.policy.slot]}.o back=$OBJECTS/$1.back.o serial=${LOOK[$1.policy.serial]}
	if serial_is "$object.new" "$serial"; then
		object_move "$object.new" "$object"
	elif serial_is "$back" "$serial" && ! serial_is "$object" "$serial"; then
		# rolled back: the unconfirmed policy is now the previous one
		object_move "$object" "$OBJECTS/$1.previous.o"
		object_move "$back" "$object"
		[[ ! -e $OBJECTS/$1.before.o ]] || object_remove "$OBJECTS/$1.before.o"
	fi
	[[ ! -e $back || -e $OBJECTS/unconfirmed ]] || object_remove "$back"
}

# Renames what a killed command has left under another name. Call it before the
# names of objects are noted.
policy_settle_names() { # HOOK
	! policy_is_single "$1" || policy_settle_files "$1"
}

# Completes or discards what a killed command has left, depending on the serial
# number of the program in force.
policy_settle() { # for POLICY_HOOKS
	local hook grafted='' unfinished=()
	for hook in "${POLICY_HOOKS[@]}"; do
		policy_check_place "$hook"
		policy_settle_files "$hook"
		[[ -e $OBJECTS/$hook.before.o ]] || continue
		if serial_is "$OBJECTS/$hook.before.o" "${LOOK[$hook.policy.serial]}"; then
			unfinished+=("$hook")
			object_remove "$OBJECTS/$hook.before.o"
		else
			grafted=1
			object_move "$OBJECTS/$hook.before.o" "$OBJECTS/$hook.previous.o"
		fi
	done
	[[ ! $grafted ]] || policy_forget_previous "${unfinished[@]}"
}

# Removes previous policies of hooks that the last apply has not changed: a
# rollback undoes one apply.
policy_forget_previous() { # HOOK...
	local hook file
	for hook; do
		for file in "$OBJECTS/$hook".{before,previous}.o; do
			[[ ! -e $file ]] || run_or_die rm "$file"
		done
	done
}

# --- policies in a chain that is rearranged

# The file of a hook's policy before its chain is changed.
declare -gA POLICY_FILE=()

policy_before_change() { # HOOK
	POLICY_FILE[$1]=''
	policy_is_single "$1" || return 0
	POLICY_HOOKS=("$1")
	policy_settle
	[[ ${LOOK[$1.policy.readable]} ]] || POLICY_FOREIGN[$1]=1
	policy_keep_old "$1"
	object_at "$1" "${LOOK[$1.policy.position]}"
	POLICY_FILE[$1]=$REPLY
}

# After the switch, when no packet is in the old chain: carries over the counts,
# or, if the policy is as built, removes all state of the previous one.
policy_after_change() { # HOOK FIRST-SLOT OBJECT...
	local hook=$1 slot=$2 object COUNTS_OF
	shift 2
	for object; do
		if [[ ! ${POLICY_FOREIGN[$hook]:-} && ${POLICY_FILE[$hook]:-} && $object == "${POLICY_FILE[$hook]}" ]]; then
			array_pin "$hook" "${LOOK[$hook.build]}"
			COUNTS_OF=("$PINS/policy_$hook" "$OBJECTS/$hook.base" "$REPLY" "$slot")
			run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}"
		fi
		policy_reset_if_built "$hook" "$object"
		((++slot))
	done
}

policy_reset_if_built() { # HOOK OBJECT
	local file
	[[ $2 == "$BUILD"/policy?(.frags).o ]] || return 0
	for file in "$OBJECTS/$1".{base,previous.o,before.o,back.o} "$PINS/policy_$1"; do
		[[ ! -e $file ]] || run_or_die rm -r "$file"
	done
	[[ $DRY_RUN ]] || say "$DEV $1: its policy has no rules, as built: 'tailgate policy apply $DEV FILE --hook $1' brings some"
}
