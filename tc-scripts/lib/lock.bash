# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Folders that only root can enter, and the locks in them. Whoever can open a
# lock file can hold the lock, and whoever can write to its folder can plant a
# link there, so none of ours is in a folder that others can reach.

# Makes it with mode 0700, or checks it; one that an older version made is closed
# to others. Fails where another command removes it at this moment.
private_folder() { # PATH
	local kind='' owner='' mode=''
	mkdir -m 0700 -- "$1" 2>/dev/null || true
	read -r owner mode kind < <(stat -c '%u %a %F' -- "$1" 2>/dev/null) || return 1
	if [[ $kind != directory || $owner != 0 ]] || ((8#$mode & 8#022)); then
		die "'$1' must be a directory that only root can write to, and is a $kind of uid $owner, mode $mode: remove it"
	fi
	[[ $mode == *00 ]] || chmod 0700 -- "$1"
}

# The descriptor of the lock that was opened or taken last, until lock_drop.
LOCK_FD=''
readonly LOCK_TRIES=1000

lock_open() { # FILE
	[[ ${LOOK[private]:-} && -d ${1%/*} ]] || private_folder "${1%/*}" || return 1
	[[ ! -L $1 ]] || die "'$1' is a symbolic link: remove it"
	{ exec {LOCK_FD}<>"$1"; } 2>/dev/null
}

# The file goes with what it locks, so the one that was waited for may have been
# replaced by now. It says who has the lock: PID SINCE VERB.
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

# Opened for reading, so that no lock file comes into being where one has just
# gone.
lock_is_free() { # FILE
	[[ ! -e $1 ]] || flock -n 0 <"$1"
} 2>/dev/null

lock_drop() {
	[[ $LOCK_FD ]] || return 0
	exec {LOCK_FD}>&-
	LOCK_FD=''
}
