# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What status tells about the memory that an attachment holds: objects in /run,
# a file that several hooks share once, and the kernel's maps and programs.
# shellcheck disable=SC2034 # NOTES is that of status

# Set by memory_status, in bytes; MEMORY_OBJECTS is empty where nothing is
# attached.
MEMORY_OBJECTS='' MEMORY_MAPS=0 MEMORY_PROGRAMS=0

memory_status() { # GATE-ID...
	local ids
	local -A held
	MEMORY_OBJECTS='' MEMORY_MAPS=0 MEMORY_PROGRAMS=0
	attachment_exists || return 0
	MEMORY_OBJECTS=$(du -s --block-size=1 -- "$OBJECTS" 2>/dev/null) || true
	MEMORY_OBJECTS=${MEMORY_OBJECTS%%[[:space:]]*}
	MEMORY_OBJECTS=${MEMORY_OBJECTS:-0}
	ids=$(printf '%s,' "$@")
	ids=${ids%,}
	words_into held "$("$BUILD/tg-chain" memory "$PINS" "$ids" 2>/dev/null)"
	MEMORY_MAPS=${held[map_bytes]:-0}
	MEMORY_PROGRAMS=${held[program_bytes]:-0}
	NOTES+=("dim:$DEV holds $(bytes_in_words "$MEMORY_OBJECTS") of objects in /run, $(bytes_in_words "$MEMORY_MAPS") of maps, $(bytes_in_words "$MEMORY_PROGRAMS") of programs")
}

memory_status_json() {
	if [[ $MEMORY_OBJECTS ]]; then
		printf '{"objects":%s,"maps":%s,"programs":%s}' "$MEMORY_OBJECTS" "$MEMORY_MAPS" "$MEMORY_PROGRAMS"
	else
		printf 'null'
	fi
}

# "864 KiB", "1.7 MiB"
bytes_in_words() { # BYTES
	if (($1 < 1 << 20)); then
		printf '%d KiB' $((($1 + 1023) >> 10))
	else
		printf '%d.%d MiB' $(($1 >> 20)) $((($1 & ((1 << 20) - 1)) * 10 >> 20))
	fi
}
