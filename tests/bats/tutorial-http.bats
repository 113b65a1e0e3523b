#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The tutorial's filters with conditions: HTTP requests, MACs, addresses, ports,
# and a list that changes at run time.

load helper

setup() {
	given_hosts
	given_known_neighbours
}

teardown() {
	clean_up
}

# What the server answers to curl with these arguments: a status, 000 for none.
answer() { # SECONDS CURL-ARGUMENT...
	in_client curl -gs --noproxy '*' -o /dev/null -w '%{http_code}' --max-time "$1" "${@:2}" || true
}

# drop_http with these rules, at the server's ingress
given_rules() { # RULE...
	local rule
	for rule; do
		printf '%s' "$rule" | dd bs=32 conv=sync status=none
	done >"$BATS_TEST_TMPDIR/rules"
	truncate -s 128 "$BATS_TEST_TMPDIR/rules"
	"$BUILD/tg-splice" "$BUILD/tutorial/drop_http.o" -o "$BATS_TEST_TMPDIR/http.o" \
		".rodata.http=@$BATS_TEST_TMPDIR/rules"
	attach_by_hand server ingress "$BATS_TEST_TMPDIR/http.o"
}

# drop_match with these conditions, at the server's ingress
given_conditions() { # NAME=VALUE...
	"$BUILD/tg-splice" "$BUILD/tutorial/drop_match.o" -o "$BATS_TEST_TMPDIR/match.o" \
		"${@/#/drop_match_}"
	attach_by_hand server ingress "$BATS_TEST_TMPDIR/match.o"
}

listed() { # update|delete PREFIX-AND-LENGTH-IN-BYTES...
	local verb=$1
	shift
	if [[ $verb == update ]]; then
		bpftool map update pinned "$PINS/tut_listed" key "$@" value 0 0 0 0 0 0 0 0
	else
		bpftool map delete pinned "$PINS/tut_listed" key "$@"
	fi
}

# How many the server has put together from fragments.
datagrams_are_whole() { # NUMBER
	in_server nstat -asz IpReasmOKs | awk -v wanted="$1" \
		'$1 == "IpReasmOKs" { found = $2 } END { exit found != wanted }'
}

@test "drop_http drops by method and by path, and nothing else" {
	attach_by_hand server ingress "$BUILD/tutorial/drop_http.o"
	[[ $(answer "$TIMEOUT" "http://$SERVER4/") == 200 ]]
	[[ $(answer "$TIMEOUT" "http://$SERVER4/public") == 404 ]]
	[[ $(answer "$TIMEOUT" -X PUT "http://$SERVER4/") == 501 ]]
	[[ $(answer "$SILENCE" "http://$SERVER4/private") == 000 ]]
	[[ $(answer "$SILENCE" -X DELETE "http://$SERVER4/") == 000 ]]
}

@test "drop_http looks at port 80 alone" {
	attach_by_hand server ingress "$BUILD/tutorial/drop_http.o"
	[[ $(answer "$TIMEOUT" "http://$SERVER4:8080/private") == 404 ]]
	[[ $(answer "$TIMEOUT" -X DELETE "http://$SERVER4:8080/") == 501 ]]
}

@test "drop_http takes its rules from a file, a rule of full length among them" {
	local long=/a-path-of-just-the-right-length
	given_rules 'POST /' "GET ${long:0:28}" '' 'HEAD /'
	[[ $(answer "$SILENCE" -d coffee "http://$SERVER4/") == 000 ]]
	[[ $(answer "$SILENCE" "http://$SERVER4${long:0:28}") == 000 ]]
	[[ $(answer "$SILENCE" -I "http://$SERVER4/") == 000 ]]
	[[ $(answer "$TIMEOUT" "http://$SERVER4${long:0:27}") == 404 ]]
	[[ $(answer "$TIMEOUT" "http://$SERVER4/private") == 404 ]]
}

@test "drop_http without a rule drops nothing" {
	given_rules ''
	[[ $(answer "$TIMEOUT" "http://$SERVER4/") == 200 ]]
	[[ $(answer "$TIMEOUT" -X DELETE "http://$SERVER4/") == 501 ]]
}

@test "drop_match as built drops nothing" {
	attach_by_hand server ingress "$BUILD/tutorial/drop_match.o"
	reaches arp ping ping6 http 80 http 8080
}

@test "drop_match drops from a MAC, whatever it speaks" {
	given_conditions smac=0x020000000001
	refute_reaches arp ping ping6 http 80 http6 80
}

@test "drop_match leaves other MACs alone" {
	given_conditions smac=0x020000000003
	reaches arp ping ping6 http 80 http6 80
}

@test "drop_match drops to a MAC, at egress" {
	"$BUILD/tg-splice" "$BUILD/tutorial/drop_match.o" -o "$BATS_TEST_TMPDIR/match.o" \
		drop_match_dmac=0x020000000001
	attach_by_hand server egress "$BATS_TEST_TMPDIR/match.o"
	refute_reaches arp ping ping6 http 80
}

@test "drop_match drops from an address, to a port, and only what is both" {
	given_conditions saddr=0xc6336401 dport=8080
	refute_reaches http 8080
	reaches arp ping ping6 http 80 http6 8080
	in_client ip addr add 198.51.100.7/24 dev eth0
	[[ $(answer "$TIMEOUT" --interface 198.51.100.7 "http://$SERVER4:8080/") == 200 ]]
}

@test "drop_match finds addresses and ports of the other direction" {
	given_conditions daddr=0xc6336402 sport=40000
	[[ $(answer "$TIMEOUT" --local-port 40001 "http://$SERVER4/") == 200 ]]
	[[ $(answer "$SILENCE" --local-port 40000 "http://$SERVER4/") == 000 ]]
}

@test "drop_match on a port leaves what has no ports alone" {
	given_conditions dport=80
	refute_reaches http 80
	reaches arp ping large-ping http 8080
}

@test "drop_match takes nothing but a first fragment for one with ports" {
	local big=$BATS_TEST_TMPDIR/big
	# 8080 all over, also where a fragment would have the port it comes from
	printf '\x1f\x90%.0s' {1..2000} >"$big"
	given_conditions sport=8080
	in_client bash -c "cat '$big' >/dev/udp/$SERVER4/9"
	eventually datagrams_are_whole 1
}

@test "drop_listed drops those that are listed, from that moment on, and counts them" {
	attach_by_hand server xdp "$BUILD/tutorial/drop_listed.o"
	reaches arp ping http 80
	listed update 32 0 0 0 198 51 100 1
	in_client ping -q -c 3 -i 0.1 -W 1 "$SERVER4" && fail "the listed one got through"
	reaches arp ping6
	[[ $(bpftool -j map lookup pinned "$PINS/tut_listed" key 32 0 0 0 198 51 100 1 |
		jq .formatted.value) == 3 ]]
	listed delete 32 0 0 0 198 51 100 1
	reaches ping http 80
}

@test "drop_listed takes networks, and leaves others alone" {
	attach_by_hand server xdp "$BUILD/tutorial/drop_listed.o"
	listed update 24 0 0 0 198 51 101 0
	reaches ping
	listed update 22 0 0 0 198 51 100 0
	refute_reaches ping http 80
}
