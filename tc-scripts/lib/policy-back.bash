# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The way back to the policy before. An apply that waits to be confirmed has
# among the objects
#
#	unconfirmed   TOKEN DEADLINE PLACE...
#	HOOK.back.o   the object that was in force, as it was grafted
#
# where a PLACE is SECTION:SLOT:SERIAL, the serial number that of the new policy.
# Going back is one graft of a file that is there: it writes nothing.

# --- what waits

# The words of the file, in UNCONFIRMED; fails where nothing waits.
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

# What waits for a confirmation must find the chain as it was.
policy_check_unconfirmed() { # [HOOK]
	local hooks
	unconfirmed_read || return 0
	hooks=$(hooks_of_places "${UNCONFIRMED[@]:2}")
	[[ ! ${1:-} || " $hooks " == *" $1 "* ]] || return 0
	die "a policy on $DEV waits to be confirmed, until $(printf '%(%T)T' "${UNCONFIRMED[1]}"): 'tailgate policy confirm $DEV' or 'tailgate policy rollback $DEV' first"
}

# --- the step

# To the object before, on each hook where the new policy is in force; one that
# fails does not keep the others from it. TAKEN_BACK are those that went. A look
# that fails is a failure, and not an answer.
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
		# A killed apply may have left it so; a rollback is to find it.
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

# What can wait until then: the names of the files, and the counts.
policy_taken_back() { # PLACE...
	local hook
	look --files -- "$DEV"
	POLICY_HOOKS=()
	for hook in $(hooks_of_places "$@"); do
		! policy_is_single "$hook" || POLICY_HOOKS+=("$hook")
	done
	((${#POLICY_HOOKS[@]})) || return 0
	policy_settle
	policy_keep_new "${POLICY_HOOKS[@]}"
}

# Do the files say what the kernel does? Names only: it needs no room.
policy_settle_files() { # HOOK
	local object=$OBJECTS/$1.${LOOK[$1.policy.slot]}.o back=$OBJECTS/$1.back.o serial=${LOOK[$1.policy.serial]}
	if serial_is "$object.new" "$serial"; then
		object_move "$object.new" "$object"
	elif serial_is "$back" "$serial" && ! serial_is "$object" "$serial"; then
		# Gone back: what was to be confirmed is the previous one now.
		object_move "$object" "$OBJECTS/$1.previous.o"
		object_move "$back" "$object"
		[[ ! -e $OBJECTS/$1.before.o ]] || object_remove "$OBJECTS/$1.before.o"
	fi
	[[ ! -e $back || -e $OBJECTS/unconfirmed ]] || object_remove "$back"
}

# Before the names of objects are taken: what a killed command has left under
# another name gets its own.
policy_settle_names() { # HOOK
	! policy_is_single "$1" || policy_settle_files "$1"
}

# What a killed command has left half done is done or forgotten: the serial
# number of the program in force says which.
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

# Of hooks that the last apply has not changed: a rollback takes back one step.
policy_forget_previous() { # HOOK...
	local hook file
	for hook; do
		for file in "$OBJECTS/$hook".{before,previous}.o; do
			[[ ! -e $file ]] || run_or_die rm "$file"
		done
	done
}

# --- a chain that is rearranged takes its policy along

# The file of the policy that a hook has now, before its chain changes.
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

# After the flip, when the last packet has left the old chain: its counts go on,
# or, where a policy is as built, all is forgotten that the one before has left.
policy_after_change() { # HOOK FIRST-SLOT OBJECT...
	local hook=$1 slot=$2 object COUNTS_OF
	shift 2
	for object; do
		if [[ ! ${POLICY_FOREIGN[$hook]:-} && ${POLICY_FILE[$hook]:-} && $object == "${POLICY_FILE[$hook]}" ]]; then
			array_pin "$hook" "${LOOK[$hook.build]}"
			COUNTS_OF=("$PINS/policy_$hook" "$OBJECTS/$hook.base" "$REPLY" "$slot")
			run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}"
		fi
		policy_tell_fresh "$hook" "$object"
		((++slot))
	done
}

policy_tell_fresh() { # HOOK OBJECT
	local file
	[[ $2 == "$BUILD"/policy?(.frags).o ]] || return 0
	for file in "$OBJECTS/$1".{base,previous.o,before.o,back.o} "$PINS/policy_$1"; do
		[[ ! -e $file ]] || run_or_die rm -r "$file"
	done
	[[ $DRY_RUN ]] || say "$DEV $1: its policy has no rules, as built: 'tailgate policy apply $DEV FILE --hook $1' brings some"
}
