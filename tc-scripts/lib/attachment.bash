# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# An attachment: what tailgate keeps for one device. A directory in our own
# bpffs holds its pins, one beside it the objects that were grafted: the kernel
# does not give back the file of a program, and a chain can only be rearranged
# from files. What is attached, and in which order, is asked of the kernel.

readonly PINS_ROOT=/run/tailgate
readonly OBJECTS_ROOT=/run/tailgate-objects
readonly LOCKS=/run/lock

# Set by attachment_open, for one device.
DEV='' KEY='' PINS='' GLOBALS='' OBJECTS=''
WITH_PINS=()

attachment_open() { # DEVICE
	DEV=$1
	check_device_name "$DEV"
	attachment_select "$(netns_inode)-${DEV//./:}"
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
	[[ -d $PINS || -d $OBJECTS ]] || root_is_unused
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

# --- locks: two commands on one device take turns

# The lock file of an attachment goes with it, so the one that we waited for
# may be another one by now.
lock_take() { # NAME
	local path=$LOCKS/$1.lock fd
	[[ ! $DRY_RUN ]] || return 0
	mkdir -p "$LOCKS"
	while :; do
		exec {fd}>"$path"
		flock "$fd"
		[[ $(stat -Lc %i "/proc/self/fd/$fd") != "$(stat -c %i "$path" 2>/dev/null)" ]] || break
		exec {fd}>&-
	done
	LOCK_FD=$fd
}

# The lock that lock_take took last, until lock_drop.
LOCK_FD=''

lock_drop() {
	[[ $LOCK_FD ]] || return 0
	exec {LOCK_FD}>&-
	LOCK_FD=''
}

# The lock of one attachment: let go whichever way the command ends.
ATTACHMENT_LOCK=''

attachment_lock() {
	lock_take "tailgate.$KEY"
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
	local path=$LOCKS/tailgate.$KEY.lock
	[[ -e $path ]] && ! flock -n 0 <"$path"
} 2>/dev/null

# Let go, and leave no file where the attachment itself is gone.
attachment_unlock() {
	trap - EXIT INT TERM HUP
	[[ $ATTACHMENT_LOCK ]] || return 0
	attachment_exists || rm -f "$LOCKS/tailgate.$KEY.lock"
	exec {ATTACHMENT_LOCK}>&-
	ATTACHMENT_LOCK=''
}

# --- the directories

root_is_mounted() {
	[[ -d $PINS_ROOT && $(stat -f -c %T "$PINS_ROOT" 2>/dev/null) == bpf_fs ]]
}

# The mount comes with the first attachment and goes with the last one: both
# under one lock for all of them.
attachment_make() {
	lock_take tailgate
	if ! root_is_mounted; then
		run_or_die mkdir -p "$PINS_ROOT"
		run_or_die mount -t bpf -o mode=0700 tailgate "$PINS_ROOT"
	fi
	attachment_exists || run_or_die mkdir "$PINS"
	[[ -d $OBJECTS ]] || run_or_die mkdir -p -m 0700 "$OBJECTS"
	lock_drop
}

attachment_remove() {
	lock_take tailgate
	[[ ! -d $PINS && ! $DRY_RUN ]] || run_or_die rm -r "$PINS"
	[[ ! -d $OBJECTS ]] || run_or_die rm -r "$OBJECTS"
	if root_is_unused; then
		run_or_die umount "$PINS_ROOT"
		run_or_die rmdir "$PINS_ROOT"
		[[ ! -d $OBJECTS_ROOT ]] || run_or_die rmdir --ignore-fail-on-non-empty "$OBJECTS_ROOT"
	fi
	lock_drop
}

# Mounted for nobody, or for us alone, who are about to leave. Each bpffs is
# born with two files.
root_is_unused() {
	root_is_mounted &&
		[[ -z $(find "$PINS_ROOT" -mindepth 1 -maxdepth 1 ! -name '*.debug' ! -name "$KEY" -print -quit) ]]
}

# The key of every attachment, and of nothing else that somebody put there.
attachment_keys() {
	local directory
	for directory in "$PINS_ROOT"/[0-9]*-* "$OBJECTS_ROOT"/[0-9]*-*; do
		[[ ! -d $directory ]] || printf '%s\n' "${directory##*/}"
	done | sort -u
}
