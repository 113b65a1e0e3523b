# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A verb for all devices of the namespace to which something is attached: each
# by a command of its own, as much of the state is global.

ATTACHED_DEVICES=()

# Returns 1 if one of the commands failed.
for_all_devices() { # VERB WORD... of the command, with --all among them
	local verb=$1 device word words=() netns=() failed=0
	for word in "${@:2}"; do
		[[ $word == --all ]] || words+=("$word")
	done
	look_each note_attached_device --all
	((${#ATTACHED_DEVICES[@]})) || say 'nothing is attached'
	# a namespace with a name is passed on by it, as save writes it down
	[[ ! $TARGET_NETNS ]] || netns=(--netns "$TARGET_NETNS") ENTER=()
	for device in "${ATTACHED_DEVICES[@]}"; do
		"${ENTER[@]}" "$HERE/tailgate" ${DRY_RUN:+--dry-run} "${netns[@]}" "$verb" "$device" "${words[@]}" || failed=1
	done
	return "$failed"
}

note_attached_device() {
	[[ ! ${LOOK[pins]} ]] || ATTACHED_DEVICES+=("${LOOK[device]}")
}

# For the options of such a verb.
need_device_or_all() { # VERB DEV 1|''
	[[ $2 || $3 ]] || usage_error "$1 needs a device, or --all"
	[[ ! $2 || ! $3 ]] || usage_error "a device, or --all, not both"
}
