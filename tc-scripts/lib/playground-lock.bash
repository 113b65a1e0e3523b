# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Who is at work, and what happens at the end of it: a lock on a directory, so
# that nothing stays of it when the directory goes, and the trap.

# shellcheck source=tc-scripts/lib/lock.bash
source "$HERE/lib/lock.bash"

# Makes the directory and locks it, until we or the last of our children that
# know of it end. Fails if somebody has it for longer than that.
lock_directory() { # DIR SECONDS
	local lock _
	for _ in {1..50}; do
		private_folder "${1%/*}" || continue
		private_folder "$1" || continue
		{ exec {lock}<"$1"; } 2>/dev/null || continue
		flock -w "$2" "$lock" || return 1
		# Whoever had the lock may have removed the directory.
		[[ ! $1 -ef /proc/$$/fd/$lock ]] || return 0
		exec {lock}<&-
	done
	die "cannot make the directory '$1'"
}

# What stays in the background must not hold our lock, nor a file or a pipe of
# the caller. In a subshell, so that we keep them ourselves.
without_our_files() (
	for fd in "/proc/$BASHPID/fd/"*; do
		fd=${fd##*/}
		((fd <= 2)) || exec {fd}>&-
	done
	"$@"
)

# Cleaning up is not to be interrupted: timeout, for one, signals twice.
on_every_end() { # COMMANDS
	# shellcheck disable=SC2064 # expands now, on purpose
	trap "$1" EXIT
	trap 'trap "" INT TERM HUP; exit 130' INT
	trap 'trap "" INT TERM HUP; exit 143' TERM
	trap 'trap "" INT TERM HUP; exit 129' HUP
}
