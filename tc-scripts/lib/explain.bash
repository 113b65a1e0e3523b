# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Which programs make the chain on a hook at this moment, for tg-explain, which
# runs packets through twins of them.

# What tg-explain says where a program went between our look and its own.
readonly CHAIN_CHANGED=3

# Set by explain_chain: the gate's id, then SLOT:ID for each slot that a packet
# can come to. A chain with an empty slot ends there, for packets as well.
EXPLAIN_PROGRAMS=''

# Without the lock: a flip in between only looks like something broken, so it
# is looked at again.
explain_chain() { # HOOK
	local try gate=''
	for try in 1 2 3 4; do
		gate_read "$1"
		explain_need_gate "$1"
		[[ $GATE_ID != "$gate" ]] || return 0
		gate=$GATE_ID
		! explain_walk || return 0
	done
}

explain_need_gate() { # HOOK
	[[ $GATE_ID ]] || die_of_no_gate "$1"
}

# Fails where the chain does not come to its end, or the gate is gone by now.
explain_walk() {
	local line
	local -A step=()
	EXPLAIN_PROGRAMS=$GATE_ID
	[[ $GATE_ARRAY ]] || return 1
	while IFS= read -r line; do
		words_into step "$line"
		[[ ! ${step[id]:-} ]] || EXPLAIN_PROGRAMS+=",${step[slot]}:${step[id]}"
	done < <("$BUILD/tg-chain" walk "$GATE_ARRAY" "$GATE_ID" 2>/dev/null)
	[[ ${step[end_verdict]:-} ]]
}

# Where the objects of the chain are: under the name that the device had when it
# was attached.
explain_objects() {
	local key=${GATE_ARRAY#"$PINS_ROOT/"}
	if [[ $GATE_ARRAY ]]; then
		printf '%s\n' "$OBJECTS_ROOT/${key%%/*}"
	else
		printf '%s\n' "$OBJECTS"
	fi
}
