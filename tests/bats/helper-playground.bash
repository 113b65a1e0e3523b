# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of playgrounds, on top of helper.bash. Each test has
# playgrounds with names of its own:
#
#	load helper
#	load helper-playground
#	setup() { given_playground_name; }
#	teardown() { remove_playgrounds; }

PLAYGROUNDS=()

# Sets NAME to a unique name; a second playground needs a suffix.
given_playground_name() { # [WORD]
	NAME=$(unique "${1:-p}")
	PLAYGROUNDS+=("$NAME")
	# helper.bash uses CLIENT and SERVER
	export CLIENT=tg-$NAME-client SERVER=tg-$NAME-server
}

playground() { # ACTION...
	tailgate playground "$1" --name "$NAME" "${@:2}"
}

remove_playgrounds() {
	for NAME in "${PLAYGROUNDS[@]}"; do
		playground down || true
	done
	clean_up
}

given_a_playground() {
	given_playground_name "$@"
	playground up
}

docker_answers() {
	[[ $(type -P docker) ]] && timeout 10 docker info &>/dev/null
}

# No namespace, note or process of the playground is left.
nothing_is_left() {
	local found
	found=$(
		ls -d "/run/netns/tg-$NAME-"* "/run/tailgate-playground/$NAME" 2>/dev/null || true
		pgrep -af "/run/tailgate-playground/$NAME/" || true
	)
	[[ ! $found ]] || fail "left behind: $found"
}

# Puts a script before the real command in PATH; it may end in 'real "$@"'.
given_instead_of() { # COMMAND WORDS
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	{
		printf '#!/usr/bin/env bash\n'
		printf 'real() { exec %q "$@"; }\n' "$(PATH=${PATH#"$BATS_TEST_TMPDIR/bin:"} type -P "$1")"
		printf '%s\n' "$2"
	} >"$BATS_TEST_TMPDIR/bin/$1"
	chmod +x "$BATS_TEST_TMPDIR/bin/$1"
	[[ $PATH == "$BATS_TEST_TMPDIR/bin:"* ]] || PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

nothing_instead() {
	rm -rf "${BATS_TEST_TMPDIR:?}/bin"
	PATH=${PATH#"$BATS_TEST_TMPDIR/bin:"}
	hash -r
}
