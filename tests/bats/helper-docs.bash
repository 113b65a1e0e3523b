# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests that run what a page of the docs prints.

# All blocks of a kind, one after the other. The kind is what follows the
# fence, or the beginning of it: 'sh', 'c NAME'.
blocks() { # KIND FILE
	awk -v kind="$1" '
		$0 == "```" { inside = 0 }
		inside { print }
		index($0, "```" kind) == 1 { inside = 1 }' "$2"
}
