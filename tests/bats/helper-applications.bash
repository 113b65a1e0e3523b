# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Applications of a host that drops what it did not ask for: the server asks
# services of the client, or of a host behind it. The same in both playgrounds.
# The file that loads this defines on_server, and the arrays IN_CLIENT and
# IN_SERVER, the commands that enter the sides.
# shellcheck disable=SC2154 # 'run' sets lines and output

readonly FAR4=203.0.113.2 FAR6=2001:db8:2::2
readonly EXTENSIONS=$ROOT/tests/tools/extensions.py

SERVICES=() # their pids

in_client() {
	"${IN_CLIENT[@]}" "$@"
}

in_server() {
	"${IN_SERVER[@]}" "$@"
}

in_far() {
	in_namespace "$FAR" "$@"
}

# --- the host

# What the server begins is kept. On this hook it drops all but what belongs to
# that, and what the rules pass.
given_closed_host() { # HOOK [RULE...]
	local option=--ingress
	[[ $1 != xdp ]] || option=--xdp=native
	on_server attach eth0 "$option" --egress --chain policy >/dev/null
	given_policy in 'default drop' 'pass arp' 'pass established' \
		'pass icmp6 type { neighbour-solicitation, neighbour-advertisement }' "${@:2}"
	given_policy out 'default pass keep'
	apply in --hook "$1" >/dev/null
	apply out --hook egress >/dev/null
}

# --- services of the client

serve() { # COMMAND...
	"${IN_CLIENT[@]}" "$@" </dev/null &>"$BATS_TEST_TMPDIR/served.${#SERVICES[@]}" 3>&- 4>&- &
	SERVICES+=("$!")
}

services_end() {
	local pid
	for pid in "${SERVICES[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
}

client_has_socket() { # udp|tcp PORT
	[[ $(in_client ss -Hln --"$1" "sport = :$2") ]]
}

given_services() {
	local files=$BATS_TEST_TMPDIR/files port
	mkdir -p "$files"
	printf 'Welcome\n' >"$files/index.html"
	head -c 3000000 /dev/urandom >"$files/large"
	serve busybox httpd -f -p 80 -h "$files"
	serve /usr/bin/python3 -m pyftpdlib -i "$CLIENT4" -p 21 -d "$files"
	serve /usr/bin/python3 -m pyftpdlib -i "$CLIENT6" -p 21 -d "$files"
	serve dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --pid-file= \
		--user=root --address="/www.example/$CLIENT4" --address="/www.example/$CLIENT6"
	given_ssh
	for port in 80 21 22 53; do
		eventually client_has_socket tcp "$port"
	done
	eventually client_has_socket udp 53
}

# A home of its own for root, as the server takes keys from there.
given_ssh() {
	local keys=$BATS_TEST_TMPDIR/ssh
	mkdir -p "$keys"
	dropbearkey -t ed25519 -f "$keys/host" >/dev/null
	dropbearkey -t ed25519 -f "$keys/own" | grep '^ssh-' >"$keys/authorized_keys"
	# shellcheck disable=SC2016 # expanded in there
	serve unshare --mount --propagation private sh -euc '
		mount -t tmpfs -o mode=700 tmpfs "$HOME"
		mkdir -m 700 "$HOME/.ssh"
		cp "$1/authorized_keys" "$HOME/.ssh"
		exec dropbear -F -E -s -P "" -r "$1/host"
	' ssh "$keys"
}

# --- the server asks

by_web() { # ADDRESS
	local host=$1
	[[ $1 != *:* ]] || host="[$1]"
	in_server curl -gsS --noproxy '*' --max-time "$TIMEOUT" "http://$host/large" |
		cmp - "$BATS_TEST_TMPDIR/files/large"
}

by_ssh() { # ADDRESS
	[[ $(in_server dbclient -y -y -i "$BATS_TEST_TMPDIR/ssh/own" "root@$1" 'head -c 100000 /dev/zero | wc -c') == 100000 ]]
}

by_name() { # udp|tcp ADDRESS
	in_server /usr/bin/python3 - "$@" "$TIMEOUT" <<-'EOF'
		import socket, struct, sys

		protocol, address, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
		question = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + b"\3www\7example\0\0\1\0\1"
		family = socket.AF_INET6 if ":" in address else socket.AF_INET
		asking = socket.socket(family, socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM)
		asking.settimeout(seconds)
		asking.connect((address, 53))
		asking.send(question if protocol == "udp" else struct.pack(">H", len(question)) + question)
		answer = asking.recv(512)[0 if protocol == "udp" else 2:]
		assert answer[:2] == question[:2] and answer[-4:] == socket.inet_aton("198.51.100.1"), answer
	EOF
}

