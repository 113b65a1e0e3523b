#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial's joint table of XDP and clsact egress.

load helper

setup() {
	given_hosts
	given_known_neighbours
}

teardown() {
	clean_up
}

given_both_programs() {
	attach_by_hand server xdp "$BUILD/tutorial/pair_stats.o"
	attach_by_hand server egress "$BUILD/tutorial/pair_stats.o"
}

# RX-PACKETS RX-BYTES TX-PACKETS TX-BYTES of a pair
pair() { # LOCAL REMOTE
	"$BUILD/tutorial/pair_table" | awk -v local="$1" -v remote="$2" \
		'$1 == local && $2 == remote { print $3, $4, $5, $6 }'
}

@test "what comes and what goes between two addresses is one row" {
	given_both_programs
	in_client ping -q -c 4 -i 0.1 -W 1 "$SERVER4"
	[[ $(pair "$SERVER4" "$CLIENT4") == '4 392 4 392' ]]
	[[ ! $(pair "$CLIENT4" "$SERVER4") ]]
}

@test "a pair of IPv6 addresses is a row as well" {
	given_both_programs
	in_client ping -q -c 4 -i 0.1 -W 1 "$SERVER6"
	read -r rx _ tx _ <<<"$(pair "$SERVER6" "$CLIENT6")"
	# the neighbours may have something to ask each other
	((rx >= 4 && rx <= 8 && tx >= 4 && tx <= 8))
}

@test "each pair has a row of its own" {
	given_both_programs
	in_client ip addr add 198.51.100.7/24 dev eth0
	in_client ping -q -c 2 -i 0.1 -W 1 "$SERVER4"
	in_client ping -q -c 3 -i 0.1 -W 1 -I 198.51.100.7 "$SERVER4"
	[[ $(pair "$SERVER4" "$CLIENT4") == '2 196 2 196' ]]
	[[ $(pair "$SERVER4" 198.51.100.7) == '3 294 3 294' ]]
}

@test "both programs use one map, whichever comes first" {
	attach_by_hand server egress "$BUILD/tutorial/pair_stats.o"
	in_client ping -q -c 2 -i 0.1 -W 1 "$SERVER4"
	[[ $(pair "$SERVER4" "$CLIENT4") == '0 0 2 196' ]]
	attach_by_hand server xdp "$BUILD/tutorial/pair_stats.o"
	in_client ping -q -c 2 -i 0.1 -W 1 "$SERVER4"
	[[ $(pair "$SERVER4" "$CLIENT4") == '2 196 4 392' ]]
}

@test "a packet that is cut into several on its way out counts as several" {
	head -c 1000000 /dev/zero >"$BATS_TEST_TMPDIR/www/large"
	given_both_programs
	in_client curl -gsS --noproxy '*' --max-time "$TIMEOUT" -o /dev/null "http://$SERVER4/large"
	read -r _ _ packets bytes <<<"$(pair "$SERVER4" "$CLIENT4")"
	((bytes >= 1000000 && packets >= bytes / 1514))
}

@test "what is not IP makes no row" {
	given_no_ipv6
	given_both_programs
	reaches arp
	run -0 "$BUILD/tutorial/pair_table"
	[[ ${#lines[@]} == 1 && $output == LOCAL*REMOTE*TX-BYTES ]]
}

@test "many rows are read, sorted by address" {
	local n
	given_both_programs
	for ((n = 10; n < 110; n++)); do
		printf 'addr add 198.51.100.%d/24 dev eth0\n' "$n"
	done | in_client ip -batch -
	for ((n = 109; n >= 10; n--)); do
		in_client ping -q -c 1 -W 5 -I "198.51.100.$n" "$SERVER4" >/dev/null
	done
	diff <(printf '198.51.100.%d\n' {10..109}) \
		<("$BUILD/tutorial/pair_table" | awk '$2 ~ /^198/ { print $2 }')
}

@test "the reader says which map is missing, and refuses another one" {
	run -1 "$BUILD/tutorial/pair_table"
	[[ $output == "pair_table: $PINS/tut_pairs is not there: "*pair_stats.o* ]]
	attach_by_hand server xdp count
	run -1 "$BUILD/tutorial/pair_table" "$PINS/tgc_count"
	[[ $output == *'is not the map of build/tutorial/pair_stats.o' ]]
	run -2 "$BUILD/tutorial/pair_table" one two
	run -0 "$BUILD/tutorial/pair_table" --help
}
