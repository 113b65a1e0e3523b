# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A chain: plugins in the slots of a bank. The one that packets take is never
# touched: a new one is grafted into the other bank, and one replacement of the
# gate makes it the one in force.

# As in maps/slots.h; a test compares them.
readonly BANK_SLOTS=32

# Every slot but one is for plugins; the last holds the end.
readonly CHAIN_MAX=$((BANK_SLOTS - 1))

# Set by chain_read: the chain in force on one hook, in order.
CHAIN_NAMES=() CHAIN_SLOTS=() CHAIN_IDS=() CHAIN_TAGS=() CHAIN_SERIALS=()
CHAIN_DEFAULT='' CHAIN_BROKEN=''

# Verdicts as in maps/verdicts.h; a test compares them.
declare -grA VERDICT_NUMBER=([pass]=1 [drop]=3)
declare -grA VERDICT_NAME=([1]=pass [3]=drop)

# --- what is there

# Follows the gate that gate_read found, slot by slot, as a packet does.
chain_read() { # HOOK
	local line
	local -A step
	CHAIN_NAMES=() CHAIN_SLOTS=() CHAIN_IDS=() CHAIN_TAGS=() CHAIN_SERIALS=()
	CHAIN_DEFAULT='' CHAIN_BROKEN=''
	if [[ ! $GATE_ARRAY ]]; then
		CHAIN_BROKEN="its pins are gone"
		return
	fi
	while IFS= read -r line; do
		[[ $line ]] || continue
		words_into step "$line"
		if [[ ${step[empty]:-} ]]; then
			CHAIN_BROKEN="slot ${step[slot]} is empty"
		elif [[ ${step[end_verdict]:-} ]]; then
			CHAIN_DEFAULT=${VERDICT_NAME[${step[end_verdict]}]}
			return
		else
			CHAIN_NAMES+=("${step[name]%_"$1"}")
			CHAIN_SLOTS+=("${step[slot]}")
			CHAIN_IDS+=("${step[id]}")
			CHAIN_TAGS+=("${step[tag]}")
			CHAIN_SERIALS+=("${step[tg_serial]:-0}")
		fi
	done <<<"$("$BUILD/tg-chain" walk "$GATE_ARRAY" "$GATE_ID" 2>/dev/null)"
	[[ $CHAIN_BROKEN ]] || CHAIN_BROKEN="it has no end"
}

# Gate and chain, for a look without the lock: a flip in between only looks
# like something broken.
hook_read() { # HOOK
	local try gate=''
	for try in 1 2 3 4; do
		gate_read "$1"
		[[ $GATE_ID && $GATE_ID != "$gate" ]] || return 0
		gate=$GATE_ID
		chain_read "$1"
		[[ $CHAIN_BROKEN ]] || return 0
	done
}

# --- plugins by name or by file

plugin_names() {
	local object name
	for object in "$BUILD"/*.o; do
		name=${object##*/}
		name=${name%.o}
		case $name in
		gate | end | *.frags) ;;
		*) printf '%s\n' "$name" ;;
		esac
	done
}

