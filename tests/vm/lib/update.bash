# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# For --update: writes tests/vm/budget from the transcripts of a run, and, if
# all steps were run, the table and the versions in docs/kernels.md.

write_results() {
	local all
	mapfile -t all < <(known_kernels)
	[[ ${SERIES[*]} == "${all[*]}" ]] || {
		printf 'tests/vm/run: nothing written: --update wants all kernels\n' >&2
		failed=$((failed + 1))
		return
	}
	! grep -q '^not ok .* is accepted$' "$WORK"/*/transcript || {
		printf 'tests/vm/run: nothing written: not all programs were accepted\n' >&2
		failed=$((failed + 1))
		return
	}
	if [[ ! $ONLY ]]; then
		replace_block "$ROOT/docs/kernels.md" features < <(feature_table)
		replace_block "$ROOT/docs/kernels.md" versions < <(version_lines)
	fi
	write_budget >"$WORK/budget"
	cp "$WORK/budget" "$HERE/budget"
}

# Replaces everything between the two comments that name the block.
replace_block() { # FILE NAME
	awk -v name="$2" '
		FNR == NR { block = block $0 "\n"; next }
		$0 == "<!-- " name ", written by make test-vm UPDATE=1 -->" { print; printf "%s", block; inside = 1; next }
		$0 == "<!-- end of " name " -->" { inside = 0 }
		!inside { print }' - "$1" >"$WORK/replaced"
	cp "$WORK/replaced" "$1"
}

feature_table() {
	local kernel files=()
	printf '| feature |'
	printf ' %s |' "${SERIES[@]}"
	printf '\n|---|'
	for kernel in "${SERIES[@]}"; do
		printf '%s' '---|'
		files+=("$WORK/$kernel/transcript")
	done
	printf '\n'
	awk -F '\t' -v kernels="${#files[@]}" '
		FNR == 1 { kernel++ }
		!/^== feature / { next }
		{
			name = substr($1, 12)
			if (!(name in known)) {
				known[name] = 1
				names[++count] = name
			}
			cell[name, kernel] = $2
		}
		END {
			for (i = 1; i <= count; i++) {
				printf "| %s |", names[i]
				for (k = 1; k <= kernels; k++)
					printf " %s |", cell[names[i], k]
				printf "\n"
			}
		}' "${files[@]}"
}

version_lines() {
	local kernel name version
	for kernel in "${SERIES[@]}"; do
		read -r name version <"$WORK/$kernel/kernel"
		# shellcheck disable=SC2016 # these make no command
		printf -- '- %s: `linux-image-%s`, version %s\n' "$kernel" "$name" "$version"
	done
}

# The maximum over all kernels plus a tenth plus two, as even small programs
# vary by an instruction.
write_budget() {
	local kernel files=()
	for kernel in "${SERIES[@]}"; do
		files+=("$WORK/$kernel/transcript")
	done
	sed '/^[^#]/d' "$HERE/budget"
	grep '^default ' "$HERE/budget"
	sed -nE 's/^(not )?ok [0-9]+ - ([^ ]+) ([^ ]+): ([0-9]+) instructions$/\2 \3 \4/p' "${files[@]}" |
		awk '{ key = $1 " " $2; if ($3 > most[key]) most[key] = $3 }
			END { for (key in most) print key, int(most[key] * 1.1) + 2 }' | LC_ALL=C sort
}
