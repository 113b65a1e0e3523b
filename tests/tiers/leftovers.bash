# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Finds what tests have left behind on this machine: tests/run records the state
# before the first tier, and the last test compares.

LEFTOVERS_BEFORE=

# Prints a line for everything that a test may create.
leftovers_now() {
	local mount
	ip netns list 2>/dev/null | sed 's/ .*//; s/^/namespace /'
	ip -o link show | sed -E 's/^[0-9]+: ([^:@]+).*/device \1/'
	while IFS= read -r mount; do
		printf 'bpffs %s\n' "$mount"
		find "$mount" -mindepth 1 -printf 'pin %p\n' 2>/dev/null || true
	done < <(findmnt -rno TARGET -t bpf || true)
	if timeout 10 docker info &>/dev/null; then
		docker ps -a --format 'container {{.Names}}'
	fi
	processes_of_the_tiers
}

# All processes started by the tiers have this variable in their environment.
processes_of_the_tiers() {
	local file
	while IFS= read -r file; do
		printf 'process %s\n' "${file//[^0-9]/}: $(tr '\0' ' ' 2>/dev/null <"${file%environ}cmdline" || true)"
	done < <(grep -lszF "TAILGATE_TEST_RUN=$TAILGATE_TEST_RUN" /proc/[0-9]*/environ)
}

leftovers_mark() {
	TAILGATE_TEST_RUN=$$.$EPOCHREALTIME
	LEFTOVERS_BEFORE=$(leftovers_now | sort)
	export TAILGATE_TEST_RUN
}

new_leftovers() {
	comm -13 <(printf '%s\n' "$LEFTOVERS_BEFORE") <(leftovers_now | sort)
}

leftovers_report() {
	local try new=
	export -n TAILGATE_TEST_RUN
	# processes may need a moment to end
	for ((try = 0; try < 40; try++)); do
		new=$(new_leftovers)
		[[ $new ]] || break
		sleep 0.5
	done
	if [[ $new ]]; then
		tap_not_ok 'the suite leaves nothing behind' "$new"
	else
		tap_ok 'the suite leaves nothing behind'
	fi
	tap_plan
}
