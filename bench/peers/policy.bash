# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by the policy on all hooks: compiles it and attaches a chain.

policy_can() {
	[[ -f $BUILD/policy.o ]]
}

policy_attach() { # FILE DEVICE OPTION...
	local file=$1 device=$2
	shift 2
	"$BUILD/tg-policy" compile "$file.policy" -o "$PINS_FILES/policy.o"
	"$HERE/../tc-scripts/tailgate" attach "$device" "$@" --chain "$PINS_FILES/policy.o" >/dev/null
	[[ ! -f $file.entries ]] || policy_set load "$device" "$file.entries"
}

# From the rules' text, as an administrator does it.
policy_swap() { # FILE DEVICE
	"$HERE/../tc-scripts/tailgate" policy apply "$2" "$1.policy"
}

policy_detach() { # DEVICE
	"$HERE/../tc-scripts/tailgate" detach "$1"
}

# For frames that the policy leaves to the end of its chain.
policy_drop_rest() { # DEVICE OPTION...
	"$HERE/../tc-scripts/tailgate" attach "$@" --default drop
}

# The set is that of the policies that bench/lib/sets.bash writes.
policy_set() { # VERB DEVICE ENTRIES
	"$HERE/../tc-scripts/tailgate" set "$1" "$2" blocked "$3"
}
