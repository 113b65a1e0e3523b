#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Endless files, sparse files of 30 GB, and paths that are not files: each verb
# that reads files terminates, with limited memory. 'make test-long' has the
# largest policies that are permitted.

load helper
load helper-chain
load helper-peak

# A text is read up to its limit of 64 MiB, and room for it doubles.
readonly READ_KIB=$((160 << 10)) STREAM_KIB=$((16 << 10))

setup_file() {
	build_tool peak
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	printf 'default drop\n' >some.policy
}

teardown() {
	[[ ! ${WRITER:-} ]] || kill "$WRITER" 2>/dev/null || true
	remove_chains
}

# Puts a file of each kind under this name, and runs the command with it.
with_each_kind() { # NAME COMMAND...
	local kind
	for kind in zero sparse endless folder socket; do
		"given_$kind" "$1"
		"${@:2}" || fail "of this kind: $kind"
		rm -rf "$1"
	done
}

given_zero() {
	ln -s /dev/zero "$1"
}

given_sparse() {
	truncate -s 30G "$1"
}

# A FIFO into which somebody writes good lines as long as somebody reads.
given_endless() {
	mkfifo "$1"
	yes 'drop tcp to port 80' 2>/dev/null >"$1" 3>&- &
	WRITER=$!
}

given_folder() {
	mkdir "$1"
}

given_socket() {
	python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$1"
}

