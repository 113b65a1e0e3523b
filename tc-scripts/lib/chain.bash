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
	chain_is_readable "$GATE_ARRAY" || CHAIN_BROKEN="another version of tailgate has made it"
	[[ $CHAIN_BROKEN ]] || CHAIN_BROKEN="it has no end"
}

# An array of another size, or a gate without our constants, is not ours to
# fill or to follow.
chain_is_readable() { # ARRAY, or nothing
	[[ ! $1 ]] || "$BUILD/tg-chain" used "$1" 0 0 2>/dev/null
}

# Of a hook without a gate the array may be one that another version has left.
check_chain_version() { # HOOK
	local array=$GATE_ARRAY
	[[ $GATE_ID || ! -e $GLOBALS/$(array_of "$1" '') ]] || array=$GLOBALS/$(array_of "$1" '')
	chain_is_readable "$array" ||
		die "the chain on $DEV $1 was made by another version of tailgate: 'tailgate detach $DEV --$1', and attach it again; until then it stays in force"
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
	policy_before_change "$hook"
	attachment_make # what somebody has removed of it
	chain_arrays_make "$GATE_BUILD"
	bank_fill "$hook" "$GATE_BUILD" "$new" "$miss" "$2" "${@:3}"
	flip "$hook" "$GATE_BUILD" "$new" "$miss" "$GATE_MODE"
	bank_retire "$hook" "$GATE_BUILD" "$old"
	policy_after_change "$hook" "$new" "${@:3}"
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

# --- what is in force, as files

serial_is() { # OBJECT SERIAL
	[[ -e $1 && $("$BUILD/tg-splice" "$1" --list 2>/dev/null) == *"tg_serial=$2 "* ]]
}

# The file that the plugin at a position was grafted from: the serial number
# tells it. Nothing is printed where it is gone.
object_in_force() { # HOOK POSITION
	local file=$OBJECTS/$1.${CHAIN_SLOTS[$2]}.o files
	files=("$file.new" "$file")
	# A killed command, or a guard, may have gone back.
	[[ ${CHAIN_NAMES[$2]} != policy ]] || files+=("$OBJECTS/$1.back.o" "$OBJECTS/$1.before.o")
	for file in "${files[@]}"; do
		serial_is "$file" "${CHAIN_SERIALS[$2]}" || continue
		printf '%s\n' "$file"
		return
	done
}

# The same for a chain that is to be filled from it. Another plugin than a
# policy may come from where it was built; a policy without its rules may not.
object_kept() { # HOOK POSITION
	local object
	object=$(object_in_force "$@")
	if [[ $object ]]; then
		printf '%s\n' "$object"
		return
	fi
	[[ ${CHAIN_NAMES[$2]} != policy ]] ||
		die "the object of the policy in force on $DEV $1 is gone from $OBJECTS: 'tailgate policy apply $DEV FILE --hook $1' first, or 'tailgate attach $DEV --$1 --reset' for one without rules"
	plugin_object "${CHAIN_NAMES[$2]}" "$1" "$GATE_BUILD"
}

# The objects of the chain in force.
chain_objects() { # HOOK
	local i
	for i in "${!CHAIN_NAMES[@]}"; do
		object_kept "$1" "$i" || exit 1
	done
}

# The objects for these plugins, a line each. What the chain has already stays
# as it is there: a policy has its rules, another plugin its constants. The
# second of two of a name stays the second.
objects_for() { # HOOK BUILD PLUGIN...
	local hook=$1 build=$2 name i left=("${!CHAIN_NAMES[@]}") object
	shift 2
	for name; do
		object=''
		for i in "${left[@]}"; do
			[[ ${CHAIN_NAMES[i]} == "$name" ]] || continue
			unset "left[$i]"
			object=$(object_kept "$hook" "$i") || exit 1
			break
		done
		[[ $object || $name != policy || ! $CHAIN_BROKEN ]] ||
			object=$(policy_left_behind "$hook" "$build") || exit 1
		[[ $object ]] || object=$(plugin_object "$name" "$hook" "$build") || exit 1
		printf '%s\n' "$object"
	done
}

# Of a chain that cannot be followed to its end, or whose gate somebody has
# removed, the policy is what its objects say.
policy_left_behind() { # HOOK BUILD
	local file sections found=()
	for file in "$OBJECTS/$1".[0-9]*.o; do
		! "$BUILD/tg-rules" text "$file" &>/dev/null || found+=("$file")
	done
	((${#found[@]})) || return 0
	sections=$("$BUILD/tg-splice" "${found[0]}" --sections)
	[[ ${#found[@]} == 1 && $'\n'$sections$'\n' == *$'\n'"$(section_of "$1" "$2")"$'\n'* ]] ||
		die "which policy was in force on $DEV $1 before its chain broke cannot be told: 'tailgate attach $DEV --$1 --chain ... --reset' makes a chain with one without rules"
	printf '%s\n' "${found[0]}"
}

# Would a graft of this object into its place bring anything new?
object_is_in_force() { # HOOK POSITION OBJECT MISS
	local file folder status=0
	file=$(object_in_force "$1" "$2")
	[[ $file ]] || return 1
	[[ $file != "$3" ]] || return 0
	folder=$(mktemp -d)
	"$BUILD/tg-splice" "$3" -o "$folder/object.o" "tg_next_slot=$((CHAIN_SLOTS[$2] + 1))" \
		"tg_miss=${VERDICT_NUMBER[$4]}" "tg_serial=${CHAIN_SERIALS[$2]}" || status=1
	((status)) || cmp -s "$file" "$folder/object.o" || status=1
	rm -r "$folder"
	return "$status"
}
