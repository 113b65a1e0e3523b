#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Classes, cgroups, shared maps, tail calls and pinned programs of the
# tutorial, frame by frame.

load helper
load helper-wire

setup_file() {
	build_sender
}

setup() {
	CGROUPS=()
	given_hosts
	given_known_neighbours
	given_no_ipv6
}

teardown() {
	local cgroup
	for cgroup in "${CGROUPS[@]}"; do
		eventually rmdir "$cgroup"
	done
	clean_up
}

readonly PING=08004500001c0001000040012676c6336401c63364020800f7fd00010001
readonly SYN_78=0800450000280001000040062619c6336401c633644e9c400050000000010000000050020400ba9a0000
readonly UDP_78=08004500001c000100004011261ac6336401c633644e9c40005000080000

# The client's packets through four classes; those of nobody go to 1:20.
given_classes() {
	local class
	in_client tc qdisc add dev eth0 root handle 1: htb default 20
	for class in 10 20 30 40; do
		in_client tc class add dev eth0 parent 1: classid "1:$class" htb rate 10mbit
	done
}

class_by() { # PREF WORDS...
	in_client tc filter replace dev eth0 parent 1: protocol all pref "$1" handle 1 bpf "${@:2}"
}

# went 10=3 20=1: three packets in class 10, one in 20, none in the others.
went() { # CLASS=PACKETS...
	local class packets came=''
	for class in 10 20 30 40; do
		packets=$(in_client tc -s class show dev eth0 classid "1:$class" | grep -o '[0-9]* pkt')
		[[ $packets == '0 pkt' ]] || came+=" $class=${packets% pkt}"
	done
	[[ $came == " $*" ]] || fail "expected: $*" "went:$came"
}

@test "class_direct puts ICMP into its class, and leaves the rest to the queue" {
	given_classes
	class_by 1 da obj "$TUTORIAL/class_direct.o" sec classify classid 1:
	client_sends "$PING" "$SYN_78" "$PING" "$PING"
	went 10=3 20=1
	in_client tc -s qdisc show dev eth0 | grep -q ' direct_packets_stat 0 '
}

@test "class_direct without a major number chooses nothing" {
	given_classes
	class_by 1 da obj "$TUTORIAL/class_direct.o" sec classify
	client_sends "$PING" "$SYN_78"
	went 20=2
}

@test "class_return gives a class, the filter's class, or asks the next filter" {
	given_classes
	class_by 1 obj "$TUTORIAL/class_return.o" sec classify classid 1:30
	client_sends "$PING" "$SYN_78" "$SYN_78" "$UDP_78" "$UDP_78" "$UDP_78"
	went 10=1 20=3 30=2
	# classic BPF: return -1
	class_by 2 bytecode '1,6 0 0 4294967295' classid 1:40
	client_sends "$PING" "$SYN_78" "$UDP_78"
	went 10=2 20=3 30=3 40=1
}

@test "what class_return has matched goes through the filter's actions" {
	given_classes
	in_client sysctl -q net.ipv6.conf.default.disable_ipv6=1
	in_client ip link add ifb0 type ifb
	in_client ip link set dev ifb0 up
	class_by 1 obj "$TUTORIAL/class_return.o" sec classify classid 1:30 \
		action mirred egress redirect dev ifb0
	watch "$CLIENT" ifb0 out
	client_sends "$PING" "$UDP_78"
	must_see "$PING"
}

@test "class_priority is obeyed where no filter is asked" {
	given_classes
	attach "$CLIENT" eth0 egress "$TUTORIAL/class_priority.o" egress
	client_sends "$PING" "$SYN_78" "$UDP_78"
	went 10=3
}

# A cgroup that no other test has, in CGROUP.
given_cgroup() { # TYPE OPTION...
	local hierarchy=$BATS_TEST_TMPDIR/cgroup
	mkdir -p "$hierarchy"
	MOUNTS+=("$hierarchy")
	mount -t "$@" tutorial "$hierarchy" 2>/dev/null || skip "this system has no $*"
	CGROUP=$hierarchy/$(unique tutorial)
	CGROUPS+=("$CGROUP")
	mkdir "$CGROUP"
}

ping_from_cgroup() {
	# shellcheck disable=SC2016 # for the other bash
	in_client bash -c 'echo $$ >"$1/cgroup.procs"; exec ping -q -c 3 -i 0.1 -W "$2" "$3"' \
		bash "$CGROUP" "$TIMEOUT" "$SERVER4"
}

