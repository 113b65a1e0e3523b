# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate flows: show and change the flows that policies know

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"

help_flows() {
	cat <<-'EOF'
		Usage: tailgate flows [DEV|@INSTANCE] [FILTER...] [--count] [--watch] [--json]
		       tailgate flows del DEV|@INSTANCE FILTER...|--all
		       tailgate flows save DEV|@INSTANCE [FILE]
		       tailgate flows load DEV|@INSTANCE FILE|-
		       tailgate flows adopt DEV

		Rules with 'keep' record the flows of packets that they let pass, and rules
		with 'established' and 'related' let in what belongs to a flow. Without an
		action, flows prints them: protocol, the sender of the first packet, its
		receiver, the state, how long the flow stays in it without packets, and
		the id of an ICMP echo and the VLAN if there is one. Without DEV, those of
		the only attachment that has flows.

		  del      removes flows; their next packet is a new one
		  save     prints all flows, with what TCP needs to go on, or writes FILE
		  load     adds the flows of a FILE, on this or another machine; reports
		           every bad line, and changes nothing if there is one
		  adopt    adds flows of the sockets that exist in the namespace; attach and
		           apply do it when a table gets its first user

		  --count  how many flows are in which state
		  --watch  prints changes each second: + added, ~ another state, - gone
		  --json

		FILTER: tcp, udp, icmp or another protocol; from ADDRESS[/N]; to
		ADDRESS[/N]; port N, of either end; state NAME; vlan N. All have to apply.

		Example: tailgate flows eth0 tcp port 443 state established
		         tailgate flows del eth0 from 198.51.100.0/24
	EOF
	help_rights flows
}

readonly FLOW_ACTIONS=(list del save load adopt) FLOW_FILTERS=(tcp udp icmp from to port state vlan)

declare -grA FLOW_SYNONYMS=(
	[ls]=list [show]=list [delete]=del [remove]=del [rm]=del [flush]='del --all'
	[restore]=load [import]=load [export]=save [dump]=save [count]=--count [watch]=--watch
)

cmd_flows() {
	local action=list operands=() options=()
	parse_flows_options "$@"
	if ((${#operands[@]})) && is_one_of "${operands[0]}" "${FLOW_ACTIONS[@]}"; then
		action=${operands[0]}
		operands=("${operands[@]:1}")
	elif ((${#operands[@]})) && [[ ${FLOW_SYNONYMS[${operands[0]}]:-} && ! -e /sys/class/net/${operands[0]} ]]; then
		usage_error "flows: no such action: ${operands[0]@Q}: write 'flows ${FLOW_SYNONYMS[${operands[0]}]}'"
	fi
	flows_check "$action" "${operands[@]}"
	need_rights flows
	if [[ $action == list ]] && { ((${#operands[@]} == 0)) || live_starts_filter "${operands[0]}" "${FLOW_FILTERS[@]}"; }; then
		live_open_only flows
	else
		live_open flows "${operands[0]}"
		operands=("${operands[@]:1}")
	fi
	"flows_$action" "${operands[@]}"
}

parse_flows_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_flows
			exit 0
			;;
		-j) options+=(--json) ;;
		--json | --count | --watch | --all) options+=("$1") ;;
		-?*) unknown_option "$1" help_flows ;;
		*) operands+=("$1") ;;
		esac
		shift
	done
}

flows_check() { # ACTION OPERAND...
	local action=$1 option
	shift
	for option in "${options[@]}"; do
		[[ ($action == list && $option != --all) || ($action == del && $option == --all) ]] ||
			usage_error "flows $action takes no $option"
	done
	(($# > 0)) || [[ $action == list ]] || usage_error "flows $action needs a device, or an instance as @NAME"
	case $action in
	del) (($# > 1)) || [[ ${options[*]} ]] || usage_error "flows del needs conditions, such as 'from 198.51.100.7', or --all" ;;
	save) (($# < 3)) || usage_error "flows save takes a device and a file: not understood: ${3@Q}" ;;
	load) (($# == 2)) || usage_error "flows load takes a device and a file" ;;
	adopt) [[ $# == 1 && $1 != @* ]] || usage_error "flows adopt takes a device: the flows are those of its sockets" ;;
	esac
}

# --- the actions
# shellcheck disable=SC2154 # options: a local of cmd_flows

flows_list() { # FILTER...
	live_read flows list "$@" "${options[@]}"
}

flows_del() { # FILTER...
	live_change flows del "$@" "${options[@]}"
}

flows_load() { # FILE
	live_change flows load "$1"
}

# A file is replaced when all is written.
flows_save() { # [FILE]
	local temporary
	[[ ${1:-} && $1 != - ]] || live_read flows save
	[[ ! -e $1 || -f $1 ]] || die "${1@Q} is not a regular file"
	temporary=$(mktemp -- "$1.XXXXXX") || die "cannot write ${1@Q}"
	if ! "$BUILD/tg-flows" save "$LIVE_PIN" >"$temporary" || ! mv -f -- "$temporary" "$1"; then
		rm -f -- "$temporary"
		die "cannot write ${1@Q}"
	fi
}

# The policies in force say how long flows stay, and whether VLANs are kept
# apart.
flows_adopt() {
	local words=("${ENTER[@]}" "$BUILD/tg-flows" adopt "$LIVE_PIN" "$DEV") hook i
	look --files -- "$DEV"
	for hook in "${HOOKS[@]}"; do
		for i in ${LOOK[$hook.policies]}; do
			object_at "$hook" "$i"
			[[ ! $REPLY ]] || words+=("$REPLY")
		done
	done
	[[ $DRY_RUN ]] || exec "${words[@]}"
	run "${words[@]}"
}
