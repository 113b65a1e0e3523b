# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of limits, on top of helper.bash, helper-chain.bash and
# helper-policy.bash: frames and floods from the client, and what of them was
# within and over a limit at the server.
# shellcheck disable=SC2034,SC2154 # read by tests; 'run' sets output

readonly LIMITS=$BUILD/tg-limits

# Where the table will be, PIN; it is not made yet.
given_limit_pin() {
	given_bpffs
	mkdir -p "$PINS"
	PIN=$PINS/tgl_limits
	cd "$BATS_TEST_TMPDIR" || return
}

given_limit_table() { # [KEYS]
	given_limit_pin
	limits prepare --limits "${1:-1000}" >/dev/null
}

# limits VERB [WORD]...: on this test's table.
limits() {
	"$LIMITS" "$1" "$PIN" "${@:2}"
}

# The server applies a policy of these lines to a hook, with default drop.
# Nothing but the test's frames comes.
given_limiting_policy() { # HOOK LINE...
	given_server
	given_no_ipv6
	# a queue for each processor, or the frames of both wait in one and overflow
	in_server ethtool -L eth0 rx "$(nproc)"
	in_server ethtool -K eth0 gro on
	given_policy limiting 'default drop' "${@:2}"
	on_server attach eth0 "--$1" --chain policy >/dev/null
	apply limiting &>/dev/null
}

# The packets that rule 1 let pass, and those that were over its limit.
within() {
	first_rule .packets
}

over() {
	first_rule .over.packets
}

first_rule() { # MEMBER of the JSON
	on_server policy show eth0 --json | jq ".hooks[0].policy.rules[0]$1"
}

have_come() { # COUNT
	(($(within) + $(over) == $1))
}

# COUNT frames of UDP from A.B.C.D to port 9, as 'send' reads them.
udp_frames() { # A.B.C.D COUNT [PORT]
	local IFS=. n
	local -a parts
	read -ra parts <<<"$1"
	for ((n = 0; n < $2; n++)); do
		printf '020000000002 020000000001 0800 4500001c00000000 4011 0000 %02x%02x%02x%02x cb007101 03e8 %04x 0008 0000\n' \
			"${parts[@]}" "${3:-9}"
	done
}

# The same of IPv6, from 2001:db8:NET::HOST.
udp6_frames() { # NET HOST COUNT
	local n
	for ((n = 0; n < $3; n++)); do
		printf '020000000002 020000000001 86dd 60000000 0008 11 40 20010db8%04x0000 00000000%08x 20010db8ffff0000 0000000000000001 03e8 0009 0008 0000\n' \
			"$1" "$2"
	done
}

client_sends_frames() {
	in_client "$SENDER" eth0
}

# Floods for SECONDS from each of these processors at once, with CALL frames in
# a call of the kernel. Sets SENT, and what bounds the time from the first frame
# to the last: LEAST_US and MOST_US.
flood_for() { # SECONDS CPU...
	local cpu pids=() pid times
	for cpu in "${@:2}"; do
		in_client taskset -c "$cpu" "$TOOLS/flood" --when --time "$1" --call "${CALL:-65536}" eth0 \
			>"$BATS_TEST_TMPDIR/flood.$cpu" 3>&- 4>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	times=$(awk 'NR == 1 || $2 < began { began = $2 } NR == 1 || $3 < first { first = $3 }
		$4 > last { last = $4 } $5 > ended { ended = $5 } { sent += $1 }
		END { printf "%d %d %d\n", sent, last - first, ended - began }' "$BATS_TEST_TMPDIR"/flood.*)
	read -r SENT LEAST_US MOST_US <<<"$times"
	rm "$BATS_TEST_TMPDIR"/flood.*
}

# What passes of a flood is the burst and the rate times the time, within 1 % of
# the latter and a packet. The burst outlasts moments without a frame, when the
# machine is busy.
flood_is_limited_to() { # RATE BURST
	local given least most
	given=$(($(within) - $2))
	least=$(($1 * LEAST_US / 1000000))
	most=$(($1 * MOST_US / 1000000))
	printf '# %d/s: of %d frames in %d.%03d to %d.%03d s, %d passed beyond the burst: %s\n' "$1" "$SENT" \
		$((LEAST_US / 1000000)) $((LEAST_US / 1000 % 1000)) $((MOST_US / 1000000)) $((MOST_US / 1000 % 1000)) "$given" \
		"$(awk -v given="$given" -v us=$(((LEAST_US + MOST_US) / 2)) -v rate="$1" 'BEGIN { printf "%+.2f %%", (given * 1000000 / us / rate - 1) * 100 }')"
	((given >= least - least / 100 - 1 && given <= most + most / 100 + 1)) ||
		fail "$given passed beyond the burst, not $least to $most"
}
