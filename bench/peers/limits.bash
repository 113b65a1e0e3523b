# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the policy with a limit on both hooks. The peer sets HOOK to its
# option of attach, and LIMITS_HOOK to the hook's name.

# shellcheck source=bench/peers/policy.bash
source "$HERE/peers/policy.bash"

# Only bench/lib/limits.bash uses these peers.
peer_can() {
	false
}

peer_limits_up() { # RATE BURST
	printf '%s\n' 'default drop' "pass udp limit $1/s burst $2" >"$PINS_FILES/limits.policy"
	"$HERE/../tc-scripts/tailgate" attach in "$HOOK" --chain policy
	"$HERE/../tc-scripts/tailgate" policy apply in "$PINS_FILES/limits.policy" --hook "$LIMITS_HOOK"
}

peer_down() {
	policy_detach in
}
