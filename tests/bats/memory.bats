#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Memory of an attachment: small objects, shared files, and what status reports.

load helper
load helper-chain

setup() {
	given_device
}

teardown() {
	remove_chains
}

section_size() { # OBJECT SECTION
	local hex
	hex=$(readelf -SW "$1" | sed -E 's/^ *\[ *[0-9]+\] //' | awk -v name="$2" '$1 == name { print $5 }')
	printf '%d' "0x$hex"
}

@test "objects in /run have types and no debug data" {
	on_server attach eth0 --ingress --chain policy
	local object=$OBJECTS_ROOT/$KEY/ingress.0.o section
	[[ $(section_size "$object" .BTF) == "$(section_size "$BUILD/policy.o" .BTF)" ]]
	(($(section_size "$object" .BTF.ext) > 0))
	for section in .debug_info .debug_line .rel.BTF.ext; do
		(($(section_size "$BUILD/policy.o" "$section") > 0))
		(($(section_size "$object" "$section") == 0))
	done
	(($(stat -c %s "$object") < 1 << 20))
	# the kernel has the types, and the whole name of the program
	run -0 bpftool prog show name policy_ingress
	[[ $output == *btf_id* ]]
}

@test "hooks with the same objects share one file, before and after an apply" {
	local folder=$OBJECTS_ROOT/$KEY hook
	on_server attach eth0 --xdp --ingress --egress --chain policy
	(($(du -s --block-size=1 "$folder" | cut -f1) < 1 << 20))
	on_server policy apply eth0 - <<<'drop tcp to any port 80'
	(($(du -s --block-size=1 "$folder" | cut -f1) < 2 << 20))
	for hook in xdp egress; do
		[[ $folder/$hook.0.o -ef $folder/ingress.0.o ]]
		[[ $folder/$hook.previous.o -ef $folder/ingress.previous.o ]]
		[[ ! $folder/$hook.0.o -ef $folder/$hook.previous.o ]]
	done
	# one hook goes its own way, and the others stay
	on_server policy apply eth0 - --hook egress <<<'drop udp'
	[[ ! $folder/egress.0.o -ef $folder/ingress.0.o && $folder/xdp.0.o -ef $folder/ingress.0.o ]]
	run -0 on_server policy show eth0 --hook ingress
	[[ $output == *'drop tcp to port 80'* ]]
	run -0 on_server policy show eth0 --hook egress
	[[ $output == *'drop udp'* ]]
	on_server policy rollback eth0 --hook egress
	run -0 on_server policy show eth0 --hook egress
	[[ $output == *'drop tcp to port 80'* ]]
	on_server detach eth0
	nothing_is_left
}

@test "a file that others may write, or a link, is not shared" {
	local folder=$BATS_TEST_TMPDIR/objects
	mkdir "$folder"
	"$BUILD/tg-splice" "$BUILD/count.o" -o "$folder/a.o"
	chown nobody "$folder/a.o"
	ln -s a.o "$folder/b.o"
	"$BUILD/tg-splice" "$BUILD/count.o" --share -o "$folder/c.o"
	cmp "$folder/a.o" "$folder/c.o"
	(($(stat -c %h "$folder/c.o") == 1))
	"$BUILD/tg-splice" "$BUILD/count.o" --share -o "$folder/d.o"
	[[ $folder/c.o -ef $folder/d.o && $(find "$folder" -type f | wc -l) == 3 ]]
	"$BUILD/tg-splice" "$BUILD/count.o" --share -o "$folder/d.o"
	[[ $folder/c.o -ef $folder/d.o && $(find "$folder" -type f | wc -l) == 3 ]]
}

@test "status says what an attachment holds: objects, maps and programs" {
	on_server attach eth0 --xdp --ingress --chain policy
	run -0 on_server status eth0
	[[ $output =~ 'eth0 holds '[0-9.]+' '[KM]iB' of objects in /run, '[0-9.]+' '[KM]iB' of maps, '[0-9.]+' '[KM]iB' of programs' ]]
	on_server policy apply eth0 - --hook ingress <<<'drop udp'
	on_server status eth0 --json | jq .devices[0].memory >"$BATS_TEST_TMPDIR/small"
	jq -e --argjson objects "$(du -s --block-size=1 "$OBJECTS_ROOT/$KEY" | cut -f1)" \
		'.objects == $objects and .maps > 4096 and .programs > 4096' "$BATS_TEST_TMPDIR/small"
	seq -f 'drop from 198.51.%.0f.1' 0 255 | on_server policy apply eth0 - --hook ingress
	on_server status eth0 --json | jq .devices[0].memory >"$BATS_TEST_TMPDIR/large"
	jq -es '.[0].objects < .[1].objects and .[0].maps < .[1].maps' "$BATS_TEST_TMPDIR/small" "$BATS_TEST_TMPDIR/large"
}

held_maps() {
	on_server status eth0 --json | jq .devices[0].memory.maps
}

@test "a policy as built holds little more memory than one with a rule" {
	local as_built
	on_server attach eth0 --ingress --chain policy
	as_built=$(held_maps)
	on_server policy apply eth0 - <<<'drop udp'
	# the counters of rules are for each CPU
	((as_built <= $(held_maps) + 32768 * $(getconf _NPROCESSORS_CONF))) || fail "$as_built as built, then $(held_maps)"
}

@test "of a device without an attachment it holds nothing" {
	attach_by_hand server ingress drop_tcp
	on_server status eth0 --json | jq -e '.devices[0].memory == null'
}
