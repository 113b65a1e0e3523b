# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The words that the tests are written in: two hosts, a way between them, what
# reaches what, and what was counted. A test that wants them says in its file
#
#	load helper
#	setup() { given_hosts; }
#	teardown() { clean_up; }
#
# Each test has hosts, processes and a bpffs of its own, so the tests run in any
# order and side by side. Nothing outside of them is touched.

bats_require_minimum_version 1.5.0

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$ROOT/build
export ROOT BUILD

export CLIENT4=198.51.100.1 SERVER4=198.51.100.2
export CLIENT6=2001:db8::1 SERVER6=2001:db8::2
readonly CLIENT_MAC=02:00:00:00:00:01 SERVER_MAC=02:00:00:00:00:02

# Timeouts in seconds: for an expected answer on a busy machine, and for
# checking that none comes.
TIMEOUT=60 SILENCE=1

# Created by this test, for clean_up.
NAMESPACES=()
MOUNTS=()

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# Repeats the command until it succeeds, for asynchronous effects.
eventually() { # COMMAND...
	local try
	for ((try = 0; try < TIMEOUT * 10; try++)); do
		"$@" &>/dev/null && return
		sleep 0.1
	done
	"$@"
}

# Waits for a process that the test has begun.
ends_with() { # STATUS PID
	local status=0
	wait "$2" || status=$?
	((status == $1)) || fail "it ended with $status, not $1"
}

# Whether a tool that watches has read its table and waits to read it again.
has_looked() { # PID
	grep -q bpf-map "/proc/$1/maps" && grep -q '^State:.S' "/proc/$1/status"
}

# Waits until the command prints the same twice in a row.
stands_still() { # COMMAND...
	local before=none now
	while now=$("$@") && [[ $now != "$before" ]]; do
		before=$now
		sleep 0.3
	done
}

# Limits the CPU time of each process, for commands that have to end soon,
# independently of the machine's load.
with_cpu_seconds() { # SECONDS COMMAND...
	(
		ulimit -t "$1"
		"${@:2}"
	)
}

# True when the process has replaced the default signal handlers.
catches_signals() { # PID PROGRAM
	[[ /proc/$1/exe -ef $2 ]] && ! grep -qx 'SigCgt:[[:space:]]*0*' "/proc/$1/status"
}

# --- programs of the tests, built in setup_file

the_clang() {
	if [[ ${CLANG:-} ]]; then
		printf '%s' "$CLANG"
	else
		"$ROOT/tc-scripts/find-clang"
	fi
}

# Sends frames unchanged: "$SENDER" DEVICE <FRAMES-IN-HEX.
build_sender() {
	export SENDER=$BATS_FILE_TMPDIR/send
	"$(the_clang)" -D_GNU_SOURCE -Wall -Wextra -Werror "$ROOT/tests/tools/send.c" -o "$SENDER"
}

# --- hosts

# A namespace name that no other test or run uses.
unique() { # WORD
	printf 'tgt-%s-%s-%s' "${BATS_RUN_TMPDIR##*[-.]}" "$BATS_SUITE_TEST_NUMBER" "$1"
}

# Creates a network namespace and stores its name in the variable.
given_namespace() { # VARIABLE WORD
	local -n name=$1
	name=$(unique "$2")
	NAMESPACES+=("$name")
	ip netns add "$name"
	in_namespace "$name" ip link set dev lo up
}

# Enters only the network namespace: 'ip netns exec' would mount its own /sys,
# and pins made there would disappear with the command.
in_namespace() { # NAME COMMAND...
	local name=$1
	shift
	nsenter --net="/run/netns/$name" "$@"
}

in_client() {
	in_namespace "$CLIENT" "$@"
}

in_server() {
	in_namespace "$SERVER" "$@"
}

# Mounts a bpffs for this test, and makes tc and ip pin there.
given_bpffs() {
	export TC_BPF_MNT=$BATS_TEST_TMPDIR/bpf
	export PINS=$TC_BPF_MNT/tc/globals
	mkdir -p "$TC_BPF_MNT"
	MOUNTS+=("$TC_BPF_MNT")
	mount -t bpf -o mode=0700 bpf "$TC_BPF_MNT"
}

