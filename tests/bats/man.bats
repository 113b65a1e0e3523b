#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The man pages have what --help has, and their examples work.
# shellcheck disable=SC2154 # 'run' sets stderr

load helper
load helper-chain

MAN_PAGES=$ROOT/docs/man
MAN=$MAN_PAGES/tailgate.8

teardown() {
	remove_chains
}

# The lines of a section ("Sh OPTIONS") or a subsection ("Ss attach").
section() { # MACRO NAME [PAGE]
	awk -v macro=".$1" -v name="$2" '
		/^\.Sh/ || (macro == ".Ss" && /^\.Ss/) { inside = 0 }
		inside
		$1 == macro && $2 == name { inside = 1; print }' "${3:-$MAN}"
}

# The page that tailgate(8) names for a verb.
page_of_verb() { # VERB
	section Sh VERBS | awk -v verb="$1" '
		$1 == ".It" { wanted = $3 == verb }
		wanted && $1 == ".Xr" { print $2 "." $3 }'
}

# What a page says of a verb: its subsection, or else the whole page.
about_verb() { # VERB
	local page
	page=$MAN_PAGES/$(page_of_verb "$1")
	if grep -qE "^\.Ss $1( |\$)" "$page"; then
		section Ss "$1" "$page"
	else
		cat "$page"
	fi
}

options_of_text() {
	grep -oE '\bFl -?[a-z0-9][a-z0-9-]*' | sed 's/^Fl /-/' | sort -u
}

actions_of_text() {
	sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' | sort -u
}

# Long options, and short ones in the forms "[-q]", "-p, --policy" and "-o OBJECT".
# The examples of the help have options of other programs.
options_of_help() {
	local text
	text=$(grep -vE '^ *(Example: +|tcpdump )')
	{
		grep -oE -- '--[a-z0-9][a-z0-9-]*' <<<"$text"
		grep -oE -- '\[-[a-z]\]|-[a-z], --|-o OBJECT' <<<"$text" | grep -oE -- '-[a-z]\b'
	} | sort -u
}

global_options() {
	tailgate --help | options_of_help
}

without_global_options() {
	grep -vxFf <(global_options) || true
}

help_of() { # VERB
	local action
	tailgate "$1" --help
	[[ $1 == policy ]] || return 0
	for action in $(policy_actions); do
		tailgate policy "$action" --help
	done
}

policy_actions() {
	tailgate policy --help | sed -nE 's/^(Usage:|      ) tailgate policy ([a-z]+) .*/\2/p' | sort -u
}

verbs() {
	tailgate --help | sed -nE 's/^  ([a-z]+)  .*/\1/p'
}

@test "tailgate(8) has the verbs and summaries of --help, in the same order" {
	(($(verbs | wc -l) >= 10))
	diff <(tailgate --help | sed -nE 's/^  ([a-z]+) +(.*)/\1 \2/p') \
		<(section Sh VERBS | awk '$1 == ".It" { verb = $3; getline; $0 = tolower(substr($0, 1, 1)) substr($0, 2); sub(/\.$/, ""); print verb, $0 }')
}

@test "tailgate(8) has the global options of --help" {
	diff <(global_options) <(section Sh OPTIONS | options_of_text)
}

@test "the page of each verb has the options of its --help, and no others" {
	local verb found=0
	for verb in $(verbs); do
		diff <(help_of "$verb" | options_of_help | without_global_options) \
			<(about_verb "$verb" | options_of_text | without_global_options) ||
			fail "the man page and --help differ: $verb"
		found=$((found + $(about_verb "$verb" | options_of_text | wc -l)))
	done
	((found >= 40)) || fail "only $found options were found"
}

