# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Lock files, in directories that only root can enter: anybody who can open a
# lock file can hold the lock, and anybody who can write to its directory can
# replace it with a link.

# Makes the directory with mode 0700, or checks one that exists; those made by older
# versions are closed to others. Fails if another command is removing it.
private_folder() { # PATH
	local kind='' owner='' mode=''
	! mkdir -m 0700 -- "$1" 2>/dev/null || return 0
	read -r owner mode kind < <(stat -c '%u %a %F' -- "$1" 2>/dev/null) || return 1
	if [[ $kind != directory || $owner != 0 ]] || ((8#$mode & 8#022)); then
		die "'$1' must be a directory that only root can write to, and is a $kind of uid $owner, mode $mode: remove it"
	fi
	[[ $mode == *00 ]] || chmod 0700 -- "$1"
}

# The descriptor of the last lock that was opened or taken, until lock_drop.
LOCK_FD=''
readonly LOCK_TRIES=1000

lock_open() { # FILE
	[[ ${LOOK[private]:-} && -d ${1%/*} ]] || private_folder "${1%/*}" || return 1
	[[ ! -L $1 ]] || die "'$1' is a symbolic link: remove it"
	{ exec {LOCK_FD}<>"$1"; } 2>/dev/null
}

# The lock file is removed with what it protects, so the locked file may no
# longer be the one at this path. If it is, records the holder in it: PID SINCE
# VERB.
lock_is_current() { # FILE
	[[ /proc/self/fd/$LOCK_FD -ef $1 ]] || return 1
	printf '%s %s %s\n' $$ "$EPOCHSECONDS" "$VERB" >"$1"
}

lock_take() { # FILE
	local try
	[[ ! $DRY_RUN ]] || return 0
	for ((try = 0; try < LOCK_TRIES; try++)); do
		lock_open "$1" || continue
		lock_wait "$LOCK_FD" "$1"
		! lock_is_current "$1" || return 0
		exec {LOCK_FD}>&-
	done
	die "cannot make the lock '$1'"
}

lock_wait() { # FD FILE
	local pid='' since='' verb='' who='another command'
	! flock -w 1 "$1" || return 0
	{ read -r pid since verb <"$2"; } 2>/dev/null || true
	[[ ! $verb ]] || printf -v who "'%s' (process %s, since %(%T)T)" "$verb" "$pid" "$since"
	warn "waiting for $who${DEV:+ on $DEV}"
	flock "$1" || die "cannot lock '$2'"
}

# Opens the file for reading, so that a removed lock file is not created again.
lock_is_free() { # FILE
	[[ ! -e $1 ]] || flock -n 0 <"$1"
} 2>/dev/null

lock_drop() {
	[[ $LOCK_FD ]] || return 0
	exec {LOCK_FD}>&-
	LOCK_FD=''
}
