# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A namespace in which iptables or nft filters packets, and a sender: for tests
# that compare the kernel with imported policies.

IMPORT=$ROOT/tests/policy/import

setup_file() {
	build_sender
	build_craft_lines
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	clean_up
}

build_craft_lines() {
	local packets=$ROOT/tests/packets
	export CRAFT_LINES=$BATS_FILE_TMPDIR/craft-lines
	"$(the_clang)" -D_GNU_SOURCE -Wall -Wextra -Werror "-I$packets" "$IMPORT/craft-lines.c" \
		"$packets/"{craft,layer,field,table}.c -o "$CRAFT_LINES"
}

policy() {
	"$BUILD/tg-policy" "$@"
}

# --- the filtering host and the sender

given_a_filter() {
	((EUID == 0)) || fail 'this test needs root'
	given_namespace CLIENT client
	given_namespace SERVER server
	in_server sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
		net.ipv4.ip_forward=1 net.ipv6.conf.default.accept_dad=0
	ip -netns "$CLIENT" link add eth0 address 02:00:00:00:00:01 type veth \
		peer name eth0 address 02:00:00:00:00:02 netns "$SERVER"
	in_client sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
	in_client ip link set dev eth0 up
	in_server ip -batch - <<-END
		link add out0 type veth peer name out1
		link set dev eth0 up
		link set dev out0 up
		link set dev out1 up
		addr add 198.18.0.254/24 dev eth0
		addr add 2001:db8:1::fe/64 dev eth0 nodad
	END
}

# 203.0.113.0/24 and 2001:db8:2::/64 are local, or routed through the filter.
given_local_targets() {
	in_server ip route add local 203.0.113.0/24 dev lo
	in_server ip -6 route add local 2001:db8:2::/64 dev lo
}

given_targets_behind() {
	in_server ip route add 203.0.113.0/24 dev out0
}

# --- random rules, in the kernel and imported

# Loads rules of iptables or ip6tables, and sets what packets(),
# record_passed_packets() and the import need.
load_iptables_rules() { # KIND CHAIN SEED
	local command=iptables digit=4 hook=input
	FAMILY=(ip 'ip id')
	[[ $1 != *6 ]] || command=ip6tables digit=6 FAMILY=(ip6 'ip6 flowlabel')
	[[ $2 == INPUT ]] || hook=forward
	FAMILY+=("$hook")
	in_server "$command-legacy" -L -n >/dev/null || fail "no $command-legacy here: tc-scripts/deps installs it"
	awk -v family="$digit" -v chain="$2" -v seed="$3" -f "$IMPORT/rules-iptables.awk" >rules
	in_server "$command-legacy-restore" <rules
	in_server "$command-legacy-save" >saved
	SAVED=(--iptables saved --chain "$2")
}

load_nft_rules() { # KIND SEED
	awk -v kind="$1" -v seed="$2" -f "$IMPORT/rules-nft.awk" >rules
	in_server nft -f rules
	in_server nft -j list ruleset >saved
	SAVED=(--nft saved --table rules --chain base)
}

imports_all() {
	policy import "${SAVED[@]}" >imported.policy
	policy check imported.policy &>checked || fail "$(cat checked)"
	policy fmt imported.policy | diff imported.policy -
}

# The kernel and the policy have the same verdict for each packet. EXPLAIN_SETS
# are the options for explain that fill the sets of the policy.
EXPLAIN_SETS=()
judge_alike() { # FAMILY POLICY COUNT
	ids_seen "$1" | sort >seen
	describe_frames "$1"
	policy explain --policy "$2" "${EXPLAIN_SETS[@]}" --batch --json <descriptions >answers
	(($(wc -l <answers) == $3)) || fail "answers: $(wc -l <answers)"
	jq -r 'select(.verdict == "pass") | input_line_number' answers | sort >passed
	comm -3 seen passed >different
	[[ ! -s different ]] || fail "judged differently: $(wc -l <different)" \
		"$(head -n 3 different | tr -d '\t' | while read -r n; do sed -n "${n}p" packets; done)"
}

# Records the packets that pass the chain in a set, by a key that identifies
# them; and sets each packet's mark to its DSCP before the chain. A rule for
# each value: nft 1.1.3 does not match IPv6 DSCP in a map.
record_passed_packets() { # FAMILY KEY HOOK
	local marks='' value
	if [[ $1 != netdev ]]; then
		marks='chain marks { type filter hook prerouting priority -300;'
		for value in 2 4 10 11 46 63; do
			marks+=" $1 dscp $value meta mark set $value;"
		done
		marks+=' }'
	fi
	in_server nft -f - <<-END
		table $1 seen {
			set ids { typeof $2; flags dynamic; size 65535; }
			$marks
			chain late {
				type filter hook $3 priority 100
				update @ids { $2 } drop
			}
		}
	END
}

# A MAC address contains the number in its last two bytes.
ids_seen() { # FAMILY
	local first high low
	in_server nft -j list set "$1" seen ids |
		jq -r '.nftables[].set.elem[]? | if type == "object" then .elem.val else . end' |
		while IFS=: read -r first _ _ _ high low; do
			printf '%d\n' "${low:+0x$high}${low:-$first}"
		done
}

packets() { # KIND COUNT SEED [nft]
	awk -v kind="$1" -v count="$2" -v seed="$3" -v nft="${4:-0}" -f "$IMPORT/packets.awk" >packets
	"$CRAFT_LINES" <packets >frames
	in_server nft -f - <<-END
		table netdev arrived
		delete table netdev arrived
		table netdev arrived {
			counter frames { }
			chain early { type filter hook ingress device eth0 priority -500; counter name frames; }
		}
	END
	in_client "$SENDER" eth0 <frames
	eventually have_arrived "$2" || fail "of $2 frames arrived: $(frames_arrived)"
	# wait until the kernel has processed the last packet
	"$BUILD/tg-chain" grace
}

frames_arrived() {
	in_server nft -j list counter netdev arrived frames | jq '.nftables[].counter.packets // empty'
}

have_arrived() { # COUNT
	(($(frames_arrived) >= $1))
}

# Prints the frames as descriptions for explain, with their marks.
describe_frames() { # FAMILY
	paste -d ' ' frames packets | awk -v family="$1" '{
		match($0, /(tos|class)=[0-9]+/)
		mark = substr($0, RSTART, RLENGTH)
		sub(/.*=/, "", mark)
		print "hex " $1 (family == "netdev" ? "" : " mark " int(mark / 4))
	}' >descriptions
}
