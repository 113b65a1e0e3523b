# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What there is to say about an attachment, for status and doctor: a row for
# each chain in the table of lib/table.bash, and NOTES, each with its colour:
# red is broken, yellow needs attention, dim is good to know.

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/table.bash
source "$HERE/lib/table.bash"
# shellcheck source=tc-scripts/lib/policy.bash
source "$HERE/lib/policy.bash"
# shellcheck source=tc-scripts/lib/policy-back.bash
source "$HERE/lib/policy-back.bash"
# shellcheck source=tc-scripts/lib/policy-confirm.bash
source "$HERE/lib/policy-confirm.bash"

# Set if there are rows, and if something is broken or stale.
NOTES_ROWS='' NOTES_WRONG=''
NOTES=()

note_device() {
	local hook
	DEV=${LOOK[device]}
	attachment_select "${LOOK[key]}"
	for hook in "${HOOKS[@]}"; do
		note_hook "$hook"
	done
	confirm_note
	[[ ! $REPLY ]] || NOTES+=("yellow:$REPLY")
	live_find
	note_sets
	note_flows
	note_limits
	note_memory
}

note_hook() { # HOOK
	local i replaced=''
	if [[ ${LOOK[$1.gate]} ]]; then
		note_chain "$1"
		note_watch "$1"
		note_policy "$1"
	elif [[ ${LOOK[$1.foreign]} && ${LOOK[$1.attached]} && ! ${LOOK[busy]} ]]; then
		replaced=${LOOK[$1.foreign]}
		wrong "$DEV $1 is broken: packets do not meet its chain: in place of the gate is $replaced: 'tailgate attach $DEV --$1 --chain ... --force' replaces that"
	elif [[ ${LOOK[$1.attached]} && ! ${LOOK[busy]} ]]; then
		wrong "$DEV $1 is broken: its pins are here, but the gate is gone: 'tailgate attach' or 'tailgate detach' mends it"
	fi
	for ((i = 0; i < LOOK[$1.others]; i++)); do
		[[ ! $replaced || ${LOOK[$1.other.$i]} != "$replaced" ]] || continue
		NOTES+=("dim:$DEV $1 also has: ${LOOK[$1.other.$i]}")
	done
}

