# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The state of the device that a command works on, read once by tg-look, which
# prints a line for each name below. If it fails, the command exits with one
# message before it has changed anything.
#
# LOOK has, for the device and its attachment
#
#	device index link mtu   index is empty if the device does not exist
#	qdisc                   clsact, ingress, or empty
#	key inode cookie        of the attachment; of the network namespace
#	pins objects            1 if the directory exists
#	life                    same, device or namespace: the notes among the
#	                        objects are about this device, about another one
#	                        of its name, or about another namespace
#	mounted others private  1 if the bpffs is mounted, if it has other
#	                        attachments, if only root can enter the directory
#	                        of the objects
#	shares_mounts           1 if the mount namespace is that of process 1
#	busy                    1 while a command works on the attachment
#	unconfirmed_until       UNIX time, or 0
#	policy_version          that this tailgate reads and writes
#
# for each HOOK, as HOOK.NAME
#
#	gate slot miss          the gate's program id, its first slot, a verdict
#	mode                    of XDP: native, generic, offload
#	build                   .frags with XDP multi-buffer support, or empty
#	array                   the pin of the prog array that the gate uses
#	broken                  why the chain has no end, or empty
#	watched                 1 if a program of it tells its verdicts to 'capture'
#	default end             the default verdict, SLOT:ID of the end program
#	plugins, N.name .slot .id .tag .serial
#	                        the number of plugins, and each one from 0
#	policies                the positions of policies among them
#	policy.position .slot .serial .program .version .readable
#	                        if there is exactly one policy
#	foreign                 another program in the gate's place
#	others, other.N         number and names of other programs and filters
#	used                    1 if there are filters other than the gate
#	attached                1 if the pins have programs for the hook
#	other_version           1 if an array has another layout
#	bank.0 bank.32          number of programs in each bank
#
# With --rules also policy.rules .default .file, passed and dropped, and for the
# device object_bytes map_bytes program_bytes, sets, and set.N.name .entries
# .size .refused for each of these sets; if it has a table of flows, flows (their
# number), flows.room .refused .states (names) and flows.state.NAME; if it has a
# table of limits, limits (the number of keys in use), limits.room, and .over and
# .full (packets); with --files, for each object, file.NAME.serial .next .miss; with --key also live, and slot.SECTION.N, the
# serial number of the program in each used slot, or other_version.SECTION.

declare -gA LOOK=()

# Runs tg-look and sets LOOK_LINES to its lines; on failure, sets LOOK[error]
# and returns 1. Lines are split by word splitting, as read would be slow on a
# pipe. tg-look writes at once to descriptor 3 if it waits for a lock.
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

# Calls the function for each device, with the device in LOOK. Afterwards LOOK
# has stale.N.key and stale.N.why for stale attachments.
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

# Prints a document that tg-look makes. Returns 1 if something is broken or
# stale.
look_document() { # WORD... of tg-look
	local output status=0
	output=$(exec "${ENTER[@]}" "$BUILD/tg-look" "$@" 2>&1) || status=$?
	case $status in
	0) say "$output" ;;
	3)
		say "$output"
		return 1
		;;
	4) no_such_device "$DEV" ;;
	*)
		LOOK[error]=${output##*error=}
		look_failed
		;;
	esac
}

# --- the device of a command

# Reads the device and selects its attachment.
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

# The names of the plugins in a chain.
chain_names() { # ARRAY HOOK
	local -n names_into=$1
	local i
	names_into=()
	for ((i = 0; i < LOOK[$2.plugins]; i++)); do
		names_into+=("${LOOK[$2.$i.name]}")
	done
}

# --- object files

serial_is() { # OBJECT SERIAL
	[[ ${LOOK[file.${1##*/}.serial]:-} == "$2" ]]
}

# Renames an object file and updates LOOK.
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
