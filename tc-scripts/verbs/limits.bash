# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate limits: show what is used of the limits in policies, and forget it

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"

help_limits() {
	cat <<-'EOF'
		Usage: tailgate limits [DEV|@INSTANCE] [FILTER...] [--count] [--watch] [--json]
		       tailgate limits flush DEV|@INSTANCE [FILTER...]

		Rules with 'limit' let a rate and a burst pass, together or of each key.
		Without an action, limits prints each of these rules, and the keys that
		have used some of the burst: the hook, the key, how much is used, and of
		those that are over, when the next packet may pass. Those that have used
		most are first. A key that has used nothing for a while is not listed: it
		may send a whole burst. Without DEV, those of the only attachment that has
		limits.

		  flush    forgets what keys have used

		  --count  how many keys of each rule are in use, and how many are over
		  --watch  prints changes each second: + a key that is in use, ~ one that is
		           over now, or not any more, - one whose packets are paid for
		  --json

		FILTER: from ADDRESS[/N], to ADDRESS[/N], port N, tcp, udp or another
		protocol: what the key says; line N, of the rule; over: no packet may pass
		now. All have to apply.

		Example: tailgate limits eth0 over
		         tailgate limits flush eth0 from 198.51.100.7
	EOF
	help_rights limits
}

readonly LIMIT_ACTIONS=(list flush) LIMIT_FILTERS=(tcp udp icmp icmpv6 from to port line over)

declare -grA LIMIT_SYNONYMS=(
	[ls]=list [show]=list [clear]=flush [reset]=flush [del]=flush [delete]=flush [count]=--count [watch]=--watch
)

cmd_limits() {
	local action=list operands=() options=()
	parse_limits_options "$@"
	if ((${#operands[@]})) && is_one_of "${operands[0]}" "${LIMIT_ACTIONS[@]}"; then
		action=${operands[0]}
		operands=("${operands[@]:1}")
	elif ((${#operands[@]})) && [[ ${LIMIT_SYNONYMS[${operands[0]}]:-} && ! -e /sys/class/net/${operands[0]} ]]; then
		usage_error "limits: no such action: ${operands[0]@Q}: write 'limits ${LIMIT_SYNONYMS[${operands[0]}]}'"
	fi
	[[ $action == list ]] || limits_check_change "$action"
	need_rights limits
	if [[ $action == list ]] && { ((${#operands[@]} == 0)) || live_starts_filter "${operands[0]}" "${LIMIT_FILTERS[@]}"; }; then
		live_open_only limits
	else
		live_open limits "${operands[0]}"
		operands=("${operands[@]:1}")
	fi
	"limits_$action" "${operands[@]}"
}

parse_limits_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_limits
			exit 0
			;;
		-j) options+=(--json) ;;
		--json | --count | --watch) options+=("$1") ;;
		-?*) unknown_option "$1" help_limits ;;
		*) operands+=("$1") ;;
		esac
		shift
	done
}

limits_check_change() { # ACTION
	((${#options[@]} == 0)) || usage_error "limits $1 takes no ${options[0]}"
	((${#operands[@]})) || usage_error "limits $1 needs a device, or an instance as @NAME"
}

# --- the actions
# shellcheck disable=SC2154 # options: a local of cmd_limits

limits_list() { # FILTER...
	live_read limits list "$@" "${options[@]}"
}

limits_flush() { # FILTER...
	live_change limits flush "$@"
}
