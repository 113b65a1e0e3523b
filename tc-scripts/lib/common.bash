# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Messages, the running of commands, and the checking of names.

# shellcheck disable=SC2034 # read by the front end
readonly VERSION=0.1.0

VERB=
DRY_RUN=
VERBOSE=

# --- messages

say() {
	printf '%s\n' "$*" 2>/dev/null || die "cannot write to the standard output"
}

warn() {
	printf 'tailgate: %s\n' "$*" >&2
}

die() {
	warn "$@"
	exit 1
}

usage_error() {
	warn "$*: see 'tailgate ${VERB:+$VERB }--help'"
	exit 2
}

# Colour, where somebody looks at it: paint green "text".
paint() {
	local -A codes=([bold]=1 [red]=31 [green]=32 [yellow]=33 [dim]=2)
	if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
		printf '\e[%sm%s\e[0m' "${codes[$1]}" "$2"
	else
		printf '%s' "$2"
	fi
}

# --- commands

# Arguments as they can be pasted into a shell: quoted where they need to be.
quoted() {
	local argument first=1
	for argument; do
		((first)) || printf ' '
		first=0
		if [[ $argument =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then
			printf '%s' "$argument"
		else
			printf '%s' "${argument@Q}"
		fi
	done
}

# Every command that changes something goes through here: --dry-run prints it
# instead, -v as well. Reads don't: they run either way.
run() {
	if [[ $DRY_RUN ]]; then
		printf '%s\n' "$(quoted "$@")"
		return 0
	fi
	[[ ! $VERBOSE ]] || printf '# %s\n' "$(quoted "$@")" >&2
	"$@"
}

# Like run, but silent, and a failure tells the command and what it said. With
# exec there is no shell between us and the command: were that one killed, the
# command would go on beside the steps that take it back. What 'env NAME=VALUE'
# would do is done here: one program less to start for each command.
run_or_die() {
	local output
	if [[ $DRY_RUN ]]; then
		run "$@"
		return 0
	fi
	[[ ! $VERBOSE ]] || printf '# %s\n' "$(quoted "$@")" >&2
	output=$(
		[[ $1 != env ]] || {
			export "${2?}"
			shift 2
		}
		exec "$@" 2>&1
	) && return 0
	die "'$(quoted "$@")' failed: $(essence "$output")"
}

# What the kernel said, in one line: the first line that is not decoration.
essence() {
	local line
	while IFS= read -r line; do
		case $line in
		'' | *'BEGIN PROG LOAD LOG'* | *'END PROG LOAD LOG'*) ;;
		*)
			printf '%s\n' "$line"
			return 0
			;;
		esac
	done <<<"$1"
	printf 'it said nothing\n'
}

# --- checks

is_one_of() {
	local wanted=$1 word
	shift
	for word; do
		[[ $word != "$wanted" ]] || return 0
	done
	return 1
}

need_command() {
	local command
	for command; do
		[[ $(type -P "$command") ]] ||
			die "'$command' is not installed: 'make deps' in the source tree installs it"
	done
}

# The kernel takes nearly anything for a device name; we take what no shell,
# path or option can misunderstand.
check_device_name() {
	[[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,14}$ ]] ||
		die "not a device name that tailgate takes: ${1@Q}"
}

check_name() { # WHAT NAME
	[[ $2 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$ ]] ||
		die "not a name for a $1: ${2@Q}: letters, digits, '_', '.' and '-' please"
}