# The object file for a plugin, checked: it must serve the hook and know what a
# next slot is.
plugin_object() { # PLUGIN HOOK BUILD
	local object section sections known constants constant
	if [[ $1 == */* || $1 == *.o ]]; then
		object=${1%.o}$3.o
	else
		check_name plugin "$1"
		mapfile -t known < <(plugin_names)
		is_one_of "$1" "${known[@]}" ||
			die "no such plugin: '$1': there are ${known[*]}, or give the path of an object"
		object=$BUILD/$1$3.o
	fi
	if [[ ! -e $object ]]; then
		[[ ! $3 ]] ||
			die "no such file: '$object': a device with frames this large needs the plugin built with -DTG_MULTI_BUFFER"
		[[ ! -e $1 ]] || die "'$1' is no object of a plugin: its name would end in .o"
		die "no such file: '$object'"
	fi
	section=$(section_of "$2" "$3")
	sections=$("$BUILD/tg-splice" "$object" --sections) || exit 1
	mapfile -t known <<<"$sections"
	is_one_of "$section" "${known[@]}" ||
		die "'$object' does not serve $2: it has no section '$section', only ${known[*]}"
	constants=$("$BUILD/tg-splice" "$object" --list) || exit 1
	for constant in tg_next_slot tg_miss tg_serial; do
		[[ $'\n'$constants == *$'\n'"$constant="* ]] ||
			die "'$object' cannot be chained: it has no constant $constant: see docs/writing-a-plugin.md"
	done
	printf '%s\n' "$object"
}

# --- filling a bank

other_bank() { # SLOT
	printf '%s\n' $((BANK_SLOTS - $1 / BANK_SLOTS * BANK_SLOTS))
}

# The arrays come into being when a program that uses them is loaded, so the
# gate visits a device of its own, in a namespace that ends with the command.
chain_arrays_make() { # BUILD
	local array
	for array in $(arrays_of_build "$1"); do
		[[ -e $GLOBALS/$array ]] || {
			run_or_die "${WITH_PINS[@]}" unshare --net ip link set dev lo \
				xdpgeneric obj "$BUILD/gate$1.o" sec "$(section_of xdp "$1")"
			return
		}
	done
}

arrays_of_build() {
	local hook
	if [[ $1 ]]; then
		array_of xdp "$1"
	else
		for hook in "${HOOKS[@]}"; do array_of "$hook" ''; done
	fi
}

# What a killed command has left in the idle bank may have been in force a
# moment ago: packets that are still in it are waited for.
bank_empty() { # HOOK BUILD FIRST-SLOT
	local array
	array=$GLOBALS/$(array_of "$1" "$2")
	[[ -e $array && $("$BUILD/tg-chain" used "$array" "$3" "$BANK_SLOTS") ]] || return 0
	bank_retire "$@"
}

# After the flip: wait until nobody is in there, and give the programs back.
bank_retire() { # HOOK BUILD FIRST-SLOT
	local slot file files=()
	run_or_die "$BUILD/tg-chain" grace
	run_or_die "$BUILD/tg-chain" clear "$GLOBALS/$(array_of "$1" "$2")" "$3" "$BANK_SLOTS"
	for ((slot = $3; slot < $3 + BANK_SLOTS; slot++)); do
		for file in "$OBJECTS/$1.$slot.o" "$OBJECTS/$1.$slot.o.new"; do
			[[ ! -e $file ]] || files+=("$file")
		done
	done
	((${#files[@]} == 0)) || run_or_die rm "${files[@]}"
}

graft() { # HOOK BUILD SLOT OBJECT
	local type=()
	[[ $1 != xdp ]] || type=(type xdp)
	run_or_die "${WITH_PINS[@]}" tc exec bpf graft "$GLOBALS/$(array_of "$1" "$2")" \
		key "$3" object-file "$4" "${type[@]}" section "$(section_of "$1" "$2")"
}

# A copy of the object that knows its place, and the copy into its slot.
slot_fill() { # HOOK BUILD SLOT OBJECT CONSTANT...
	local copy=$OBJECTS/$1.$3.o
	run_or_die "$BUILD/tg-splice" "$4" --share -o "$copy" "${@:5}"
	graft "$1" "$2" "$3" "$copy"
}

bank_fill() { # HOOK BUILD FIRST-SLOT MISS DEFAULT OBJECT...
	local hook=$1 build=$2 slot=$3 miss=tg_miss=${VERDICT_NUMBER[$4]} default=$5 object
	shift 5
	(($# <= CHAIN_MAX)) || die "a chain holds $CHAIN_MAX plugins, not $#"
	bank_empty "$hook" "$build" "$slot"
	for object; do
		slot_fill "$hook" "$build" "$slot" "$object" "tg_next_slot=$((slot + 1))" "$miss" tg_serial=0
		((++slot))
	done
	slot_fill "$hook" "$build" "$slot" "$BUILD/end$build.o" "end_verdict=${VERDICT_NUMBER[$default]}"
}

# The gate to a bank, on the hook: from here on packets take it.
flip() { # HOOK BUILD FIRST-SLOT MISS XDP-MODE
	local copy=$OBJECTS/$1.gate.o
	run_or_die "$BUILD/tg-splice" "$BUILD/gate$2.o" --share -o "$copy" \
		"tg_next_slot=$3" "tg_miss=${VERDICT_NUMBER[$4]}"
	gate_put "$1" "$copy" "$2" "$5"
}

# --- the whole step, for a hook that has a gate: fill, flip, retire

chain_change() { # HOOK DEFAULT OBJECT...
	local hook=$1 old=$GATE_SLOT new miss=${VERDICT_NAME[$GATE_MISS]}
	new=$(other_bank "$old")
	attachment_make # what somebody has removed of it
	chain_arrays_make "$GATE_BUILD"
	bank_fill "$hook" "$GATE_BUILD" "$new" "$miss" "$2" "${@:3}"
	flip "$hook" "$GATE_BUILD" "$new" "$miss" "$GATE_MODE"
	bank_retire "$hook" "$GATE_BUILD" "$old"
}

# One slot in place: the kernel swaps it in one step, and no flip is needed. The
# object gets its name after that; which one is in force, should this be killed
# between the two, the serial number tells.
slot_replace() { # HOOK POSITION OBJECT
	local slot=${CHAIN_SLOTS[$2]} copy
	copy=$OBJECTS/$1.$slot.o
	run_or_die "$BUILD/tg-splice" "$3" --share -o "$copy.new" "tg_next_slot=$((slot + 1))" \
		"tg_miss=$GATE_MISS" "tg_serial=$((CHAIN_SERIALS[$2] + 1))"
	graft "$1" "$GATE_BUILD" "$slot" "$copy.new"
	run_or_die mv "$copy.new" "$copy"
}

# The objects of the chain in force, as they were grafted.
chain_objects() { # HOOK
	local i object
	for i in "${!CHAIN_NAMES[@]}"; do
		object=$OBJECTS/$1.${CHAIN_SLOTS[i]}.o
		if [[ -e $object.new && $("$BUILD/tg-splice" "$object.new" --list) == *"tg_serial=${CHAIN_SERIALS[i]} "* ]]; then
			object+=.new
		elif [[ ! -e $object ]]; then
			object=$(plugin_object "${CHAIN_NAMES[i]}" "$1" "$GATE_BUILD") || exit 1
		fi
		printf '%s\n' "$object"
	done
}
