#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Comparing benchmark results with recorded ones: lower ratios are reported, and
# fail if they are too low in three runs. The results are made up.

load helper

setup() {
	HERE=$ROOT/bench
	WORK=$BATS_TEST_TMPDIR
	# shellcheck source=bench/lib/compare.bash
	source "$HERE/lib/compare.bash"
}

progress() {
	:
}

@test "a ratio that is much lower than recorded fails, a lower one is told" {
	printf '{"lookup/x": 2, "lookup/y": 2, "lookup/z": 2}' >"$WORK/recorded.json"
	lookups_as 2 1.5 2 >"$WORK/figures.json"
	run -0 compare "$WORK/figures.json" "$WORK/recorded.json"
	[[ $output == 'warning lookup/y: 75 % of what was recorded' ]]
	lookups_as 2 2 1 >"$WORK/figures.json"
	run -1 compare "$WORK/figures.json" "$WORK/recorded.json"
	[[ $output == 'FAILED  lookup/z: 50 % of what was recorded' ]]
}

lookups_as() { # X Y Z
	jq -n --argjson x "$1" --argjson y "$2" --argjson z "$3" \
		'{race: [], lookups: [["x", $x], ["y", $y], ["z", $z]] | map({label: .[0], hashes: (1 / .[1])})}'
}

# Each run of compare_runs gets the next line; recorded was 2 for all.
given_runs() { # <X Y Z in each line
	cat >"$WORK/lines"
	printf '{"lookup/x": 2, "lookup/y": 2, "lookup/z": 2}' >"$WORK/recorded.json"
	: >"$WORK/runs"
}

measure_next() {
	local -a ratios
	printf 'run\n' >>"$WORK/runs"
	read -ra ratios < <(sed -n "$(wc -l <"$WORK/runs")p" "$WORK/lines")
	lookups_as "${ratios[@]}" >"$WORK/figures.json"
}

compare_given_runs() {
	compare_runs "$WORK/recorded.json" "$WORK/figures.json" measure_next
}

@test "a ratio 21 % lower than recorded is warned of, and one run is enough" {
	given_runs <<<'2 1.58 1.61'
	run -0 compare_given_runs
	[[ $output == 'warning lookup/y: 79 % of what was recorded' ]]
	(($(wc -l <"$WORK/runs") == 1))
}

@test "a ratio 36 % lower than recorded in each of three runs fails" {
	given_runs <<-'END'
		2 1.28 2
		1.31 1.27 2
		1.28 1.2 2
	END
	run -1 compare_given_runs
	[[ $output == *'FAILED  lookup/y: 60 % of what was recorded'* ]]
	[[ $output == *'much slower than recorded: run 3 of 3' ]]
	(($(wc -l <"$WORK/runs") == 3))
}

@test "a ratio that is much too low in two runs of three, or another in each, does not fail" {
	given_runs <<-'END'
		2 1.2 2
		2 1.2 2
		2 1.31 2
	END
	run -0 compare_given_runs
	(($(wc -l <"$WORK/runs") == 3))
	given_runs <<-'END'
		2 1.2 2
		1.2 2 2
	END
	run -0 compare_given_runs
	(($(wc -l <"$WORK/runs") == 2))
}

@test "what has been recorded is compared with itself without a word" {
	local HERE=$WORK/bench
	mkdir -p "$HERE/lib"
	cp "$ROOT/bench/record" "$HERE"
	cp "$ROOT/bench/lib/compare.bash" "$HERE/lib"
	lookups_as 2 1.5 2 | jq '.race = [
		{peer: "limit-xdp", kind: "ports", count: 10, mpps: {median: 8}},
		{peer: "nft-set", kind: "ports", count: 10, mpps: {median: 2}}]' >"$WORK/figures.json"
	"$HERE/record" "$WORK/figures.json"
	jq -e '."race/ports/10/nft-set" == 0.25 and (keys | length) == 4' "$HERE/recorded.json"
	run -0 compare "$WORK/figures.json" "$HERE/recorded.json"
	[[ ! $output ]]
}
