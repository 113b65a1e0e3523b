# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Lists the programs of a hook's chain for tg-explain.

# Exit status of tg-explain if a program was unloaded meanwhile.
readonly CHAIN_CHANGED=3

# Set by explain_programs: the gate's id, then SLOT:ID for each slot of the
# chain (which ends at an empty slot); and the directory of its objects, which
# has the name that the device had when it was attached.
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
