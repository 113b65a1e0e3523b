#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The map of the docs, and links between pages.

load helper

@test "every page of docs/ is in its map" {
	local page missing=()
	for page in "$ROOT"/docs/*.md; do
		page=${page##*/}
		[[ $page == README.md ]] || grep -qF "]($page)" "$ROOT/docs/README.md" || missing+=("$page")
	done
	((${#missing[@]} == 0)) || fail "not in docs/README.md: ${missing[*]}"
}

@test "links between pages lead to files that exist" {
	local page link count=0
	while IFS= read -rd '' page; do
		[[ $page == *.md ]] || continue
		while IFS= read -r link; do
			[[ $link != *:* && $link != '#'* ]] || continue
			((++count))
			[[ -e $ROOT/$(dirname "$page")/${link%%#*} ]] || fail "$page: no such file: $link"
		done < <(grep -oE '\]\([^) ]+\)' "$ROOT/$page" | sed 's/^](//; s/)$//')
	done < <("$ROOT/tests/files")
	((count > 50)) || fail "only $count links were found"
}

# Figures that docs/beside.md takes from docs/performance.md.
@test "the figures beside other filters are those that were measured" {
	local figure found=0
	while read -r figure; do
		grep -qE "(^|[^0-9.])$figure" "$ROOT/docs/performance.md" || fail "not in docs/performance.md: $figure"
		((++found))
	done < <(tr '\n' ' ' <"$ROOT/docs/beside.md" | grep -oE '\b[0-9]+\.[0-9]+ million' | cut -d' ' -f1)
	((found >= 5))
}
