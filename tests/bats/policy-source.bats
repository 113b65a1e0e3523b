#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A compiled policy has the text that it was compiled from.

load helper

@test "an object carries its policy, with its include files" {
	local folder=$BATS_TEST_TMPDIR
	printf '\xef\xbb\xbfpass tcp\ninclude "c.policy"' >"$folder/b.policy"
	printf 'pass arp' >"$folder/c.policy"
	printf '%s\n' 'default drop' 'include "b.policy" # twice' 'sublist x {' '	include "c.policy"' '}' 'jump x' >"$folder/a.policy"
	"$BUILD/tg-policy" compile -q "$folder/a.policy" -o "$folder/a.o"
	"$BUILD/tg-rules" source "$folder/a.o" >"$folder/whole.policy"
	"$BUILD/tg-policy" compile -q "$folder/whole.policy" -o "$folder/whole.o"
	diff <("$BUILD/tg-rules" text "$folder/a.o") <("$BUILD/tg-rules" text "$folder/whole.o")
	(($("$BUILD/tg-rules" text "$folder/a.o" | wc -l) == 5))
	diff "$folder/whole.policy" <("$BUILD/tg-rules" source "$folder/whole.o")
	# one that was put in a slot has it still
	"$BUILD/tg-splice" "$folder/a.o" -o "$folder/spliced.o" tg_next_slot=1
	diff "$folder/whole.policy" <("$BUILD/tg-rules" source "$folder/spliced.o")
	run -1 "$BUILD/tg-rules" source "$BUILD/count.o"
	[[ $output == *'does not have its source' ]]
}
