#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Captures as Wireshark's programs read them. build/tests/pcapng_write writes a
# sample; what can fail on the way is in tests/unit/pcapng_write.c.

load helper

setup() {
	WRITE=$ROOT/build/tests/pcapng_write
	SAMPLE=$BATS_TEST_TMPDIR/sample.pcapng
	"$WRITE" --sample >"$SAMPLE"
}

teardown() {
	clean_up
}

# Prints the fields, a line for each packet. tshark must have no complaints but
# that it runs as root.
shark() { # [OPTION...] -- FIELD...
	local -a options=() fields=()
	while [[ $1 != -- ]]; do
		options+=("$1")
		shift
	done
	shift
	for field; do
		fields+=(-e "$field")
	done
	tshark -n -r "$SAMPLE" "${options[@]}" -T fields -E separator='|' -E occurrence=a "${fields[@]}" \
		2>"$BATS_TEST_TMPDIR/complaints"
	! grep -v '^Running as user "root"' "$BATS_TEST_TMPDIR/complaints" || return 1
}

@test "tshark reads comments, times, lengths and addresses" {
	run -0 shark -- frame.time_epoch frame.len frame.cap_len ip.dst udp.dstport frame.comment
	[[ $output == "1700000000.123456789|1500|42|198.51.100.2|53|drop rule web.policy:7: größer
1700000000.123456790|42|42|198.51.100.2|53|two\\nlines
1700000002.123456789|42|42|198.51.100.2|53|" ]]
}

@test "tshark reads interfaces and directions" {
	run -0 shark -- frame.interface_name frame.interface_description frame.packet_flags_direction
	[[ $output == 'eth0 xdp|tailgate on eth0, hook xdp|0x00000001
eth0 egress||0x00000002
eth0 egress||0x00000001' ]]
}

@test "tshark reads verdicts, packets' numbers and queues, and filters by them" {
	run -0 shark -- frame.verdict.ebpf_xdp frame.verdict.ebpf_tc frame.packet_id frame.interface_queue
	[[ $output == $'1||71|3\n|-1|72|\n|||' ]]
	run -0 shark -Y 'frame.verdict.ebpf_xdp == 1' -- frame.number
	[[ $output == 1 ]]
	run -0 shark -Y 'frame.comment contains "lines"' -- frame.number
	[[ $output == 2 ]]
}

@test "tshark finds nothing to warn of" {
	run -0 shark -Y '_ws.expert.severity > "Comment"' -- frame.number _ws.expert.message
	[[ ! $output ]]
}

@test "capinfos reads the sections' names, the filter and how many packets each interface has" {
	run -0 capinfos -M "$SAMPLE"
	[[ $output == *'Strict time order:   True'* && $output == *'precision:  nanoseconds (9)'* ]]
	[[ $output == *'Capture application: tailgate'* && $output == *'Capture oper-sys:    Linux'* ]]
	[[ $output == *'Filter string = verdict drop'* && $output == *'Capture length = 64'* ]]
	run -0 grep -A 1 'stat entries = 1' <<<"$output"
	[[ $output == *'Number of packets = 1'*'Number of packets = 2' ]]
}

@test "what was lost is in the file" {
	local part=pcapng.options.option.data.interface
	run -0 shark -X 'read_format:MIME Files Format' -- "$part.received" "$part.dropped" "$part.accepted_by_filter" \
		"$part.dropped_by_os" "$part.delivered_to_user"
	[[ $output == '100,18446744073709551615|1,0|20,2|19,0|1,2' ]]
	run -0 shark -X 'read_format:MIME Files Format' -- pcapng.options.option.data.comment
	[[ $output == *'19 lost'* ]]
}

# --- explain

explains() { # STATUS [OPTION...]
	local status=$1
	shift
	printf 'default pass\ndrop udp to port 53\n' >"$BATS_TEST_TMPDIR/dns.policy"
	run "-$status" tailgate explain --policy "$BATS_TEST_TMPDIR/dns.policy" "$@"
}

@test "explain judges a capture from last night, beside what its comments say" {
	local verdict=' drop: '$BATS_TEST_TMPDIR'/dns.policy:2: drop udp to port 53'
	explains 0 --pcap "$SAMPLE"
	[[ ${lines[0]} == '1: udp 198.51.100.1:12345 > 198.51.100.2:53 (42 of 1500 bytes captured) (eth0 xdp: drop rule web.policy:7: größer):'"$verdict" ]]
	[[ ${lines[1]} == '2: udp 198.51.100.1:12345 > 198.51.100.2:53 (eth0 egress: two?lines):'"$verdict" ]]
	[[ ${lines[2]} == '3: udp 198.51.100.1:12345 > 198.51.100.2:53:'"$verdict" ]]
	explains 0 --pcap "$SAMPLE" --json
	[[ $(jq -sc 'map([.number, .interface, .comment, .verdict])' <<<"$output") == '[[1,"eth0 xdp","drop rule web.policy:7: größer","drop"],[2,"eth0 egress","two\nlines","drop"],[3,"eth0 egress",null,"drop"]]' ]]
}

@test "explain judges the packets of one interface" {
	explains 0 --pcap "$SAMPLE" --interface 'eth0 egress' --json
	[[ $(jq -sc 'map(.number)' <<<"$output") == '[2,3]' ]]
	explains 0 --pcap "$SAMPLE" --interface='eth0 xdp' --json
	[[ $(jq -sc 'map(.number)' <<<"$output") == '[1]' ]]
	explains 1 --pcap "$SAMPLE" --interface eth1
	[[ $output == "tg-policy explain: $SAMPLE: no packet is from an interface 'eth1'" ]]
	explains 2 --batch --interface eth1
	[[ $output == 'tailgate explain: --interface needs --pcap: '* ]]
}

@test "explain reads files that Wireshark merged and converted" {
	local merged=$BATS_TEST_TMPDIR/merged
	editcap -F pcap -s 30 "$SAMPLE" "$merged.pcap"
	mergecap -a -w "$merged.pcapng" "$SAMPLE" "$merged.pcap"
	explains 1 --pcap "$merged.pcapng" --json
	[[ $(jq -sc 'map(.captured)' <<<"$output") == '[42,42,42,30,30,30]' ]]
	[[ $(jq -sc 'map(.verdict)' <<<"$output") == '["drop","drop","drop",null,null,null]' ]]
	editcap -F nsecpcap "$SAMPLE" "$merged.nsec"
	explains 0 --pcap "$merged.nsec"
	[[ ${#lines[@]} == 3 ]]
	explains 1 --pcap "$merged.nsec" --interface 'eth0 xdp'
	[[ $output == *': pcap files do not say which interface a packet is from' ]]
}

@test "explain says where a capture is cut off, after the packets before that" {
	head -c 500 "$SAMPLE" >"$BATS_TEST_TMPDIR/cut"
	explains 1 --pcap "$BATS_TEST_TMPDIR/cut"
	[[ ${#lines[@]} == 3 && ${lines[1]} == '2: '* ]]
	[[ ${lines[2]} == "tg-policy explain: $BATS_TEST_TMPDIR/cut: packet 3: the file ends inside the block at byte "* ]]
}
