#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# make dist: the archive of a release, which builds and tests without git.

load helper
load helper-playground

setup() {
	[[ -e $ROOT/.git && $(type -P git) ]] || skip 'this tree has no git'
	VERSION=$(tailgate --version)
	VERSION=${VERSION#tailgate }
	# a clone of the last commit: others may be changing this tree
	git clone -q "$ROOT" "$BATS_TEST_TMPDIR/clone"
	CLONE=$BATS_TEST_TMPDIR/clone
	ARCHIVE=$CLONE/build/tailgate-$VERSION.tar.gz
}

teardown() {
	nothing_instead
}

unpack() {
	make -C "$CLONE" --no-print-directory dist
	tar -xf "$ARCHIVE" -C "$BATS_TEST_TMPDIR"
	TREE=$BATS_TEST_TMPDIR/tailgate-$VERSION
}

@test "the archive has the files of the last commit, and the same bytes each time" {
	local first
	unpack
	first=$(sha256sum <"$ARCHIVE")
	touch "$CLONE/README.md"
	make -C "$CLONE" --no-print-directory dist
	[[ $(sha256sum <"$ARCHIVE") == "$first" ]]
	diff <(git -C "$CLONE" ls-files | sort) <(cd "$TREE" && find . -type f -printf '%P\n' | sort)
}

@test "changes that are not committed are left out, and that is said" {
	printf 'more\n' >>"$CLONE/README.md"
	run -0 make -C "$CLONE" --no-print-directory dist
	[[ $output == *'dist: uncommitted changes are left out'* ]]
	unpack
	run ! cmp -s "$CLONE/README.md" "$TREE/README.md"
}

# In the folder of another repository, too.
@test "the archive builds and is tested without git" {
	unpack
	git init -q "$BATS_TEST_TMPDIR"
	printf '/tailgate-*\n' >"$BATS_TEST_TMPDIR/.gitignore"
	given_instead_of git 'echo "git is asked: $*" >&2; exit 1'
	diff <("$TREE/tests/files" | tr '\0' '\n') <(cd "$TREE" && find . -path ./build -prune -o -type f -printf '%P\n' | sort)
	(($("$TREE/tests/style" --c-files | wc -l) > 300))
	run -0 make -C "$TREE" CLANG="$(the_clang)" build/count.o build/drop_tcp.frags.o build/tools/tg-json.o
	[[ -s $TREE/build/count.o && $output != *'git is asked'* ]]
	run -0 bats "$TREE/tests/bats/deps.bats"
	[[ $output != *'git is asked'* ]]
	"$TREE/tc-scripts/tailgate" --version
}

@test "the version is newer than all releases in the changelog" {
	local newest
	newest=$(sed -nE 's/^## \[([0-9.]+)\].*/\1/p' "$ROOT/CHANGELOG.md" | head -n 1)
	[[ ! $newest || $(printf '%s\n' "$newest" "$VERSION" | sort -V | tail -n 1) == "$VERSION" ]]
	[[ $(grep -rlE "^readonly VERSION=" "$ROOT/tc-scripts") == "$ROOT/tc-scripts/lib/common.bash" ]]
}
