# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What 'tailgate doctor' looks at on each device that has a chain.

doctor_devices() {
	local DEV=$ONLY_DEVICE count=${#FINDINGS[@]}
	doctor_mounts
	if [[ $ONLY_DEVICE ]]; then
		device_open "$ONLY_DEVICE" --health
		doctor_device
	else
		look_each doctor_device --health --all
	fi
	doctor_stale
	((${#FINDINGS[@]} > count)) || finding note devices "nothing is attached: 'tailgate attach' puts a chain on a device"
}

# Pins that are made in a mount namespace of its own vanish with it.
doctor_mounts() {
	local -A LOOK
	look --host
	[[ ${LOOK[shares_mounts]} ]] ||
		finding fault mounts "this shell has mounts of its own: attach as 'nsenter --mount=/proc/1/ns/mnt -- tailgate ...'"
	[[ ! ${LOOK[mounted]} || ${LOOK[private]} ]] ||
		finding fault mounts "others than root can enter $OBJECTS_ROOT: 'chmod 700 $OBJECTS_ROOT'"
}

doctor_device() {
	local hook found=${#FINDINGS[@]}
	DEV=${LOOK[device]}
	table_start ''
	NOTES=()
	note_device
	doctor_notes
	for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.gate]} ]] || doctor_chain "$hook"
	done
	[[ ! ${LOOK[xdp.gate]} ]] || doctor_xdp
	doctor_counted
	doctor_has_chain || {
		finding note "$DEV" "nothing is attached to it"
		return
	}
	((${#FINDINGS[@]} > found)) || finding ok "$DEV" "its chains are whole"
}

doctor_has_chain() {
	local hook
	for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.gate]} && ! ${LOOK[$hook.attached]} ]] || return 0
	done
	return 1
}

# What status says in red and yellow.
doctor_notes() {
	local note text
	for note in "${NOTES[@]}"; do
		text=${note#*:}
		text=${text#"$DEV"}
		text=${text#:}
		case $note in
		red:*) finding fault "$DEV" "${text# }" ;;
		yellow:*) finding warning "$DEV" "${text# }" ;;
		esac
	done
}

doctor_chain() { # HOOK
	local i
	((LOOK[$1.plugins])) ||
		finding note "$DEV" "the chain of $1 has no plugins, and does '${LOOK[$1.default]:-${LOOK[$1.miss]}}' with each packet: 'tailgate chain $DEV $1 set ...' gives it some"
	[[ ! ${LOOK[$1.policy.readable]:-} ]] || ((LOOK[$1.policy.rules])) ||
		finding warning "$DEV" "the policy of $1 has no rules, and does '${LOOK[$1.policy.default]}' with each packet: 'tailgate policy apply $DEV FILE --hook $1' gives it some"
	for ((i = 0; i < LOOK[$1.others]; i++)); do
		finding note "$DEV" "$1 also has ${LOOK[$1.other.$i]}, which is not ours"
	done
}

doctor_xdp() {
	local offload
	[[ ${LOOK[xdp.mode]} != generic ]] ||
		finding warning "$DEV" "XDP is generic here, which is slower than native XDP, and than a chain on ingress: 'tailgate attach $DEV --ingress' makes one"
	for offload in ${LOOK[offloads]}; do
		case $offload in
		rx-lro) finding warning "$DEV" "the card joins TCP segments before XDP sees them (LRO): 'ethtool -K $DEV lro off'" ;;
		rx-gro-hw) finding warning "$DEV" "the card joins packets before XDP sees them (GRO-HW): 'ethtool -K $DEV rx-gro-hw off'" ;;
		rx-vlan-hw-parse)
			[[ ${LOOK[xdp.mode]} != native ]] ||
				finding note "$DEV" "the card takes off VLAN tags before XDP sees them, so rules about vlan do not match there: 'ethtool -K $DEV rxvlan off'"
			;;
		esac
	done
	((LOOK[queues] == 0 || LOOK[queues] >= $(nproc))) ||
		finding note "$DEV" "${LOOK[queues]} of $(nproc) processors can receive, as the device has so few queues: 'ethtool -L $DEV' may set more"
}

doctor_counted() {
	local reason
	local -A says=(
		['malformed']="packets with a header that is cut off or lies; 'tailgate stats $DEV' says which plugin saw them"
		['missed-tail-call']="packets that met an empty slot of the chain; 'tailgate status $DEV' says whether one is empty now"
		['reply-failed']="packets that were rejected, and no answer could be made of them"
		['change-failed']="packets that could not be changed as a rule says, and went on"
		['mirror-failed']="copies that could not be sent; the device of 'mirror to' may be down"
	)
	for reason in malformed missed-tail-call reply-failed change-failed mirror-failed; do
		((${LOOK[counted.$reason]:-0} == 0)) || {
			in_thousands "${LOOK[counted.$reason]}"
			finding warning "$DEV" "$REPLY: ${says[$reason]}"
		}
	done
}

doctor_stale() {
	local i
	for ((i = 0; ; i++)); do
		[[ ${LOOK[stale.$i.key]:-} ]] || break
		finding fault attachments "stale: ${LOOK[stale.$i.key]}: ${LOOK[stale.$i.why]}"
	done
}
