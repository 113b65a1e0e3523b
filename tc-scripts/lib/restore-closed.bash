# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What happens if a restore fails and the configuration has FailClosed=yes. A
# chain that is in force stays in force; a device without one gets a chain that
# drops all packets, ARP and neighbour discovery too, on the hooks that the
# configuration names.

restore_failed() {
	[[ $(conf_flag FailClosed) == yes ]] || return 0
	if [[ -e $PINS_ROOT ]] && closed_has_chain; then
		warn "the chains of $DEV stay in force as they were"
		return
	fi
	if closed_attach; then
		warn "FailClosed=yes: all packets on $DEV are dropped: 'tailgate restore $RESTORE_NAME' when $CONF_FILE is mended"
	elif closed_link_down; then
		warn "FailClosed=yes: no chain could be attached, so the link $DEV was set down"
	else
		warn "FailClosed=yes, and $DEV could neither be closed nor be set down"
	fi
}

# Whether any hook has a chain.
closed_has_chain() {
	local hook
	look_try -- "$DEV" || return 1
	for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.gate]:-} ]] || return 0
	done
	return 1
}

# The hooks that the file names, as far as it can be read.
closed_attach() {
	local hook options=()
	for hook in "${HOOKS[@]}"; do
		! grep -qE "^[[:space:]]*\[$hook\][[:space:]]*\$" -- "$CONF_FILE" || options+=("--$hook")
	done
	((${#options[@]})) || options=(--ingress --egress)
	"$HERE/tailgate" ${TARGET_NETNS:+--netns "$TARGET_NETNS"} attach "$DEV" "${options[@]}" \
		--chain drop_all --default drop --miss drop >/dev/null
}

closed_link_down() {
	"${ENTER[@]}" ip link set dev "$DEV" down
}
