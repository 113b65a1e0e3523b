# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Chains that 'capture' watches: their programs are the same ones with other
# constants. While it runs, there are among the objects
#
#	watch.lock         locked by it, with its process id
#	watch/HOOK         constants of the filter, and on a second line the
#	                   plugin that is watched, or nothing for all
#	watch/HOOK.gate.o  a gate that notes which packets fit the condition
#
# A command that loads programs meanwhile gives them the same constants. If the
# capture was killed, the next command that takes the attachment's lock ends the
# watch.

# As in progs/include/watch.h and maps/watch_event.h; a test compares them.
readonly WATCH_OFF=('tg_watch?=0' 'tg_watch_verdicts?=0' 'tg_watch_reasons?=0' 'tg_watch_flows?=0'
	'tg_watch_rule?=4294967295' 'tg_watch_over?=4294967295' 'tg_watch_condition?=0'
	'tg_watch_sample?=0' 'tg_watch_snap?=0')
readonly WATCH_GATE=65 WATCH_SNAP_MAX=32768

# What tg-splice has to set in an object.
WATCH_WORDS=()

# Held by the capture itself.
WATCH_LOCK=''

# The words of the filter by hook, and the plugin; read once.
declare -gA WATCH_FILTER=() WATCH_PLUGIN=()

# --- whether somebody watches

# Whether the process that put the watch there still runs.
watch_is_alive() {
	[[ ! $WATCH_LOCK ]] || return 0
	[[ -e $OBJECTS/watch.lock ]] && ! lock_is_free "$OBJECTS/watch.lock"
}

watch_is_on() { # HOOK
	local words='' plugin='' word
	[[ ! ${WATCH_FILTER[$1]:-} ]] || return 0
	[[ -e $OBJECTS/watch/$1 ]] && watch_is_alive || return 1
	{ read -r words && read -r plugin; } <"$OBJECTS/watch/$1" || [[ $words ]] || return 1
	for word in $words; do
		[[ $word =~ ^tg_watch_[a-z]+\?=[0-9]+$ ]] || return 1
	done
	WATCH_FILTER[$1]=$words WATCH_PLUGIN[$1]=$plugin
}

# Sets REPLY to the process that watches, or to nothing.
watch_process() {
	REPLY=''
	{ read -r REPLY _ <"$OBJECTS/watch.lock"; } 2>/dev/null || true
	[[ $REPLY =~ ^[0-9]+$ ]] || REPLY=''
}

