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

		Puts a chain on hooks of a device; packets pass through all of it or none.
		On a hook that has a chain, it changes the chain atomically to what the
		options say and keeps the rest: the plugins without --chain, their rules
		and constants, the default and the miss. A policy in force stays in force.

		  --xdp[=MODE]    MODE is auto (native, or else generic), native, generic
		  --ingress       clsact ingress
		  --egress        clsact egress

		  --chain P1,P2   the plugins, in order: names, or paths of objects
		  --default pass|drop
		                  for packets that no plugin decides (pass)
		  --miss pass|drop
		                  for packets in a broken chain (pass)
		  --instance NAME share sets, flows and limits with the other attachments of
		                  this instance; it ends with the last of them
		  --flows N       make the table of flows for N flows, 64 to 16000000, 79
		                  bytes each (131072, with the first policy that uses them)
		  --limits N      make the table of limits for N keys, 64 to 16000000, 60
		                  bytes each (65536, with the first policy that uses them)
		  --reset         replace the plugins in the chain by those that were
		                  built; a policy then has no rules
		  --force         replace an XDP program or filter of others

		Example: tailgate attach eth0 --ingress --egress --chain count,drop_tcp
	EOF
	help_rights attach
}

# From the command line.
ATTACH_HOOKS=() PLUGINS=()
XDP_MODE=auto MISS='' DEFAULT='' FORCE='' RESET='' CHAIN_SAID='' INSTANCE=''
# The sizes of new tables, by name.
declare -gA TABLES=()
CHANGED_HOOKS=()

# The plan of each hook and what undoing needs, as HOOK.NAME: build, mode (of
# XDP), miss, default, objects (one a line); old and new, the first slots of the
# banks (old is empty without a gate), old_miss; same, if nothing has to change.
# Global (-g), as the file is sourced in a function and the undo runs outside of
# it.
declare -gA PLAN=()

cmd_attach() {
	local report
	parse_attach_options "$@"
	need_rights attach
	device_open "$DEV" --place
	check_mount_namespace
	check_link_type
	attachment_lock --files
	attachment_forget_dead --files
	[[ ! $INSTANCE ]] || instance_check "$INSTANCE"
	hooks_plan
	undo_arm
	hooks_prepare
	hooks_flip
	# success is reported only after reading the state back
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
		--instance=*)
			INSTANCE=${1#*=}
			check_instance_name "$INSTANCE"
			;;
		--flows=* | --limits=*) table_option "${1%%=*}" "${1#*=}" ;;
		--chain | --miss | --default | --instance | --flows | --limits)
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

