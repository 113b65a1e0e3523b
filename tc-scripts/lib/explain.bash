# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Which programs make the chain on a hook at this moment, for tg-explain, which
# runs packets through twins of them.

# What tg-explain says where a program went between our look and its own.
readonly CHAIN_CHANGED=3

# Set by explain_programs: the gate's id, then SLOT:ID for each slot that a
# packet can come to (a chain with an empty slot ends there, for packets as well);
# and where the objects are, under the name that the device had when it was
# attached.
EXPLAIN_PROGRAMS='' EXPLAIN_OBJECTS=''

explain_programs() { # HOOK
	local i key=${LOOK[$1.array]#"$PINS_ROOT/"}
	EXPLAIN_OBJECTS=$OBJECTS
	[[ ! ${LOOK[$1.array]} ]] || EXPLAIN_OBJECTS=$OBJECTS_ROOT/${key%%/*}
	EXPLAIN_PROGRAMS=${LOOK[$1.gate]}
	for ((i = 0; i < LOOK[$1.plugins]; i++)); do
		EXPLAIN_PROGRAMS+=",${LOOK[$1.$i.slot]}:${LOOK[$1.$i.id]}"
	done
	[[ ! ${LOOK[$1.end]} ]] || EXPLAIN_PROGRAMS+=",${LOOK[$1.end]}"
}
