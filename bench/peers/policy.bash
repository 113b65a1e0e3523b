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
	if policy_has_sets "$file"; then
		# pins the arrays, beside which the sets are pinned
		"$HERE/../tc-scripts/tailgate" attach "$device" "$@" --chain count >/dev/null
		policy_sets_make "$file" "$device"
		policy_sets load "$file.entries"
	fi
	"$HERE/../tc-scripts/tailgate" attach "$device" "$@" --chain "$PINS_FILES/policy.o" >/dev/null
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

# --- sets

policy_has_sets() { # FILE
	grep -q '^set ' "$1.policy"
}

# Makes the sets that the policy declares, and writes their numbers into the
# object: in the pins of the attachment, or in a folder if there is none.
policy_sets_make() { # FILE DEVICE
	"$BUILD/tg-policy" compile "$1.policy" -o "$PINS_FILES/policy.o"
	"$BUILD/tg-sets" prepare "$(policy_sets_pin "$2")" "$PINS_FILES/policy.o"
}

policy_sets_pin() { # DEVICE
	local pins
	pins=/run/tailgate/$(stat -Lc %i /proc/self/ns/net)-$1/tc/globals
	[[ -d $pins ]] || pins=$PINS
	printf '%s/tgs_sets\n' "$pins"
}

policy_sets() { # VERB ENTRIES
	"$BUILD/tg-sets" "$1" "$(policy_sets_pin in)" blocked "$2"
}