# Reports a second word: a plugin for the chain, or a hook.
attach_operand() { # WORD
	((${#PLUGINS[@]} == 0)) || [[ ! -e $BUILD/$1.o ]] ||
		usage_error "commas join the plugins of a chain: write --chain $(printf '%s,' "${PLUGINS[@]}")$1"
	second_operand "$DEV" "$1"
}

# The parser expects an Ethernet header; without one it would misread the
# packet.
check_link_type() {
	is_one_of "${LOOK[link]}" ether loopback ||
		die "$DEV carries no Ethernet frames (link/${LOOK[link]}), and plugins know no others"
}

table_option() { # --flows|--limits NUMBER
	{ [[ $2 =~ ^[1-9][0-9]{1,7}$ ]] && (($2 >= 64 && $2 <= 16000000)); } ||
		usage_error "$1 takes a number of 64 to 16000000, not ${2@Q}"
	TABLES[${1#--}]=$2
}

verdict_option() {
	is_one_of "$2" pass drop || usage_error "$1 is pass or drop, not ${2@Q}"
	printf '%s\n' "$2"
}

plugins_from() { # P1,P2,...
	CHAIN_SAID=1
	IFS=, read -ra PLUGINS <<<"$1"
}

# Checks everything that can fail before anything is changed.
hooks_plan() {
	local hook
	for hook in "${ATTACH_HOOKS[@]}"; do
		hook_check "$hook"
		hook_plan "$hook"
		hook_compare "$hook"
	done
}

hook_check() { # HOOK
	check_foreign "$1"
	check_qdisc "$1"
	check_chain_version "$1"
}

# Notes whether the hook has to change.
hook_compare() { # HOOK
	if chain_is_as_wanted "$1"; then
		PLAN[$1.same]=1
	else
		policy_check_unconfirmed "$1"
		CHANGED_HOOKS+=("$1")
	fi
}

check_foreign() { # HOOK
	local foreign=${LOOK[$1.foreign]}
	[[ $foreign && ! $FORCE ]] || return 0
	[[ ! ${LOOK[$1.attached]} ]] ||
		die "the gate of $DEV $1 was replaced: in its place is $foreign: --force takes that away and puts our chain there"
	die "on $DEV $1 there is already, and not ours: $foreign: --force replaces it"
}

hook_plan() { # HOOK
	local objects miss=${LOOK[$1.miss]:-pass}
	PLAN[$1.same]='' PLAN[$1.build]=${LOOK[$1.build]} PLAN[$1.old_miss]=${LOOK[$1.miss]}
	PLAN[$1.old]='' PLAN[$1.new]=0
	mode_plan "$1"
	if [[ ${LOOK[$1.gate]} ]]; then
		PLAN[$1.old]=${LOOK[$1.slot]}
		other_bank "${LOOK[$1.slot]}"
		PLAN[$1.new]=$REPLY
	else
		chain_lost "$1"
	fi
	PLAN[$1.miss]=${MISS:-$miss}
	PLAN[$1.default]=${DEFAULT:-${LOOK[$1.default]:-$miss}}
	objects_wanted "$1"
	printf -v "PLAN[$1.objects]" '%s\n' "${objects[@]}"
}

# Without a gate there is no chain in force, but its array may still be filled
# if the gate was removed by hand.
chain_lost() { # HOOK
	((LOOK[$1.bank.0] + LOOK[$1.bank.32] > 0)) || return 0
	LOOK[$1.broken]="its gate is gone"
	# do not overwrite the objects of bank 0, which are still to be read
	((LOOK[$1.bank.0] == 0)) || PLAN[$1.new]=$BANK_SLOTS
}

# Sets objects to the files that the hook should have.
objects_wanted() { # HOOK
	local name names=("${PLUGINS[@]}")
	objects=()
	if [[ ! $CHAIN_SAID ]]; then
		[[ ! ${LOOK[$1.broken]} ]] ||
			die "the chain that was on $DEV $1 is not known (${LOOK[$1.broken]}): name its plugins with --chain"
		chain_names names "$1"
	fi
	if [[ $RESET ]]; then
		for name in "${names[@]}"; do
			plugin_object "$name" "$1" "${PLAN[$1.build]}"
			objects+=("$REPLY")
		done
		check_plugins "$1" "${PLAN[$1.build]}" "${objects[@]}"
	elif [[ $CHAIN_SAID ]]; then
		objects_for objects "$1" "${names[@]}"
	else
		chain_objects objects "$1"
	fi
}

chain_is_as_wanted() { # HOOK
	local i objects
	[[ ${LOOK[$1.gate]} && ! ${LOOK[$1.foreign]} && ! ${LOOK[$1.broken]} && ${LOOK[$1.array]} == "$GLOBALS"/* ]] || return 1
	[[ ${PLAN[$1.default]} == "${LOOK[$1.default]}" && ${PLAN[$1.miss]} == "${LOOK[$1.miss]}" ]] || return 1
	hook_objects "$1"
	((${#objects[@]} == LOOK[$1.plugins])) || return 1
	for i in "${!objects[@]}"; do
		object_is_in_force "$1" "$i" "${objects[i]}" "${PLAN[$1.miss]}" || return 1
	done
}

hook_objects() { # HOOK, into objects
	local IFS=$'\n'
	local -
	set -f
	# shellcheck disable=SC2206 # lines
	objects=(${PLAN[$1.objects]})
}

# The kernel only replaces XDP programs of the same mode.
mode_plan() { # HOOK
	local mode=${LOOK[$1.mode]} remove="tailgate detach $DEV --xdp"
	PLAN[$1.mode]=''
	[[ $1 == xdp ]] || return 0
	PLAN[xdp.mode]=$XDP_MODE
	[[ ${LOOK[xdp.gate]} || ${LOOK[xdp.foreign]} ]] || return 0
	[[ ${LOOK[xdp.gate]} ]] || remove="ip link set dev $DEV $(xdp_word "$mode") off"
	[[ $XDP_MODE == auto || $XDP_MODE == "$mode" ]] ||
		die "$DEV has an XDP program in $mode mode: '$remove' first, or --xdp=$mode"
	PLAN[xdp.mode]=$mode
}

hooks_prepare() {
	local hook objects build builds=() table
	((${#CHANGED_HOOKS[@]})) || [[ $INSTANCE || ${TABLES[*]} ]] || return 0
	attachment_exists || undo_with attachment_remove
	clsact_forget_dead
	attachment_make
	[[ ! $INSTANCE ]] || instance_join "$INSTANCE"
	for table in "${LIVE_TABLES[@]}"; do
		[[ ! ${TABLES[$table]:-} ]] || live_make "$table" "${TABLES[$table]}"
	done
	for hook in "${ATTACH_HOOKS[@]}"; do
		build=${PLAN[$hook.build]}
		is_one_of "$build" "${builds[@]}" || builds+=("$build")
	done
	for build in "${builds[@]}"; do
		chain_arrays_make "$build"
	done
	for hook in "${CHANGED_HOOKS[@]}"; do
		[[ ! ${PLAN[$hook.old]} ]] || policy_before_change "$hook"
		hook_objects "$hook"
		bank_fill "$hook" "${PLAN[$hook.build]}" "${PLAN[$hook.new]}" "${PLAN[$hook.miss]}" "${PLAN[$hook.default]}" "${objects[@]}"
	done
}

# Reads the device again: programs that others have attached meanwhile must not
# be replaced.
hooks_flip() {
	local hook
	((${#CHANGED_HOOKS[@]})) || return 0
	undo_with clsact_release
	look -- "$DEV"
	for hook in "${CHANGED_HOOKS[@]}"; do
		[[ $hook == xdp ]] || clsact_ensure
		undo_with undo_gate "$hook"
		flip "$hook" "${PLAN[$hook.build]}" "${PLAN[$hook.new]}" "${PLAN[$hook.miss]}" "${PLAN[$hook.mode]}"
	done
}

hooks_tidy() {
	local hook objects old new build
	for hook in "${ATTACH_HOOKS[@]}"; do
		old=${PLAN[$hook.old]} new=${PLAN[$hook.new]} build=${PLAN[$hook.build]}
		if [[ ${PLAN[$hook.same]} ]]; then
			# clear what a killed command has left in the other bank
			bank_empty "$hook" "$build" "$new"
		elif [[ $old ]]; then
			bank_retire "$hook" "$build" "$old"
			hook_objects "$hook"
			policy_after_change "$hook" "$new" "${objects[@]}"
		else
			other_bank "$new"
			bank_empty "$hook" "$build" "$REPLY"
		fi
	done
}

# --- undo

# Switches back to the old bank, or removes the gate.
undo_gate() { # HOOK
	local old=${PLAN[$1.old]}
	look -- "$DEV"
	[[ ${LOOK[$1.gate]} && ${LOOK[$1.slot]} != "${old:-none}" ]] || return 0
	if [[ $old ]]; then
		flip "$1" "${PLAN[$1.build]}" "$old" "${PLAN[$1.old_miss]}" "${LOOK[$1.mode]}"
	else
		gate_remove "$1"
	fi
}

attach_report() {
	local hook names report
	look -- "$DEV"
	for hook in "${ATTACH_HOOKS[@]}"; do
		chain_names names "$hook"
		say "$DEV $hook${LOOK[$hook.mode]:+ (${LOOK[$hook.mode]})}: ${names[*]:-no plugins}, then ${LOOK[$hook.default]}${PLAN[$hook.same]:+ (unchanged)}"
	done
	for report in "${LIVE_REPORTS[@]}"; do
		say "$DEV: $report"
	done
}
