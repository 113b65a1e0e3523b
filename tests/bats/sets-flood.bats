#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Readers under a flood, while a writer changes a set: no frame is judged by an
# entry that was not in force at some moment of its way.

load helper
load helper-chain
load helper-policy

setup_file() {
	build_sender
}

setup() {
	given_no_gc_meanwhile
}

teardown() {
	: >"$BATS_TEST_TMPDIR/stop"
	remove_chains
}

# --- addresses

# Addresses that are in the set all the time, those that never are, and the
# entries that come and go beside, above and below them.
given_lists() {
	awk -v seed=1 'BEGIN {
		srand(seed)
		for (i = 0; i < 256; i += 2) {
			# hosts between hosts that change
			print "198.18.0." i >"in.hosts"
			print "198.18.0." i >"steady.list"
			print "198.18.0." i + 1 >"churn.list"
			print "198.18.1." i >"out.hosts"
			print "198.18.1." i + 1 >"churn.list"
			# in a prefix, or excepted from it, with longer ones in it that change
			print "198.19.7." i >"in.hosts"
			print "198.19.8." i >"out.hosts"
			printf "198.19.%d.%d/%d\n", 7 + i % 4 / 2, int(i / 4) * 4, 30 + i % 3 >"churn.list"
			# behind prefixes that change, one beside the other
			printf "198.18.%d.0/24\n", 64 + i / 2 >(i % 4 ? "churn.list" : "steady.list")
			printf "198.18.%d.9\n", 64 + i / 2 >(i % 4 ? "/dev/null" : "in.hosts")
			printf "198.18.%d.9\n", 192 + i / 4 >"out.hosts"
		}
		print "198.19.0.0/18\n!198.19.8.0/24" >"steady.list"
		print "198.19.0.0/16\n198.16.0.0/15\n198.18.128.0/18\n198.19.7.0/24\n198.19.6.0/23" >"churn.list"
	}'
	sort -u -o in.hosts in.hosts
	sort -u -o out.hosts out.hosts
	sort -u churn.list | grep -Fvxf steady.list >churn.new
	mv churn.new churn.list
	cat steady.list churn.list >all.list
}

# Rules 1 and 4 of each pair match as they should; 2 and 3 only if an entry was
# missed or invented.
given_telling_policy() {
	given_policy telling \
		"list in = { $(paste -sd, in.hosts | sed 's/,/, /g') }" \
		"list out = { $(paste -sd, out.hosts | sed 's/,/, /g') }" \
		'set churn { addresses size 10000 }' 'default pass' \
		'drop from in from @churn' 'drop from in' \
		'drop from out from @churn' 'drop from out'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply telling >/dev/null
}

frames_of() { # FILE
	awk -F . '{ printf "02000000000202000000000108004500001400000000 40fd0000%02x%02x%02x%02xcb007101\n", $1, $2, $3, $4 }' "$1"
}

flood() {
	until [[ -e $BATS_TEST_TMPDIR/stop ]]; do
		in_client "$SENDER" eth0 <frames || return
	done
}

# The packets of the four rules.
rule_counts() {
	on_server policy show eth0 --json | jq -c '[.hooks[0].policy.rules[].packets]'
}

sets() { # VERB WORD...
	"$BUILD/tg-sets" "$1" "$PINS/tgs_sets" "${@:2}"
}

# --- the flood

readonly ROUNDS=25

# Runs the changes of a round until there were enough of them, and of frames.
judged_right_while() { # FUNCTION
	local flooder round counts right wrong
	cd "$BATS_TEST_TMPDIR" || return
	given_server
	given_lists
	given_telling_policy
	sets load churn steady.list
	cat in.hosts out.hosts | shuf --random-source=in.hosts >hosts
	for _ in {1..20}; do frames_of hosts; done >frames
	flood 3>&- 4>&- &
	flooder=$!
	for ((round = 1; round <= ROUNDS || $(rule_counts | jq 'add') < 200000; round++)); do
		"$1" || fail "round $round"
		((round < 2000)) || fail "too few frames: $(rule_counts)"
	done
	: >stop
	wait "$flooder"
	counts=$(rule_counts)
	right=$(jq '.[0] > 50000 and .[3] > 50000' <<<"$counts")
	wrong=$(jq '.[1] + .[2]' <<<"$counts")
	[[ $right == true && $wrong == 0 ]] || fail "packets of the rules: $counts, after $round rounds"
}

add_and_delete() {
	sets add churn - <churn.list
	sets del churn - <churn.list
}

replace_lists() {
	sets replace churn all.list
	sets replace churn steady.list
}

# Additions for a time, prolonged and cut short: deadlines change in place.
change_times() {
	sets load churn all.list
	awk -v year=$(($(date +%Y) + 2)) '!/^!/ { print $0 " # until " year "-01-01T00:00:00Z" }' all.list >timed.list
	sets load churn timed.list
	sets load churn <(sed 's/ #.*/ # until forever/' timed.list)
	sets del churn - <churn.list
}

@test "no frame is judged wrong while hosts and prefixes are added and deleted" {
	judged_right_while add_and_delete
}

@test "no frame is judged wrong while whole lists are replaced" {
	judged_right_while replace_lists
}

@test "no frame is judged wrong while entries get other deadlines" {
	judged_right_while change_times
}
