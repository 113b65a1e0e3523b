# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The policy in a chain, and the state kept for it. For each hook there are,
# among the objects,
#
#	HOOK.previous.o  the policy before the last apply, for rollback
#	HOOK.before.o    the same while a command is running
#	HOOK.back.o      the same while an apply waits for confirmation
#	HOOK.base        the counts that its rules started with
#
# and, among the pins, policy_HOOK with the maps of its counters.

# The hooks that a command works on; and those whose policy was of another
# version when the command began.
POLICY_HOOKS=()
declare -gA POLICY_FOREIGN=()

# True if the chain has exactly one policy.
policy_is_single() { # HOOK
	[[ ${LOOK[$1.policies]} =~ ^[0-9]+$ ]]
}

policy_check_single() { # HOOK
	[[ ${LOOK[$1.policies]} != *' '* ]] ||
		die "$DEV $1 has several policies in its chain (at ${LOOK[$1.policies]// / and }): 'tailgate chain $DEV $1 replace POSITION OBJECT' changes one of them"
}

# Sets POLICY_HOOKS to the named hooks, which must have a policy, or to all
# hooks with one.
policy_hooks() { # [HOOK]...
	local hook
	POLICY_HOOKS=()
	for hook in "${@:-${HOOKS[@]}}"; do
		[[ ${LOOK[$hook.gate]} ]] || (($#)) || continue
		policy_check_single "$hook"
		if [[ ${LOOK[$hook.policies]} ]]; then
			POLICY_HOOKS+=("$hook")
		elif (($#)); then
			die_no_policy "$hook"
		fi
	done
	((${#POLICY_HOOKS[@]})) || die_no_policy "$(hook_for_message)"
}

# The hook for an error message if no hook has a policy: one with a gate, or one
# that had a gate.
hook_for_message() {
	local hook
	for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.gate]} ]] || break
	done
	[[ ${LOOK[$hook.gate]} ]] || for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.attached]} ]] || break
	done
	[[ ${LOOK[$hook.gate]}${LOOK[$hook.attached]} ]] || hook=ingress
	printf '%s\n' "$hook"
}

die_no_policy() { # HOOK
	local position=1
	[[ ${LOOK[$1.gate]} ]] || die_no_gate "$1" policy
	((LOOK[$1.plugins])) || position=0
	[[ ! ${LOOK[$1.broken]} ]] ||
		die "the chain on $DEV $1 is broken (${LOOK[$1.broken]}): 'tailgate chain $DEV $1 set ...' makes it new"
	die "the chain of $DEV $1 has no policy: 'tailgate chain $DEV $1 insert $position policy' puts one there"
}

# For commands that change the policy.
policy_check_place() { # HOOK
	[[ ${LOOK[$1.array]} == "$GLOBALS"/* ]] ||
		die "the chain of $DEV was attached under another name (${LOOK[$1.array]%%/tc/*}): 'tailgate detach $DEV', 'tailgate gc', and attach it again"
}

# --- counters

# Sets COUNTS_OF to arguments for tg-rules: pins, file, array and slot.
policy_counts_of() { # HOOK [SLOT]
	COUNTS_OF=("$PINS/policy_$1" "$OBJECTS/$1.base" "${LOOK[$1.array]}" "${2:-${LOOK[$1.policy.slot]}}")
}

# Pins the counters of the policy in force, so that they outlive it. If a killed
# command has left this undone, packets may still be in the old program.
# Counters of another version cannot be read.
policy_keep_old() { # HOOK
	local COUNTS_OF after=()
	[[ ! -e $PINS/policy_$1/${LOOK[$1.policy.program]}/counts ]] || return 0
	[[ ${LOOK[$1.policy.readable]} ]] || return 0
	policy_counts_of "$1"
	[[ ! -e $PINS/policy_$1 ]] || after=(--after-grace)
	run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}" "${after[@]}"
}

# After the new policy was loaded and read: its rules take over the counts. If
# one of the two is of another version, counts start from 0.
policy_keep_new() { # HOOK...
	local COUNTS_OF hook after=(--after-grace)
	for hook; do
		[[ ! ${POLICY_FOREIGN[$hook]:-} ]] || policy_forget_counts "$hook"
		[[ $DRY_RUN || ${LOOK[$hook.policy.readable]} ]] || {
			policy_forget_counts "$hook"
			continue
		}
		policy_counts_of "$hook"
		run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}" "${after[@]}"
		after=()
	done
}

policy_forget_counts() { # HOOK
	local file
	for file in "$OBJECTS/$1.base" "$PINS/policy_$1"; do
		[[ ! -e $file ]] || run_or_die rm -r "$file"
	done
}

# --- descriptions

policy_version_in_words() { # HOOK
	local version=${LOOK[$1.policy.version]}
	printf 'a policy of another version of tailgate'
	((version == 0)) ||
		printf " (its tables are of version %s, and this one's of %s)" "$version" "${LOOK[policy_version]}"
}

# Sets REPLY to "12 rules of web.policy, default drop".
policy_in_words() { # HOOK
	local rules=${LOOK[$1.policy.rules]} file=${LOOK[$1.policy.file]}
	REPLY="$rules rules"
	[[ $rules != 1 ]] || REPLY='1 rule'
	REPLY+="${file:+ of $file}, default ${LOOK[$1.policy.default]}"
}
