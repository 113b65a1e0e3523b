# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Whose network we work in. A namespace is entered with nsenter and its network
# alone: 'ip netns exec' would mount a /sys of its own, and what is pinned there
# would be gone when the command ends.

# The words before each tc or ip command: none, or nsenter.
ENTER=()

target_set() { # KIND VALUE
	((${#ENTER[@]} == 0)) ||
		usage_error "one of --netns, --pid and --container is enough"
	case $1 in
	netns)
		check_name namespace "$2"
		[[ -e /run/netns/$2 ]] ||
			die "no such network namespace: '$2': 'ip netns list' shows them"
		ENTER=(nsenter "--net=/run/netns/$2")
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
			die "--container asks docker, which is not installed: --pid takes the id of a process in any container"
		pid=$(docker inspect --format '{{.State.Pid}}' -- "$2" 2>&1) ||
			die "$(container_problem "$2" "$pid")"
		[[ $pid != 0 ]] || die "container '$2' is not running"
		target_enter "$pid" "container '$2'"
		;;
	esac
}

# The kernel asks for CAP_SYS_PTRACE where the process has another uid, or has a
# capability that we do not have.
target_enter() { # PID WHOSE
	[[ -e /proc/$1/ns/net ]] ||
		die "the namespaces of $2 cannot be entered: that needs uid 0 with CAP_SYS_PTRACE"
	ENTER=(nsenter -t "$1" -n)
}

container_problem() { # NAME OUTPUT
	case $2 in
	*[Nn]'o such'*) printf "no such container: '%s': 'docker ps' shows them" "$1" ;;
	*) printf "docker does not tell of container '%s': %s" "$1" "$(essence "$2")" ;;
	esac
}

# A read inside the target: runs also under --dry-run, and is never printed.
inside() {
	"${ENTER[@]}" "$@"
}
