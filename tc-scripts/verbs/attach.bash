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
# shellcheck source=tc-scripts/lib/policy.bash
source "$HERE/lib/policy.bash"
# shellcheck source=tc-scripts/lib/policy-back.bash
source "$HERE/lib/policy-back.bash"

help_attach() {
	cat <<-'EOF'
		Usage: tailgate attach DEV HOOK... [OPTION...]

		Puts a chain on hooks of a device. The first packet already meets all of
		it. Done again, it changes the chain to what is asked, in one step, and
		keeps what is not: the plugins without --chain, their rules and constants,
		the default and the miss. A policy in force stays in force.

		  --xdp[=MODE]    MODE is auto (native, or else generic), native, generic
		  --ingress       clsact ingress
		  --egress        clsact egress

		  --chain P1,P2   the plugins, in order: names, or paths of objects
		  --default pass|drop
		                  for packets that no plugin judges (pass)
		  --miss pass|drop
		                  for packets in a chain that somebody broke (pass)
		  --reset         with plugins as built, a policy without rules, in
		                  place of those that the chain has
		  --force         in place of an XDP program or filter that is not ours

		Example: tailgate attach eth0 --ingress --egress --chain count,drop_tcp
	EOF
	help_rights attach
}

ATTACH_HOOKS=() PLUGINS=()
XDP_MODE=auto MISS='' DEFAULT='' FORCE='' RESET='' CHAIN_SAID=''
# Global, although a verb is read within a function: the undo needs them.
declare -gA HOOK_BUILD HOOK_OLD HOOK_NEW HOOK_MODE HOOK_MISS HOOK_OBJECTS
# What each hook is to have, and is it what it has?
declare -gA NEW_MISS NEW_DEFAULT HOOK_SAME
CHANGED_HOOKS=()

cmd_attach() {
	local report
	parse_attach_options "$@"
	need_rights attach
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
		--reset) RESET=1 ;;
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
	CHAIN_SAID=1
	IFS=, read -ra PLUGINS <<<"$1"
}

# Everything that can be known to fail is found here, before anything changes.
hooks_look() {
	local hook
	for hook in "${ATTACH_HOOKS[@]}"; do
		hook_read "$hook"
		[[ ! $FOREIGN || $FORCE ]] || ! was_attached "$hook" ||
			die "the gate of $DEV $hook was replaced: in its place is $FOREIGN: --force takes that away and puts our chain there"
		[[ ! $FOREIGN || $FORCE ]] ||
			die "on $DEV $hook there is already, and not ours: $FOREIGN: --force replaces it"
		check_qdisc "$hook"
		check_chain_version "$hook"
		mode_look "$hook"
		HOOK_OLD[$hook]=$GATE_SLOT
		HOOK_MISS[$hook]=$GATE_MISS
		if [[ $GATE_ID ]]; then
			HOOK_BUILD[$hook]=$GATE_BUILD
			HOOK_NEW[$hook]=$(other_bank "$GATE_SLOT")
		else
			HOOK_BUILD[$hook]=$(build_of "$hook") || exit 1
			HOOK_NEW[$hook]=0
			chain_lost "$hook"
		fi
		NEW_MISS[$hook]=${MISS:-${VERDICT_NAME[${GATE_MISS:-1}]}}
		NEW_DEFAULT[$hook]=${DEFAULT:-${CHAIN_DEFAULT:-${VERDICT_NAME[${GATE_MISS:-1}]}}}
		HOOK_OBJECTS[$hook]=$(wanted_objects "$hook") || exit 1
		HOOK_SAME[$hook]=''
		if chain_is_as_wanted "$hook"; then
			HOOK_SAME[$hook]=1
		else
			policy_check_unconfirmed "$hook"
			CHANGED_HOOKS+=("$hook")
		fi
	done
}

# Without a gate there is no chain; but somebody may have removed the gate, and
# what it led to is still there.
chain_lost() { # HOOK
	local array
	CHAIN_NAMES=() CHAIN_BROKEN='' CHAIN_DEFAULT=''
	array=$GLOBALS/$(array_of "$1" "${HOOK_BUILD[$1]}")
	[[ -e $array && $("$BUILD/tg-chain" used "$array" 0 $((2 * BANK_SLOTS))) ]] || return 0
	CHAIN_BROKEN="its gate is gone"
	# The objects of the other one are to be read yet.
	[[ ! $("$BUILD/tg-chain" used "$array" 0 "$BANK_SLOTS") ]] || HOOK_NEW[$1]=$BANK_SLOTS
}