# Sets WATCH_WORDS for an object that is to be in this slot.
watch_words() { # HOOK SLOT OBJECT
	local name=${LOOK[$1.$(($2 % BANK_SLOTS)).name]:-end}
	WATCH_WORDS=()
	if watch_is_on "$1"; then
		if [[ $3 == "$BUILD"/* ]]; then
			name=${3##*/}
			name=${name%%.*}
		fi
		watch_plugin_words "$1" "$name" $(($2 + 1))
	elif [[ ${LOOK[$1.watched]:-} ]]; then
		WATCH_WORDS=("${WATCH_OFF[@]}")
	fi
}

watch_plugin_words() { # HOOK PLUGIN NUMBER
	WATCH_WORDS=("${WATCH_OFF[@]}")
	[[ ! ${WATCH_PLUGIN[$1]} || ${WATCH_PLUGIN[$1]} == "$2" ]] || return 0
	# shellcheck disable=SC2206 # words
	WATCH_WORDS+=(${WATCH_FILTER[$1]} "tg_watch?=$3")
}

# Sets REPLY to the object of the gate, and WATCH_WORDS.
watch_gate() { # HOOK BUILD
	REPLY=$BUILD/gate$2.o
	WATCH_WORDS=()
	watch_is_on "$1" || return 0
	[[ ! -e $OBJECTS/watch/$1.gate.o && ! $DRY_RUN ]] || REPLY=$OBJECTS/watch/$1.gate.o
	[[ ${WATCH_FILTER[$1]} == *tg_watch_condition* ]] || REPLY=$BUILD/gate$2.o
	watch_plugin_words "$1" gate "$WATCH_GATE"
}

# --- beginning and ending a watch

# Puts programs with the constants of now in place of those in force, one after
# the other: what happens to packets stays the same. Serial numbers stay, as a
# policy that waits to be confirmed is known by its own.
watch_put() { # HOOK
	local hook=$1 i slot build=${LOOK[$1.build]} slots=() objects=() copies=() miss object
	miss=tg_miss=${VERDICT_NUMBER[${LOOK[$1.miss]}]}
	policy_settle_names "$hook"
	for ((i = 0; i < LOOK[$hook.plugins]; i++)); do
		object_kept "$hook" "$i"
		slots+=("${LOOK[$hook.$i.slot]}")
		objects+=("$REPLY")
	done
	for i in "${!objects[@]}"; do
		slot=${slots[i]} object=${objects[i]}
		live_words "$object"
		watch_words "$hook" "$slot" "$object"
		copies+=("$object" "${LIVE_WORDS[@]}" -o "$OBJECTS/$hook.$slot.o.new" "tg_next_slot=$((slot + 1))" "$miss"
			"tg_serial=${LOOK[$hook.$i.serial]}" "${WATCH_WORDS[@]}" --next)
	done
	slot=${LOOK[$hook.end]%%:*}
	slots+=("$slot")
	watch_words "$hook" "$slot" "$BUILD/end$build.o"
	run_or_die "${ENTER[@]}" "$BUILD/tg-splice" "${copies[@]}" "$BUILD/end$build.o" -o "$OBJECTS/$hook.$slot.o.new" \
		"end_verdict=${VERDICT_NUMBER[${LOOK[$hook.default]}]}" "${WATCH_WORDS[@]}"
	policy_before_change "$hook"
	! watch_is_on "$hook" || flip "$hook" "$build" "${LOOK[$hook.slot]}" "${LOOK[$hook.miss]}" "${LOOK[$hook.mode]}"
	for slot in "${slots[@]}"; do
		graft "$hook" "$build" "$slot" "$OBJECTS/$hook.$slot.o.new"
		run_or_die mv "$OBJECTS/$hook.$slot.o.new" "$OBJECTS/$hook.$slot.o"
	done
	watch_is_on "$hook" || flip "$hook" "$build" "${LOOK[$hook.slot]}" "${LOOK[$hook.miss]}" "${LOOK[$hook.mode]}"
}

# After watch_put of all hooks: the rules go on counting.
watch_keep_counts() { # HOOK...
	local hook policies=()
	[[ $DRY_RUN ]] || look --files -- "$DEV"
	for hook; do
		! policy_is_single "$hook" || policies+=("$hook")
	done
	((${#policies[@]} == 0)) || policy_keep_new "${policies[@]}"
}

# Puts the programs back as they were, under the attachment's lock.
watch_end() {
	local hook file hooks=()
	WATCH_FILTER=() WATCH_PLUGIN=()
	[[ ! -d $OBJECTS/watch ]] || run_or_die rm -r "$OBJECTS/watch"
	for hook in "${HOOKS[@]}"; do
		[[ ${LOOK[$hook.watched]} && ! ${LOOK[$hook.broken]} ]] || continue
		watch_put "$hook"
		hooks+=("$hook")
		for file in "$OBJECTS/$hook".{previous,before,back}.o; do
			[[ ! -e $file ]] || run_or_die "$BUILD/tg-splice" "$file" -o "$file" "${WATCH_OFF[@]}"
		done
	done
	((${#hooks[@]} == 0)) || watch_keep_counts "${hooks[@]}"
	[[ ! -e $OBJECTS/watch.lock ]] || run_or_die rm "$OBJECTS/watch.lock"
}

# What not every command that takes the lock has.
watch_libraries() {
	# shellcheck source=tc-scripts/lib/gate.bash
	declare -F gate_put >/dev/null || source "$HERE/lib/gate.bash"
	# shellcheck source=tc-scripts/lib/chain.bash
	declare -F bank_fill >/dev/null || source "$HERE/lib/chain.bash"
	# shellcheck source=tc-scripts/lib/policy.bash
	declare -F policy_is_single >/dev/null || source "$HERE/lib/policy.bash"
	# shellcheck source=tc-scripts/lib/policy-back.bash
	declare -F policy_before_change >/dev/null || source "$HERE/lib/policy-back.bash"
}

# For a command that has the attachment's lock: ends the watch of a capture that
# was killed.
watch_settle() { # [WORD...] of tg-look
	local hook watched=''
	for hook in xdp ingress egress; do
		watched+=${LOOK[$hook.watched]:-}
	done
	[[ $watched ]] && ! watch_is_alive || return 0
	[[ ! $DRY_RUN ]] || return 0
	warn "$DEV: ending the watch of a 'capture' that was killed"
	watch_libraries
	look --files -- "$DEV"
	watch_end
	look "$@" -- "$DEV"
}
