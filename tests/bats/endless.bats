#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Files without an end, and sparse ones of 30 GB: each verb that reads files
# ends, in little memory.

load helper

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	truncate -s 30G sparse
	printf '\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0' >holes.pcap
	truncate -s 30G holes.pcap
	mkfifo silent
	printf 'default drop\n' >some.policy
}

# It fails by itself, in one GiB of memory.
ends() { # COMMAND...
	run timeout 60 bash -c 'ulimit -v 1048576; "$@"' bash "$@"
	((status == 1)) || fail "status $status: $*" "${output:0:500}"
	((${#output} < 2000)) || fail "says too much: ${output:0:500}"
}

@test "policies without an end are refused" {
	local file verb
	for file in /dev/zero sparse; do
		for verb in check fmt show; do
			ends "$BUILD/tg-policy" "$verb" "$file"
		done
		ends "$BUILD/tg-policy" compile "$file" -o none.o
		ends "$BUILD/tg-policy" explain -p "$file" 'arp'
		ends "$BUILD/tg-policy" import --iptables "$file"
		ends "$BUILD/tg-policy" import --nft "$file"
	done
	[[ ! -e none.o ]]
}

@test "captures and batches without an end are refused" {
	local file
	for file in /dev/zero sparse holes.pcap; do
		ends "$BUILD/tg-policy" explain -p some.policy --pcap "$file"
	done
	[[ $output == *'damaged: packet 1 has no length' ]]
	ends "$BUILD/tg-policy" explain -p some.policy --batch </dev/zero
}

@test "objects and sections that are no files are refused" {
	local file
	for file in /dev/zero sparse silent; do
		ends "$BUILD/tg-splice" "$file" --list
	done
	for file in /dev/zero sparse; do
		ends "$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o none.o ".rodata=@$file"
	done
	[[ ! -e none.o ]]
}