ping_from_elsewhere() {
	in_client ping -q -c 2 -i 0.1 -W "$TIMEOUT" "$SERVER4"
}

@test "cgroup_priority gives a net_cls cgroup its class" {
	given_classes
	given_cgroup cgroup -o net_cls
	attach "$CLIENT" eth0 egress "$TUTORIAL/cgroup_priority.o" egress
	ping_from_cgroup
	went 20=3
	echo 0x00010010 >"$CGROUP/net_cls.classid"
	ping_from_cgroup
	ping_from_elsewhere
	went 10=3 20=5
}

@test "cgroup2_priority gives one cgroup its class" {
	given_classes
	given_cgroup cgroup2
	given_constant cgroup2_priority gold "cgroup2_priority_id=$(stat -c %i "$CGROUP")"
	attach "$CLIENT" eth0 egress "$BATS_TEST_TMPDIR/gold.o" egress
	ping_from_cgroup
	ping_from_elsewhere
	went 10=3 20=2
}

@test "three_answers are given, and no fourth one" {
	attach "$SERVER" eth0 egress "$TUTORIAL/three_answers.o" egress
	attach "$SERVER" eth0 ingress "$TUTORIAL/three_answers.o" ingress
	watch "$CLIENT" eth0 in
	client_sends "$PING" "$PING"
	sleep 0.1
	client_sends "$PING"
	sleep 0.1
	client_sends "$PING" "$PING"
	see 3
	[[ $(wc -l <<<"$SEEN") == 3 ]] || fail "$SEEN"
}

@test "two directories have two maps of one name" {
	attach "$SERVER" eth0 egress "$TUTORIAL/three_answers.o" egress
	mkdir "$TC_BPF_MNT/other"
	TC_BPF_MNT=$TC_BPF_MNT/other attach "$SERVER" eth0 ingress "$TUTORIAL/three_answers.o" ingress
	in_client ping -q -c 6 -i 0.1 -W "$TIMEOUT" "$SERVER4"
	[[ $(bpftool -j map dump pinned "$PINS/tut_answers" | jq '.[0].formatted.value') == 6 ]]
	[[ $(bpftool -j map dump pinned "$TC_BPF_MNT/other/tc/globals/tut_answers" |
		jq '.[0].formatted.value') == 0 ]]
}

graft() { # SECTION [WORDS...]
	tc exec bpf graft "$PINS/tut_jumps" key 0 object-file "$TUTORIAL/jump.o" section "$@"
}

@test "jump passes with an empty slot, and does what is grafted into it" {
	attach "$SERVER" eth0 ingress "$TUTORIAL/jump.o" root
	reaches ping http 80
	graft drop
	refute_reaches ping http 80
	graft pass
	reaches ping http 80
}

@test "grafting under a flood of pings loses none" {
	attach "$SERVER" eth0 ingress "$TUTORIAL/jump.o" root
	graft pass
	in_client ping -q -f -c 20000 "$SERVER4" >"$BATS_TEST_TMPDIR/flood" 3>&- 4>&- &
	while kill -0 $! 2>/dev/null; do
		graft pass
	done
	grep -q ' 20000 received' "$BATS_TEST_TMPDIR/flood" || fail "$(cat "$BATS_TEST_TMPDIR/flood")"
}

@test "an array of programs is empty when its last pin has gone" {
	attach "$SERVER" eth0 ingress "$TUTORIAL/jump.o" root
	graft drop
	refute_reaches ping
	rm "$PINS/tut_jumps"
	reaches ping
}

@test "a program that was pinned is on the device also without its pin" {
	bpftool prog loadall "$TUTORIAL/mirror.o" "$TC_BPF_MNT/mirror" type tc
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress bpf da object-pinned "$TC_BPF_MNT/mirror/mirror_sink"
	refute_reaches ping
	rm -r "$TC_BPF_MNT/mirror"
	refute_reaches ping
}

@test "tc exports no maps any more, and import waits for good" {
	local importer status=0
	in_server timeout 15 tc exec bpf import "$BATS_TEST_TMPDIR/maps" run /usr/bin/env 3>&- 4>&- &
	importer=$!
	eventually test -S "$BATS_TEST_TMPDIR/maps"
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress bpf da obj "$TUTORIAL/three_answers.o" sec ingress \
		export "$BATS_TEST_TMPDIR/maps"
	wait "$importer" || status=$?
	((status == 124)) || fail "import has ended with $status"
}
