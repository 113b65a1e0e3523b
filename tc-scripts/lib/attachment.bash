# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An attachment: what tailgate keeps for one device. A directory in our own
# bpffs holds its pins, one beside it the objects that were grafted: the kernel
# does not give back the file of a program, and a chain can only be rearranged
# from files. What is attached, and in which order, is asked of the kernel.
# Everything outside of the bpffs is in one folder, which only root can enter:
#
#	KEY/       objects, notes and temporary files of an attachment
#	KEY.lock   held by the command that is at work on it
#	all.lock   held while the mount, or an attachment, comes or goes

# shellcheck source=tc-scripts/lib/lock.bash
source "$HERE/lib/lock.bash"
# shellcheck source=tc-scripts/lib/look.bash
source "$HERE/lib/look.bash"

readonly PINS_ROOT=/run/tailgate
readonly OBJECTS_ROOT=/run/tailgate-objects

# Set by attachment_select, for one device.
DEV='' KEY='' PINS='' GLOBALS='' OBJECTS=''
WITH_PINS=()

# By NETNS-INODE and IFNAME, when the device itself may be gone. A bpffs takes
# no dot in a name, and a device no colon, so one stands for the other.
attachment_select() {
	KEY=$1
	PINS=$PINS_ROOT/$KEY
	GLOBALS=$PINS/tc/globals
	OBJECTS=$OBJECTS_ROOT/$KEY
	WITH_PINS=(env "TC_BPF_MNT=$PINS")
}

