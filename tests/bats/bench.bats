#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The benchmark is correct: traces have the policy's verdicts, the meter detects
# wrong verdicts, the source sends the trace, and all filters have the same
# verdicts.

load helper

setup() {
	((EUID == 0)) || fail 'this test needs root'
	BENCH=$BUILD/bench
	HERE=$ROOT/bench
	WORK=$BATS_TEST_TMPDIR
	POLICY_TOOL=$BUILD/tg-policy
	export BENCH
	# shellcheck source=bench/lib/race.bash
	source "$HERE/lib/race.bash"
	# shellcheck source=bench/lib/sets.bash
	source "$HERE/lib/sets.bash"
	# shellcheck source=bench/lib/swap.bash
	source "$HERE/lib/swap.bash"
	# shellcheck source=bench/lib/memory.bash
	source "$HERE/lib/memory.bash"
	# shellcheck source=bench/lib/report.bash
	source "$HERE/lib/report.bash"
	given_bench_bpffs
}

teardown() {
	swap_end_flow || true
	race_take_down
	clean_up
}

given_bench_bpffs() {
	mkdir "$WORK/bpf"
	MOUNTS+=("$WORK/bpf")
	mount -t bpf -o mode=0700 bpf "$WORK/bpf"
	export TC_BPF_MNT=$WORK/bpf
}

progress() {
	:
}

die() {
	fail "$@"
}

# web.trace: frames for a policy that drops TCP to port 80, as drop_tcp does.
given_web_trace() { # [OPTION...]
	printf 'drop tcp to port 80\n' >"$WORK/web.policy"
	"$BENCH/trace" "$WORK/web.policy" -o "$WORK/web.trace" --count 2000 "$@" >"$WORK/web.counts"
}

# --- rule sets and traces

@test "every set of rules has as many rules as it should, and is a policy" {
	local set rules
	while read -r set rules; do
		"$HERE/rules/unpack" "$set" >"$WORK/set"
		[[ $(wc -l <"$WORK/set") == "$rules" ]] || fail "$set: $(wc -l <"$WORK/set") rules"
		"$POLICY_TOOL" import --classbench "$WORK/set" >"$WORK/policy"
		[[ $(grep -cE '^(drop|pass)' "$WORK/policy") -gt $((rules * 9 / 10)) ]] || fail "$set: few can be said"
	done <<-'END'
		acl1_1k 1000
		fw1_10k 10000
		ipc1_100k 100000
		cloud_10k 9996
	END
}

@test "a set of rules that there is not is named" {
	run -2 "$HERE/rules/unpack" acl9
	[[ $output == *"no such rule set: 'acl9'"* ]]
}

@test "the twin of a set for IPv6 is a policy with the same rules" {
	"$HERE/rules/unpack" fw1_1k | "$POLICY_TOOL" import --classbench - >"$WORK/four"
	awk -f "$HERE/rules/twin6.awk" "$WORK/four" >"$WORK/six"
	"$POLICY_TOOL" check "$WORK/six"
	[[ $(grep -cE '^(drop|pass)' "$WORK/four") == "$(grep -cE '^(drop|pass)' "$WORK/six")" ]]
	run ! grep -E '[0-9]+\.[0-9]+\.[0-9]+\.' "$WORK/six"
}

@test "the server's policy has nothing to be warned of" {
	run -0 "$POLICY_TOOL" check "$HERE/rules/server.policy"
	[[ ! $output ]]
}

@test "the same options give the same trace, another seed another one" {
	given_web_trace
	cp "$WORK/web.trace" "$WORK/first"
	given_web_trace
	cmp "$WORK/first" "$WORK/web.trace"
	given_web_trace --seed 2
	run ! cmp -s "$WORK/first" "$WORK/web.trace"
}

@test "a trace's verdicts are those of all rules, one after the other" {
	"$BENCH/trace" "$HERE/rules/server.policy" -o "$WORK/server.trace" --check 1
	"$HERE/rules/unpack" fw1_1k | "$POLICY_TOOL" import --classbench - >"$WORK/fw.policy"
	"$BENCH/trace" "$WORK/fw.policy" -o "$WORK/fw.trace" --check 10
}

