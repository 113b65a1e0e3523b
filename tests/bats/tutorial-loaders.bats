#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Errors of the tutorial's loaders: one message, and no change.

load helper
load ../tutorial/helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	given_bpffs
	given_namespace NS loaders
	HELLO=$TUTORIAL/hello.o
	PIN=$TC_BPF_MNT/pin
}

teardown() {
	clean_up_tutorial
}

# A tap device; the words say how many queues it has. Nothing reads from it.
given_tuntap() { # NAME WORD...
	inside ip tuntap add dev "$1" mode "${@:2}"
}

given_veth() {
	inside ip link add eth0 type veth peer name eth1
}

steer() { # DEVICE [OBJECT [SECTION]]
	inside "$TUTORIAL/tap-steer" "$1" "${2:-$HELLO}" "${3:-hello}"
}

pin() { # OBJECT [SECTION [PATH]]
	"$TUTORIAL/pin-filter" "$1" "${2:-hello}" "${3:-$PIN}"
}

fanout() { # DEVICE [OBJECT [SECTION [MEMBERS]]]
	inside "$TUTORIAL/fanout" "$1" "${2:-$TUTORIAL/fanout.o}" "${3:-queue}" "${4:-2}" true
}

# As somebody who is not root, in a folder that he may enter.
as_nobody() { # PROGRAM ARGUMENT...
	local public=$BATS_TEST_TMPDIR/public
	mkdir -p "$public"
	cp "$TUTORIAL/$1" "$TUTORIAL/fanout.o" "$public/"
	chmod -R a+rX "$public"
	(
		cd "$public" || exit
		inside setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all \
			"./$1" "${@:2}"
	)
}

# On a kernel that answers so to the Nth call.
where_kernel_says() { # CALL ERROR N COMMAND...
	inside strace -f -qq -o /dev/null -e "trace=$1" -e "inject=$1:error=$2:when=$3" "${@:4}"
}

@test "a device that is not there" {
	refuses 'tap-steer: none0: No such device' steer none0
	refuses 'fanout: none0: no such device' fanout none0
}

@test "a name that is no name" {
	refuses 'not the name of a device' steer this-name-is-too-long
	refuses 'not the name of a device' steer ''
	refuses 'not the name of a device' inside "$TUTORIAL/tap-pong" this-name-is-too-long 2
}

@test "a device that is no tap: a veth, the loopback, a tun" {
	given_veth
	given_tuntap tun0 tun multi_queue
	refuses 'tap-steer: eth0: no tap device' steer eth0
	refuses 'tap-steer: lo: no tap device' steer lo
	refuses 'tap-steer: tun0: no tap device' steer tun0
}

@test "a tap device of one queue" {
	given_tuntap tap1 tap
	refuses 'tap-steer: tap1: a tap device of one queue' steer tap1
}

@test "a tap device of several queues is taken, with somebody at its other end or not" {
	given_tuntap tap2 tap multi_queue
	steer tap2
	inside "$TUTORIAL/tap-steer" tap2 off
}

@test "an object that is not there" {
	given_tuntap tap2 tap multi_queue
	refuses 'none.o: No such file or directory' steer tap2 none.o
	refuses 'none.o: No such file or directory' pin none.o
	refuses 'none.o: No such file or directory' fanout lo none.o
}

@test "a file that is no object, or one for another machine" {
	printf 'hello\n' >"$BATS_TEST_TMPDIR/text.o"
	: >"$BATS_TEST_TMPDIR/empty.o"
	refuses "text.o: no BPF object" pin "$BATS_TEST_TMPDIR/text.o"
	refuses "empty.o: no BPF object" pin "$BATS_TEST_TMPDIR/empty.o"
	refuses "tap-pong: no BPF object" pin "$TUTORIAL/tap-pong"
	refuses "no BPF object" pin "$BATS_TEST_TMPDIR"
}

@test "a section that is not in the object" {
	given_tuntap tap2 tap multi_queue
	refuses "hello.o: no section 'none'" steer tap2 "$HELLO" none
	refuses "hello.o: no section 'none'" pin "$HELLO" none
	refuses "fanout.o: no section 'none'" fanout lo "$TUTORIAL/fanout.o" none
	refuses "hello.o: no section 'license'" pin "$HELLO" license
}

@test "a program that the verifier refuses" {
	# a socket filter may not redirect
	refuses 'the verifier has refused it' pin "$TUTORIAL/redirect.o" out
	[[ ! -e $PIN ]]
}

@test "somebody who is not root" {
	given_tuntap tap2 tap multi_queue
	chmod 755 "$BATS_TEST_TMPDIR"
	refuses 'not permitted' as_nobody tap-steer tap2 fanout.o queue
	refuses 'not permitted' as_nobody tap-steer tap2 off
	refuses 'not permitted' as_nobody pin-filter fanout.o queue "$PIN"
	refuses 'not permitted' as_nobody fanout lo fanout.o queue 2 true
	refuses 'not permitted' as_nobody tap-pong tap3 2
}

