# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The target network namespace. Only the network namespace is entered, with
# nsenter: 'ip netns exec' would mount its own /sys, and pins made there would
# disappear when the command ends.

# Prefix of each tc or ip command: empty, or nsenter.
ENTER=()

# The name of the namespace, if it was given by name.
TARGET_NETNS=''

target_set() { # KIND VALUE
	((${#ENTER[@]} == 0)) ||
		usage_error "one of --netns, --pid and --container is enough"
	case $1 in
	netns)
		check_name namespace "$2"
		[[ -e /run/netns/$2 ]] ||
			die "no such network namespace: '$2': 'ip netns list' shows them"
		ENTER=(nsenter "--net=/run/netns/$2")
		# shellcheck disable=SC2034 # read by save and restore
		TARGET_NETNS=$2
		;;
	pid)
		[[ $2 =~ ^[1-9][0-9]{0,9}$ ]] || usage_error "not a process id: ${2@Q}"
		[[ -d /proc/$2 ]] || die "no such process: '$2'"
		target_enter "$2" "process '$2'"
		;;
	container)
		local pid
		check_name container "$2"
		[[ $(type -P docker) ]] ||
			die "--container needs docker, which is not installed: --pid takes the id of a process in any container"
		pid=$(docker inspect --format '{{.State.Pid}}' -- "$2" 2>&1) ||
			die "$(container_problem "$2" "$pid")"
		[[ $pid != 0 ]] || die "container '$2' is not running"
		target_enter "$pid" "container '$2'"
		;;
	esac
}

# The kernel requires CAP_SYS_PTRACE if the process has another uid, or has a
# capability that we lack.
target_enter() { # PID WHOSE
	[[ -e /proc/$1/ns/net ]] ||
		die "the namespaces of $2 cannot be entered: that needs uid 0 with CAP_SYS_PTRACE"
	ENTER=(nsenter -t "$1" -n)
}

container_problem() { # NAME OUTPUT
	case $2 in
	*[Nn]'o such'*) printf "no such container: '%s': 'docker ps' shows them" "$1" ;;
	*) printf "docker cannot inspect container '%s': %s" "$1" "$(first_error_line "$2")" ;;
	esac
}

# Runs a reading command in the target, also with --dry-run; it is not printed.
inside() {
	"${ENTER[@]}" "$@"
}