@test "most frames of a trace meet a rule, and a trace by Zipf meets fewer rules" {
	local uniform skewed
	"$HERE/rules/unpack" acl1_1k | "$POLICY_TOOL" import --classbench - >"$WORK/acl.policy"
	"$BENCH/trace" "$WORK/acl.policy" -o "$WORK/uniform" >"$WORK/counts"
	(($(sed -n 's/.* \([0-9]*\) by a rule/\1/p' "$WORK/counts") > 58000))
	"$BENCH/trace" "$WORK/acl.policy" --zipf 1.5 -o "$WORK/skewed"
	uniform=$(rules_met "$WORK/uniform") skewed=$(rules_met "$WORK/skewed")
	((uniform > 950 && skewed < uniform)) || fail "uniform $uniform, by Zipf $skewed"
}

# How many lines of the policy the records name: the second word of each.
rules_met() { # TRACE
	od -A n -v -t u4 -w128 -j 128 "$1" | awk '{ print $2 }' | sort -u | wc -l
}

# --- the meter

@test "the meter finds what a plugin costs, and that its verdicts are right" {
	given_web_trace
	run -0 --separate-stderr "$BENCH/meter" --rounds 2 --json --trace "$WORK/web.trace" "web=$BUILD/drop_tcp.o"
	jq -e '.[0] | .checked == 2000 and .wrong == 0 and .with.min > .baseline.min' <<<"$output"
}

@test "frames that differ nearly everywhere can be measured" {
	local i
	for ((i = 0; i < 300; i++)); do
		printf 'drop to mac 02:00:00:%02x:%02x:01\n' $((i / 256)) $((i % 256))
	done >"$WORK/macs.policy"
	"$BENCH/trace" "$WORK/macs.policy" -o "$WORK/macs.trace" --count 2000
	"$POLICY_TOOL" compile "$WORK/macs.policy" -o "$WORK/macs.o"
	run -0 --separate-stderr "$BENCH/meter" --rounds 1 --json --trace "$WORK/macs.trace" "macs=$WORK/macs.o"
	jq -e '.[0] | .checked == 2000 and .wrong == 0' <<<"$output"
}

@test "the meter knows the hooks of tc, too" {
	given_web_trace
	run -0 --separate-stderr "$BENCH/meter" --rounds 2 --json --trace "$WORK/web.trace" \
		--hook ingress "in=$BUILD/drop_tcp.o" --hook egress "out=$BUILD/drop_tcp.o"
	jq -e 'map(.hook) == ["ingress", "egress"]' <<<"$output"
	jq -e 'all(.checked == 2000 and .wrong == 0)' <<<"$output"
}

@test "the meter tells of wrong verdicts, and fails" {
	given_web_trace
	run -1 "$BENCH/meter" --rounds 1 --trace "$WORK/web.trace" "wrong=$BUILD/drop_all.o"
	[[ $output == *'wrong: frame '*'answers 1'* ]]
}

@test "the yardsticks find each of their frames, and a trie costs more than a hash" {
	run -0 --separate-stderr "$BENCH/meter" --rounds 5 --json --yardstick hash:10000 --yardstick lpm:100000
	jq -e 'map(.wrong) == [0, 0] and map(.checked) == [65536, 65536]' <<<"$output"
	jq -e '.[0].hashes == 1 and .[1].hashes > 1.5' <<<"$output"
}

@test "loads that wait for each other cost more where memory is larger than the caches" {
	run -0 --separate-stderr "$BENCH/meter" --rounds 5 --json --yardstick lines:64 --yardstick lines:524288
	jq -e 'map(.wrong) == [0, 0]' <<<"$output"
	jq -e '.[1].added.min > 2 * .[0].added.min' <<<"$output"
}

@test "the meter names what it does not understand" {
	run -2 "$BENCH/meter" --yardstick hash:none
	[[ $output == *"neither hash:N, lpm:N nor lines:N: 'hash:none'"* ]]
	run -2 "$BENCH/meter" "web=$BUILD/drop_tcp.o"
	[[ $output == *'a row needs a trace before it'* ]]
	run -1 "$BENCH/meter" --trace "$BUILD/drop_tcp.o" "web=$BUILD/drop_tcp.o"
	[[ $output == *'not a trace'* ]]
}

# --- the race