# Creates client and server, connected by a veth pair, with HTTP on ports 80 and
# 8080 of the server.
given_hosts() {
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs
	given_namespace CLIENT client
	given_namespace SERVER server
	export CLIENT SERVER
	# a tentative address (duplicate detection) cannot be used yet
	in_client sysctl -q net.ipv6.conf.default.accept_dad=0
	in_server sysctl -q net.ipv6.conf.default.accept_dad=0
	ip -netns "$CLIENT" link add eth0 address "$CLIENT_MAC" type veth \
		peer name eth0 address "$SERVER_MAC" netns "$SERVER"
	in_server ip -batch - <<-END
		addr add $SERVER4/24 dev eth0
		addr add $SERVER6/64 dev eth0 nodad
		link set dev eth0 up
	END
	in_client ip -batch - <<-END
		addr add $CLIENT4/24 dev eth0
		addr add $CLIENT6/64 dev eth0 nodad
		link set dev eth0 up
	END
	given_http 80
	given_http 8080
}

# Returns when the port is open: httpd goes to the background after that.
given_http() { # PORT
	mkdir -p "$BATS_TEST_TMPDIR/www"
	printf 'Welcome\n' >"$BATS_TEST_TMPDIR/www/index.html"
	in_server busybox httpd -p "$1" -h "$BATS_TEST_TMPDIR/www" \
		</dev/null &>/dev/null 3>&- 4>&-
}

# Permanent neighbour entries, so that no ARP is needed.
given_known_neighbours() {
	in_client ip -batch - <<-END
		neigh replace $SERVER4 lladdr $SERVER_MAC dev eth0 nud permanent
		neigh replace $SERVER6 lladdr $SERVER_MAC dev eth0 nud permanent
	END
	in_server ip -batch - <<-END
		neigh replace $CLIENT4 lladdr $CLIENT_MAC dev eth0 nud permanent
		neigh replace $CLIENT6 lladdr $CLIENT_MAC dev eth0 nud permanent
	END
}

# IPv6 sends packets spontaneously, which disturbs tests that count.
given_no_ipv6() {
	in_client sysctl -q net.ipv6.conf.eth0.disable_ipv6=1
	in_server sysctl -q net.ipv6.conf.eth0.disable_ipv6=1
}

given_no_neighbours() {
	in_client ip neigh flush dev eth0
	in_server ip neigh flush dev eth0
}

# Sets the link down, so that counters no longer change.
links_down() {
	in_client ip link set dev eth0 down
	in_server ip link set dev eth0 down
}

# Also after a failure in the middle of a test.
clean_up() {
	local name pid path
	for name in "${NAMESPACES[@]}"; do
		[[ -e /run/netns/$name ]] || continue
		for pid in $(ip netns pids "$name"); do
			kill "$pid" 2>/dev/null || true
		done
		ip netns del "$name"
	done
	for path in "${MOUNTS[@]}"; do
		while mountpoint -q "$path"; do
			# a process that is ending may still use it
			eventually umount "$path" || break
		done
	done
}

# --- reachability

# Pings until there is an answer. ping exits by itself if the neighbour is
# unreachable, which may be the result of an earlier resolution.
ping_for() { # SECONDS OPTION... ADDRESS
	local end=$((SECONDS + $1)) left=$1
	until in_client ping -q -c 1 -w "$left" -i 0.3 "${@:2}"; do
		left=$((end - SECONDS))
		((left > 0)) || return 1
		sleep 0.2
	done
}

# Tries once to reach the server from the client, with this timeout in seconds.
try() { # SECONDS WAY [PORT]
	local curl=(in_client curl -gsS -o /dev/null --noproxy '*' --max-time "$1")
	local ping=(ping_for "$1")
	case $2 in
	arp) in_client arping -q -f -w "$1" -I eth0 "$SERVER4" ;;
	ping) "${ping[@]}" "$SERVER4" ;;
	ping6) "${ping[@]}" "$SERVER6" ;;
	large-ping) "${ping[@]}" -s 4000 "$SERVER4" ;;
	large-ping6) "${ping[@]}" -s 4000 "$SERVER6" ;;
	http) "${curl[@]}" "http://$SERVER4:$3/" ;;
	http6) "${curl[@]}" "http://[$SERVER6]:$3/" ;;
	*) return 99 ;;
	esac
}

