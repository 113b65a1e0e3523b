# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Words for the tests of what a policy's rule can do, on top of helper.bash: the
# plugin act of the fixtures, with one action made of constants, in its place.
#
#	load helper
#	load helper-actions
#	setup_file() { build_actions; }
#	setup() { given_hosts; }
#	teardown() { clean_up; }

# As in maps/policy_act.h and linux/in.h.
declare -gAr ACT_NUMBER=(
	[next]=0 [pass]=1 [accept]=2 [drop]=3 [reject]=4
	[auto]=0 [reset]=1 [port]=2 [host]=3 [admin]=4
	["set-mark"]=1 ["set-priority"]=2 ["set-class"]=4 ["set-dscp"]=8
	[redirect]=16 ["redirect-ingress"]=32 [mirror]=64
	[icmp]=1 [tcp]=6 [udp]=17 [icmp6]=58
)

# Builds the fixtures, NAME.o and NAME.frags.o, in ACTIONS.
build_actions() {
	local clang name words
	export ACTIONS=$BATS_FILE_TMPDIR/actions
	mkdir "$ACTIONS"
	clang=$(the_clang)
	for name in act seen; do
		words=("$clang" -g -O2 -target bpf -mcpu=v3 -Wall -Wextra -Werror
			"-I$ROOT/progs/include" "-I$ROOT/maps"
			-isystem "$("$ROOT/tc-scripts/find-clang" --headers "$clang")"
			-c "$ROOT/tests/fixtures/policy/$name.bpf.c")
		"${words[@]}" -o "$ACTIONS/$name.o"
		"${words[@]}" -DTG_MULTI_BUFFER -o "$ACTIONS/$name.frags.o"
	done
}

# splice_act FILE kind=reject reject=reset protocol=tcp: sets this action.
# Values are the words above, several joined by +, or numbers.
splice_act() { # FILE BUILD CONSTANT=VALUE...
	local file=$1 build=$2 setting word value constants=()
	shift 2
	for setting; do
		value=0
		for word in $(tr + ' ' <<<"${setting#*=}"); do
			value=$((value | ${ACT_NUMBER[$word]:-$word}))
		done
		constants+=("act_${setting%%=*}=$value")
	done
	"$BUILD/tg-splice" "$ACTIONS/$build.o" -o "$file" "${constants[@]}"
}

# Attaches the action to the hook, for IP packets.
given_action() { # client|server HOOK CONSTANT=VALUE...
	local side=$1 hook=$2 build=act
	shift 2
	if [[ $hook == frags ]]; then
		build=act.frags
		in_client ip link set dev eth0 mtu 9000
		in_server ip link set dev eth0 mtu 9000
	fi
	splice_act "$BATS_TEST_TMPDIR/act.o" "$build" "$@"
	attach_by_hand "$side" "$hook" "$BATS_TEST_TMPDIR/act.o"
}

# The hook's name in counters.
counted_as() { # HOOK
	case $1 in
	xdpgeneric | frags) printf xdp ;;
	*) printf '%s' "$1" ;;
	esac
}

# A veth only accepts frames sent back by native XDP if its peer has XDP, too.
given_a_receiver() {
	attach_by_hand client frags count
}

# The client's packets meet this hook first; a reject looks the same on all
# hooks.
side_of() { # HOOK
	if [[ $1 == egress ]]; then printf client; else printf server; fi
}

# --- a third host, at the other end of the server's eth1

readonly WITNESS_MAC=02:00:00:00:00:03

given_witness() { # client|server
	local near=in_$1 name=$SERVER
	[[ $1 == server ]] || name=$CLIENT
	given_namespace WITNESS witness
	ip -netns "$name" link add eth1 type veth \
		peer name eth0 address "$WITNESS_MAC" netns "$WITNESS"
	"$near" ip link set dev eth1 up
	in_witness ip link set dev eth0 up
	in_witness ethtool -K eth0 gro on # receives what XDP sends
	DEVICE=$("$near" ip -j link show dev eth1 | jq '.[0].ifindex')
}