# The objects that the hook is to have, a line each.
wanted_objects() { # HOOK
	local name names=("${PLUGINS[@]}")
	if [[ ! $CHAIN_SAID ]]; then
		[[ ! $CHAIN_BROKEN ]] ||
			die "which chain was on $DEV $1 cannot be told ($CHAIN_BROKEN): name its plugins with --chain"
		names=("${CHAIN_NAMES[@]}")
	fi
	if [[ $RESET ]]; then
		for name in "${names[@]}"; do
			plugin_object "$name" "$1" "${HOOK_BUILD[$1]}" || exit 1
		done
	elif [[ $CHAIN_SAID ]]; then
		objects_for "$1" "${HOOK_BUILD[$1]}" "${names[@]}"
	else
		chain_objects "$1"
	fi
}

# For the hook that was just read.
chain_is_as_wanted() { # HOOK
	local i objects
	[[ $GATE_ID && ! $FOREIGN && ! $CHAIN_BROKEN && $GATE_ARRAY == "$GLOBALS"/* ]] || return 1
	[[ ${NEW_DEFAULT[$1]} == "$CHAIN_DEFAULT" && ${NEW_MISS[$1]} == "${VERDICT_NAME[$GATE_MISS]}" ]] || return 1
	hook_objects "$1"
	((${#objects[@]} == ${#CHAIN_NAMES[@]})) || return 1
	for i in "${!objects[@]}"; do
		object_is_in_force "$1" "$i" "${objects[i]}" "${NEW_MISS[$1]}" || return 1
	done
}

hook_objects() { # HOOK, into objects
	mapfile -t objects < <(printf '%s' "${HOOK_OBJECTS[$1]:+${HOOK_OBJECTS[$1]}$'\n'}")
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
	((${#CHANGED_HOOKS[@]})) || return 0
	attachment_exists || undo_with attachment_remove
	attachment_make
	for build in $(printf '%s\n' "${HOOK_BUILD[@]/#/build}" | sort -u); do
		chain_arrays_make "${build#build}"
	done
	for hook in "${CHANGED_HOOKS[@]}"; do
		[[ ! ${HOOK_OLD[$hook]} ]] || {
			hook_read "$hook"
			policy_before_change "$hook"
		}
		hook_objects "$hook"
		bank_fill "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_NEW[$hook]}" "${NEW_MISS[$hook]}" "${NEW_DEFAULT[$hook]}" "${objects[@]}"
	done
}

hooks_flip() {
	local hook
	((${#CHANGED_HOOKS[@]})) || return 0
	undo_with clsact_release
	for hook in "${CHANGED_HOOKS[@]}"; do
		[[ $hook == xdp ]] || clsact_ensure
		gate_read "$hook"
		undo_with undo_gate "$hook" "${HOOK_OLD[$hook]:-none}"
		flip "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_NEW[$hook]}" "${NEW_MISS[$hook]}" "${HOOK_MODE[$hook]}"
	done
}

hooks_tidy() {
	local hook objects
	for hook in "${ATTACH_HOOKS[@]}"; do
		if [[ ${HOOK_SAME[$hook]} ]]; then
			# What a killed command has left in the other bank.
			bank_empty "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_NEW[$hook]}"
		elif [[ ${HOOK_OLD[$hook]} ]]; then
			bank_retire "$hook" "${HOOK_BUILD[$hook]}" "${HOOK_OLD[$hook]}"
			hook_objects "$hook"
			policy_after_change "$hook" "${HOOK_NEW[$hook]}" "${objects[@]}"
		else
			bank_empty "$hook" "${HOOK_BUILD[$hook]}" "$(other_bank "${HOOK_NEW[$hook]}")"
		fi
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
		say "$DEV $hook${GATE_MODE:+ ($GATE_MODE)}: ${CHAIN_NAMES[*]:-no plugins}, then $CHAIN_DEFAULT${HOOK_SAME[$hook]:+ (unchanged)}"
	done
}
