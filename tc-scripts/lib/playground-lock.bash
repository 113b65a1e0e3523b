# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A lock on a directory, so that no lock file remains when the directory is
# removed, and a trap for cleaning up.

# shellcheck source=tc-scripts/lib/lock.bash
source "$HERE/lib/lock.bash"

# Makes the directory and locks it, until this process and all children that
# inherit the descriptor have ended. Fails if the lock is held longer than that.
lock_directory() { # DIR SECONDS
	local lock _
	for _ in {1..50}; do
		private_folder "${1%/*}" || continue
		private_folder "$1" || continue
		{ exec {lock}<"$1"; } 2>/dev/null || continue
		flock -w "$2" "$lock" || return 1
		# the previous holder may have removed the directory
		[[ ! $1 -ef /proc/$$/fd/$lock ]] || return 0
		exec {lock}<&-
	done
	die "cannot make the directory '$1'"
}

# Runs a command that stays in the background without the lock's descriptor and
# the caller's files and pipes. A subshell, so that this process keeps them.
without_our_files() (
	for fd in "/proc/$BASHPID/fd/"*; do
		fd=${fd##*/}
		((fd <= 2)) || exec {fd}>&-
	done
	"$@"
)

# Cleaning up must not be interrupted: timeout, for one, signals twice.
on_every_end() { # COMMANDS
	# shellcheck disable=SC2064 # expands now, on purpose
	trap "$1" EXIT
	trap 'trap "" INT TERM HUP; exit 130' INT
	trap 'trap "" INT TERM HUP; exit 143' TERM
	trap 'trap "" INT TERM HUP; exit 129' HUP
}
