# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the policy about flows on both hooks. The peer sets HOOK to its
# option of attach, and FLOWS_HOOK to the hook's name.

# shellcheck source=bench/peers/policy.bash
source "$HERE/peers/policy.bash"

# Only bench/lib/flows.bash uses these peers.
peer_can() {
	false
}

flows_tailgate() {
	"$HERE/../tc-scripts/tailgate" "$@"
}

# Keeps the flow of each packet, which goes on.
peer_flows_up() { # ROOM
	flows_tailgate attach in "$HOOK" --chain policy --flows "$1" --default drop
	flows_apply 'default pass keep'
}

flows_apply() { # LINE...
	printf '%s\n' "$@" >"$PINS_FILES/flows.policy"
	flows_tailgate policy apply in "$PINS_FILES/flows.policy" --hook "$FLOWS_HOOK"
}

# own: what is established goes on to the end of the chain, which drops it.
peer_flows_judge() { # own|passed
	case $1 in
	own) flows_apply 'default pass' 'drop established' ;;
	passed) flows_apply 'default drop' 'pass established' ;;
	esac
}

peer_flows_keep() { # own|passed
	case $1 in
	own) flows_apply 'default next keep' ;;
	passed) flows_apply 'default pass keep' ;;
	esac
}

# What a server would have: answers to its connections, and one port.
peer_flows_guard() { # ROOM PORT
	flows_tailgate attach in "$HOOK" --egress --chain policy --flows "$1"
	flows_apply 'default drop' 'pass established' "pass new tcp syn to port $2 keep"
	printf 'default pass keep\n' >"$PINS_FILES/egress.policy"
	flows_tailgate policy apply in "$PINS_FILES/egress.policy" --hook egress
}

peer_flows_count() {
	flows_tailgate flows in --count --json | jq .flows
}

peer_down() {
	policy_detach in
}
