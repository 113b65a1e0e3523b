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

# Set by policy_look: the hooks that have a policy, and of each what a graft
# into its place needs to know.
POLICY_HOOKS=()
declare -gA POLICY_SLOT POLICY_SERIAL POLICY_BUILD POLICY_MISS POLICY_ARRAY
declare -gA POLICY_PROGRAM

# Where the chain that hook_read found has its policy: POLICY_POSITION, or
# nothing.
policy_find() { # HOOK
	local i
	POLICY_POSITION=''
	for i in "${!CHAIN_NAMES[@]}"; do
		[[ ${CHAIN_NAMES[i]} == policy ]] || continue
		[[ ! $POLICY_POSITION ]] ||
			die "$DEV $1 has several policies in its chain (at $POLICY_POSITION and $i): 'tailgate chain $DEV $1 replace POSITION OBJECT' changes one of them"
		POLICY_POSITION=$i
	done
}

# Is there one, and no other? It is no error to have several.
policy_is_single() {
	local i
	POLICY_POSITION=''
	for i in "${!CHAIN_NAMES[@]}"; do
		[[ ${CHAIN_NAMES[i]} != policy ]] || POLICY_POSITION+=$i' '
	done
	POLICY_POSITION=${POLICY_POSITION% }
	[[ $POLICY_POSITION =~ ^[0-9]+$ ]]
}

# The hooks that are named, which must have a policy; or all that have one.
policy_look() { # [HOOK]...
	local hook attached=''
	POLICY_HOOKS=()
	if (($#)); then
		for hook; do
			hook_read "$hook"
			policy_need "$hook"
			policy_note "$hook"
		done
		return
	fi
	for hook in "${HOOKS[@]}"; do
		hook_read "$hook"
		[[ $GATE_ID ]] || continue
		attached=${attached:-$hook}
		policy_find "$hook"
		[[ ! $POLICY_POSITION ]] || policy_note "$hook"
	done
	((${#POLICY_HOOKS[@]})) || {
		hook=${attached:-$(hook_without_gate)}
		hook_read "$hook"
		policy_need "$hook"
	}
}

# The hook to tell about where none has a gate: one that had.
hook_without_gate() {
	local hook
	for hook in "${HOOKS[@]}"; do
		! was_attached "$hook" || break
	done
	was_attached "$hook" || hook=ingress
	printf '%s\n' "$hook"
}

# Of the hook that was just read.
policy_need() { # HOOK
	local position=1
	[[ $GATE_ID ]] || die_of_no_gate "$1" policy
	policy_find "$1"
	((${#CHAIN_NAMES[@]})) || position=0
	[[ $POLICY_POSITION || $CHAIN_BROKEN ]] ||
		die "the chain of $DEV $1 has no policy: 'tailgate chain $DEV $1 insert $position policy' puts one there"
	[[ $POLICY_POSITION ]] ||
		die "the chain on $DEV $1 is broken ($CHAIN_BROKEN): 'tailgate chain $DEV $1 set ...' makes it new"
}

policy_note() { # HOOK
	POLICY_HOOKS+=("$1")
	POLICY_SLOT[$1]=${CHAIN_SLOTS[POLICY_POSITION]}
	POLICY_SERIAL[$1]=${CHAIN_SERIALS[POLICY_POSITION]}
	POLICY_PROGRAM[$1]=${CHAIN_IDS[POLICY_POSITION]}
	POLICY_BUILD[$1]=$GATE_BUILD
	POLICY_MISS[$1]=$GATE_MISS
	POLICY_ARRAY[$1]=$GATE_ARRAY
}

# For commands that change it.
policy_check_place() { # HOOK
	[[ ${POLICY_ARRAY[$1]} == "$GLOBALS"/* ]] ||
		die "the chain of $DEV was attached under another name (${POLICY_ARRAY[$1]%%/tc/*}): 'tailgate detach $DEV', 'tailgate gc', and attach it again"
}

# --- what it counts, and has counted

# The words of tg-rules for this: the pins, the file, and where the policy is.
policy_counts_of() { # HOOK [SLOT]
	COUNTS_OF=("$PINS/policy_$1" "$OBJECTS/$1.base" "${POLICY_ARRAY[$1]}" "${2:-${POLICY_SLOT[$1]}}")
}

# What the one in force has counted outlives it from here on. Where a killed
# command has left that to us, packets may still be on their way. Counts of
# another version cannot be read.
policy_keep_old() { # HOOK
	local COUNTS_OF
	[[ ! -e $PINS/policy_$1/${POLICY_PROGRAM[$1]}/counts ]] || return 0
	policy_is_readable "$1" || return 0
	policy_counts_of "$1"
	[[ ! -e $PINS/policy_$1 ]] || run_or_die "$BUILD/tg-chain" grace
	run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}"
}

# After that another one has come: its rules inherit. Where one of the two is of
# another version, counts start anew.
policy_keep_new() { # HOOK...
	local COUNTS_OF hook
	run_or_die "$BUILD/tg-chain" grace
	for hook; do
		[[ ! ${POLICY_FOREIGN[$hook]:-} ]] || policy_forget_counts "$hook"
		[[ $DRY_RUN ]] || policy_is_readable "$hook" || {
			policy_forget_counts "$hook"
			continue
		}
		policy_counts_of "$hook"
		run_or_die "$BUILD/tg-rules" keep "${COUNTS_OF[@]}"
	done
}

policy_forget_counts() { # HOOK
	local file
	for file in "$OBJECTS/$1.base" "$PINS/policy_$1"; do
		[[ ! -e $file ]] || run_or_die rm -r "$file"
	done
}

# --- of which version it is

# Hooks whose policy was one of another version when a command looked.
declare -gA POLICY_FOREIGN

policy_is_readable() { # HOOK
	local -A answer
	local line
	line=$("$BUILD/tg-rules" version "${POLICY_ARRAY[$1]}" "${POLICY_SLOT[$1]}") || exit 1
	words_into answer "$line"
	POLICY_VERSION=${answer[version]}
	[[ ${answer[readable]} == 1 ]]
}

policy_note_version() { # HOOK
	policy_is_readable "$1" || POLICY_FOREIGN[$1]=1
}

# After policy_is_readable has said no.
policy_version_in_words() {
	if [[ $POLICY_VERSION == 0 ]]; then
		printf 'a policy of another version of tailgate'
	else
		printf "a policy of another version of tailgate (its tables are of version %s, and this one's of %s)" \
			"$POLICY_VERSION" "$("$BUILD/tg-rules" version)"
	fi
}

# --- what it is, in words

# rules, default, file and program of the policy, as the kernel has it.
policy_summary() { # HOOK
	"$BUILD/tg-rules" summary "${POLICY_ARRAY[$1]}" "${POLICY_SLOT[$1]}"
}

# "12 rules of web.policy, default drop"
policy_in_words() { # SUMMARY
	local -A summary
	local file=''
	words_into summary "$1"
	[[ $1 != *' file='* ]] || file=${1#* file=}
	if [[ ${summary[rules]} == 1 ]]; then
		printf '1 rule%s, default %s\n' "${file:+ of $file}" "${summary[default]}"
	else
		printf '%s rules%s, default %s\n' "${summary[rules]}" "${file:+ of $file}" "${summary[default]}"
	fi
}
