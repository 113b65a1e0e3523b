# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Messages, running commands, and checks of names.

# shellcheck disable=SC2034 # read by the front end
readonly VERSION=0.2.0

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

# Prints text in colour if standard output is a terminal: paint green "text".
paint() {
	local -A codes=([bold]=1 [red]=31 [green]=32 [yellow]=33 [dim]=2)
	if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
		printf '\e[%sm%s\e[0m' "${codes[$1]}" "$2"
	else
		printf '%s' "$2"
	fi
}

# --- commands

# Prints arguments, quoted for a shell where necessary.
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

# All commands that change something are run by this function: --dry-run prints
# them instead, -v prints them first. Commands that only read run in any case.
run() {
	if [[ $DRY_RUN ]]; then
		printf '%s\n' "$(quoted "$@")"
		return 0
	fi
	[[ ! $VERBOSE ]] || printf '# %s\n' "$(quoted "$@")" >&2
	"$@"
}

# Like run, but prints nothing; on failure, exits with the command and its first
# line of output. exec replaces the subshell, so a signal sent to the command's
# process ends the command itself, before changes are undone. A leading
# 'env NAME=VALUE' is an export here, which saves a process for each command.
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
	output=$(first_error_line "$output")
	# what is wrong with the sets of a policy: the command would not help
	case $output in
	"tg-splice: /run/tailgate"*": set '"* | "tg-splice: /run/tailgate"*': the sets '* | "tg-splice: /run/tailgate"*': rules add prefixes '*)
		die "$DEV is left as it is: ${output#*: *: }"
		;;
	esac
	die "'$(quoted "$@")' failed: $output"
}

# The first line of output that is an error message.
first_error_line() {
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
	printf 'no output\n'
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

# The kernel accepts almost any device name. Only those are accepted that are
# safe in shells, paths and options.
check_device_name() {
	[[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,14}$ ]] ||
		die "not a device name that tailgate takes: ${1@Q}"
}

check_name() { # WHAT NAME
	[[ $2 =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$ ]] ||
		die "not a name for a $1: ${2@Q}: letters, digits, '_', '.' and '-' please"
}
