# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for tests of the memory that a command takes, on top of helper.bash and
# its 'build_tool peak'.

# For one command, on a busy machine.
readonly SECONDS_MAX=120

measured() { # COMMAND...
	run timeout --kill-after=1 "$SECONDS_MAX" "$TOOLS/peak" peak "$@"
}

takes_at_most() { # KIB COMMAND...
	(($(<peak) <= $1)) || fail "$(<peak) KiB, and not $1: ${*:2}"
}