in_witness() {
	in_namespace "$WITNESS" "$@"
}

# --- captures: one at a time, of packets that a host receives

capture_begins() { # client|server|witness FILTER...
	local side=in_$1
	shift
	CAPTURE=$BATS_TEST_TMPDIR/capture
	: >"$CAPTURE.err"
	"$side" timeout 60 tcpdump -Z root -lnnevvSi eth0 -Q in "$@" >"$CAPTURE" 2>"$CAPTURE.err" 3>&- 4>&- &
	CAPTURER=$!
	eventually grep -q 'listening on' "$CAPTURE.err"
}

# Waits for a packet that matches this ERE, among those captured.
capture_ends() { # [PATTERN]
	[[ ! ${1:-} ]] || eventually grep -qE -- "$1" "$CAPTURE" || true
	kill "$CAPTURER" 2>/dev/null || true
	wait "$CAPTURER" || true
	CAPTURED=$(<"$CAPTURE")
	[[ ! ${1:-} ]] || grep -qE -- "$1" "$CAPTURE" || fail "not captured: $1" "$CAPTURED" "$(what_was_counted)"
}

# All checksums in the capture are correct; tcpdump checks those of IPv4, TCP,
# UDP, ICMP and ICMPv6. Quoted packets are indented by a tab.
captured_good_sums() {
	local bad='bad cksum|incorrect|wrong icmp cksum|bad icmp6 cksum'
	[[ $CAPTURED ]] || fail 'nothing was captured'
	! grep -v $'^\t' <<<"$CAPTURED" | grep -E "$bad" || fail 'a checksum is wrong' "$CAPTURED"
}

# --- hand-made frames of the client, whose checksums are not checked

readonly CLIENT4_HEX=c6336401 SERVER4_HEX=c6336402
readonly CLIENT6_HEX=20010db8000000000000000000000001
readonly SERVER6_HEX=20010db8000000000000000000000002

# client_sends FRAME...: in hexadecimal, without MAC addresses, which are the
# server's and the client's. TO_MAC overrides the destination.
client_sends() {
	printf "${TO_MAC:-020000000002}020000000001%s\n" "$@" | in_client "$SENDER" eth0
}

# From FROM to TO if these are set.
ip4() { # PROTOCOL PAYLOAD [OPTIONS [FRAGMENT]]
	local size=$((20 + (${#2} + ${#3}) / 2)) options=${3:-}
	printf '08004%x00%04x0001%s40%02x0000%s%s%s%s' $((5 + ${#options} / 8)) "$size" "${4:-0000}" \
		"$1" "${FROM:-$CLIENT4_HEX}" "${TO:-$SERVER4_HEX}" "$options" "$2"
}

ip6() { # PROTOCOL PAYLOAD
	printf '86dd60000000%04x%02x40%s%s%s' $((${#2} / 2)) "$1" \
		"${FROM:-$CLIENT6_HEX}" "${TO:-$SERVER6_HEX}" "$2"
}

# From port 40000 to port 80.
tcp() { # FLAGS SEQ ACK [PAYLOAD]
	printf '9c400050%08x%08x50%02x200000000000%s' "$2" "$3" "$1" "${4:-}"
}

udp() { # [PAYLOAD]
	printf '9c400050%04x0000%s' $((8 + ${#1} / 2)) "${1:-}"
}

# --- errors that a client gets

# Prints the error, such as 'Connection refused'; nothing after a timeout.
udp_error() { # ADDRESS
	# shellcheck disable=SC2016 # expanded in there
	in_client bash -c 'exec 3<>"/dev/udp/$1/7"; printf x >&3; read -r -t "$2" -u 3' \
		bash "$1" "$SILENCE" 2>&1 | sed -n 's/.*read error: 3: //p'
}

http_error() { # ADDRESS
	in_client curl -gsS -o /dev/null --noproxy '*' --max-time "$TIMEOUT" "http://$1:80/" 2>&1
}

ping_error() { # ADDRESS
	in_client ping -c 1 -W 1 "$1" 2>&1
}
