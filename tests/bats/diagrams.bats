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

@test "every picture of a terminal is whole, and has a place in the documentation" {
	local picture found=0
	for picture in "$ROOT"/docs/observe/*.svg; do
		/usr/bin/python3 -c 'import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])' "$picture"
		grep -qF "](observe/${picture##*/})" "$ROOT"/docs/*.md || fail "in no page: $picture"
		((++found))
	done
	((found >= 1))
}

@test "a terminal is drawn with its text, colours and bars" {
	run -0 "$ROOT/docs/observe/terminal-svg" 20 < <(printf '\e[7m title \e[0m\e(B\e[m  x\n\e[1;31m▂█\e[39m \e[22ma<b  c\n')
	# the title is dark on light
	[[ $output == *'<rect x="8" y="8.0" width="56" height="17.0" fill="#d5dae0"/>'* ]]
	[[ $output == *' fill="#1b1f24">title</text>'* && $output == *' fill="#d5dae0">x</text>'* ]]
	# a bar of a quarter, and a full one
	[[ $output == *' height="3.5" fill="#f0625f"/>'* && $output == *' height="14.0" fill="#f0625f"/>'* ]]
	[[ $output == *'>a&lt;b</text>'* && $output == *'width="176" height="50"'* ]]
}
