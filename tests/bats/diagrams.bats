#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Diagrams in the documentation are up to date with their sources. Needs no
# graphviz.

load helper

@test "every diagram was drawn from its source as it is now" {
	local source sum
	for source in "$ROOT"/docs/diagrams/*.dot; do
		sum=$(sha256sum <"$source")
		[[ -e ${source%.dot}.svg ]] || fail "not drawn: $source: 'make diagrams' does"
		sed -n 2p "${source%.dot}.svg" | grep -qxF "<!-- ${source##*/} sha256 ${sum%% *} -->" ||
			fail "changed since it was drawn: $source: 'make diagrams' draws it"
		[[ $(tail -n 1 "${source%.dot}.svg") == '</svg>' ]]
	done
}

@test "every diagram has a source, and a place in the documentation" {
	local diagram
	for diagram in "$ROOT"/docs/diagrams/*.svg; do
		[[ -e ${diagram%.svg}.dot ]] || fail "no source: $diagram"
		grep -qF "](diagrams/${diagram##*/})" "$ROOT"/docs/*.md ||
			grep -qF "](../diagrams/${diagram##*/})" "$ROOT"/docs/tutorial/*.md ||
			fail "in no page: $diagram"
	done
}

@test "the commands of the page on how it works do what it says" {
	((EUID == 0)) || fail 'this test needs root'
	run -0 "$ROOT/tests/tutorial/run" "$ROOT/docs/how-it-works.md" 3>&- 4>&-
}
