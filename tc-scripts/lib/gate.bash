# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate: tailgate's program on a hook of a device, and the clsact qdisc for
# it.

readonly HOOKS=(xdp ingress egress)

# The preference and handle of the gate, which are fixed, so that a gate only
# replaces a gate. As in tools/live/look.h; a test compares them.
readonly PREF=7400
readonly HANDLE=0x7467

check_hook() {
	is_one_of "$1" "${HOOKS[@]}" ||
		usage_error "no such hook: ${1@Q}: there are ${HOOKS[*]}"
}

# Exits, saying why there is no gate and how to attach one.
die_no_gate() { # HOOK [CHAIN]
	local attach="tailgate attach $DEV --$1${2:+ --chain $2}" foreign=${LOOK[$1.foreign]}
	if [[ ${LOOK[$1.attached]} ]]; then
		[[ ! $foreign ]] ||
			die "the gate of $DEV $1 is gone, and packets do not meet its chain: in its place is $foreign: '$attach --force' replaces that"
		die "the gate of $DEV $1 is gone, and packets do not meet its chain: somebody has removed it: '$attach' puts it back"
	fi
	[[ ! $foreign ]] ||
		die "$DEV $1 has somebody else's program, not a chain: $foreign"
	die "$DEV $1 has no chain: '$attach' puts one there"
}

# Sets REPLY to the pin of the attachment's array. A program's section is the
# hook followed by the build.
array_pin() { # HOOK BUILD
	REPLY=$GLOBALS/tg_$1${2:+f}
}

# --- attaching and removing

# Attaches or replaces the gate: one atomic operation.
gate_put() { # HOOK OBJECT BUILD XDP-MODE
	local section=$1$3
	if [[ $1 != xdp ]]; then
		run_or_die "${WITH_PINS[@]}" "${ENTER[@]}" tc filter replace dev "$DEV" "$1" \
			protocol all pref "$PREF" handle "$HANDLE" bpf da obj "$2" sec "$section"
	elif [[ ${LOOK[xdp.gate]} || ${LOOK[xdp.foreign]} ]]; then
		run_or_die "${WITH_PINS[@]}" "${ENTER[@]}" ip -force link set dev "$DEV" \
			"$(xdp_word "$4")" obj "$2" sec "$section"
	elif [[ $4 == auto ]]; then
		gate_put_auto "$2" "$section"
	else
		run_or_die "${WITH_PINS[@]}" "${ENTER[@]}" ip link set dev "$DEV" \
			"$(xdp_word "$4")" obj "$2" sec "$section"
	fi
}

# Tries native mode, then generic mode.
gate_put_auto() { # OBJECT SECTION
	local native=("${WITH_PINS[@]}" "${ENTER[@]}" ip link set dev "$DEV" xdpdrv obj "$1" sec "$2")
	local generic=("${WITH_PINS[@]}" "${ENTER[@]}" ip link set dev "$DEV" xdpgeneric obj "$1" sec "$2")
	local output
	if [[ $DRY_RUN ]]; then
		printf '%s || %s\n' "$(quoted "${native[@]}")" "$(quoted "${generic[@]}")"
		return
	fi
	[[ ! $VERBOSE ]] || printf '# %s\n' "$(quoted "${native[@]}")" >&2
	output=$("${native[@]}" 2>&1) || {
		warn "native XDP is refused here ($(first_error_line "$output")): trying generic"
		run_or_die "${generic[@]}"
	}
}

xdp_word() { # MODE
	case $1 in
	native) printf 'xdpdrv\n' ;;
	generic) printf 'xdpgeneric\n' ;;
	offload) printf 'xdpoffload\n' ;;
	esac
}

# Hooks whose gate this command removes; with --dry-run the gates stay.
FREED_HOOKS=()

# 'xdp off' has to name the mode: for another mode it does nothing and exits
# with 0. So check the result as well.
gate_remove() { # HOOK
	FREED_HOOKS+=("$1")
	if [[ $1 == xdp ]]; then
		run_or_die "${ENTER[@]}" ip link set dev "$DEV" "$(xdp_word "${LOOK[xdp.mode]}")" off
	else
		run_or_die "${ENTER[@]}" tc filter del dev "$DEV" "$1" \
			protocol all pref "$PREF" handle "$HANDLE" bpf
	fi
	[[ ! $DRY_RUN ]] || return 0
	look -- "$DEV"
	[[ ! ${LOOK[$1.gate]} ]] || die "the gate on $DEV $1 is still there after its removal"
}

# --- clsact

check_qdisc() { # HOOK
	[[ $1 != egress || ${LOOK[qdisc]} != ingress ]] ||
		die "$DEV has an 'ingress' qdisc, which has no egress: replace it by clsact first"
}

# A directory among the pins records that tailgate has added the clsact. It is
# made before the qdisc, so that a killed command cannot leave an unrecorded
# one.
clsact_ensure() {
	[[ ! ${LOOK[qdisc]} ]] || return 0
	[[ -d $PINS/clsact ]] || run_or_die mkdir "$PINS/clsact"
	run_or_die "${ENTER[@]}" tc qdisc replace dev "$DEV" clsact
	LOOK[qdisc]=clsact
}

# If the device was replaced by one of the same name, its clsact is gone.
clsact_forget_dead() {
	[[ ${LOOK[life]} != device || ! -d $PINS/clsact ]] || run_or_die rmdir "$PINS/clsact"
}

# Removes the clsact if tailgate has added it and nothing uses it. The directory
# is removed after the qdisc, for the same reason. If the device was replaced by
# one of the same name, its clsact is gone.
clsact_release() {
	local hook
	[[ -d $PINS/clsact ]] || return 0
	look -- "$DEV"
	if [[ ${LOOK[qdisc]} == clsact && ${LOOK[life]} != device ]] && ! attachment_is_dead; then
		for hook in ingress egress; do
			! hook_is_used "$hook" || return 0
		done
		run_or_die "${ENTER[@]}" tc qdisc del dev "$DEV" clsact
	fi
	run_or_die rmdir "$PINS/clsact"
}

# True if there are filters other than a gate that this command removes.
hook_is_used() { # HOOK
	[[ ! ${LOOK[$1.used]} ]] || return 0
	[[ ${LOOK[$1.gate]} ]] || return 1
	[[ ! $DRY_RUN ]] || ! is_one_of "$1" "${FREED_HOOKS[@]}"
}
