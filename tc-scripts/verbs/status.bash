# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate status: what is attached where, and what is broken

# shellcheck source=tc-scripts/lib/notes.bash
source "$HERE/lib/notes.bash"

help_status() {
	cat <<-'EOF'
		Usage: tailgate status [DEV] [--json]

		Shows for each hook the chain in force, as read from the kernel: the
		plugins in order with their program ids, the default verdict, how many
		packets it has passed and dropped, its policy, other programs on the hook,
		and what is broken; and for each device its sets, flows and limits, how
		full they are, and the memory in use. Without DEV, all devices of the
		namespace, and what deleted devices have left. -v shows how many flows are
		in which state.

		Exit status: 0, or 1 if something is broken or stale.
	EOF
	help_rights status
}

STATUS_JSON='' ONLY_DEVICE=''

cmd_status() {
	parse_status_options "$@"
	need_rights status
	DEV=$ONLY_DEVICE
	[[ ! $DEV ]] || check_device_name "$DEV"
	if [[ $STATUS_JSON ]]; then
		look_document --json "${DEV:---all}"
		return
	fi
	table_start DEVICE HOOK MODE CHAIN MISS PASSED DROPPED
	if [[ $ONLY_DEVICE ]]; then
		device_open "$ONLY_DEVICE" --rules
		note_device
	else
		look_each note_device --rules --all
	fi
	note_stale
	status_print
	[[ ! $NOTES_WRONG ]]
}

parse_status_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_status
			exit 0
			;;
		-j | --json) STATUS_JSON=1 ;;
		-*) unknown_option "$1" ;;
		*)
			! is_one_of "$1" "${HOOKS[@]}" || [[ ! $ONLY_DEVICE ]] ||
				usage_error "status shows all hooks of a device: not understood: ${1@Q}"
			[[ ! $ONLY_DEVICE ]] || usage_error "one device, or all: '$ONLY_DEVICE', and then ${1@Q}"
			ONLY_DEVICE=$1
			;;
		esac
		shift
	done
}

status_print() {
	local note
	if [[ $NOTES_ROWS ]]; then
		table_print ''
	elif ((${#NOTES[@]} == 0)); then
		say "nothing is attached${ONLY_DEVICE:+ to $ONLY_DEVICE}"
	fi
	for note in "${NOTES[@]}"; do
		table_paint "${note%%:*}" "${note#*:}"
		printf '\n'
	done
}