device_of_key() { # KEY
	local name=${1#*-}
	printf '%s\n' "${name//:/.}"
}

attachment_exists() {
	[[ -d $PINS ]]
}

# Or is there something that a killed command has left?
attachment_remains() {
	local -A LOOK
	look --key "$KEY"
	[[ ${LOOK[pins]} || ${LOOK[objects]} ]] || root_is_unused ||
		{ [[ -e $OBJECTS_ROOT/all.lock && ! ${LOOK[mounted]} ]]; }
}

# A namespace of mounts that is not the host's takes our pins along when it
# ends, and empties the chain under traffic.
check_mount_namespace() {
	[[ ${LOOK[shares_mounts]} ]] ||
		die "this shell has mounts of its own, and pins made here would vanish with it: run it as 'nsenter --mount=/proc/1/ns/mnt -- tailgate ...'"
}

# --- its lock: two commands on one device take turns

# The lock of one attachment: let go whichever way the command ends.
ATTACHMENT_LOCK=''

# A function that is called before that.
AT_UNLOCK=''

# What is looked at under the lock stays so until it is let go, but for what
# others do with tc and ip.
attachment_lock() { # [WORD...] of tg-look
	local path=$OBJECTS_ROOT/$KEY.lock try
	if [[ $DRY_RUN ]]; then
		look "$@" -- "$DEV"
		return
	fi
	for ((try = 0; try < LOCK_TRIES; try++)); do
		lock_open "$path" || continue
		look_try --lock "$LOCK_FD" "$@" -- "$DEV" || attachment_lock_failed "$path"
		! lock_is_current "$path" || break
		exec {LOCK_FD}>&-
	done
	((try < LOCK_TRIES)) || die "cannot make the lock '$path'"
	attachment_has_lock
}

# The file of the lock must not stay, if this command has made it.
attachment_lock_failed() { # FILE
	local error=${LOOK[error]}
	! { flock -n "$LOCK_FD" && lock_is_current "$1"; } || attachment_has_lock
	LOOK[error]=$error
	look_failed
}

# The same where the device may be gone.
attachment_lock_alone() {
	lock_take "$OBJECTS_ROOT/$KEY.lock"
	attachment_has_lock
}

attachment_has_lock() {
	ATTACHMENT_LOCK=$LOCK_FD
	LOCK_FD=''
	trap attachment_unlock EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

# Let go, and leave no file where the attachment itself is gone.
attachment_unlock() {
	trap - EXIT INT TERM HUP
	[[ ! $AT_UNLOCK ]] || "$AT_UNLOCK"
	[[ $ATTACHMENT_LOCK ]] || return 0
	attachment_exists || {
		rm -f "$OBJECTS_ROOT/$KEY.lock"
		rmdir --ignore-fail-on-non-empty "$OBJECTS_ROOT" 2>/dev/null || true
	}
	exec {ATTACHMENT_LOCK}>&-
	ATTACHMENT_LOCK=''
}

# --- the directories

# The mount comes with the first attachment and goes with the last one: both
# under one lock for all of them. Whoever has pins already keeps the mount there.
attachment_make() {
	if [[ ! ${LOOK[mounted]} || ! ${LOOK[pins]} || ! ${LOOK[objects]} ]]; then
		local -A LOOK=()
		lock_take "$OBJECTS_ROOT/all.lock"
		look --place -- "$DEV"
		if [[ ! ${LOOK[mounted]} ]]; then
			run_or_die mkdir -p "$PINS_ROOT"
			run_or_die mount -t bpf -o mode=0700 tailgate "$PINS_ROOT"
		fi
		[[ ${LOOK[pins]} ]] || run_or_die mkdir "$PINS"
		[[ -d $OBJECTS_ROOT ]] || run_or_die mkdir -m 0700 "$OBJECTS_ROOT" # --dry-run
		[[ ${LOOK[objects]} ]] || run_or_die mkdir -m 0700 "$OBJECTS"
		lock_drop
	fi
	life_note
}

# --- whose notes they are

# The number of a network namespace is given to another one when it has died, and
# so is the name of a device: the cookie and the index are not.
life_note() {
	[[ ${LOOK[life]} == same ]] ||
		run_or_die ln -sfn "${LOOK[cookie]}.${LOOK[index]}" "$OBJECTS/life"
}

life_is_over() {
	[[ ${LOOK[life]} == namespace ]]
}

# What another namespace of this number has left is no attachment of this device.
attachment_forget_dead() { # [WORD...] of tg-look, for the look after it
	life_is_over || return 0
	look --key "$KEY"
	[[ ! ${LOOK[live]} ]] ||
		die "$KEY was attached in a network namespace that is gone, and a device elsewhere still uses its chain: 'tailgate detach' it there, and 'tailgate gc'"
	warn "$DEV: removing what was attached in a network namespace of the same number, which is gone"
	[[ ! ${LOOK[pins]} ]] || run_or_die rm -r "$PINS"
	[[ ! ${LOOK[objects]} ]] || run_or_die rm -r "$OBJECTS"
	look "$@" -- "$DEV"
}

# The lock files go while they are held; this is the last thing that they are
# held for.
attachment_remove() {
	local -A LOOK=()
	lock_take "$OBJECTS_ROOT/all.lock"
	look --key "$KEY"
	[[ ! ${LOOK[pins]} && ! $DRY_RUN ]] || run_or_die rm -r "$PINS"
	[[ ! ${LOOK[objects]} ]] || run_or_die rm -r "$OBJECTS"
	if root_is_unused; then
		run_or_die umount "$PINS_ROOT"
		run_or_die rmdir "$PINS_ROOT"
	elif [[ -d $PINS_ROOT && ! ${LOOK[mounted]} ]]; then # killed between the two
		run_or_die rmdir --ignore-fail-on-non-empty "$PINS_ROOT"
	fi
	if [[ ! ${LOOK[mounted]} ]] || root_is_unused; then
		run rm -f "$OBJECTS_ROOT"/{"$KEY",all}.lock
		[[ ! -d $OBJECTS_ROOT ]] ||
			run rmdir --ignore-fail-on-non-empty "$OBJECTS_ROOT" || true
	fi
	lock_drop
}

# Mounted for nobody, or for us alone, who are about to leave.
root_is_unused() {
	[[ ${LOOK[mounted]} && ! ${LOOK[others]} ]]
}

# A temporary folder, beside the objects: mktemp's own place is everybody's.
scratch_folder() {
	local place=$OBJECTS
	[[ -d $place ]] || place=${TMPDIR:-/tmp} # somebody has removed it
	mktemp -d -p "$place" tmp.XXXXXX
}

# Lock files that killed commands have left: the one to come that gets such a
# lock removes it, unless there is an attachment by then.
stale_locks_remove() {
	local path
	for path in "$OBJECTS_ROOT"/[0-9]*-*.lock; do
		[[ -e $path && ! $DRY_RUN ]] || continue
		path=${path##*/}
		attachment_select "${path%.lock}"
		! attachment_exists || continue
		look --key "$KEY"
		[[ ! ${LOOK[busy]} ]] || continue
		attachment_lock_alone
		attachment_unlock
	done
}

# The key of every attachment, and of nothing else that somebody put there.
attachment_keys() {
	local directory
	for directory in "$PINS_ROOT"/[0-9]*-* "$OBJECTS_ROOT"/[0-9]*-*; do
		[[ ! -d $directory ]] || printf '%s\n' "${directory##*/}"
	done | sort -u
}