note_chain() { # HOOK
	local i chain='' broken=${LOOK[$1.broken]} mode=${LOOK[$1.mode]:-clsact} fate=pass
	[[ ! ${LOOK[$1.array]} || ${LOOK[$1.array]} == "$GLOBALS"/* ]] ||
		wrong "$DEV $1 was attached under another name, and its pins are there: ${LOOK[$1.array]%%/tc/*}"
	[[ ${LOOK[$1.miss]} != drop ]] || fate='are dropped'
	[[ ! $broken ]] || wrong "$DEV $1 is broken: $broken: packets there $fate"
	for ((i = 0; i < LOOK[$1.plugins]; i++)); do
		chain+="${LOOK[$1.$i.name]}#${LOOK[$1.$i.id]} > "
	done
	chain+=${LOOK[$1.default]:-BROKEN}
	[[ ! ${LOOK[$1.build]} ]] || mode+=' multi'
	table_row "$DEV" "$1" "$mode" "${broken:+red:}$chain" "${LOOK[$1.miss]}" "${LOOK[$1.passed]}" "${LOOK[$1.dropped]}"
	NOTES_ROWS=1
}

note_watch() { # HOOK
	[[ ${LOOK[$1.watched]} ]] || return 0
	if watch_is_alive; then
		watch_process
		NOTES+=("dim:$DEV $1 is watched by 'tailgate capture' (process ${REPLY:-?})")
	else
		NOTES+=("yellow:$DEV $1 is still watched by a 'capture' that was killed: the next command that changes $DEV ends that, or 'tailgate capture $DEV --end'")
	fi
}

# A chain with several policies is not an error here.
note_policy() { # HOOK
	policy_is_single "$1" || return 0
	if [[ ${LOOK[$1.policy.readable]} ]]; then
		policy_in_words "$1"
		NOTES+=("dim:$DEV $1 has a policy: $REPLY")
	else
		NOTES+=("yellow:$DEV $1 has $(policy_version_in_words "$1"): 'tailgate policy apply' puts one of this version in its place")
	fi
}

# How full each set is, and what could not be added to it.
note_sets() {
	local i name entries size refused sets=()
	for ((i = 0; i < ${LOOK[sets]:-0}; i++)); do
		name=${LOOK[set.$i.name]} entries=${LOOK[set.$i.entries]}
		size=${LOOK[set.$i.size]} refused=${LOOK[set.$i.refused]}
		sets+=("$name $entries of $size")
		((entries < size)) ||
			NOTES+=("yellow:$DEV: the set '$name' is full: it has the $size entries of its size; a larger size in the policy makes room")
		((refused == 0)) ||
			NOTES+=("yellow:$DEV: the set '$name' had no room for $refused entries that rules were to add")
	done
	((${#sets[@]} == 0)) || {
		printf -v REPLY '%s, ' "${sets[@]}"
		# shellcheck disable=SC2016 # it is expanded
		NOTES+=("dim:$DEV looks up sets${LIVE_INSTANCE:+ of the instance '$LIVE_INSTANCE'}: ${REPLY%, }")
	}
}

# How full the table of flows is, and how many it had no room for.
note_flows() {
	local state states=() refused=${LOOK[flows.refused]:-0} count room color=yellow
	[[ ${LOOK[flows]:-} ]] || return 0
	in_thousands "${LOOK[flows]}"
	count=$REPLY
	in_thousands "${LOOK[flows.room]}"
	room=$REPLY
	for state in ${LOOK[flows.states]}; do
		[[ ! $VERBOSE ]] || states+=("${LOOK[flows.state.$state]} $state")
	done
	printf -v REPLY ', %s' "${states[@]}"
	((${#states[@]})) || REPLY=''
	state=$REPLY
	in_thousands "$refused"
	((refused)) || color=dim
	# shellcheck disable=SC2016 # it is expanded
	NOTES+=("$color:$DEV has flows${LIVE_INSTANCE:+ of the instance '$LIVE_INSTANCE'}: $count of $room, $REPLY refused$state")
}

# How many keys of limits are in use, what was over them, and how many packets
# found no place for their key.
note_limits() {
	local name words=() color=dim
	[[ ${LOOK[limits]:-} ]] || return 0
	for name in limits limits.room limits.over limits.full; do
		in_thousands "${LOOK[$name]}"
		words+=("$REPLY")
	done
	((${LOOK[limits.full]} == 0)) || color=yellow
	# shellcheck disable=SC2016 # it is expanded
	NOTES+=("$color:$DEV has limits${LIVE_INSTANCE:+ of the instance '$LIVE_INSTANCE'}: ${words[0]} of ${words[1]} keys, ${words[2]} packets over, ${words[3]} without a place")
}

# Sets REPLY to a number such as "131,072".
in_thousands() { # NUMBER
	local number=$1
	REPLY=''
	while ((${#number} > 3)); do
		REPLY=,${number: -3}$REPLY
		number=${number::-3}
	done
	REPLY=$number$REPLY
}

# Objects in /run, counting shared files once, and the kernel's maps and
# programs.
note_memory() {
	local name words=()
	[[ ${LOOK[object_bytes]:-} ]] || return 0
	for name in object_bytes map_bytes program_bytes; do
		bytes_in_words "${LOOK[$name]}"
		words+=("$REPLY")
	done
	NOTES+=("dim:$DEV holds ${words[0]} of objects in /run, ${words[1]} of maps, ${words[2]} of programs")
}

# Sets REPLY to a size such as "864 KiB" or "1.7 MiB".
bytes_in_words() { # BYTES
	if (($1 < 1 << 20)); then
		REPLY="$((($1 + 1023) >> 10)) KiB"
	else
		REPLY="$(($1 >> 20)).$((($1 & ((1 << 20) - 1)) * 10 >> 20)) MiB"
	fi
}

wrong() {
	NOTES+=("red:$1")
	NOTES_WRONG=1
}

# Pins that no gate uses, and those of a renamed device.
note_stale() {
	local i
	for ((i = 0; ; i++)); do
		[[ ${LOOK[stale.$i.key]:-} ]] || break
		wrong "stale: ${LOOK[stale.$i.key]}: ${LOOK[stale.$i.why]}"
	done
}
