# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The capabilities that each verb needs, for checks and help texts.
# CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON (capabilities(7)); it is needed
# to mount a bpffs, to get programs by id and to enter a namespace. Finding and
# ending the web servers of a playground needs all capabilities that they run
# with; in a container they have none.

readonly BPF_RIGHTS="sys_admin net_admin"

declare -rA RIGHTS=(
	[attach]=$BPF_RIGHTS
	[detach]=$BPF_RIGHTS
	[chain]=$BPF_RIGHTS
	['chain show']=sys_admin
	[status]=sys_admin
	[stats]=bpf
	['stats prometheus']=sys_admin
	[top]=sys_admin
	['top talkers']=$BPF_RIGHTS
	[doctor]=sys_admin
	[gc]=$BPF_RIGHTS
	[policy]=sys_admin
	[set]=sys_admin
	[flows]=sys_admin
	[limits]=sys_admin
	[save]=sys_admin
	[restore]=$BPF_RIGHTS
	[upgrade]=$BPF_RIGHTS
	[explain]=sys_admin
	[capture]=$BPF_RIGHTS
	[watch]=sys_admin
	[playground]="$BPF_RIGHTS net_bind_service"
	['playground docker']=$BPF_RIGHTS
	['playground exec']=sys_admin
	['playground status']=sys_admin
	[demo]="$BPF_RIGHTS net_raw net_bind_service"
)

# Bit numbers of <linux/capability.h>.
declare -rA CAPABILITY_BITS=([net_bind_service]=10 [net_admin]=12 [net_raw]=13 [sys_ptrace]=19 [sys_admin]=21 [bpf]=39)

# The files in /run belong to root, so capabilities alone are not enough.
need_rights() { # VERB [ACTION]
	local name what missing=() needed=${RIGHTS["$1 ${2:-}"]:-${RIGHTS[$1]}}
	set -- "$1${RIGHTS["$1 ${2:-}"]:+ $2}"
	((EUID == 0)) || die "this needs root: run it with sudo"
	[[ ! ${ENTER[*]} || " $needed " == *' sys_admin '* ]] || needed+=' sys_admin'
	for name in $needed; do
		has_capability "$name" || missing+=("$name")
	done
	what=${1/ docker/ --docker}
	what=${what/ talkers/ --talkers}
	((${#missing[@]} == 0)) ||
		die "'${what/ prometheus/ --prometheus}' needs $(capability_names "${missing[@]}"), which this process does not have: see 'tailgate $VERB --help'"
}

has_capability() { # NAME
	local lines line effective
	# All at once: a line read by itself is sought anew, and the ones before it
	# (SigQ) change their length while other processes of root are busy.
	mapfile -t lines </proc/self/status
	for line in "${lines[@]}"; do
		[[ $line != CapEff:* ]] || effective=${line#*:$'\t'}
	done
	((16#$effective >> CAPABILITY_BITS[$1] & 1)) ||
		{ [[ $1 == bpf ]] && has_capability sys_admin; }
}

capability_names() { # NAME...
	local names
	printf -v names 'CAP_%s, ' "${@^^}"
	printf '%s\n' "${names%, }"
}

# Prints the last lines of a verb's help.
# shellcheck disable=SC2086 # lists
help_rights() { # VERB
	local names action
	names=$(capability_names ${RIGHTS[$1]})
	case $1 in
	policy | explain) printf '\nNeeds uid 0 with %s, and nothing for files alone.\n' "$names" ;;
	*) printf '\nNeeds uid 0 with %s.\n' "$names" ;;
	esac
	for action in show down exec status; do
		[[ ! ${RIGHTS["$1 $action"]:-} ]] ||
			printf "'%s' needs %s only.\n" "$action" "$(capability_names ${RIGHTS["$1 $action"]})"
	done
	case $1 in
	stats) printf 'With --prometheus it needs %s.\n' "$(capability_names ${RIGHTS["$1 prometheus"]})" ;;&
	top) printf 'With --talkers, and to print packets, it needs %s.\n' "$(capability_names ${RIGHTS["$1 talkers"]})" ;;&
	playground)
		printf "With --docker, 'up' and 'down' need %s only.\n" "$(capability_names ${RIGHTS["$1 docker"]})"
		printf 'The command of exec may need more: ping and arping need CAP_NET_RAW.\n'
		;;
	demo) ;;
	*) printf 'With --pid and --container also CAP_SYS_PTRACE, unless the process has uid 0 and\nno capability that this one lacks.\n' ;;
	esac
}