# It fails by itself, in few words and little memory.
ends() { # KIB COMMAND...
	measured "${@:2}"
	((status == 1)) || fail "status $status: ${*:2}" "${output:0:500}"
	((${#output} > 0 && ${#output} < 2000)) || fail "says too much, or nothing: ${*:2}" "${output:0:500}"
	takes_at_most "$@"
}

@test "a policy that is not a file, or has no end, is refused by each verb" {
	local verb
	for verb in check fmt 'fmt -i' show 'compile -o none.o' 'explain arp --policy'; do
		# shellcheck disable=SC2086 # a verb with its options
		with_each_kind given.policy ends "$READ_KIB" "$BUILD/tg-policy" $verb given.policy
	done
	[[ ! -e none.o ]]
}

@test "a policy that includes a path that is not a file, or has no end, is refused" {
	printf 'default drop\ninclude "given.policy"\n' >including
	with_each_kind given.policy ends "$READ_KIB" "$BUILD/tg-policy" check including
	[[ $output == 'including:2:9: '* ]]
}

@test "rules to import that are no file, or have no end, are refused" {
	local form
	for form in --iptables --ip6tables --nft --classbench; do
		with_each_kind given.rules ends "$READ_KIB" "$BUILD/tg-policy" import "$form" given.rules
	done
}

@test "a file that is not a capture is refused" {
	with_each_kind given.pcap ends "$STREAM_KIB" "$BUILD/tg-policy" explain --policy some.policy --pcap given.pcap
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0' >holes.pcap
	truncate -s 30G holes.pcap
	ends "$STREAM_KIB" "$BUILD/tg-policy" explain --policy some.policy --pcap holes.pcap
	[[ $output == *'damaged: packet 1 has no length' ]]
}

@test "a batch is answered line by line, and a line without an end is refused" {
	given_sparse holes
	ends "$STREAM_KIB" "$BUILD/tg-policy" explain --policy some.policy --batch </dev/zero
	ends "$STREAM_KIB" "$BUILD/tg-policy" explain --policy some.policy --batch <holes
	yes arp | head -n 1000000 | "$TOOLS/peak" peak "$BUILD/tg-policy" explain --policy some.policy --batch >answers
	(($(wc -l <answers) == 1000000))
	takes_at_most "$STREAM_KIB" --batch
}

@test "objects and sections that are no files, or too large, are refused" {
	with_each_kind given.o ends "$STREAM_KIB" "$BUILD/tg-splice" given.o --list
	with_each_kind given ends "$STREAM_KIB" "$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o none.o .rodata=@given
	mkfifo silent.o
	ends "$STREAM_KIB" "$BUILD/tg-splice" silent.o --list
	[[ ! -e none.o ]]
}

# The front end at a device that has a chain.
ends_at_device() { # COMMAND...
	ends "$READ_KIB" "$ROOT/tc-scripts/tailgate" --netns "$SERVER" "$@"
	[[ $(what_is_there) == "$BEFORE" ]] || fail "has changed something: $*"
}

given_policy_in_force() {
	given_device
	on_server attach eth0 --ingress --egress --chain policy
	on_server policy apply eth0 some.policy
	BEFORE=$(what_is_there)
}

@test "the verbs of a device refuse a path that is not a file, or has no end, and leave the chain as it is" {
	given_policy_in_force
	with_each_kind given.policy ends_at_device policy apply eth0 given.policy
	with_each_kind given.policy ends_at_device policy diff eth0 given.policy
	with_each_kind given.pcap ends_at_device explain eth0 ingress --pcap given.pcap
	with_each_kind given.o ends_at_device attach eth0 --xdp --chain ./given.o
	with_each_kind given.o ends_at_device chain eth0 ingress set ./given.o
	with_each_kind given.o ends_at_device chain eth0 ingress replace 0 ./given.o
	with_each_kind given.o ends_at_device chain eth0 ingress insert 0 ./given.o
}

# What is read of a list for a small table, and a process.
readonly LIST_KIB=$((300 << 10))

@test "a list that is not a file, or has no end, is refused, and the set or the flows stay as they are" {
	local verb
	given_device
	on_server attach eth0 --ingress --chain policy --flows 1000
	on_server policy apply eth0 - <<<'set blocked { addresses }'$'\n''drop from @blocked'
	on_server set add eth0 blocked 198.51.100.7
	for verb in load replace 'load --skip-bad'; do
		# shellcheck disable=SC2086 # a verb with an option
		with_each_kind given.list ends "$LIST_KIB" "$ROOT/tc-scripts/tailgate" --netns "$SERVER" set $verb eth0 blocked given.list
	done
	[[ $(on_server set show eth0 blocked) == 198.51.100.7 ]]
	with_each_kind given.list ends "$LIST_KIB" "$ROOT/tc-scripts/tailgate" --netns "$SERVER" flows load eth0 given.list
	[[ $(on_server flows eth0 --count --json | jq .flows) == 0 ]]
}

# --- a FIFO that nobody writes to

# One of the processes of the group has it open.
group_reads() { # GROUP FILE
	local fd fields
	for fd in /proc/[0-9]*/fd/*; do
		[[ $fd -ef $2 ]] || continue
		read -r -a fields <"${fd%/fd/*}/stat"
		[[ ${fields[4]} != "$1" ]] || return 0
	done
	return 1
}

# It waits, ends at Ctrl-C, and has changed nothing.
is_interruptible() { # COMMAND...
	local status=0 pid
	set -m # a process group of its own
	# Whoever started the tests may ignore SIGINT, and bash cannot undo that. The
	# FIFO is opened after env has, so that who reads it can be interrupted.
	env --default-signal=INT sh -c 'exec "$@" <silent' sh "$@" &>said 3>&- 4>&- {KEEP}>&- &
	pid=$!
	set +m
	eventually group_reads "$pid" silent || fail "does not read: $*" "$(<said)"
	kill -INT -- "-$pid"
	wait "$pid" || status=$?
	((status != 0)) || fail "not interrupted: $*"
}

@test "Ctrl-C ends each verb that waits for a FIFO, and changes nothing" {
	local verb
	given_policy_in_force
	mkfifo silent
	exec {KEEP}<>silent
	for verb in check fmt show 'compile -o none.o' 'explain arp --policy' 'explain --policy some.policy --pcap' \
		'import --iptables' 'import --nft' 'import --classbench'; do
		# shellcheck disable=SC2086 # a verb with its options
		is_interruptible "$BUILD/tg-policy" $verb silent
	done
	is_interruptible "$BUILD/tg-policy" explain --policy some.policy --batch
	for verb in 'policy apply eth0' 'policy diff eth0' 'explain eth0 ingress --pcap'; do
		# shellcheck disable=SC2086 # a verb with its arguments
		is_interruptible "$ROOT/tc-scripts/tailgate" --netns "$SERVER" $verb silent
	done
	exec {KEEP}>&-
	[[ ! -e none.o ]]
	diff <(what_is_there) - <<<"$BEFORE"
	on_server policy apply eth0 some.policy
}
