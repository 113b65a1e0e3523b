# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A chain: plugins in the slots of a bank. The one that packets take is never
# touched: a new one is grafted into the other bank, and one replacement of the
# gate makes it the one in force.

# As in maps/slots.h; a test compares them.
readonly BANK_SLOTS=32

# Every slot but one is for plugins; the last holds the end.
readonly CHAIN_MAX=$((BANK_SLOTS - 1))

# Verdicts as in maps/verdicts.h; a test compares them.
declare -grA VERDICT_NUMBER=([pass]=1 [drop]=3)

# Where there is no gate the array may be one that another version has left.
check_chain_version() { # HOOK
	[[ ! ${LOOK[$1.other_version]} ]] ||
		die "the chain on $DEV $1 was made by another version of tailgate: 'tailgate detach $DEV --$1', and attach it again; until then it stays in force"
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

# The object file for a plugin, into REPLY.
plugin_object() { # PLUGIN HOOK BUILD
	local known
	if [[ $1 == */* || $1 == *.o ]]; then
		REPLY=${1%.o}$3.o
	else
		check_name plugin "$1"
		REPLY=$BUILD/$1$3.o
		if [[ ! -e $BUILD/$1.o || $1 == @(gate|end|*.frags) ]]; then
			mapfile -t known < <(plugin_names)
			die "no such plugin: '$1': there are ${known[*]}, or give the path of an object"
		fi
	fi
	[[ ! -e $REPLY ]] || return 0
	[[ ! $3 ]] ||
		die "no such file: '$REPLY': a device with frames this large needs the plugin built with -DTG_MULTI_BUFFER"
	[[ ! -e $1 ]] || die "'$1' is no object of a plugin: its name would end in .o"
	die "no such file: '$REPLY'"
}

# Objects must serve the hook and know what a next slot is.
check_plugins() { # HOOK BUILD OBJECT...
	local problem
	(($# > 2)) || return 0
	problem=$(exec "$BUILD/tg-splice" --chains "$1$2" "${@:3}" 2>&1) || die "$problem"
}

# --- filling a bank

# Into REPLY.
other_bank() { # SLOT
	REPLY=$((BANK_SLOTS - $1 / BANK_SLOTS * BANK_SLOTS))
}

# The arrays come into being when a program that uses them is loaded, so the
# gate visits a device of its own, in a namespace that ends with the command.
chain_arrays_make() { # BUILD
	local hook hooks=("${HOOKS[@]}")
	[[ ! $1 ]] || hooks=(xdp)
	for hook in "${hooks[@]}"; do
		array_pin "$hook" "$1"
		[[ -e $REPLY ]] || {
			run_or_die "${WITH_PINS[@]}" unshare --net ip link set dev lo \
				xdpgeneric obj "$BUILD/gate$1.o" sec "xdp$1"
			return
		}
	done
}

# What a killed command has left in the idle bank may have been in force a
# moment ago: packets that are still in it are waited for.
bank_empty() { # HOOK BUILD FIRST-SLOT
	((LOOK[$1.bank.$3] == 0)) || bank_retire "$@"
}

# After the flip: wait until nobody is in there, and give the programs back.
bank_retire() { # HOOK BUILD FIRST-SLOT
	local slot file files=()
	array_pin "$1" "$2"
	run_or_die "$BUILD/tg-chain" grace
	run_or_die "$BUILD/tg-chain" clear "$REPLY" "$3" "$BANK_SLOTS"
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
	array_pin "$1" "$2"
	run_or_die "${WITH_PINS[@]}" tc exec bpf graft "$REPLY" \
		key "$3" object-file "$4" "${type[@]}" section "$1$2"
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
	local hook=$1 new old=${LOOK[$1.slot]} miss=${LOOK[$1.miss]} build=${LOOK[$1.build]}
	other_bank "$old"
	new=$REPLY
	policy_before_change "$hook"
	attachment_make # what somebody has removed of it
	chain_arrays_make "$build"
	bank_fill "$hook" "$build" "$new" "$miss" "$2" "${@:3}"
	flip "$hook" "$build" "$new" "$miss" "${LOOK[$hook.mode]}"
	bank_retire "$hook" "$build" "$old"
	policy_after_change "$hook" "$new" "${@:3}"
}

# One slot in place: the kernel swaps it in one step, and no flip is needed. The
# object gets its name after that; which one is in force, should this be killed
# between the two, the serial number tells.
slot_replace() { # HOOK SLOT SERIAL OBJECT
	local slot=$2 copy=$OBJECTS/$1.$2.o
	run_or_die "$BUILD/tg-splice" "$4" --share -o "$copy.new" "tg_next_slot=$((slot + 1))" \
		"tg_miss=${VERDICT_NUMBER[${LOOK[$1.miss]}]}" "tg_serial=$(($3 + 1))"
	graft "$1" "${LOOK[$1.build]}" "$slot" "$copy.new"
	run_or_die mv "$copy.new" "$copy"
}

# --- what is in force, as files

# The file that a program was grafted from, into REPLY: the serial number tells
# it. Nothing where it is gone.
object_in_force() { # HOOK SLOT SERIAL PLUGIN
	local file=$OBJECTS/$1.$2.o files
	files=("$file.new" "$file")
	# A killed command, or a guard, may have gone back.
	[[ $4 != policy ]] || files+=("$OBJECTS/$1.back.o" "$OBJECTS/$1.before.o")
	for REPLY in "${files[@]}"; do
		! serial_is "$REPLY" "$3" || return 0
	done
	REPLY=''
}

object_at() { # HOOK POSITION, into REPLY
	object_in_force "$1" "${LOOK[$1.$2.slot]}" "${LOOK[$1.$2.serial]}" "${LOOK[$1.$2.name]}"
}

# The same for a chain that is to be filled from it. Another plugin than a
# policy may come from where it was built; a policy without its rules may not.
object_kept() { # HOOK POSITION, into REPLY
	local name=${LOOK[$1.$2.name]}
	object_at "$@"
	[[ ! $REPLY ]] || return 0
	[[ $name != policy ]] ||
		die "the object of the policy in force on $DEV $1 is gone from $OBJECTS: 'tailgate policy apply $DEV FILE --hook $1' first, or 'tailgate attach $DEV --$1 --reset' for one without rules"
	plugin_object "$name" "$1" "${LOOK[$1.build]}"
	check_plugins "$1" "${LOOK[$1.build]}" "$REPLY"
}

# The objects of the chain in force.
chain_objects() { # ARRAY HOOK
	local -n objects_into=$1
	local i
	policy_settle_names "$2"
	objects_into=()
	for ((i = 0; i < LOOK[$2.plugins]; i++)); do
		object_kept "$2" "$i"
		objects_into+=("$REPLY")
	done
}

# The objects for these plugins. What the chain has already stays as it is there:
# a policy has its rules, another plugin its constants. The second of two of a
# name stays the second.
objects_for() { # ARRAY HOOK PLUGIN...
	local -n objects_found=$1
	local hook=$2 build=${LOOK[$2.build]} names name i built=()
	shift 2
	policy_settle_names "$hook"
	chain_names names "$hook"
	objects_found=()
	for name; do
		REPLY=''
		for i in "${!names[@]}"; do
			[[ ${names[i]} == "$name" ]] || continue
			unset "names[$i]"
			object_kept "$hook" "$i"
			break
		done
		[[ $REPLY || $name != policy || ! ${LOOK[$hook.broken]} ]] ||
			policy_left_behind "$hook" "$build"
		[[ $REPLY ]] || {
			plugin_object "$name" "$hook" "$build"
			built+=("$REPLY")
		}
		objects_found+=("$REPLY")
	done
	check_plugins "$hook" "$build" "${built[@]}"
}

# Of a chain that cannot be followed to its end, or whose gate somebody has
# removed, the policy is what its objects say; into REPLY.
policy_left_behind() { # HOOK BUILD
	local file sections found=()
	REPLY=''
	for file in "$OBJECTS/$1".[0-9]*.o; do
		! "$BUILD/tg-rules" text "$file" &>/dev/null || found+=("$file")
	done
	((${#found[@]})) || return 0
	sections=$("$BUILD/tg-splice" "${found[0]}" --sections)
	[[ ${#found[@]} == 1 && $'\n'$sections$'\n' == *$'\n'"$1$2"$'\n'* ]] ||
		die "which policy was in force on $DEV $1 before its chain broke cannot be told: 'tailgate attach $DEV --$1 --chain ... --reset' makes a chain with one without rules"
	REPLY=${found[0]}
}

# Would a graft of this object into its place bring anything new?
object_is_in_force() { # HOOK POSITION OBJECT MISS
	local folder status=0
	object_at "$1" "$2"
	[[ $REPLY ]] || return 1
	[[ $REPLY != "$3" ]] || return 0
	folder=$(scratch_folder)
	"$BUILD/tg-splice" "$3" -o "$folder/object.o" "tg_next_slot=$((LOOK[$1.$2.slot] + 1))" \
		"tg_miss=${VERDICT_NUMBER[$4]}" "tg_serial=${LOOK[$1.$2.serial]}" || status=1
	((status)) || cmp -s "$REPLY" "$folder/object.o" || status=1
	rm -r "$folder"
	return "$status"
}