@test "the source sends each frame of a trace once, and the other end judges each" {
	given_web_trace
	race_given_peer empty
	race_in empty ip link set dev in xdpdrv obj "$BENCH/limit.bpf.o" sec xdp
	run -0 race_check empty "$WORK/web"
	[[ $output == '2000 2000 0' ]] || fail "sent, arrived, passed: $output"
}

# Which filters judge, and with how many rules.
judges_alike() { # KIND COUNT PEER...
	local kind=$1 count=$2 peer file="$WORK/$1" sent arrived passed frames=65536
	shift 2
	race_prepare "$kind" "$count" "$file"
	! is_sets "$kind" || frames=$((2 * SETS_SOURCES))
	(($(race_expected "$file") > 1000))
	for peer; do
		race_given_peer "$peer"
		race_install "$peer" "$file" "$count"
		read -r sent arrived passed < <(race_check "$peer" "$file")
		((sent == frames && arrived == sent)) || fail "$peer: of $sent, $arrived arrived"
		((passed == $(race_expected "$file"))) || fail "$peer: $passed passed, not $(race_expected "$file")"
	done
}

@test "all filters judge prefixes with ports alike" {
	judges_alike ports 100 nft-list nft-set iptables-legacy iptables-nft ipset bpf-lpm
}

@test "all filters judge addresses alike" {
	judges_alike hosts 20 nft-list nft-set iptables-legacy iptables-nft ipset bpf-hash xdp-filter
}

@test "lists of overlapping rules judge as the policy does" {
	judges_alike fw1_1k 1000 nft-list iptables-legacy iptables-nft
}

@test "a policy in a chain judges as the others do, on each hook" {
	judges_alike acl1_1k 1000 policy-xdp policy-xdp-generic policy-ingress
}

@test "filters of what leaves a device judge as the others do" {
	judges_alike ports 100 policy-egress nft-set-egress
}

