# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of docs/recipes.md, on top of helper.bash, helper-chain.bash,
# helper-docs.bash and helper-policy.bash.

PAGE=$ROOT/docs/recipes.md

# The page says tailgate, as it is installed; here it is that of the tree, at the
# server.
given_command() {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexec %q --netns %q "$@"\n' "$ROOT/tc-scripts/tailgate" "$SERVER" >"$BATS_TEST_TMPDIR/bin/tailgate"
	chmod +x "$BATS_TEST_TMPDIR/bin/tailgate"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# A block of the page, in a file, with changes to it.
recipe() { # KIND FILE [SED-COMMAND]
	blocks "$1" "$PAGE" | sed "${3:-}" >"$2"
	[[ -s $2 ]] || fail "the page has no block '$1'"
	[[ ! ${3:-} ]] || ! cmp -s "$2" <(blocks "$1" "$PAGE") || fail "'$3' changes nothing in '$1'"
}
