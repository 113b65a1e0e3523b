# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate attach: put a chain of plugins on the hooks of a device

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/undo.bash
source "$HERE/lib/undo.bash"

help_attach() {
	cat <<-'EOF'
		Usage: tailgate attach DEV HOOK... [OPTION...]

		Puts a chain on hooks of a device. The first packet already meets all of
		it. Done again, it changes the chain to what is asked, in one step.

		  --xdp[=MODE]    MODE is auto (native, or else generic), native, generic
		  --ingress       clsact ingress
		  --egress        clsact egress

		  --chain P1,P2   the plugins, in order: names, or paths of objects
		  --default pass|drop
		                  for packets that no plugin judges (pass)
		  --miss pass|drop
		                  for packets in a chain that somebody broke (pass)
		  --force         in place of an XDP program or filter that is not ours

		Example: tailgate attach eth0 --ingress --egress --chain count,drop_tcp
	EOF
}

ATTACH_HOOKS=() PLUGINS=()
XDP_MODE=auto MISS=pass DEFAULT=pass FORCE=
# Global, although a verb is read within a function: the undo needs them.
declare -gA HOOK_BUILD HOOK_OLD HOOK_NEW HOOK_MODE HOOK_MISS HOOK_OBJECTS

cmd_attach() {
	local report
	parse_attach_options "$@"
	need_root
	check_mount_namespace
	check_device "$DEV"
	check_link_type
	attachment_open "$DEV"
	attachment_lock
	hooks_look
	undo_arm
	hooks_prepare
	hooks_flip
	# Not done before the kernel has said that it is there.
	[[ $DRY_RUN ]] || report=$(attach_report) || exit 1
	undo_disarm
	hooks_tidy
	attachment_unlock
	[[ $DRY_RUN ]] || say "$report"
}

