#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The man page of tailgate has what --help has, and its examples work.

load helper
load helper-chain

MAN=$ROOT/docs/man/tailgate.8

teardown() {
	remove_chains
}

# The lines of a section ("Sh OPTIONS") or a subsection ("Ss attach").
section() { # MACRO NAME
	awk -v macro=".$1" -v name="$2" '
		/^\.Sh/ || (macro == ".Ss" && /^\.Ss/) { inside = 0 }
		inside
		$1 == macro && $2 == name { inside = 1; print }' "$MAN"
}

options_of_section() { # MACRO NAME
	section "$1" "$2" | grep -oE '\bFl -?[a-z0-9][a-z0-9-]*' | sed 's/^Fl /-/' | sort -u
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

@test "the man page has the verbs of --help, in the same order" {
	(($(verbs | wc -l) >= 10))
	diff <(verbs) <(sed -nE 's/^\.Ss ([a-z]+).*/\1/p' "$MAN")
}

@test "the man page has the global options of --help" {
	diff <(global_options) <(options_of_section Sh OPTIONS)
}

@test "the man page has the options of each verb's --help, and no others" {
	local verb found=0
	for verb in $(verbs); do
		diff <(help_of "$verb" | options_of_help | without_global_options) \
			<(options_of_section Ss "$verb" | without_global_options) ||
			fail "the man page and --help differ: $verb"
		found=$((found + $(options_of_section Ss "$verb" | wc -l)))
	done
	((found >= 40)) || fail "only $found options were found"
}

@test "the man page has the actions of policy, chain, playground, set and flows" {
	local verb
	for verb in set flows; do
		diff <(tailgate "$verb" --help | sed -nE "s/^(Usage:|      ) tailgate $verb ([a-z]+) .*/\\2/p" | sort -u) \
			<(section Ss "$verb" | sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' | sort -u)
	done
	diff <(policy_actions) <(section Ss policy | sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' | sort -u)
	for verb in chain playground; do
		diff <(tailgate "$verb" --help | sed -nE '/^(Usage:|      ) tailgate/ { s/.*tailgate chain DEV HOOK //p; s/.*tailgate playground //p }' |
			sed 's/ .*//; s/[][]//g' | tr '|' '\n' | sort -u) <(section Ss "$verb" | sed -nE 's/^\.It Cm ([a-z]+).*/\1/p' | sort -u)
	done
}

@test "the examples of the man page work" {
	given_device
	cp "$ROOT/docs/examples/web.policy" "$BATS_TEST_TMPDIR/edge.policy"
	local line count=0
	while IFS= read -r line; do
		(cd "$BATS_TEST_TMPDIR" &&
			bash -euo pipefail -c "tailgate() { '$ROOT/tc-scripts/tailgate' --netns '$SERVER' \"\$@\"; }; $line") ||
			fail "$line"
		((++count))
	done < <(section Sh EXAMPLES | sed -n 's/^\.Dl //p')
	((count == 7))
	run -0 on_server status eth0
	[[ $output == *'nothing is attached'* ]]
}
