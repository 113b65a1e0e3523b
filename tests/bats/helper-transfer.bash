# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of transfers that go on while policies, chains and flows
# change, on top of helper.bash, helper-chain.bash and helper-policy.bash.

readonly TRANSFER=$ROOT/tests/tools/transfer.py

# What receivers have room for, in bytes. A window of it is less than the 256
# packets that a veth device with XDP queues; it drops others.
readonly TRANSFER_BUFFER=200000

# What each of the two connections moves at least, while it is looked at.
readonly TRANSFER_LEAST=5000000

# The server accepts what belongs to flows that it began, and nothing else.
# Policies `other` and `open` are like `in`, with one more rule and without all.
given_transfers() {
	given_quiet_server
	given_steady_tcp
	given_policy in 'default drop' 'pass arp' 'pass established' 'drop tcp'
	given_policy other 'default drop' 'pass arp' 'pass established' 'drop tcp' 'drop udp to port 9'
	given_policy out 'default pass keep'
	given_policy open 'default pass'
	on_server attach eth0 --xdp=native --egress --chain policy >/dev/null
	apply in --hook xdp &>/dev/null
	apply out --hook egress >/dev/null
	transfers_begin
}

# Between devices of type veth, packets that different processors send overtake
# each other, and TCP then sends some again. A tail loss probe, or a timeout,
# sends data again if an answer is late, as on a busy machine. Without these,
# only packets that are lost are sent again, by fast retransmission.
given_steady_tcp() {
	local side
	for side in in_client in_server; do
		"$side" sysctl -q net.ipv4.tcp_early_retrans=0
	done
	in_client ip route change 198.51.100.0/24 dev eth0 src "$CLIENT4" rto_min 10s
	in_server ip route change 198.51.100.0/24 dev eth0 src "$SERVER4" rto_min 10s
	ON_ONE_PROCESSOR=(nice taskset -c "$(($(nproc) - 1))")
}

transfers_begin() {
	in_client "${ON_ONE_PROCESSOR[@]}" python3 "$TRANSFER" listen 5001 "$TRANSFER_BUFFER" 3>&- 4>&- &
	eventually client_listens 5001
	in_server "${ON_ONE_PROCESSOR[@]}" python3 "$TRANSFER" ask "$CLIENT4" 5001 "$TRANSFER_BUFFER" 3>&- 4>&- &
	eventually have_moved "$TRANSFER_LEAST"
}

client_listens() { # PORT
	[[ $(in_client ss -Hltn "sport = :$1") ]]
}

# The bytes of both connections, or of the slower one.
moved() { # sum|least
	in_server ss -HtinO 'dport = :5001' | awk -v what="$1" '{
		bytes = 0
		for (i = 1; i <= NF; i++)
			if (split($i, part, ":") == 2 && part[1] ~ /^bytes_(acked|received)$/)
				bytes += part[2]
		sum += bytes
		if (NR == 1 || bytes < least) least = bytes
	} END { printf "%.0f\n", what == "sum" ? sum : NR == 2 ? least : 0 }'
}

have_moved() { # BYTES at least, each
	(($(moved least) >= $1))
}

# Both connections move on from where they are.
move_on() {
	local least
	least=$(moved least)
	eventually have_moved "$((least + TRANSFER_LEAST))"
}

# Segments that either end has sent again.
sent_again() {
	{
		in_client nstat -asz TcpRetransSegs
		in_server nstat -asz TcpRetransSegs
	} | awk '/^TcpRetransSegs/ { sum += $2 } END { print sum }'
}

# Runs the command while the transfers go on, and lets them move as much without
# it. Nothing is sent again that would not be sent again without it.
nothing_is_sent_again_for() { # COMMAND...
	local before disturbed quiet bytes start=$SECONDS
	move_on
	before=$(sent_again) bytes=$(moved sum)
	"$@"
	move_on
	disturbed=$(($(sent_again) - before)) bytes=$(($(moved sum) - bytes))
	before=$(sent_again)
	eventually have_moved_in_all $(($(moved sum) + bytes))
	quiet=$(($(sent_again) - before))
	printf '# %s: %s MB, %s segments sent again; as much without it: %s; %s s\n' \
		"$*" $((bytes / 1000000)) "$disturbed" "$quiet" $((SECONDS - start)) >&3
	((disturbed <= quiet)) || fail "$disturbed segments were sent again, and $quiet without it"
}

have_moved_in_all() { # BYTES
	(($(moved sum) >= $1))
}

# No segment was one that belongs to no flow.
every_segment_was_established() {
	local packets
	read -ra packets <<<"$(rule_packets xdp)"
	((packets[2] == 0)) || fail "$(on_server policy show eth0 --hook xdp)"
}

# --- what goes on meanwhile

policies_change() { # HOW-OFTEN
	local n
	local -a names=(in other)
	for ((n = 1; n <= $1; n++)); do
		apply "${names[n % 2]}" --hook xdp &>/dev/null
		apply out --hook egress >/dev/null
	done
}

chains_change() { # HOW-OFTEN
	local n
	local -a chains=('policy' 'count,policy')
	for ((n = 1; n <= $1; n++)); do
		on_server chain eth0 xdp set "${chains[n % 2]}" >/dev/null
		on_server chain eth0 egress set "${chains[n % 2]}" >/dev/null
	done
}

# As for a table of another size, but that the chain stays: while no policy asks
# for flows, the table is saved, emptied and loaded.
flows_move() { # HOW-OFTEN
	local n
	for ((n = 1; n <= $1; n++)); do
		apply open --hook xdp &>/dev/null
		apply open --hook egress &>/dev/null
		on_server flows save eth0 "$BATS_TEST_TMPDIR/flows"
		on_server flows del eth0 --all >/dev/null
		move_on
		on_server flows load eth0 "$BATS_TEST_TMPDIR/flows" >/dev/null
		apply in --hook xdp &>/dev/null
		apply out --hook egress >/dev/null
	done
}
