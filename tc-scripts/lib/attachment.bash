# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An attachment: the state that tailgate keeps for one device. Its pins are in a
# directory of a separate bpffs. The objects of its programs are in another
# directory: the kernel cannot return a program's file, and rearranging a chain
# needs the files. What is attached, and in which order, is always read from the
# kernel. Everything but the pins is in one directory that only root can enter:
#
#	KEY/       objects, notes and temporary files of an attachment
#	KEY.lock   held while a command works on the attachment
#	all.lock   held while the mount or an attachment is made or removed

# shellcheck source=tc-scripts/lib/lock.bash
source "$HERE/lib/lock.bash"
# shellcheck source=tc-scripts/lib/look.bash
source "$HERE/lib/look.bash"
# shellcheck source=tc-scripts/lib/live-maps.bash
source "$HERE/lib/live-maps.bash"
# shellcheck source=tc-scripts/lib/watch.bash
source "$HERE/lib/watch.bash"

readonly PINS_ROOT=/run/tailgate
readonly OBJECTS_ROOT=/run/tailgate-objects

# Set by attachment_select, for one device.
DEV='' KEY='' PINS='' GLOBALS='' OBJECTS=''
WITH_PINS=()

# Selects by key, NETNS-INODE and IFNAME, as the device may no longer exist.
# Dots become colons: bpffs rejects dots, and device names have no colons.
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

# True if there is anything to remove, including leftovers of a killed command.
attachment_remains() {
	local -A LOOK
	look --key "$KEY"
	[[ ${LOOK[pins]} || ${LOOK[objects]} ]] || root_is_unused ||
		{ [[ -e $OBJECTS_ROOT/all.lock && ! ${LOOK[mounted]} ]]; }
}

# In a private mount namespace, the pins would disappear with the namespace, and
# the chain would be emptied while in use.
check_mount_namespace() {
	[[ ${LOOK[shares_mounts]} ]] ||
		die "this shell has mounts of its own, and pins made here would vanish with it: run it as 'nsenter --mount=/proc/1/ns/mnt -- tailgate ...'"
}

# --- its lock: one command at a time

# The descriptor of the attachment's lock, which is released on exit.
ATTACHMENT_LOCK=''

# A function to call before the lock is released.
AT_UNLOCK=''

# Takes the lock and reads the device's state. Only programs that do not take
# the lock, such as tc and ip, can change it until the lock is released.
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
	watch_settle "$@"
}

# Removes the lock file if this command has created it.
attachment_lock_failed() { # FILE
	local error=${LOOK[error]}
	! { flock -n "$LOCK_FD" && lock_is_current "$1"; } || attachment_has_lock
	LOOK[error]=$error
	look_failed
}

# The same for a device that may no longer exist.
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

# Releases the lock; its file is removed if there is no attachment.
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

# Mounts the bpffs with the first attachment, under a lock shared by all
# attachments. No lock is needed if the attachment exists: its pins keep the
# mount in use.
attachment_make() {
	if [[ ! ${LOOK[mounted]} || ! ${LOOK[pins]} || ! ${LOOK[objects]} ]]; then
		lock_take "$OBJECTS_ROOT/all.lock"
		local -A LOOK=()
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
	attachment_note_device
}

# --- the device that the notes are about

# Inodes of network namespaces and device names are reused; the namespace's
# cookie and the ifindex are not.
attachment_note_device() {
	[[ ${LOOK[life]} == same ]] ||
		run_or_die ln -sfn "${LOOK[cookie]}.${LOOK[index]}" "$OBJECTS/life"
}

attachment_is_dead() {
	[[ ${LOOK[life]} == namespace ]]
}

# Removes an attachment of a dead namespace that had the same inode number.
attachment_forget_dead() { # [WORD...] of tg-look, for the look after it
	attachment_is_dead || return 0
	look --key "$KEY"
	[[ ! ${LOOK[live]} ]] ||
		die "$KEY was attached in a network namespace that is gone, and a device elsewhere still uses its chain: 'tailgate detach' it there, and 'tailgate gc'"
	warn "$DEV: removing what was attached in a network namespace of the same number, which is gone"
	[[ ! ${LOOK[pins]} ]] || run_or_die rm -r "$PINS"
	[[ ! ${LOOK[objects]} ]] || run_or_die rm -r "$OBJECTS"
	look "$@" -- "$DEV"
}

# The lock files are removed last, while their locks are held.
attachment_remove() {
	lock_take "$OBJECTS_ROOT/all.lock"
	local -A LOOK=()
	live_find
	look --key "$KEY"
	[[ ! ${LOOK[pins]} && ! $DRY_RUN ]] || run_or_die rm -r "$PINS"
	[[ ! $LIVE_INSTANCE ]] || instance_release "$LIVE_INSTANCE" "$KEY"
	[[ ! ${LOOK[objects]} ]] || run_or_die rm -r "$OBJECTS"
	if root_is_unused; then
		root_unmount
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

root_unmount() {
	run_or_die umount "$PINS_ROOT"
	run_or_die rmdir "$PINS_ROOT"
}

# True if the bpffs is mounted and has no other attachment.
root_is_unused() {
	[[ ${LOOK[mounted]} && ! ${LOOK[others]} ]]
}

# A temporary directory beside the objects, where others cannot write.
scratch_folder() {
	local place=$OBJECTS
	[[ -d $place ]] || place=${TMPDIR:-/tmp} # somebody has removed it
	mktemp -d -p "$place" tmp.XXXXXX
}

# Removes lock files that killed commands have left, unless there is an
# attachment.
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

# Prints the keys of all attachments, ignoring other files.
attachment_keys() {
	local directory
	for directory in "$PINS_ROOT"/[0-9]*-* "$OBJECTS_ROOT"/[0-9]*-*; do
		[[ ! -d $directory ]] || printf '%s\n' "${directory##*/}"
	done | sort -u
}