# The control connection, and the data connection that this end begins.
by_ftp() { # ADDRESS [OPTION...]
	local host=$1
	[[ $1 != *:* ]] || host="[$1]"
	in_server curl -gsS --noproxy '*' --max-time "$TIMEOUT" "${@:2}" "ftp://$host/large" |
		cmp - "$BATS_TEST_TMPDIR/files/large"
}

services_answer() {
	local address
	given_services
	for address in "$CLIENT4" "$CLIENT6"; do
		in_server ping -q -c 1 -w "$TIMEOUT" "$address" >/dev/null
		by_web "$address"
		by_ssh "$address"
		by_name udp "$address"
		by_name tcp "$address"
		by_ftp "$address"
	done
	# a data connection that the other end begins is another flow
	run ! by_ftp "$CLIENT4" --ftp-port - --max-time 3
}

# --- a host behind the client, over a link with a smaller MTU

given_far_host() {
	given_namespace FAR far
	in_far sysctl -q net.ipv6.conf.default.accept_dad=0
	# docker turns IPv6 off
	in_client sysctl -q net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.disable_ipv6=0
	in_client ip link add far0 type veth peer name eth0 netns "$FAR"
	in_client ip -batch - <<-END
		addr add 203.0.113.1/24 dev far0
		addr add 2001:db8:2::1/64 dev far0 nodad
		link set dev far0 mtu 1300 up
	END
	in_far ip -batch - <<-END
		addr add $FAR4/24 dev eth0
		addr add $FAR6/64 dev eth0 nodad
		link set dev eth0 up
	END
	in_far ip route add default via 203.0.113.1
	in_far ip -6 route add default via 2001:db8:2::1
	# of an earlier test, too, and what it has learned
	in_server ip route replace 203.0.113.0/24 via "$CLIENT4"
	in_server ip -6 route replace 2001:db8:2::/64 via "$CLIENT6"
	in_server ip route flush cache
	in_server ip -6 route flush cache
	# errors are answers of a traceroute: all of them are needed
	in_client sysctl -q net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	in_far sysctl -q net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	nsenter "--net=/run/netns/$FAR" busybox nc -ll -p 9000 -e wc -c </dev/null &>/dev/null 3>&- 4>&- &
	SERVICES+=("$!")
	eventually far_listens
}

far_listens() {
	[[ $(in_far ss -Hltn 'sport = :9000') ]]
}

# Both hops are seen.
traces_route() { # ADDRESS OPTION...
	run -0 in_server traceroute -n -q 1 -w 5 -m 4 "${@:2}" "$1"
	[[ ${lines[1]} == ' 1  '*[0-9]' ms'* && ${lines[2]} == " 2  $1 "* ]] || fail "$output"
}

# 200 kB in segments that are too large for the link.
sends_far() { # ADDRESS SECONDS
	in_server /usr/bin/python3 - "$@" <<-'EOF'
		import socket, sys

		asking = socket.create_connection((sys.argv[1], 9000), timeout=float(sys.argv[2]))
		asking.sendall(bytes(200000))
		asking.shutdown(socket.SHUT_WR)
		assert int(asking.recv(100)) == 200000
	EOF
}

errors_come_back() {
	local address
	given_far_host
	for address in "$FAR4" "$FAR6"; do
		traces_route "$address" -I
		traces_route "$address" -U
		traces_route "$address" -T -p 9000
		run -0 in_server ip route get "$address"
		[[ $output != *' mtu '* ]] || fail "$output"
		sends_far "$address" "$TIMEOUT"
		run -0 in_server ip route get "$address"
		[[ $output == *' mtu 1300 '* ]] || fail "$output"
	done
}

# --- extension headers

extensions_come_back() {
	serve /usr/bin/python3 "$EXTENSIONS" answer 7
	eventually client_has_socket tcp 7
	eventually client_has_socket udp 7
	local protocol
	for protocol in udp tcp; do
		in_server /usr/bin/python3 "$EXTENSIONS" ask "$CLIENT6" 7 "$protocol" 100 "$TIMEOUT"
		# in fragments, or many segments
		in_server /usr/bin/python3 "$EXTENSIONS" ask "$CLIENT6" 7 "$protocol" 8000 "$TIMEOUT"
	done
}
