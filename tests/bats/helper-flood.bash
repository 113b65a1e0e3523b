# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests that rearrange a chain under a flood, on top of
# helper.bash and helper-chain.bash. The chains have numbers: mark is their first
# plugin, check the last one, and that tells whether both were of one number.

# Chains 1 to 7 in CHAINS. Their number is odd, so that a bank never gets the
# same chain twice in a row: a packet in a bank while it is refilled would be
# detected.
given_numbered_chains() {
	local number plugin
	CHAINS=()
	for number in {1..7}; do
		for plugin in mark check; do
			"$BUILD/tg-splice" "$FIXTURES/$plugin.o" \
				-o "$BATS_TEST_TMPDIR/$plugin$number.o" "chain_number=$number"
		done
		CHAINS+=("$BATS_TEST_TMPDIR/mark$number.o,count,$BATS_TEST_TMPDIR/check$number.o")
	done
}

# Repeatedly changes to the next chain.
flip_through_chains() { # HOOK HOW-OFTEN
	local n
	for ((n = 1; n <= $2; n++)); do
		on_server chain eth0 "$1" set "${CHAINS[n % ${#CHAINS[@]}]}"
	done
}

# Received packets by result, in COUNTED.
given_the_numbers() { # HOOK
	JUDGED=$(judged "$1")
	SEEN=$(packets count "$1" next counted)
	ONE_CHAIN=$("$BUILD/tg-counters" --json "$PINS" |
		jq 'map(select(.plugin == "check" and .reason != "own-0").packets) | add // 0')
	CHAINS_SEEN=$("$BUILD/tg-counters" --json "$PINS" |
		jq '[.[] | select(.plugin == "check" and .reason != "own-0")] | length')
	COUNTED="sent $SENT, not taken by a full queue $REFUSED, arrived $ARRIVED, judged $JUDGED, by one chain $ONE_CHAIN"
}

# Every received packet was processed once, by one complete chain.
every_packet_met_one_chain() { # HOOK
	given_the_numbers "$1"
	no_call_was_missed
	refute_counted check "$1" drop own-0
	refute_counted mark "$1" next own-0
	((SENT == ARRIVED + REFUSED)) || fail "not all arrived: $COUNTED"
	((JUDGED == ARRIVED && SEEN == ARRIVED && ONE_CHAIN == ARRIVED)) ||
		fail "$COUNTED" "$(what_was_counted)"
	((CHAINS_SEEN == ${#CHAINS[@]})) || fail "only $CHAINS_SEEN chains had packets: $COUNTED"
}

# The whole test. Descriptor 3 shows progress.
flips_under_a_flood() { # HOOK FLIPS LEAST-PACKETS
	local started=$SECONDS
	given_server
	given_quiet_hosts
	given_numbered_chains
	on_server attach eth0 "--$1" --chain "${CHAINS[0]}" >/dev/null
	flood_begins
	flip_through_chains "$1" "$2"
	while (($(arrived_in_all) - ARRIVED_BEFORE < $3)); do
		sleep 0.2
	done
	flood_ends
	every_packet_met_one_chain "$1"
	printf '# %s: %s flips, %s, lost %s, %s s\n' "$1" "$2" "$COUNTED" \
		$((SENT - REFUSED - ONE_CHAIN)) $((SECONDS - started)) >&3
}
