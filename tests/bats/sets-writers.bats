#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Several change the same sets: tools, rules, and tools that are killed.

load helper
load helper-sets

setup() {
	given_set_map
}

teardown() {
	clean_up
}

# --- several at once

@test "two writers at once lose nothing" {
	given_sets
	hosts 10 20000 >a
	hosts 20 20000 >b
	hosts 30 3000 >c
	local pids=() pid
	sets load seen a 3>&- 4>&- &
	pids+=($!)
	sets add seen - <b 3>&- 4>&- &
	pids+=($!)
	split -l 500 c c.
	(for part in c.*; do sets replace steady "$part" && sets add seen - <"$part" || exit; done) 3>&- 4>&- &
	pids+=($!)
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	has_entries seen 43000
	has_entries steady 500
}

@test "what rules add while lists are replaced is never lost" {
	given_programs
	frame_from 198.51.100.7 >frame
	hosts 30 30000 >list
	local try
	(for try in {1..6}; do sets replace steady list || exit; done) 3>&- 4>&- &
	local writer=$! runs=0
	while kill -0 "$writer" 2>/dev/null && ((runs < 40)); do
		run_rule 10000
		runs=$((runs + 1))
	done
	wait "$writer"
	((runs > 0))
	has_entries seen "$((runs * 10000))"
	has_entries steady 30000
	[[ $(sets list --json | jq '[.sets[].refused] | add') == 0 ]]
}

@test "rules do not exceed a set's size while a table is made" {
	given_programs
	frame_from 198.51.100.7 >frame
	local size
	size=$(sets list --json | jq '.sets[] | select(.name == "seen").size')
	hosts 20 "$size" | sets load seen -
	hosts 30 30000 >list
	(for _ in {1..6}; do sets replace steady list || exit; done) 3>&- 4>&- &
	local writer=$!
	while kill -0 "$writer" 2>/dev/null; do
		run_rule 10000
	done
	wait "$writer"
	has_entries seen "$size"
	has_entries steady 30000
}

# The entry that is in all the time, as the loaded program sees it.
watch_entry() {
	until [[ -e stop ]]; do
		drops frame || printf 'missed\n' >>missed
	done
}

@test "writers killed at any point leave a table that works, and the next one mends it" {
	given_programs
	frame_from 198.51.100.7 >frame
	{
		printf '%s\n' 198.51.100.0/28 198.51.0.0/16
		prefixes 10 4000
		hosts 30 40000
	} >list
	sets load steady list
	drops frame
	watch_entry 3>&- 4>&- &
	local watch=$! verb pid number
	for number in {1..40}; do
		case $((number % 4)) in
		0) verb=(replace steady list) ;;
		1) verb=(load seen list) ;;
		2) verb=(replace seen list) ;;
		3) verb=(add seen -) ;;
		esac
		"$SETS" "${verb[0]}" "$PIN" "${verb[@]:1}" <list 3>&- 4>&- &
		pid=$!
		sleep "0.0$((RANDOM % 10))"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || true
		((number % 5)) || sets del seen 198.51.100.0/28 30.0.0.1
	done
	: >stop
	wait "$watch"
	[[ ! -e missed ]]
	sets load seen list
	has_entries seen 44002
	has_entries steady 44002
	sets del seen - <list
	has_entries seen 0
	run ! bpftool map lookup pinned "$PIN" key 1 0 0 0
}

# Loads a list and kills that, after a longer time with each try, until some of
# the entries were added.
kill_a_load() { # FILE
	local try pid count
	for try in {1..200}; do
		"$SETS" load "$PIN" seen "$1" 3>&- 4>&- &
		pid=$!
		sleep "$(printf '0.%03d' $((5 * try)))"
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" || true
		count=$(entries_of seen)
		((count == 0)) || break
	done
	((count < $(wc -l <"$1"))) || {
		sets flush seen
		return 1
	}
}

@test "a table that a killed writer was changing is made anew, with its entries and right counts" {
	given_programs
	frame_from 198.51.100.7 >frame
	hosts 30 400000 >list
	eventually kill_a_load list
	local before count
	before=$(table_in_force)
	count=$(entries_of seen)
	# readers leave it
	[[ $(table_in_force) == "$before" ]]
	sets add few 198.51.100.7
	[[ $(table_in_force) != "$before" ]]
	has_entries seen "$count"
	before=$(table_in_force)
	sets add few 198.51.100.8
	[[ $(table_in_force) == "$before" ]]
	# rules go by the count that is kept
	run_rule "$((500000 - count + 1))"
	has_entries seen 500000
	[[ $(sets list --json | jq '.sets[] | select(.name == "seen").refused') == 1 ]]
}
