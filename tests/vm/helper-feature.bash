# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A feature is a test whose outcome on each kernel stands in docs/kernels.md: it
# works, or the kernel says why not. Another outcome than that is a failure.

load ../bats/helper

readonly RESULTS=/run/features
readonly TABLE=$ROOT/docs/kernels.md

# shellcheck source=/dev/null
source /orders

# The steps of the function are joined by &&: its first failure ends it.
feature() { # FUNCTION
	local outcome=works documented output
	output=$("$1" 2>&1) || outcome=$(words_of_the_kernel "$output")
	printf '%s\t%s\n' "$BATS_TEST_DESCRIPTION" "$outcome" >>"$RESULTS"
	[[ ! $UPDATE ]] || return 0
	documented=$(documented_outcome "$BATS_TEST_DESCRIPTION")
	[[ $documented && $outcome == "$documented" ]] || fail \
		"found: $outcome" "docs/kernels.md has: ${documented:-nothing about it}" "$output"
}

# What tells most of all that was said, in one line without places and numbers.
words_of_the_kernel() { # OUTPUT
	local pattern line
	for pattern in '^(no|an) answer to' '^Error: ' 'failed to create:' 'answers: ' '(not supported|Invalid argument|Unknown|No such|refused)' '.'; do
		line=$(grep -E -- "$pattern" <<<"$1" | tail -n 1)
		if [[ $line ]]; then
			printf '%s' "$line" | sed -E 's/\|/\//g; s/[^ ]*\/tmp\/[^ ]*/…/g'
			return
		fi
	done
	printf 'fails without a word'
}

# The table's cell; its first line names the kernels.
documented_outcome() { # FEATURE
	awk -F ' *[|] *' -v feature="$1" -v series="$SERIES" '
		$2 == "feature" { for (i = 3; i < NF; i++) if ($i == series) column = i }
		$2 == feature && column { print $column; exit }' "$TABLE"
}
