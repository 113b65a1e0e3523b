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

readonly PINS_ROOT=/run/tailgate
readonly OBJECTS_ROOT=/run/tailgate-objects

# Set by attachment_open, for one device.
DEV='' KEY='' PINS='' GLOBALS='' OBJECTS=''
WITH_PINS=()

attachment_open() { # DEVICE
	DEV=$1
	check_device_name "$DEV"
	local inode
	inode=$(netns_inode) || die "the number of the network namespace of $DEV cannot be read"
	attachment_select "$inode-${DEV//./:}"
}

netns_inode() {
	inside stat -Lc %i /proc/self/ns/net
}

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
	[[ -d $PINS || -d $OBJECTS ]] || root_is_unused ||
		{ [[ -e $OBJECTS_ROOT/all.lock ]] && ! root_is_mounted; }
}

# A namespace of mounts that is not the host's takes our pins along when it
# ends, and empties the chain under traffic. Told by the number of a mount: each
# is in one namespace only, and who may not follow /proc/1/ns may read this.
check_mount_namespace() {
	local mount
	read -r mount _ </proc/self/mountinfo
	grep -q "^$mount " /proc/1/mountinfo ||
		die "this shell has mounts of its own, and pins made here would vanish with it: run it as 'nsenter --mount=/proc/1/ns/mnt -- tailgate ...'"
}

# --- its lock: two commands on one device take turns

# The lock of one attachment: let go whichever way the command ends.
ATTACHMENT_LOCK=''

attachment_lock() {
	lock_take "$OBJECTS_ROOT/$KEY.lock"
	ATTACHMENT_LOCK=$LOCK_FD
	LOCK_FD=''
	trap attachment_unlock EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	trap 'exit 129' HUP
}

# Is another command at work on it at this moment? Opened for reading, so that
# no lock file comes into being where one has just gone.
attachment_is_busy() {
	local path=$OBJECTS_ROOT/$KEY.lock
	[[ -e $path ]] && ! flock -n 0 <"$path"
} 2>/dev/null

# Let go, and leave no file where the attachment itself is gone.
attachment_unlock() {
	trap - EXIT INT TERM HUP
	[[ $ATTACHMENT_LOCK ]] || return 0
	attachment_exists || {
		rm -f "$OBJECTS_ROOT/$KEY.lock"
		rmdir --ignore-fail-on-non-empty "$OBJECTS_ROOT" 2>/dev/null || true
	}
	exec {ATTACHMENT_LOCK}>&-
	ATTACHMENT_LOCK=''
}

# --- the directories

# A stat that was killed has not said no: a second mount would hide what is
# pinned in the first.
root_is_mounted() {
	local type
	until type=$(stat -f -c %T "$PINS_ROOT" 2>/dev/null); do
		[[ -d $PINS_ROOT ]] || return 1
	done
	[[ $type == bpf_fs ]]
}

# The mount comes with the first attachment and goes with the last one: both
# under one lock for all of them.
attachment_make() {
	lock_take "$OBJECTS_ROOT/all.lock"
	if ! root_is_mounted; then
		run_or_die mkdir -p "$PINS_ROOT"
		run_or_die mount -t bpf -o mode=0700 tailgate "$PINS_ROOT"
	fi
	attachment_exists || run_or_die mkdir "$PINS"
	[[ -d $OBJECTS_ROOT ]] || run_or_die mkdir -m 0700 "$OBJECTS_ROOT" # --dry-run
	[[ -d $OBJECTS ]] || run_or_die mkdir -m 0700 "$OBJECTS"
	lock_drop
}

# The lock files go while they are held; this is the last thing that they are
# held for.
attachment_remove() {
	lock_take "$OBJECTS_ROOT/all.lock"
	[[ ! -d $PINS && ! $DRY_RUN ]] || run_or_die rm -r "$PINS"
	[[ ! -d $OBJECTS ]] || run_or_die rm -r "$OBJECTS"
	if root_is_unused; then
		run_or_die umount "$PINS_ROOT"
		run_or_die rmdir "$PINS_ROOT"
	elif [[ -d $PINS_ROOT ]] && ! root_is_mounted; then # killed between the two
		run_or_die rmdir --ignore-fail-on-non-empty "$PINS_ROOT"
	fi
	if ! root_is_mounted || root_is_unused; then
		run rm -f "$OBJECTS_ROOT"/{"$KEY",all}.lock
		[[ ! -d $OBJECTS_ROOT ]] ||
			run rmdir --ignore-fail-on-non-empty "$OBJECTS_ROOT" || true
	fi
	lock_drop
}

# Mounted for nobody, or for us alone, who are about to leave. Each bpffs is
# born with two files. No answer is not a yes.
root_is_unused() {
	local found
	root_is_mounted || return 1
	found=$(find "$PINS_ROOT" -mindepth 1 -maxdepth 1 ! -name '*.debug' ! -name "$KEY" -print -quit) || return 1
	[[ ! $found ]]
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
		! attachment_is_busy || continue
		attachment_lock
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
