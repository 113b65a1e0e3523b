#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tc-scripts/deps, with stand-ins for dpkg-query and apt: nothing is installed.

load helper
load helper-playground

setup() {
	TREE=$BATS_TEST_TMPDIR/tree
	mkdir -p "$TREE/tc-scripts" "$TREE/docs"
	cp "$ROOT/tc-scripts/deps" "$TREE/tc-scripts/deps"
	# shellcheck disable=SC2016 # the marks of Markdown
	printf '| %s | %s | %s |\n' package group why --- --- --- \
		'`aa`' use x '`bb` or `cc`' build y '`dd`' test '' '`ee`' docker z >"$TREE/docs/dependencies.md"
	has_installed
	apt_offers aa bb cc dd ee
	# shellcheck disable=SC2016 # expands in the stand-in
	given_instead_of apt-get 'printf "apt-get %s\n" "$*" >>"$CALLS"'
	export CALLS=$BATS_TEST_TMPDIR/calls POLICY_RC_D=$BATS_TEST_TMPDIR/policy-rc.d
	: >"$CALLS"
}

teardown() {
	nothing_instead
}

deps() {
	"$TREE/tc-scripts/deps" "$@"
}

has_installed() { # PACKAGE...
	given_instead_of dpkg-query "printf '%s installed\n' $* gone; printf 'aa deinstalled\n'"
}

apt_offers() { # PACKAGE...
	given_instead_of apt-cache "
		[[ ' $* ' == *\" \$2 \"* ]] && printf 'Candidate: 1\n' || printf 'Candidate: (none)\n'"
}

@test "deps names the command that would install what is missing" {
	run -0 deps --dry-run
	[[ $output == 'apt-get install --yes --no-install-recommends aa bb dd' ]]
	[[ ! -s $CALLS ]]
}

@test "deps takes one of several packages that is installed, else the first on offer" {
	has_installed cc
	run -0 deps --dry-run
	[[ $output == *' aa dd' ]]
	has_installed
	apt_offers aa cc dd
	run -0 deps --dry-run
	[[ $output == *' aa cc dd' ]]
}

@test "deps says nothing where nothing is missing" {
	has_installed aa bb dd
	run -0 deps
	[[ ! $output && ! -s $CALLS ]]
	run -0 deps --dry-run
	[[ $output == 'nothing is missing' ]]
}

# With the real dpkg-query: who is not root does not find the stand-ins.
as_nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		--inh-caps=+dac_read_search --ambient-caps=+dac_read_search "$@"
}

@test "deps needs no root where nothing is missing" {
	nothing_instead
	[[ $(type -P dpkg-query) ]] || skip 'this is no Debian'
	# shellcheck disable=SC2016 # the marks of Markdown
	printf '| `none-such` or `bash` | use | |\n' >"$TREE/docs/dependencies.md"
	run -0 as_nobody "$TREE/tc-scripts/deps"
	[[ ! $output ]]
}

@test "deps that may not install says in one line what is missing" {
	nothing_instead
	[[ $(type -P dpkg-query) ]] || skip 'this is no Debian'
	# shellcheck disable=SC2016 # the marks of Markdown
	printf '| `none-such` | use | |\n| `nor-this` or `that` | build | |\n' >"$TREE/docs/dependencies.md"
	run -1 as_nobody "$TREE/tc-scripts/deps"
	[[ $output == 'deps: missing: none-such nor-this: installing needs root' ]]
}

@test "deps --docker, and groups by name" {
	has_installed aa bb dd
	run -0 deps --dry-run --docker
	[[ $output == *' ee' ]]
	has_installed
	run -0 deps --dry-run build use
	[[ $output == *' aa bb' ]]
	run -2 deps everything
}

@test "deps installs without a look at the archive when apt knows the packages" {
	run -0 deps build
	[[ $output == 'deps: installing bb' ]]
	[[ $(<"$CALLS") == 'apt-get install --yes --no-install-recommends bb '* ]]
}

@test "deps forbids services to start while apt is at work, and only then" {
	# shellcheck disable=SC2016 # expands in the stand-in
	given_instead_of apt-get '"$POLICY_RC_D" docker start; printf "the policy says %d\n" "$?" >"$CALLS"'
	run -0 deps
	[[ $(<"$CALLS") == 'the policy says 101' ]]
	[[ ! -e $POLICY_RC_D ]]
}

@test "deps leaves a policy of somebody else in force" {
	printf '#!/bin/sh\nexit 104\n' >"$POLICY_RC_D"
	run -0 deps
	[[ $(<"$POLICY_RC_D") == *104 ]]
}

@test "deps updates the lists when apt knows nothing of a package, and tells if it still does not" {
	apt_offers bb dd
	run -0 deps --dry-run
	[[ $output == 'apt-get update && apt-get install '*' bb dd aa' ]]
	run -1 deps
	[[ ${lines[*]} == 'deps: apt-get update deps: installing bb dd deps: apt does not know these: aa' ]]
	[[ $(head -n 1 "$CALLS") == 'apt-get update '* ]]
}

@test "deps shows what apt said when it fails" {
	given_instead_of apt-get 'echo "E: no disk"; exit 100'
	run -1 deps
	[[ $output == *'E: no disk'*"failed" ]]
}

@test "the list of the tree is one that deps can read" {
	nothing_instead
	run -0 "$ROOT/tc-scripts/deps" --dry-run
	[[ $output == 'nothing is missing' || $output == 'apt-get '* ]]
	run -0 grep -c '^| `' "$ROOT/docs/dependencies.md"
	((output > 10))
}
