# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What a command knows about its device: one look, by tg-look, which asks the
# kernel over netlink and bpf(2), and prints a line for each name below. A look
# that fails is never an answer: the command ends with one line, and has changed
# nothing.
#
# LOOK has, of the device and its attachment
#
#	device index link mtu   index is empty where there is no such device
#	qdisc                   clsact, ingress, or nothing
#	key inode cookie        of the attachment, and of the network namespace
#	pins objects            1 where it has the folder
#	life                    same, device or namespace: do the notes among the
#	                        objects come from this device, from another one of
#	                        its name, or from another namespace of its number?
#	mounted others private  the bpffs is there, has other attachments, and the
#	                        folder of the objects is root's alone
#	shares_mounts           1 where the mounts are those of process 1
#	busy                    1 where a command is at work on it
#	unconfirmed_until       in seconds of the epoch, or 0
#	policy_version          that this tailgate reads and writes
#
# for each HOOK, as HOOK.NAME
#
#	gate slot miss          our program's id, the slot it enters at, a verdict
#	mode                    of XDP: native, generic, offload
#	build                   .frags for frames in several buffers, or nothing
#	array                   the pin of the array that the gate jumps into
#	broken                  why the chain does not come to its end
#	default end             the verdict at its end, and SLOT:ID of that program
#	plugins, N.name .slot .id .tag .serial
#	                        how many plugins, and each from number 0 on
#	policies                the positions of policies among them
#	policy.position .slot .serial .program .version .readable
#	                        where there is exactly one
#	foreign                 somebody else's program in our place
#	others, other.N         how many programs and filters of others, in words
#	used                    1 where there are filters besides our gate
#	attached                1 where our pins have programs for the hook
#	other_version           1 where an array has another layout
#	bank.0 bank.32          how many programs are in each bank of our array
#
# with --rules also policy.rules .default .file, passed and dropped, and of the
# device object_bytes map_bytes program_bytes; with --files, for each object,
# file.NAME.serial .next .miss; of --key also live, and slot.SECTION.N, the
# serial number of the program in each slot that has one, or other_version.SECTION.

declare -gA LOOK=()

# The lines that tg-look prints, into LOOK_LINES; or it fails and says why in
# LOOK[error]. They are split without a process and without a pipe, which bash
# would read byte by byte. For whom it waits it says at once, on descriptor 3.
look_run() { # WORD... of tg-look
	local output status=0 IFS=$'\n'
	local -
	output=$(exec "${ENTER[@]}" "$BUILD/tg-look" --tell 3 "$@" 3>&2 2>&1) || status=$?
	set -f
	# shellcheck disable=SC2206 # lines
	LOOK_LINES=($output)
	LOOK=()
	((status)) || return 0
	output=${output##*$'\n'}
	LOOK[error]=${output#error=}
	: "${LOOK[error]:="tg-look ended with status $status"}"
	return 1
}

look_try() { # WORD... of tg-look
	local line LOOK_LINES=()
	look_run "$@" || return 1
	for line in "${LOOK_LINES[@]}"; do
		LOOK[${line%%=*}]=${line#*=}
	done
}

look() { # WORD... of tg-look
	look_try "$@" || look_failed
}

look_failed() {
	die "cannot look at ${DEV:-what is attached}: ${LOOK[error]}"
}

# All devices, one after the other in LOOK; and after them LOOK has stale.N.key and
# stale.N.why, for what dead devices have left.
look_each() { # FUNCTION WORD... of tg-look
	local line LOOK_LINES=()
	look_run "${@:2}" || look_failed
	for line in "${LOOK_LINES[@]}"; do
		if [[ $line == end= ]]; then
			"$1"
			LOOK=()
		else
			LOOK[${line%%=*}]=${line#*=}
		fi
	done
}

# --- the device of a command

# Its attachment is the one selected from here on.
device_open() { # DEVICE [WORD...] of tg-look
	check_device_name "$1"
	DEV=$1
	look "${@:2}" -- "$1"
	[[ ${LOOK[index]} ]] || no_such_device "$1"
	attachment_select "${LOOK[key]}"
}

no_such_device() { # DEVICE
	die "no such device: '$1'${ENTER:+ in that namespace}"
}

# The names of a chain's plugins.
chain_names() { # ARRAY HOOK
	local -n names_into=$1
	local i
	names_into=()
	for ((i = 0; i < LOOK[$2.plugins]; i++)); do
		names_into+=("${LOOK[$2.$i.name]}")
	done
}

# --- what the objects are

serial_is() { # OBJECT SERIAL
	[[ ${LOOK[file.${1##*/}.serial]:-} == "$2" ]]
}

# Renames an object, and what LOOK has of it.
object_move() { # FROM TO
	local name
	run_or_die mv "$1" "$2"
	[[ ! $DRY_RUN ]] || return 0
	for name in serial next miss; do
		LOOK[file.${2##*/}.$name]=${LOOK[file.${1##*/}.$name]:-}
		unset "LOOK[file.${1##*/}.$name]"
	done
}

object_remove() { # FILE
	local name
	run_or_die rm "$1"
	[[ ! $DRY_RUN ]] || return 0
	for name in serial next miss; do
		unset "LOOK[file.${1##*/}.$name]"
	done
}
