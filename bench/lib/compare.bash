# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Checks for regressions. Machines differ, so ratios within one run are
# compared: frames a second relative to the limit of the same hook, lookups
# relative to a hash lookup.

readonly WARN_BELOW=0.80 FAIL_BELOW=0.65 COMPARED_RUNS=3

# Prints NAME RATIO for each ratio; greater is better.
ratios() { # FILE
	jq -r '
		(.race | map(select(.peer == "limit-xdp") | {key: "\(.kind) \(.count)", value: .mpps.median}) | from_entries) as $limit |
		(.race[] | select(.limit != "limit-egress" and (.peer | startswith("limit") | not)) |
			$limit["\(.kind) \(.count)"] as $most | select($most) |
			["race/\(.kind)/\(.count)/\(.peer)", .mpps.median / $most]),
		(.lookups[] | select(.hashes != null and .hashes > 0) | select(.label | contains(":") | not) |
			["lookup/\(.label)", 1 / .hashes]) | @tsv' "$1"
}

# Fails if a ratio is below the tolerance; prints those that are close to it.
compare() { # FILE RECORDED
	if [[ ! -f $2 ]]; then
		printf 'nothing to compare with: %s is missing\n' "$2"
		return 0
	fi
	awk -F '\t' -v warn="$WARN_BELOW" -v fail="$FAIL_BELOW" '
		NR == FNR { was[$1] = $2; next }
		!($1 in was) || !was[$1] { next }
		{ part = $2 / was[$1] }
		part < fail { bad++; printf "FAILED  %s: %.0f %% of what was recorded\n", $1, part * 100; next }
		part < warn { printf "warning %s: %.0f %% of what was recorded\n", $1, part * 100 }
		END { exit bad > 0 }' <(jq -r 'to_entries[] | [.key, .value] | @tsv' "$2") <(ratios "$1")
}

# One slow run may be caused by the machine, so a ratio has to be too low in
# each of three runs.
compare_runs() { # RECORDED FILE MEASURE, which writes FILE
	local run said slow=''
	for ((run = 1; run <= COMPARED_RUNS; run++)); do
		"$3"
		said=$(compare "$2" "$1") || true
		[[ ! $said ]] || printf '%s\n' "$said"
		slow=$(compare_still_slow "$run" "$slow" "$said")
		[[ $slow ]] || return 0
		printf 'much slower than recorded: run %d of %d\n' "$run" "$COMPARED_RUNS"
	done
	return 1
}

# Names that have failed in this and all previous runs.
compare_still_slow() { # RUN BEFORE SAID
	local name
	sed -n 's/^FAILED  \(.*\): [0-9]* %.*/\1/p' <<<"$3" | while IFS= read -r name; do
		if (($1 == 1)) || grep -qxF -- "$name" <<<"$2"; then
			printf '%s\n' "$name"
		fi
	done
}
