# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the policy on each hook has in common: it is compiled, and stands in a
# chain with all that belongs to one.

policy_can() {
	[[ -f $BUILD/policy.o ]]
}

policy_attach() { # FILE OPTION...
	local file=$1
	shift
	"$BUILD/tg-policy" compile "$file.policy" -o "$PINS_FILES/policy.o"
	"$HERE/../tc-scripts/tailgate" attach in "$@" --chain "$PINS_FILES/policy.o" >/dev/null
}

policy_detach() {
	"$HERE/../tc-scripts/tailgate" detach in
}