@test "a kernel without BPF" {
	refuses 'this kernel has no BPF' where_kernel_says bpf ENOSYS 1+ \
		"$TUTORIAL/pin-filter" "$HELLO" hello "$PIN"
}

@test "a kernel without steering programs" {
	given_tuntap tap2 tap multi_queue
	# the driver, the index, the queue, the program
	refuses 'tap2: this kernel has no TUNSETSTEERINGEBPF' where_kernel_says ioctl EINVAL 4 \
		"$TUTORIAL/tap-steer" tap2 "$HELLO" hello
}

@test "a kernel without tap devices" {
	refuses '/dev/net/tun: No such file or directory: tap devices need' \
		inside unshare -m sh -c 'mount -t tmpfs none /dev/net && exec "$@"' - \
		"$TUTORIAL/tap-pong" tap3 2
}

@test "a kernel without fanout programs" {
	refuses 'this kernel has no PACKET_FANOUT_EBPF' where_kernel_says setsockopt EINVAL 1 \
		"$TUTORIAL/fanout" lo "$TUTORIAL/fanout.o" queue 2 true
}

@test "a pin where there is one already, or no bpffs, or no folder" {
	pin "$HELLO"
	refuses "$PIN: something is pinned there: 'rm' removes it" pin "$HELLO"
	refuses "no bpffs is there" pin "$HELLO" hello "$BATS_TEST_TMPDIR/pin"
	refuses "$TC_BPF_MNT/none/pin: No such file or directory" pin "$HELLO" hello "$TC_BPF_MNT/none/pin"
}

@test "a word that is not a number, or a number that is too large" {
	refuses "MEMBERS: a number from 1 to 64, not '0'" fanout lo "$TUTORIAL/fanout.o" queue 0
	refuses "MEMBERS: a number from 1 to 64, not '65'" fanout lo "$TUTORIAL/fanout.o" queue 65
	refuses "MEMBERS: a number from 1 to 64, not '2x'" fanout lo "$TUTORIAL/fanout.o" queue 2x
	refuses "QUEUES: a number from 1 to 16, not ''" inside "$TUTORIAL/tap-pong" tap3 ''
}

@test "sockets: a word that is neither 'filter' nor 'reuseport', or too few or many sockets" {
	local object=$TUTORIAL/choose_socket.o
	refuses "either: 'filter' with four words, or 'reuseport' with five" "$TUTORIAL/udp-listen" either "$object" keep 7000
	refuses "'filter' with four words" "$TUTORIAL/udp-listen" filter "$object" keep 7000 2
	refuses "'reuseport' with five" "$TUTORIAL/udp-listen" reuseport "$object" pick 7000
	refuses "PORT: a number from 1 to 65535, not '0'" "$TUTORIAL/udp-listen" filter "$object" keep 0
	refuses "SOCKETS: a number from 1 to 16, not '17'" "$TUTORIAL/udp-listen" reuseport "$object" pick 7000 17
}

@test "sockets: a port that somebody has, and a kernel that refuses the program" {
	local object=$TUTORIAL/choose_socket.o
	refuses 'port 7000: Address already in use' where_kernel_says bind EADDRINUSE 1 \
		"$TUTORIAL/udp-listen" filter "$object" keep 7000
	refuses 'the socket refuses the program: Invalid argument' where_kernel_says setsockopt EINVAL 2 \
		"$TUTORIAL/udp-listen" filter "$object" keep 7000
}

@test "a peer for a device that exists" {
	given_tuntap tap2 tap multi_queue
	refuses "tap2: is there already: 'ip link del tap2' removes it" inside "$TUTORIAL/tap-pong" tap2 2
}

@test "a word that is neither 'off' nor an object and a section" {
	given_tuntap tap2 tap multi_queue
	refuses "on: 'off', or an object and a section" inside "$TUTORIAL/tap-steer" tap2 on
}

@test "--help is the usage and status 0, too few or many words the same and status 2" {
	local program
	for program in pin-filter tap-steer tap-pong fanout udp-listen; do
		run -0 --separate-stderr "$TUTORIAL/$program" --help
		[[ $output == "Usage: $program "* ]]
		run -2 --separate-stderr "$TUTORIAL/$program"
		# shellcheck disable=SC2154 # set by run
		[[ ! $output && $stderr == "Usage: $program "* ]]
	done
	run -2 "$TUTORIAL/pin-filter" a b c d
	run -2 "$TUTORIAL/tap-steer" a b c d
	run -2 "$TUTORIAL/tap-pong" a b c
}
