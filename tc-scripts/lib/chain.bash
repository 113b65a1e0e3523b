# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A chain: plugins in the slots of a bank. The bank in use is not modified: a
# new chain is loaded into the other bank, and replacing the gate switches to
# it.

# As in maps/slots.h; a test compares them.
readonly BANK_SLOTS=32

# The last slot of a bank holds the end program.
readonly CHAIN_MAX=$((BANK_SLOTS - 1))

# Verdicts as in maps/verdicts.h; a test compares them.
declare -grA VERDICT_NUMBER=([pass]=1 [drop]=3)

# Without a gate, the pinned array may be from another version.
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
		gate | end | watch | *.frags | *.live) ;;
		*) printf '%s\n' "$name" ;;
		esac
	done
}

# Sets REPLY to the object file of a plugin.
plugin_object() { # PLUGIN HOOK BUILD
	local known
	if [[ $1 == */* || $1 == *.o ]]; then
		REPLY=${1%.o}$3.o
	else
		check_name plugin "$1"
		REPLY=$BUILD/$1$3.o
		if [[ ! -e $BUILD/$1.o || $1 == @(gate|end|watch|*.frags|*.live) ]]; then
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

# Checks that the objects have a program for the hook and the constants of a
# plugin.
check_plugins() { # HOOK BUILD OBJECT...
	local problem
	(($# > 2)) || return 0
	problem=$(exec "$BUILD/tg-splice" --chains "$1$2" "${@:3}" 2>&1) || die "$problem"
}

# --- filling a bank

# Sets REPLY to the first slot of the other bank.
other_bank() { # SLOT
	REPLY=$((BANK_SLOTS - $1 / BANK_SLOTS * BANK_SLOTS))
}

# tc and ip create an array when they load a program that uses it, so the gate
# is loaded on a device in a temporary network namespace.
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

# A killed command may have switched banks just before, so packets may still be
# in the idle bank: wait before it is cleared.
bank_empty() { # HOOK BUILD FIRST-SLOT
	((LOOK[$1.bank.$3] == 0)) || bank_retire "$@"
}

# After the switch: waits until no packet is in the bank, then removes its
# programs.
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

# Sets the constants in copies of the objects, and loads the copies into the
# bank. For a policy with sets, tg-splice makes the sets that it needs, and their
# numbers are among the constants; for one with flows or limits, it makes their
# tables.
bank_fill() { # HOOK BUILD FIRST-SLOT MISS DEFAULT OBJECT...
	local hook=$1 build=$2 slot=$3 first=$3 miss=tg_miss=${VERDICT_NUMBER[$4]} default=$5 object copies=() enter=()
	shift 5
	(($# <= CHAIN_MAX)) || die "a chain holds $CHAIN_MAX plugins, not $#"
	bank_empty "$hook" "$build" "$first"
	for object; do
		live_words "$object"
		((${#LIVE_WORDS[@]} == 0)) || enter=("${LIVE_ENTER[@]}")
		watch_words "$hook" "$slot" "$object"
		copies+=("$object" "${LIVE_WORDS[@]}" --share -o "$OBJECTS/$hook.$slot.o" "tg_next_slot=$((slot + 1))" "$miss" tg_serial=0 "${WATCH_WORDS[@]}" --next)
		((++slot))
	done
	watch_words "$hook" "$slot" "$BUILD/end$build.o"
	run_or_die "${enter[@]}" "$BUILD/tg-splice" "${copies[@]}" "$BUILD/end$build.o" --share -o "$OBJECTS/$hook.$slot.o" \
		"end_verdict=${VERDICT_NUMBER[$default]}" "${WATCH_WORDS[@]}"
	for ((slot = first; slot <= first + $#; slot++)); do
		graft "$hook" "$build" "$slot" "$OBJECTS/$hook.$slot.o"
	done
}

# Puts the gate for a bank on the hook; from here on packets take that chain.
flip() { # HOOK BUILD FIRST-SLOT MISS XDP-MODE
	local copy=$OBJECTS/$1.gate.o
	watch_gate "$1" "$2"
	run_or_die "$BUILD/tg-splice" "$REPLY" --share -o "$copy" \
		"tg_next_slot=$3" "tg_miss=${VERDICT_NUMBER[$4]}" "${WATCH_WORDS[@]}"
	gate_put "$1" "$copy" "$2" "$5"
}

# --- a complete change of a hook with a gate: fill, flip, retire

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

# Replaces a single slot, which is atomic, so the bank stays. The object is
# renamed after that; if the command is killed in between, the serial number
# tells which object is in force.
slot_replace() { # HOOK SLOT SERIAL OBJECT
	local slot=$2 copy=$OBJECTS/$1.$2.o
	live_words "$4"
	watch_words "$1" "$slot" "$4"
	run_or_die "${LIVE_ENTER[@]}" "$BUILD/tg-splice" "$4" "${LIVE_WORDS[@]}" --share -o "$copy.new" "tg_next_slot=$((slot + 1))" \
		"tg_miss=${VERDICT_NUMBER[${LOOK[$1.miss]}]}" "tg_serial=$(($3 + 1))" "${WATCH_WORDS[@]}"
	graft "$1" "${LOOK[$1.build]}" "$slot" "$copy.new"
	run_or_die mv "$copy.new" "$copy"
}

# --- files of programs in force

# Sets REPLY to the object file of a program, found by its serial number, or to
# nothing if it was removed.
object_in_force() { # HOOK SLOT SERIAL PLUGIN
	local file=$OBJECTS/$1.$2.o files
	files=("$file.new" "$file")
	# a killed command or the guard may have rolled back
	[[ $4 != policy ]] || files+=("$OBJECTS/$1.back.o" "$OBJECTS/$1.before.o")
	for REPLY in "${files[@]}"; do
		! serial_is "$REPLY" "$3" || return 0
	done
	REPLY=''
}

object_at() { # HOOK POSITION, into REPLY
	object_in_force "$1" "${LOOK[$1.$2.slot]}" "${LOOK[$1.$2.serial]}" "${LOOK[$1.$2.name]}"
}

# The same for a chain that is made from it. Other plugins than a policy may be
# taken from the build directory; a policy may not, as it would have no rules.
object_kept() { # HOOK POSITION, into REPLY
	local name=${LOOK[$1.$2.name]}
	object_at "$@"
	[[ ! $REPLY ]] || return 0
	[[ $name != policy ]] ||
		die "the object of the policy in force on $DEV $1 is gone from $OBJECTS: 'tailgate policy apply $DEV FILE --hook $1' first, or 'tailgate attach $DEV --$1 --reset' for one without rules"
	plugin_object "$name" "$1" "${LOOK[$1.build]}"
	check_plugins "$1" "${LOOK[$1.build]}" "$REPLY"
}

# The object files of the chain in force.
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

# Object files for these plugins. A plugin that is already in the chain keeps
# its object: a policy its rules, another plugin its constants. Plugins of the
# same name are matched in order.
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

# Sets REPLY to the policy's object of a broken chain, which cannot be followed
# in the kernel, from the files.
policy_left_behind() { # HOOK BUILD
	local file sections found=()
	REPLY=''
	for file in "$OBJECTS/$1".[0-9]*.o; do
		! "$BUILD/tg-rules" text "$file" &>/dev/null || found+=("$file")
	done
	((${#found[@]})) || return 0
	sections=$("$BUILD/tg-splice" "${found[0]}" --sections)
	[[ ${#found[@]} == 1 && $'\n'$sections$'\n' == *$'\n'"$1$2"$'\n'* ]] ||
		die "the policy that was in force on $DEV $1 before its chain broke is not known: 'tailgate attach $DEV --$1 --chain ... --reset' makes a chain with one without rules"
	REPLY=${found[0]}
}

# True if loading this object would change nothing. With --same, the object is of
# the policy in force, whose sets are there.
object_is_in_force() { # HOOK POSITION OBJECT MISS [--same]
	local folder status=0
	object_at "$1" "$2"
	[[ $REPLY ]] || return 1
	[[ $REPLY != "$3" ]] || return 0
	folder=$(scratch_folder)
	if [[ ${5:-} ]]; then
		live_words_same "$folder"
	else
		live_words_there
	fi
	watch_words "$1" "${LOOK[$1.$2.slot]}" "$3"
	"$BUILD/tg-splice" "$3" "${LIVE_WORDS[@]}" -o "$folder/object.o" "tg_next_slot=$((LOOK[$1.$2.slot] + 1))" \
		"tg_miss=${VERDICT_NUMBER[$4]}" "tg_serial=${LOOK[$1.$2.serial]}" "${WATCH_WORDS[@]}" 2>"$folder/errors" || status=1
	((status)) || cmp -s "$REPLY" "$folder/object.o" || status=1
	rm -r "$folder"
	return "$status"
}