# Tries everything in parallel, so that timeouts do not add up.
try_all() { # SECONDS WAY [PORT]...
	local seconds=$1 way status
	local -A pids=()
	shift
	REACHED=() UNREACHED=()
	while (($#)); do
		way=$1
		case $way in
		http | http6)
			way="$1 ${2:?"$1 needs a port"}"
			shift
			;;
		arp | ping | ping6 | large-ping | large-ping6) ;;
		*) fail "no such way to reach something: '$way'" || return ;;
		esac
		shift
		# shellcheck disable=SC2086 # a way is one word or two
		try "$seconds" $way &>"$BATS_TEST_TMPDIR/try.${way// /.}" </dev/null 3>&- 4>&- &
		pids[$way]=$!
	done
	for way in "${!pids[@]}"; do
		status=0
		wait "${pids[$way]}" || status=$?
		if ((status)); then
			UNREACHED+=("'$way'")
		else
			REACHED+=("'$way'")
		fi
	done
}

# reaches arp ping 'http' 80: the client gets an answer to each of these.
reaches() { # WAY [PORT]...
	try_all "$TIMEOUT" "$@" || return
	((${#UNREACHED[@]} == 0)) || fail "no answer to: ${UNREACHED[*]}" "$(what_was_counted)"
}

# The client gets an answer to none of these.
refute_reaches() { # WAY [PORT]...
	try_all "$SILENCE" "$@" || return
	((${#REACHED[@]} == 0)) || fail "an answer to: ${REACHED[*]}" "$(what_was_counted)"
}

# --- plugins, by hand

# HOOK is xdp (native), xdpgeneric, frags (native, multi-buffer), ingress or
# egress. A word without a slash is a plugin of the build.
attach_by_hand() { # client|server HOOK PLUGIN|OBJECT
	local side=in_$1 hook=$2 object=$3
	if [[ $object != */* ]]; then
		[[ $hook != frags ]] || object+=.frags
		object=$BUILD/$object.o
	fi
	case $hook in
	xdp) "$side" ip link set dev eth0 xdpdrv obj "$object" sec xdp ;;
	xdpgeneric) "$side" ip link set dev eth0 xdpgeneric obj "$object" sec xdp ;;
	frags) "$side" ip link set dev eth0 xdpdrv obj "$object" sec xdp.frags ;;
	ingress | egress)
		"$side" tc qdisc replace dev eth0 clsact
		"$side" tc filter add dev eth0 "$hook" bpf da obj "$object" sec "$hook"
		;;
	*) fail "no such hook: '$hook'" ;;
	esac
}

# --- counters

what_was_counted() {
	[[ ! -d ${PINS:-} ]] || "$BUILD/tg-counters" "$PINS"
}

# The number of packets; 0 without a counter.
packets() { # PLUGIN HOOK VERDICT REASON
	"$BUILD/tg-counters" --json "$PINS" |
		jq --arg plugin "$1" --arg hook "$2" --arg verdict "$3" --arg reason "$4" \
			'map(select(.plugin == $plugin and .hook == $hook and
				.verdict == $verdict and .reason == $reason).packets) | add // 0'
}

# counted drop_arp ingress drop arp: at least one packet, or this many.
counted() { # PLUGIN HOOK VERDICT REASON [PACKETS]
	local packets
	packets=$(packets "$@") || return
	if [[ ${5:-} ]]; then
		((packets == $5)) || fail "counted $packets and not $5: ${*:1:4}" "$(what_was_counted)"
	else
		((packets > 0)) || fail "not counted: $*" "$(what_was_counted)"
	fi
}

refute_counted() { # PLUGIN HOOK VERDICT REASON
	counted "$@" 0
}

# --- the front end

tailgate() {
	"$ROOT/tc-scripts/tailgate" "$@"
}