parse_attach_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_attach
			exit 0
			;;
		--xdp) ATTACH_HOOKS+=(xdp) ;;
		--xdp=*)
			XDP_MODE=${1#*=}
			is_one_of "$XDP_MODE" auto native generic ||
				usage_error "no such XDP mode: ${XDP_MODE@Q}: auto, native or generic"
			ATTACH_HOOKS+=(xdp)
			;;
		--ingress) ATTACH_HOOKS+=(ingress) ;;
		--egress) ATTACH_HOOKS+=(egress) ;;
		--chain=*) plugins_from "${1#*=}" ;;
		--miss=*) MISS=$(verdict_option "${1%%=*}" "${1#*=}") || exit 2 ;;
		--default=*) DEFAULT=$(verdict_option "${1%%=*}" "${1#*=}") || exit 2 ;;
		--chain | --miss | --default)
			(($# > 1)) || usage_error "$1 needs a value"
			set -- "$1=$2" "${@:3}"
			continue
			;;
		--force) FORCE=1 ;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $DEV ]] || attach_operand "$1"
			DEV=$1
			;;
		esac
		shift
	done
	[[ $DEV ]] || usage_error "attach needs a device"
	((${#ATTACH_HOOKS[@]})) || usage_error "attach needs a hook: --xdp, --ingress or --egress"
}

# A second word: a plugin that was meant for the chain, or a hook.
attach_operand() { # WORD
	((${#PLUGINS[@]} == 0)) || [[ ! -e $BUILD/$1.o ]] ||
		usage_error "commas join the plugins of a chain: write --chain $(printf '%s,' "${PLUGINS[@]}")$1"
	second_operand "$DEV" "$1"
}

# The parser starts at an Ethernet header, and a device without one would have
# it read addresses as something else.
check_link_type() {
	local link
	link=$(read_inside ip -o link show dev "$DEV") || exit 1
	[[ $link =~ link/([a-z0-9]+) ]] || return 0
	is_one_of "${BASH_REMATCH[1]}" ether loopback ||
		die "$DEV carries no Ethernet frames (link/${BASH_REMATCH[1]}), and plugins know no others"
}

verdict_option() {
	is_one_of "$2" pass drop || usage_error "$1 is pass or drop, not ${2@Q}"
	printf '%s\n' "$2"
}

plugins_from() { # P1,P2,...
	IFS=, read -ra PLUGINS <<<"$1"
}

# Everything that can be known to fail is found here, before anything changes.
hooks_look() {
	local hook plugin object
	for hook in "${ATTACH_HOOKS[@]}"; do
		gate_read "$hook"
		[[ ! $FOREIGN || $FORCE ]] || ! was_attached "$hook" ||
			die "the gate of $DEV $hook was replaced: in its place is $FOREIGN: --force takes that away and puts our chain there"
		[[ ! $FOREIGN || $FORCE ]] ||
			die "on $DEV $hook there is already, and not ours: $FOREIGN: --force replaces it"
		check_qdisc "$hook"
		mode_look "$hook"
		HOOK_OLD[$hook]=$GATE_SLOT
		HOOK_MISS[$hook]=$GATE_MISS
		if [[ $GATE_ID ]]; then
			HOOK_BUILD[$hook]=$GATE_BUILD
			HOOK_NEW[$hook]=$(other_bank "$GATE_SLOT")
		else
			HOOK_BUILD[$hook]=$(build_of "$hook") || exit 1
			HOOK_NEW[$hook]=0
		fi
		HOOK_OBJECTS[$hook]=''
		for plugin in "${PLUGINS[@]}"; do
			object=$(plugin_object "$plugin" "$hook" "${HOOK_BUILD[$hook]}") || exit 1
			HOOK_OBJECTS[$hook]+=$object$'\n'
		done
	done
}

# The kernel swaps XDP programs of one mode only.
mode_look() { # HOOK
	HOOK_MODE[$1]=''
	[[ $1 == xdp ]] || return 0
	HOOK_MODE[xdp]=$XDP_MODE
	[[ $GATE_ID || $FOREIGN ]] || return 0
	local remove="tailgate detach $DEV --xdp"
	[[ $GATE_ID ]] || remove="ip link set dev $DEV $(xdp_word "$GATE_MODE") off"
	[[ $XDP_MODE == auto || $XDP_MODE == "$GATE_MODE" ]] ||
		die "$DEV has an XDP program in $GATE_MODE mode: '$remove' first, or --xdp=$GATE_MODE"
	HOOK_MODE[xdp]=$GATE_MODE
}

hooks_prepare() {
	local hook objects build
	attachment_exists || undo_with attachment_remove
	attachment_make
	for build in $(printf '%s\n' "${HOOK_BUILD[@]/#/build}" | sort -u); do
		chain_arrays_make "${build#build}"
	done
	for hook in "${ATTACH_HOOKS[@]}"; do
		mapfile -t objects < <(printf '%s' "${HOOK_OBJECTS[$hook]}")
		bank_fill "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_NEW[$hook]}" "$MISS" "$DEFAULT" "${objects[@]}"
	done
}

hooks_flip() {
	local hook
	undo_with clsact_release
	for hook in "${ATTACH_HOOKS[@]}"; do
		[[ $hook == xdp ]] || clsact_ensure
		gate_read "$hook"
		undo_with undo_gate "$hook" "${HOOK_OLD[$hook]:-none}"
		flip "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_NEW[$hook]}" "$MISS" "${HOOK_MODE[$hook]}"
	done
}

hooks_tidy() {
	local hook
	for hook in "${ATTACH_HOOKS[@]}"; do
		[[ ! ${HOOK_OLD[$hook]} ]] ||
			bank_retire "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_OLD[$hook]}"
	done
}

# --- taking back what this command made

# Back to the bank that was in force before, or off the hook.
undo_gate() { # HOOK OLD-SLOT
	local old_miss=${HOOK_MISS[$1]:-}
	gate_read "$1"
	[[ $GATE_ID && $GATE_SLOT != "$2" ]] || return 0
	if [[ $2 == none ]]; then
		gate_remove "$1"
	else
		flip "$1" "${HOOK_BUILD[$1]}" "$2" "${VERDICT_NAME[$old_miss]}" "$GATE_MODE"
	fi
}

attach_report() {
	local hook
	for hook in "${ATTACH_HOOKS[@]}"; do
		gate_read "$hook"
		chain_read "$hook"
		say "$DEV $hook${GATE_MODE:+ ($GATE_MODE)}: ${CHAIN_NAMES[*]:-no plugins}, then $CHAIN_DEFAULT"
	done
}
