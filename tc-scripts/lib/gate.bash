# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The gate: our program on a hook of a device. Everything here that asks, asks
# the kernel.

readonly HOOKS=(xdp ingress egress)

# Our place among the filters of a clsact: the same each time, so that a gate
# replaces a gate and nothing else.
readonly PREF=7400
readonly HANDLE=0x7467

# Single-buffer XDP wants a frame, its headroom and its tailroom in one page;
# drivers draw the line between 3000 and 3520 bytes.
readonly SINGLE_BUFFER_MTU=3000

# Set by gate_read, for one hook.
GATE_ID='' GATE_MODE='' GATE_SLOT='' GATE_MISS='' GATE_BUILD='' GATE_ARRAY='' FOREIGN=''

# A read that fails is no answer: it tells which it was, and why.
read_inside() { # COMMAND...
	local output
	output=$(inside "$@" 2>&1) ||
		die "'$(quoted "${ENTER[@]}" "$@")' failed: $(essence "$output")"
	printf '%s\n' "$output"
}

# The words NAME=VALUE of a line into an associative array.
words_into() { # ARRAY LINE
	local -n into=$1
	local word words
	into=()
	read -ra words <<<"$2"
	for word in "${words[@]}"; do
		into[${word%%=*}]=${word#*=}
	done
}

check_hook() {
	is_one_of "$1" "${HOOKS[@]}" ||
		usage_error "no such hook: ${1@Q}: there are ${HOOKS[*]}"
}

# What is on the hook: our gate (GATE_ID and its constants), or somebody
# else's program in our place (FOREIGN says which), or neither.
gate_read() { # HOOK
	local try
	for try in 1 2 3; do
		GATE_ID='' GATE_MODE='' GATE_SLOT='' GATE_MISS='' GATE_BUILD='' GATE_ARRAY='' FOREIGN=''
		if [[ $1 == xdp ]]; then
			gate_read_xdp
			return
		fi
		# Not, where the filter was swapped between two looks.
		! gate_read_filter "$1" || return 0
	done
	die "the filters on $DEV $1 change faster than they can be read"
}

gate_read_xdp() {
	local line lines
	local -A program
	lines=$(read_inside "$BUILD/tg-chain" xdp "$DEV") || exit 1
	while IFS= read -r line; do
		[[ $line ]] || continue
		words_into program "$line"
		GATE_MODE=${program[mode]}
		gate_recognise xdp "$line" ||
			FOREIGN="XDP program ${program[id]} (${program[name]:-without a name}, ${program[mode]})"
	done <<<"$lines"
}

gate_read_filter() { # HOOK
	local line lines program
	lines=$(filters_on "$1") || exit 1
	while IFS= read -r line; do
		is_our_place "$line" || continue
		if [[ $line =~ " id "([0-9]+) ]]; then
			program=$("$BUILD/tg-chain" program "${BASH_REMATCH[1]}" 2>/dev/null) || return 1
			! gate_recognise "$1" "$program" || continue
		fi
		FOREIGN="filter at pref $PREF (${line#filter })"
	done <<<"$lines"
}

is_our_place() { # LINE-OF-TC
	[[ $1 == *" pref $PREF "*" handle $HANDLE "* ]]
}

# A line for each filter. Asked for the egress of a qdisc that has none, tc shows
# the ingress.
filters_on() { # HOOK
	local qdisc=''
	[[ $1 == ingress ]] || qdisc=$(ingress_qdisc) || exit 1
	[[ $qdisc != ingress ]] || return 0
	read_inside tc filter show dev "$DEV" "$1"
}

gate_recognise() { # HOOK LINE
	local -A program
	words_into program "$2"
	[[ ${program[name]:-} == "gate_$1" && ${program[tg_next_slot]:-} && ${program[tg_miss]:-} ]] || return 1
	GATE_ID=${program[id]}
	GATE_SLOT=${program[tg_next_slot]}
	GATE_MISS=${program[tg_miss]}
	gate_find_array "$1" "${program[maps]}"
}

# The array that the gate jumps into: among our pins, or, when the device has
# been renamed since, among those under its old name.
gate_find_array() { # HOOK MAP-IDS
	local build pin found
	local -A map
	GATE_ARRAY='' GATE_BUILD=''
	for pin in "$GLOBALS" "$PINS_ROOT"/[0-9]*-*/tc/globals; do
		for build in '' .frags; do
			[[ -e $pin/$(array_of "$1" "$build") ]] || continue
			# Those of others may go while we look.
			found=$("$BUILD/tg-chain" map "$pin/$(array_of "$1" "$build")" 2>/dev/null) || continue
			words_into map "$found"
			# none, where another command has just removed the pin
			[[ ${map[id]:-} && ,$2, == *",${map[id]},"* ]] || continue
			GATE_ARRAY=$pin/$(array_of "$1" "$build")
			GATE_BUILD=$build
			return
		done
	done
	# Lost, so another one comes in its place.
	GATE_BUILD=$(build_of "$1") || exit 1
}

# Pins alone prove nothing: those of all hooks come with the first one.
was_attached() { # HOOK
	local array build
	for build in '' .frags; do
		array=$GLOBALS/$(array_of "$1" "$build")
		[[ ! -e $array || ! $("$BUILD/tg-chain" used "$array" 0 $((2 * BANK_SLOTS))) ]] || return 0
	done
	return 1
}

# Why there is no gate, and what mends it; for a hook that gate_read found none on.
die_of_no_gate() { # HOOK [CHAIN]
	local attach="tailgate attach $DEV --$1${2:+ --chain $2}"
	if was_attached "$1"; then
		[[ ! $FOREIGN ]] ||
			die "the gate of $DEV $1 is gone, and packets do not meet its chain: in its place is $FOREIGN: '$attach --force' replaces that"
		die "the gate of $DEV $1 is gone, and packets do not meet its chain: somebody has removed it: '$attach' puts it back"
	fi
	[[ ! $FOREIGN ]] ||
		die "$DEV $1 has somebody else's program, not a chain: $FOREIGN"
	die "$DEV $1 has no chain: '$attach' puts one there"
}

# --- names that depend on hook and build

array_of() { # HOOK BUILD
	printf 'tg_%s%s\n' "$1" "${2:+f}"
}

section_of() { # HOOK BUILD
	printf '%s%s\n' "$1" "$2"
}

# Multi-buffer where the frames of the device would not fit into one page.
build_of() { # HOOK
	local link
	[[ $1 == xdp ]] || return 0
	link=$(read_inside ip -o link show dev "$DEV") || exit 1
	[[ $link =~ \ mtu\ ([0-9]+)\  ]] || return 0
	((BASH_REMATCH[1] <= SINGLE_BUFFER_MTU)) || printf '.frags\n'
}

# --- putting it there and taking it away

# One step for the kernel: a filter or an XDP program is swapped, or set.
gate_put() { # HOOK OBJECT BUILD XDP-MODE
	local section
	section=$(section_of "$1" "$3")
	if [[ $1 != xdp ]]; then
		run_or_die "${WITH_PINS[@]}" "${ENTER[@]}" tc filter replace dev "$DEV" "$1" \
			protocol all pref "$PREF" handle "$HANDLE" bpf da obj "$2" sec "$section"
	elif [[ $GATE_ID || $FOREIGN ]]; then
		run_or_die "${WITH_PINS[@]}" "${ENTER[@]}" ip -force link set dev "$DEV" \
			"$(xdp_word "$4")" obj "$2" sec "$section"
	elif [[ $4 == auto ]]; then
		gate_put_auto "$2" "$section"
	else
		run_or_die "${WITH_PINS[@]}" "${ENTER[@]}" ip link set dev "$DEV" \
			"$(xdp_word "$4")" obj "$2" sec "$section"
	fi
}

# Native, and where the driver refuses, generic.
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
		warn "native XDP is refused here ($(essence "$output")): trying generic"
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

# The hooks that this command takes its gate from: --dry-run leaves it there.
FREED_HOOKS=()

# In the mode in which it was attached: 'xdp off' for another one exits 0 and
# does nothing. So look, too.
gate_remove() { # HOOK
	FREED_HOOKS+=("$1")
	if [[ $1 == xdp ]]; then
		run_or_die "${ENTER[@]}" ip link set dev "$DEV" "$(xdp_word "$GATE_MODE")" off
	else
		run_or_die "${ENTER[@]}" tc filter del dev "$DEV" "$1" \
			protocol all pref "$PREF" handle "$HANDLE" bpf
	fi
	[[ ! $DRY_RUN ]] || return 0
	gate_read "$1"
	[[ ! $GATE_ID ]] || die "the gate on $DEV $1 is still there after its removal"
}

# --- clsact

# 'clsact', 'ingress', or nothing.
ingress_qdisc() {
	local line lines
	lines=$(read_inside tc qdisc show dev "$DEV") || exit 1
	while IFS= read -r line; do
		if [[ $line =~ ^qdisc\ (clsact|ingress)\  ]]; then
			printf '%s\n' "${BASH_REMATCH[1]}"
			return
		fi
	done <<<"$lines"
}

check_qdisc() { # HOOK
	local qdisc
	[[ $1 == egress ]] || return 0
	qdisc=$(ingress_qdisc) || exit 1
	[[ $qdisc != ingress ]] ||
		die "$DEV has an 'ingress' qdisc, which has no egress: replace it by clsact first"
}

# --dry-run has shown it for one hook already.
CLSACT_SHOWN=''

# A directory among the pins remembers that the clsact is of our making; it is
# there before the qdisc is, so that a killed command leaves none behind.
clsact_ensure() {
	local qdisc
	qdisc=$(ingress_qdisc) || exit 1
	[[ ! $qdisc ]] || return 0
	[[ ! $CLSACT_SHOWN ]] || return 0
	CLSACT_SHOWN=$DRY_RUN
	[[ -d $PINS/clsact ]] || run_or_die mkdir "$PINS/clsact"
	run_or_die "${ENTER[@]}" tc qdisc replace dev "$DEV" clsact
}

# Only ours, and only when nobody uses it any more. The directory goes after the
# qdisc, for the same reason.
clsact_release() {
	local qdisc hook
	[[ -d $PINS/clsact ]] || return 0
	qdisc=$(ingress_qdisc) || exit 1
	if [[ $qdisc == clsact ]]; then
		for hook in ingress egress; do
			! hook_is_used "$hook" || return 0
		done
		run_or_die "${ENTER[@]}" tc qdisc del dev "$DEV" clsact
	fi
	run_or_die rmdir "$PINS/clsact"
}

# By any filter, but for a gate that is there because nothing was removed yet.
hook_is_used() { # HOOK
	local line lines
	lines=$(filters_on "$1") || exit 1
	while IFS= read -r line; do
		[[ $line ]] || continue
		[[ $DRY_RUN && $line == *" pref $PREF bpf "* ]] || return 0
		[[ $line != *" handle "* ]] || is_our_place "$line" || return 0
		is_one_of "$1" "${FREED_HOOKS[@]}" || return 0
	done <<<"$lines"
	return 1
}

# Does the kernel still have a gate that jumps into one of the selected
# attachment's arrays? Asked of the programs, so a renamed device and a
# namespace without a name count as well. No answer is not a no.
attachment_is_live() {
	local array gates
	for array in "$GLOBALS"/tg_*; do
		[[ -e $array ]] || continue
		gates=$("$BUILD/tg-chain" gates "$array" 2>/dev/null) || [[ ! -e $array ]] || return 0
		[[ ! $gates ]] || return 0
	done
	return 1
}