@test "all filters judge sets of addresses alike, and then drop the rest, too" {
	local peer wrong=()
	judges_alike sets 100 nft-named ipset policy-xdp policy-xdp-generic policy-ingress
	for peer in nft-named ipset policy-xdp policy-xdp-generic policy-ingress; do
		sets_drop_rest "$peer" "$WORK/sets" sets/100
	done
	((!${#wrong[@]})) || fail "${wrong[@]}"
}

@test "half of the frames for a set are of its addresses, or all that are timed" {
	race_prepare sets-hits 100 "$WORK/sets"
	(($(race_expected "$WORK/sets") > SETS_SOURCES * 98 / 100))
	(($(race_expected "$WORK/sets") < SETS_SOURCES * 102 / 100))
	judges_alike sets-hits 100 xdp-filter
	[[ $(race_in xdp-filter "$BENCH/source" out "$WORK/sets-hits.drop.trace") == '65536 '* ]]
	(($(race_passed xdp-filter) == $(race_expected "$WORK/sets-hits")))
}

@test "a set that drops too little is noticed when the rest is to be dropped" {
	local wrong=()
	race_prepare sets 10 "$WORK/sets"
	race_begin_peer nft-named sets 10 "$WORK/sets"
	((!${#wrong[@]})) || fail "${wrong[@]}"
	race_in nft-named nft flush chain netdev bench look
	race_in nft-named nft add rule netdev bench look ip saddr 1.0.0.0/8 accept
	sets_drop_rest nft-named "$WORK/sets" sets/10
	[[ ${wrong[0]} == 'nft-named sets/10, dropping all: '* ]] || fail "noticed: ${wrong[*]-}"
}

# Prints how many entries the set has.
entries_of() { # PEER
	case $1 in
	ipset) race_in ipset ipset save bench | grep -c '^add ' ;;
	nft-named) race_in nft-named nft -j list set netdev bench blocked | jq '[.. | .elem? // empty][0] | length' ;;
	policy-ingress) race_in policy-ingress "$ROOT/tc-scripts/tailgate" set save in blocked | wc -l ;;
	esac
}

@test "each way to fill a set fills all of it, with hosts and with prefixes" {
	local peer how kind count
	for kind in hosts prefixes; do
		sets_entries "$kind" 1000 "$WORK/entries"
		for how in load stream; do
			for peer in ipset nft-named policy-ingress; do
				race_given_peer "$peer"
				mkdir -p "$WORK"/{bpf,files}/"$(race_netns "$peer")"
				race_peer_word "$peer" peer_empty "$WORK/entries" 1000
				race_peer_word "$peer" timed "peer_$how" "$WORK/entries"
				count=$(entries_of "$peer")
				((count == 1000)) || fail "$peer: $how of 1000 $kind: $count"
			done
			race_take_down
		done
	done
}

@test "the time to fill a set comes out for each filter" {
	sets_fill load hosts 1000 2 ipset nft-named policy-ingress
	jq -es 'map(.seconds.min > 0 and .count == 1000 and (.seconds.runs | length) == 2) | length == 3 and all' "$WORK/fill"
}

@test "a limit drops every packet, at each of the hooks" {
	local peer
	given_web_trace
	for peer in limit-xdp limit-xdp-generic limit-clsact limit-egress; do
		race_given_peer "$peer"
		race_install "$peer" "$WORK/web" 1
		run -0 race_check "$peer" "$WORK/web"
		[[ $output == '2000 2000 0' ]] || fail "$peer: sent, arrived, passed: $output"
	done
}

@test "every filter is compared with a limit, which takes part in all races" {
	local file peer limit
	for file in "$HERE"/peers/*; do
		peer=${file##*/}
		[[ $peer != *.* ]] || continue
		limit=$(race_ask "$peer" peer_limit)
		[[ -f $HERE/peers/$limit ]] || fail "$peer: no such limit: '$limit'"
		race_ask "$limit" peer_can acl1_1k 1000 || fail "$limit is not there for $peer"
		run ! race_ask "$limit" peer_judges
	done
}

@test "without an egress filter, every received packet is sent" {
	given_web_trace
	race_given_peer limit-egress
	run -0 race_check limit-egress "$WORK/web"
	[[ $output == '2000 2000 '* ]] || fail "sent, arrived, passed: $output"
	[[ $(race_in limit-egress ip -j -s link show dev sink | jq '.[0].stats64.rx.packets') == 2000 ]]
}

given_race_figures() {
	jq -n '{machine: {kernel: "6.0", processor: "none", processors: 2, load_at_the_end: 0, versions: {}},
		lookups: [], swap: [], memory: [], chain: [{plugins: 0, median: 1, min: 1, max: 1}], race: [
		["limit-xdp", "limit-xdp", 8], ["limit-clsact", "limit-xdp", 4],
		["nft-set", "limit-clsact", 1], ["policy-xdp", "limit-xdp", 6],
		["limit-egress", "limit-egress", 2], ["policy-egress", "limit-egress", 1]] |
		map({peer: .[0], limit: .[1], kind: "ports", count: 10, up_seconds: 1, mpps: {median: .[2]}, mpps2: null})
		}' >"$WORK/figures.json"
}

@test "a bracket is the part of the limit that stands in its row" {
	given_race_figures
	run -0 report_race "$WORK/figures.json"
	[[ $output =~ nft-set\ +limit-clsact\ +'1 (0.25)' ]] || fail "$output"
	[[ $output =~ limit-clsact\ +limit-xdp\ +'4 (0.5)' ]] || fail "$output"
	[[ $output =~ policy-xdp\ +limit-xdp\ +'6 (0.75)' ]] || fail "$output"
	[[ $output =~ policy-egress\ +limit-egress\ +'1 (0.5)' ]] || fail "$output"
}

@test "the page gets one table, and the file of figures gets all" {
	local root=$WORK/root
	given_race_figures
	mkdir -p "$root/docs" "$root/bench"
	cp "$ROOT/docs/performance.md" "$root/docs/"
	write_page "$WORK/figures.json" "$root"
	[[ $(sed -n '/^<!-- table/,/^<!-- end of table/p' "$root/docs/performance.md") == *'policy-xdp '*'6 (0.75)'* ]]
	run ! grep -F 'egress. Million frames' "$root/docs/performance.md"
	grep -F 'egress. Million frames' "$root/bench/figures.txt"
	diff <(sed '/^<!-- table/,/^<!-- end of table/d' "$ROOT/docs/performance.md") \
		<(sed '/^<!-- table/,/^<!-- end of table/d' "$root/docs/performance.md")
	[[ -s $root/docs/performance/race-ports.svg && -s $root/docs/performance/chain.svg ]]
}

@test "a filter that judges otherwise is noticed" {
	local wrong=()
	race_prepare ports 10 "$WORK/ports-10"
	sed -i '$d' "$WORK/ports-10.list"
	race_begin_peer nft-set ports 10 "$WORK/ports-10"
	[[ ${wrong[0]} == 'nft-set ports 10: 65536 sent, 65536 arrived, '* ]] || fail "noticed: ${wrong[*]-}"
}

# --- the swap

# A round there and one back, of each; prints what was found, for jq.
swap_of() { # KIND COUNT PEER...
	local wrong=()
	: >"$WORK/swap"
	swap "$1" "$2" 2 "${@:3}"
	((${#wrong[@]} == 0)) || fail "${wrong[@]}"
}

@test "the source ends when it is told to, and has sent what it says" {
	race_given_peer empty
	race_in empty ip link set dev in xdpdrv obj "$BENCH/limit.bpf.o" sec xdp
	given_web_trace
	swap_begin_flow empty "$WORK/web.trace" 0
	swap_end_flow
	[[ $(cut -d ' ' -f 1 "$WORK/sent") == "$(race_arrived empty)" ]]
}

@test "other rules are in force after a swap, and what both sets drop never passes" {
	swap_of ports 200 ipset iptables-legacy nft-set policy-ingress policy-xdp
	jq -se 'length == 5 and all(.sent > 0 and .lost == 0 and .passed == 0 and .seconds.min > 0)' "$WORK/swap" ||
		fail "$(cat "$WORK/swap")"
}

@test "addresses are swapped, too" {
	swap_of hosts 200 ipset iptables-nft nft-set policy-xdp
	jq -se 'length == 4 and all(.sent > 0 and .lost == 0 and .passed == 0)' "$WORK/swap" ||
		fail "$(cat "$WORK/swap")"
}

# The benchmark with one more filter, whose name is 'other'.
given_other_peer() { # <FILE
	cp -r "$HERE" "$WORK/bench"
	HERE=$WORK/bench
	cat >"$HERE/peers/other"
}

@test "what slips through while a set is emptied and filled is counted" {
	given_other_peer <<-'END'
		# shellcheck source=/dev/null
		source "$HERE/peers/ipset"
		peer_next() {
			ipset_rules "$1" bench "$2" | sed 1d >"$PINS_FILES/next"
		}
		peer_swap() {
			ipset flush bench
			sleep 0.1
			ipset restore -file "$PINS_FILES/next"
		}
	END
	swap_of hosts 200 other
	jq -e '.passed > 0 and .lost == 0' "$WORK/swap" || fail "$(cat "$WORK/swap")"
}

@test "rules that a swap does not put in force are noticed" {
	local wrong=()
	given_other_peer <<-'END'
		# shellcheck source=/dev/null
		source "$HERE/peers/ipset"
		peer_swap() {
			:
		}
	END
	: >"$WORK/swap"
	swap hosts 200 1 other
	[[ ${wrong[0]} == 'other, other rules, hosts/200: 4096 sent, 4096 arrived, '* ]] || fail "noticed: ${wrong[*]-}"
}

# --- memory

@test "what the kernel holds for rules is about what so many of them need" {
	: >"$WORK/memory"
	memory hosts 100000 3 nft-set
	jq -e '.kib.median > 4000 and .kib.median < 40000' "$WORK/memory" || fail "$(cat "$WORK/memory")"
}

# --- all of it

@test "what bench/run does not know is named" {
	run -2 "$HERE/run" swim
	[[ $output == *"no such part: 'swim'"* ]]
	run -2 "$HERE/run" --rules hosts/11 race
	[[ $output == *"no such rules in race: 'hosts/11'"* ]]
	run -2 "$HERE/run" --rules ports/10000 egress
	[[ $output == *"no such rules in egress: 'ports/10000'"* ]]
}

@test "one part with one set of rules comes out as JSON and as tables" {
	run -0 "$HERE/run" --rules hosts/10000 --output "$WORK/all.json" memory
	[[ $output == *'Megabytes that the kernel holds'*nft-set*'hosts 10000'* ]]
	jq -e '[.memory[].peer] | index("policy-xdp") and index("ipset")' "$WORK/all.json"
}