@test "the pages have the actions of policy, chain, playground, set, flows and limits" {
	local verb
	for verb in set flows limits; do
		diff <(tailgate "$verb" --help | sed -nE "s/^(Usage:|      ) tailgate $verb ([a-z]+) .*/\\2/p" | sort -u) \
			<(about_verb "$verb" | actions_of_text)
	done
	diff <(policy_actions) <(about_verb policy | actions_of_text)
	for verb in chain playground; do
		diff <(tailgate "$verb" --help | sed -nE '/^(Usage:|      ) tailgate/ { s/.*tailgate chain DEV HOOK //p; s/.*tailgate playground //p }' |
			sed 's/ .*//; s/[][]//g' | tr '|' '\n' | sort -u) <(about_verb "$verb" | actions_of_text)
	done
}

@test "every page is listed in tailgate(8)" {
	diff <(cd "$MAN_PAGES" && printf '%s\n' tailgate?*.? | sed -E 's/(.*)\.(.)/\1 \2/' | sort) \
		<(section Sh SEE "$MAN" | sed -nE 's/^\.Xr (tailgate-[a-z]+ [0-9]).*/\1/p' | sort)
}

# mandoc looks for the pages that others refer to among those installed.
@test "mandoc and man find nothing in the pages, and references are to pages that exist" {
	local page name
	run --separate-stderr mandoc -T lint "$MAN_PAGES"/*.?
	diff /dev/null <(grep -vE '^$|referenced manual not found' <<<"$output")
	for page in "$MAN_PAGES"/*.?; do
		LC_ALL=C.UTF-8 MANWIDTH=80 run -0 --separate-stderr man --warnings -l "$page"
		[[ $output == *SYNOPSIS* && ! $stderr ]] || fail "$page: $stderr"
	done
	while read -r name; do
		[[ -e $MAN_PAGES/$name ]] || fail "there is no page $name"
	done < <(sed -nE 's/^\.Xr (tailgate[a-z-]*) ([0-9]).*/\1.\2/p' "$MAN_PAGES"/*.?)
}

@test "the examples of the man pages work" {
	given_device
	cp "$ROOT/docs/examples/web.policy" "$BATS_TEST_TMPDIR/edge.policy"
	cp "$ROOT/docs/examples/ban.policy" "$BATS_TEST_TMPDIR/ban.policy"
	printf '198.51.100.0/25\n' >"$BATS_TEST_TMPDIR/blocklist.txt"
	local page line count=0
	for page in "$MAN_PAGES"/*.8; do
		while IFS= read -r line; do
			(cd "$BATS_TEST_TMPDIR" &&
				bash -euo pipefail -c "tailgate() { '$ROOT/tc-scripts/tailgate' --netns '$SERVER' \"\$@\"; }; $line") ||
				fail "$page: $line"
			((++count))
		done < <(section Sh EXAMPLES "$page" | sed -n 's/^\.Dl //p')
		run -0 on_server status eth0
		[[ $output == *'nothing is attached'* ]] || fail "$page: $output"
	done
	((count >= 30)) || fail "only $count examples were found"
}

# The first literal block of the examples is the file, the second the commands.
@test "the plugin of tailgate-plugin(7) is that of the docs, and its commands compile it" {
	local page=$MAN_PAGES/tailgate-plugin.7 commands
	cd "$BATS_TEST_TMPDIR"
	section Sh EXAMPLES "$page" | awk '/^\.Ed/ { exit } inside; /^\.Bd/ { inside = 1 }' >no_trace.bpf.c
	diff <(awk '/^```/ { inside = 0 } inside; /^```c no_trace/ { inside = 1 }' "$ROOT/docs/writing-a-plugin.md") no_trace.bpf.c
	commands=$(section Sh EXAMPLES "$page" | awk '/^\.Ed/ { inside = 0 } inside; /^\.Bd.*-offset/ { inside = 1 }')
	[[ $commands == *-I/usr/include/tailgate* ]]
	commands=${commands/-I\/usr\/include\/tailgate/-I$ROOT/progs/include -I$ROOT/maps}
	CLANG=$(the_clang) bash -euxc "clang() { command \"\$CLANG\" \"\$@\"; }; $commands"
	[[ -s no_trace.o && -s no_trace.frags.o ]]
}
