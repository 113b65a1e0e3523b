# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The policy in a chain: where it stands, what it says, and what is kept beside
# it. For each hook these are among the objects,
#
#	HOOK.previous.o  what was in force before; rollback goes there
#	HOOK.before.o    the same, while a command is at work
#	HOOK.back.o      the same, while an apply waits to be confirmed
#	HOOK.base        what its rules had counted before it came
#
# and, as policy_HOOK among the pins, the maps that it counts in.

# The hooks that a command is about: those with a policy, or the one named; and
# those whose policy was one of another version when the command began.
POLICY_HOOKS=()
declare -gA POLICY_FOREIGN=()

# Is there one in the chain, and no other?
policy_is_single() { # HOOK
	[[ ${LOOK[$1.policies]} =~ ^[0-9]+$ ]]
}

policy_check_single() { # HOOK
	[[ ${LOOK[$1.policies]} != *' '* ]] ||
		die "$DEV $1 has several policies in its chain (at ${LOOK[$1.policies]// / and }): 'tailgate chain $DEV $1 replace POSITION OBJECT' changes one of them"
}

# The hooks that are named, which must have a policy; or all that have one.
policy_hooks() { # [HOOK]...
	local hook
	POLICY_HOOKS=()
	for hook in "${@:-${HOOKS[@]}}"; do
		[[ ${LOOK[$hook.gate]} ]] || (($#)) || continue
		policy_check_single "$hook"
		if [[ ${LOOK[$hook.policies]} ]]; then
			POLICY_HOOKS+=("$hook")
		elif (($#)); then
			die_of_no_policy "$hook"
		fi
	done
	((${#POLICY_HOOKS[@]})) || die_of_no_policy "$(hook_to_tell_of)"
}

# Where no hook has a policy: one that has a gate, or that had one.
hook_to_tell_of() {
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

die_of_no_policy() { # HOOK
	local position=1
	[[ ${LOOK[$1.gate]} ]] || die_of_no_gate "$1" policy
	((LOOK[$1.plugins])) || position=0
	[[ ! ${LOOK[$1.broken]} ]] ||
		die "the chain on $DEV $1 is broken (${LOOK[$1.broken]}): 'tailgate chain $DEV $1 set ...' makes it new"
	die "the chain of $DEV $1 has no policy: 'tailgate chain $DEV $1 insert $position policy' puts one there"
}

# For commands that change it.
policy_check_place() { # HOOK
	[[ ${LOOK[$1.array]} == "$GLOBALS"/* ]] ||
		die "the chain of $DEV was attached under another name (${LOOK[$1.array]%%/tc/*}): 'tailgate detach $DEV', 'tailgate gc', and attach it again"
}

# --- what it counts, and has counted

# The words of tg-rules for this: the pins, the file, and where the policy is.
policy_counts_of() { # HOOK [SLOT]
	COUNTS_OF=("$PINS/policy_$1" "$OBJECTS/$1.base" "${LOOK[$1.array]}" "${2:-${LOOK[$1.policy.slot]}}")
}

# What the one in force has counted outlives it from here on. Where a killed
# command has left that to us, packets may still be on their way. Counts of
# another version cannot be read.
policy_keep_old() { # HOOK
	local COUNTS_OF after=()
	[[ ! -e $PINS/policy_$1/${LOOK[$1.policy.program]}/counts ]] || return 0
	[[ ${LOOK[$1.policy.readable]} ]] || return 0
	policy_counts_of "$1"
	[[ ! -e $PINS/policy_$1 ]] || after=(--after-grace)
	run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}" "${after[@]}"
}

# After that another one has come, and was looked at: its rules inherit. Where one
# of the two is of another version, counts start anew.
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

# --- what it is, in words

policy_version_in_words() { # HOOK
	local version=${LOOK[$1.policy.version]}
	printf 'a policy of another version of tailgate'
	((version == 0)) ||
		printf " (its tables are of version %s, and this one's of %s)" "$version" "${LOOK[policy_version]}"
}

# "12 rules of web.policy, default drop", into REPLY.
policy_in_words() { # HOOK
	local rules=${LOOK[$1.policy.rules]} file=${LOOK[$1.policy.file]}
	REPLY="$rules rules"
	[[ $rules != 1 ]] || REPLY='1 rule'
	REPLY+="${file:+ of $file}, default ${LOOK[$1.policy.default]}"
}
