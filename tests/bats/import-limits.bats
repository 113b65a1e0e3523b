#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Limits of iptables and nft beside the policies that import makes of them: the
# same frames come to both, and as many pass. docs/limits.md says by how much
# they may differ.

load helper
load helper-chain
load helper-policy
load helper-limits

RATE=20

setup_file() {
	build_sender
}

setup() {
	given_no_gc_meanwhile
	given_server
	given_no_ipv6
	cd "$BATS_TEST_TMPDIR" || return
	in_server sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
	in_server ip route add local 203.0.113.0/24 dev lo
	in_server nft -f - <<-END
		table ip passed {
			counter frames { }
			chain last { type filter hook input priority 300; udp dport 9 counter name frames; }
		}
	END
}

teardown() {
	remove_chains
}

# Two floods of two sources, a second apart: a burst, and what has been
# earned meanwhile. Sets PASSED, and US, the time from the first frame to the
# last at the most.
floods() {
	local began=$EPOCHREALTIME
	{ # with the checksums of their headers, as the stack judges them, too
		udp_frames 198.51.100.1 100 | sed 's/ 4011 0000 / 4011 149b /'
		udp_frames 198.51.100.7 100 | sed 's/ 4011 0000 / 4011 1495 /'
	} >frames
	in_server nft reset counter ip passed frames >/dev/null
	client_sends_frames <frames
	sleep 1
	client_sends_frames <frames
	US=$((${EPOCHREALTIME/./} - ${began/./}))
	stands_still passed
	PASSED=$(passed)
}

passed() {
	in_server nft -j list counter ip passed frames | jq '.nftables[].counter.packets // empty'
}

# The kernel's rules are in force, and saved in FILE as the import reads it.
are_alike() { # KEYS ARGUMENT-OF-IMPORT FILE COMMAND-THAT-REMOVES...
	local kernel time difference
	floods
	kernel=$PASSED time=$US
	in_server "${@:4}"
	"$BUILD/tg-policy" import "$2" "$3" >imported.policy
	grep -q ' limit ' imported.policy || fail "$(<imported.policy)"
	on_server attach eth0 --ingress --chain policy >/dev/null
	on_server policy apply eth0 imported.policy &>/dev/null
	floods
	difference=$((PASSED - kernel))
	printf '# the kernel: %d, the policy: %d\n' "$kernel" "$PASSED" >&3
	# for each key, two packets, and what the difference in time earns
	((kernel >= $1 * 30 && ${difference#-} <= $1 * (2 + RATE * (US > time ? US - time : time - US) / 1000000 + 1))) ||
		fail "the kernel: $kernel in $time us, the policy: $PASSED in $US us" "$(<imported.policy)"
}

iptables_is_alike() { # KEYS RULE...
	in_server iptables -P INPUT "$2"
	in_server iptables -A INPUT -p udp --dport 9 -m "${@:3}"
	in_server iptables-save >saved
	are_alike "$1" --iptables saved sh -c 'iptables -P INPUT ACCEPT; iptables -F INPUT'
}

nft_is_alike() { # KEYS DEFAULT RULE
	in_server nft -f - <<-END
		table ip filter {
			set keys { type ipv4_addr; size 100; flags dynamic; }
			chain input { type filter hook input priority 0; policy $2; udp dport 9 $3; }
		}
	END
	in_server nft -j list table ip filter >saved
	are_alike "$1" --nft saved nft delete table ip filter
}

@test "-m limit passes as much as its policy" {
	iptables_is_alike 1 DROP limit --limit "$RATE/sec" --limit-burst 30 -j ACCEPT
}

@test "-m hashlimit passes as much as its policy, for each source" {
	iptables_is_alike 2 ACCEPT hashlimit --hashlimit-above "$RATE/sec" --hashlimit-burst 30 --hashlimit-mode srcip \
		--hashlimit-name "h${BATS_SUITE_TEST_NUMBER:-1}" -j DROP
}

@test "nft's limit rate passes as much as its policy" {
	nft_is_alike 1 drop "limit rate $RATE/second burst 30 packets accept"
}

@test "nft's limit rate over passes as much as its policy" {
	nft_is_alike 1 accept "limit rate over $RATE/second burst 30 packets drop"
}

@test "a meter of nft passes as much as its policy, for each source" {
	nft_is_alike 2 accept "add @keys { ip saddr limit rate over $RATE/second burst 30 packets } drop"
}
