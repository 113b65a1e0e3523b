#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Rules of iptables and nft, loaded into the kernel, and the policies that are
# imported from them: both judge the same packets in the same way. And the
# tables of docs/policy-equivalents.md, line by line.

load helper
load helper-import

# Both say the same of each packet; and there were some of both kinds.
kernel_and_policy_agree() { # FAMILY COUNT
	local seen
	judge_alike "$1" imported.policy "$2"
	seen=$(wc -l <seen)
	((seen > $2 / 50 && seen < $2 * 49 / 50)) || fail "of $2 packets $seen passed: what does that show?"
	# at least so many different rules had a say
	(($(jq '.line' answers | sort -u | wc -l) >= 55)) || fail 'too few rules decided anything'
}

iptables_agrees() { # KIND CHAIN SEED COUNT
	load_iptables_rules "$1" "$2" "$3"
	imports_all
	record_passed_packets "${FAMILY[@]}"
	packets "$1" "$4" "$3"
	kernel_and_policy_agree "${FAMILY[0]}" "$4"
}

nft_rules() { # KIND SEED
	load_nft_rules "$@"
	imports_all
}

@test "iptables at INPUT and the policy imported from it judge packets alike" {
	given_a_filter
	given_local_targets
	iptables_agrees input4 INPUT 4 5000
}

@test "iptables at FORWARD and the policy imported from it judge packets and fragments alike" {
	given_a_filter
	given_targets_behind
	iptables_agrees forward4 FORWARD 4 5000
}

@test "ip6tables at INPUT and the policy imported from it judge packets alike" {
	given_a_filter
	given_local_targets
	iptables_agrees input6 INPUT 4 5000
}

@test "nft's inet chains and the policy imported from them judge packets of both families alike" {
	given_a_filter
	given_local_targets
	nft_rules inet 1
	record_passed_packets ip 'ip id' input
	record_passed_packets ip6 'ip6 flowlabel' input
	packets input4 5000 1 1
	kernel_and_policy_agree ip 5000
	packets input6 5000 1 1
	kernel_and_policy_agree ip6 5000
}

@test "nft at forward and the policy imported from it judge packets and fragments alike" {
	given_a_filter
	given_targets_behind
	nft_rules forward 1
	record_passed_packets ip 'ip id' forward
	packets forward4 5000 1 1
	kernel_and_policy_agree ip 5000
}

@test "nft at a device's ingress and the policy imported from it judge frames, tags and ARP alike" {
	given_a_filter
	nft_rules netdev 1
	record_passed_packets netdev 'ether daddr' 'ingress device eth0'
	packets frames 5000 1 1
	kernel_and_policy_agree netdev 5000
}

frames_judged() {
	"$BUILD/tg-counters" --json "$PINS" | jq 'map(select(.plugin == "policy").packets) | add // 0'
}

have_been_judged() { # COUNT
	(($(frames_judged) >= $1))
}

# The same frames again, past the loaded policy and not nft's rules: "seen" has
# those that nft let pass.
policy_passes_what_nft_passed() { # HOOK
	local before
	in_server nft flush set netdev seen ids
	policy compile --hook "${1/xdp*/xdp}" imported.policy -o imported.o
	attach_by_hand server "$1" "$PWD/imported.o"
	before=$(frames_judged)
	in_client "$SENDER" eth0 <frames
	eventually have_been_judged $((before + $(wc -l <frames))) || fail "$1: judged: $before before, now $(frames_judged)"
	"$BUILD/tg-chain" grace
	in_server ip link set dev eth0 "${1/#*gress/xdp}" off
	in_server tc qdisc del dev eth0 clsact 2>/dev/null || true
	ids_seen netdev | sort >ours
	diff seen ours >different ||
		fail "$1: judged differently: $(grep -c '^[<>]' different)" \
			"$(sed -n 's/^[<>] //p' different | head -n 3 | while read -r n; do sed -n "${n}p" packets; done)"
}

@test "random rules of nft, and the loaded policy that is imported from them, let the same frames pass on each hook" {
	local hook
	given_a_filter
	given_bpffs
	nft_rules netdev 2
	record_passed_packets netdev 'ether daddr' 'ingress device eth0'
	packets frames 5000 2 1
	kernel_and_policy_agree netdev 5000
	in_server nft delete table netdev rules
	for hook in ingress xdp xdpgeneric; do
		policy_passes_what_nft_passed "$hook"
	done
}

# --- what cannot be said

@test "what cannot be said is a message with its line, and a comment in the policy" {
	policy import --partial --iptables "$IMPORT/untranslated.iptables" >out.policy 2>errors
	diff "$IMPORT/untranslated.policy" <(sed "s|$IMPORT/||" out.policy)
	diff "$IMPORT/untranslated.errors" <(sed "s|$IMPORT/||" errors)
	policy check out.policy
}

@test "where rules are lost, no policy is printed without --partial" {
	local status=0
	policy import --iptables "$IMPORT/untranslated.iptables" >out.policy 2>errors || status=$?
	((status == 1)) || fail "exit status $status"
	[[ ! -s out.policy ]] || fail "printed: $(cat out.policy)"
	tail -n 1 errors | grep ': 5 of 9 rules lost: lets in LESS: no policy is printed without --partial$'
	run -0 policy import --iptables "$IMPORT/returns.iptables"
}

@test "sets of nft whose elements change become sets, and rules change them" {
	policy import --partial --nft "$IMPORT/sets.nft.json" >out.policy 2>errors
	diff "$IMPORT/sets.policy" <(sed "s|$IMPORT/||" out.policy)
	diff "$IMPORT/sets.errors" <(sed "s|$IMPORT/||" errors)
	policy check out.policy
}

@test "states of connections become conditions on flows, and rules that pass new packets keep them" {
	local kind file
	for kind in iptables nft; do
		file=$IMPORT/states.$kind
		[[ $kind == iptables ]] || file+=.json
		policy import --partial "--$kind" "$file" >out.policy 2>errors
		diff "$IMPORT/states-$kind.policy" <(sed "s|$IMPORT/||" out.policy)
		diff "$IMPORT/states-$kind.errors" <(sed "s|$IMPORT/||" errors)
		policy check out.policy
	done
}

@test "a chain that sends keeps flows if another chain asks for states" {
	policy import --iptables "$IMPORT/states.iptables" --chain OUTPUT >out.policy
	grep -qx 'default pass keep' out.policy
	policy import --iptables "$IMPORT/returns.iptables" >out.policy
	run ! grep -w keep out.policy
}

@test "a rule that only logs has the verdict of what follows, where that is the same for all" {
	policy import --partial --iptables "$IMPORT/logs.iptables" >out.policy 2>errors
	diff "$IMPORT/logs.policy" <(sed "s|$IMPORT/||" out.policy)
	diff "$IMPORT/logs.errors" <(sed "s|$IMPORT/||" errors)
	policy check out.policy
}

@test "marks, returns and gotos become sub-lists" {
	policy import --iptables "$IMPORT/returns.iptables" >out.policy
	diff "$IMPORT/returns.policy" <(sed "s|$IMPORT/||" out.policy)
	policy check out.policy
}

# Each chain calls the next one twice, and what sets a mark knows what comes after it.
million_of_places() {
	local number
	printf '*filter\n:INPUT DROP [0:0]\n-A INPUT -j twice0\n'
	for number in {0..20}; do
		printf ':twice%d - [0:0]\n' "$number"
		printf -- '-A twice%d -p %s -j twice%d\n' \
			"$number" tcp $((number + 1)) "$number" udp $((number + 1))
	done
	printf ':twice21 - [0:0]\n-A twice21 -j MARK --set-mark 1\nCOMMIT\n'
}

# Each rule sets a bit of its own, or not.
million_of_marks() {
	local bit
	printf '*filter\n:INPUT DROP [0:0]\n'
	for bit in {0..20}; do
		printf -- '-A INPUT -p tcp --dport %d -j MARK --set-xmark %#x/%#x\n' \
			"$bit" $((1 << bit)) $((1 << bit))
	done
	printf 'COMMIT\n'
}

refuses_a_million_of() { # WHAT
	"million_of_$1" >"$1"
	run with_cpu_seconds 60 "$BUILD/tg-policy" import --iptables "$1"
	((status == 1)) || fail "$1: $status: $output"
	[[ $output == "$1: more than 1000000 rules would be needed" ]] || fail "$output"
}

@test "chains that would be a million sub-lists are refused within a minute" {
	refuses_a_million_of places
	refuses_a_million_of marks
}

# Chains that no mark follows are sub-lists as they are.
million_of_jumps() {
	million_of_places | sed 's/-j MARK .*/-j ACCEPT/'
}

# A rule that asks for more than a rule of a policy can.
rule_of_conditions() { # COUNT
	jq -n --argjson count "$1" '{nftables: [
		{chain: {family: "ip", table: "t", name: "c", type: "filter", hook: "input", policy: "drop"}},
		{rule: {family: "ip", table: "t", chain: "c", handle: 1, expr:
			([range(1; $count + 1) | {match: {op: "!=", left: {"&": [{meta: {key: "mark"}}, .]}, right: .}}] +
			[{accept: null}])}}]}'
}

# Two million and one addresses, of which none is beside another.
set_of_millions() {
	awk 'BEGIN {
		printf "{\"nftables\": [{\"set\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"many\", \"elem\": ["
		for (i = 0; i <= 2000000; i++)
			printf "%s\"%d.%d.%d.%d\"", i ? "," : "", 10 + i / 8388608, i / 32768 % 256, i / 128 % 256, i % 128 * 2
		printf "]}}, {\"chain\": {\"family\": \"ip\", \"table\": \"t\", \"name\": \"c\", \"type\": \"filter\", \"hook\": \"input\"}},"
		printf "{\"rule\": {\"family\": \"ip\", \"table\": \"t\", \"chain\": \"c\", \"handle\": 1, \"expr\": ["
		printf "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": \"saddr\"}}, \"right\": \"@many\"}},"
		printf "{\"drop\": null}]}}]}"
	}'
}

# Each jump needs a copy of the chain, as it sets a mark.
copies_of_values() {
	jq -n '[range(60000) | "2001:db8:\(. / 2500 | floor):\(. % 2500)::"] as $all | {nftables: ([
		{chain: {family: "ip6", table: "t", name: "c", type: "filter", hook: "input", policy: "drop"}},
		{chain: {family: "ip6", table: "t", name: "marks"}},
		{rule: {family: "ip6", table: "t", chain: "marks", handle: 1, expr: [
			{match: {op: "==", left: {payload: {protocol: "ip6", field: "saddr"}}, right: {set: $all}}}, {accept: null}]}},
		{rule: {family: "ip6", table: "t", chain: "marks", handle: 2, expr: [{mangle: {key: {meta: {key: "mark"}}, value: 1}}]}}
	] + [range(200) | {rule: {family: "ip6", table: "t", chain: "c", handle: (. + 3), expr: [
		{match: {op: "==", left: {payload: {protocol: "tcp", field: "dport"}}, right: .}}, {jump: {target: "marks"}}]}}])}'
}

copies_of_comments() {
	local n comment
	printf -v comment '%0900d' 0
	printf '*filter\n:INPUT DROP [0:0]\n:marks - [0:0]\n'
	for n in {1..110}; do printf -- '-A INPUT -p tcp --dport %d -j marks\n' "$n"; done
	for n in {1..1000}; do printf -- '-A marks -s 198.51.%d.%d -m comment --comment "%s" -j ACCEPT\n' $((n / 256)) $((n % 256)) "$comment"; done
	printf -- '-A marks -j MARK --set-mark 1\nCOMMIT\n'
}

# In one line, which says this, and nothing of a policy.
import_refuses() { # OPTION FILE TEXT
	run --separate-stderr with_cpu_seconds 60 "$BUILD/tg-policy" import "$1" "$2"
	[[ $status == 1 && ! $output ]] || fail "$2: $status: ${output:0:300}"
	# shellcheck disable=SC2154 # of run
	[[ $stderr == "$2:"*"$3"* && $stderr != *$'\n'* ]] || fail "$2: $stderr"
}

@test "a policy that 'policy check' would refuse is one line, and is not printed" {
	local mend='shorten the rules, or import a smaller chain with --chain'
	million_of_jumps >jumps
	import_refuses --iptables jumps "the policy would be invalid: 'jump twice3 udp' in 'twice2': more than 1000000 rules, counting the rules of sub-lists once per jump: $mend"
	rule_of_conditions 65 >conditions
	import_refuses --nft conditions ": a rule can have at most 64 conditions: $mend"
	set_of_millions >millions
	import_refuses --nft millions ": more than 2000000 items in the lists of a policy: $mend"
	copies_of_values >values
	import_refuses --nft values 'more than 8000000 values in rules would be needed'
	copies_of_comments >comments
	import_refuses --iptables comments 'more than 64 MiB of comments would be needed'
	# and what is just not too much is printed
	rule_of_conditions 64 >conditions
	policy import --nft conditions >imported.policy
	policy check imported.policy
}

@test "where a line of ClassBench is not understood, no line before it is printed" {
	head -n 2 "$IMPORT/small.classbench" >bad.classbench
	echo '@none' >>bad.classbench
	import_refuses --classbench bad.classbench '3:2: not a prefix'
}

# A file with nothing but these needs memory in proportion.
@test "twenty thousand rules that are not translated are as many comments, in little memory" {
	{
		printf '*filter\n:INPUT DROP [0:0]\n'
		yes -- '-A INPUT -m recent --name seen --update -j ACCEPT' | head -n 20000
		printf 'COMMIT\n'
	} >recent.iptables
	(
		ulimit -v 100000
		with_cpu_seconds 60 "$BUILD/tg-policy" import --partial --iptables recent.iptables >imported.policy 2>/dev/null
	)
	(($(grep -c '^# not translated: ' imported.policy) == 20000))
	policy check imported.policy
}

@test "ClassBench: the first rule drops, the second passes, what matches none passes" {
	policy import --classbench "$IMPORT/small.classbench" >out.policy
	diff "$IMPORT/small.policy" out.policy
	policy check out.policy
}

@test "ClassBench: a rule that asks ICMP for ports is a comment, and counts" {
	{
		printf '@198.51.100.0/24\t0.0.0.0/0\t0 : 65535\t8 : 8\t0x01/0xFF\n'
		printf '@198.51.100.0/24\t0.0.0.0/0\t0 : 65535\t8 : 8\t0x06/0xFF\n'
	} >ports.classbench
	policy import --classbench ports.classbench >out.policy
	grep -qx '# never matches: @198.51.100.0/24.*0x01/0xFF' out.policy
	[[ $(tail -n 1 out.policy) == 'pass tcp from 198.51.100.0/24 to port 8' ]]
	policy check out.policy
}

@test "a file that is none ends in an error with its name" {
	local option
	printf 'hello\n' >hello
	for option in --iptables --ip6tables --nft --classbench; do
		run -1 policy import "$option" hello
		[[ $output == hello:* ]] || fail "$option: $output"
		run -1 policy import "$option" no-such-file
		[[ $output == no-such-file:* ]] || fail "$option: $output"
	done
	run -2 policy import
	run -2 policy import --nft hello --iptables hello
}

# refuses_json PLACE WHY: of the text that it is given, in one line.
refuses_json() {
	cat >bad.json
	run -1 policy import --nft bad.json
	[[ $output == "bad.json:$1: "*"$2"* && $output != *$'\n'* ]] || fail "not at $1, or not '$2': $output"
}

@test "JSON that cannot be read is one line with its place" {
	refuses_json 2:0 "'[' or '{' expected" <<<''
	refuses_json 2:9 "']' expected" <<<$'{"nftables":\n [ 1, 2 3 ]}'
	refuses_json 1:26 "duplicate object key" <<<'{"nftables": 1, "nftables": 2}'
	refuses_json 1:35 'too big integer' <<<'{"nftables": [123456789012345678901]}'
	refuses_json 1:18 'real number overflow' <<<'{"nftables": 1e999}'
	refuses_json 2:2 'unable to decode byte 0xff' < <(printf '{"nftables":\n "\xff"}')
	refuses_json 2:2 'unable to decode byte 0xc0' < <(printf '{"nftables":\n "\xc0\x80"}')
	refuses_json 1:21 '\u0000 is not allowed' <<<'{"nftables": "\u0000"}'
	refuses_json 1:14 'control character 0x1b' < <(printf '{"nftables": "\e[2J"}')
	refuses_json 1:18 'end of file expected' <<<'{"nftables": []} []'
	refuses_json 1:2049 'maximum parsing depth reached' < <(printf '[%.0s' {1..3000})
}

@test "JSON that is too large is one line" {
	head -c 70000000 /dev/zero | tr '\0' ' ' >large.json
	run -1 policy import --nft large.json
	[[ $output == 'large.json: File too large' ]]
	# a text within the bound, of values without one
	{
		printf '{"nftables": ['
		yes '{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}' | tr '\n' , | head -c 60000000
		printf '{}]}'
	} >many.json
	run -1 policy import --nft many.json
	[[ $output == 'many.json: more JSON than fits in 1024 MiB' ]]
}

@test "the EtherType behind a tag is that of frames with one tag" {
	policy import --nft - >imported.policy <<-'END'
		{"nftables": [
		{"chain": {"family": "netdev", "table": "t", "name": "c", "type": "filter", "hook": "ingress"}},
		{"rule": {"family": "netdev", "table": "t", "chain": "c", "handle": 1, "expr": [
		{"match": {"op": "==", "left": {"payload": {"protocol": "vlan", "field": "type"}}, "right": "arp"}},
		{"drop": null}]}}]}
	END
	[[ $(tail -n 1 imported.policy) == 'drop arp vlan any inner-vlan none' ]] || fail "$(cat imported.policy)"
	policy check imported.policy
}

# Sixty thousand addresses, which would be a line of more than a megabyte.
set_of_many() {
	awk 'BEGIN { for (i = 0; i < 60000; i++) printf "2001:db8:%x:%x::%x\n", i / 256, i % 256, i }' |
		jq -Rn '[inputs] as $all | {nftables: [
			{set: {family: "ip6", table: "t", name: "many", elem: $all}},
			{chain: {family: "ip6", table: "t", name: "c", type: "filter", hook: "input", policy: "drop"}},
			{rule: {family: "ip6", table: "t", chain: "c", handle: 1, expr: [
				{match: {op: "==", left: {payload: {protocol: "ip6", field: "saddr"}}, right: "@many"}},
				{accept: null}]}}]}'
}

@test "a set that is too long for a line goes over several, and is the same set" {
	set_of_many >many.json
	policy import --nft many.json >list.policy
	grep -q '^pass from many$' list.policy
	policy check list.policy
	policy fmt list.policy | cmp - list.policy
	policy show --expand --file list.policy >shown
	(($(grep -o '2001:db8:[0-9a-f:]*' shown | sort -u | wc -l) == 60000))
	# not as a list
	jq -c '.nftables[2].rule.expr[0].match.right = {set: .nftables[0].set.elem}' many.json >inline.json
	policy import --nft inline.json >inline.policy
	policy check inline.policy
	policy fmt inline.policy | cmp - inline.policy
	policy show --file inline.policy | sed 's/ *# .*//' | cmp - <(sed 's/ *# .*//' shown)
}

# --- the tables of equivalents

# The rows of a table: what stands in its first two columns, with a tab between.
rows_of() { # HEADING
	awk -v heading="## From $1" '
		/^## / { inside = $0 == heading }
		inside && /^\| `/ {
			gsub(/\\\|/, "\001")
			split($0, columns, /`/)
			gsub(/\001/, "|", columns[2])
			gsub(/\001/, "|", columns[4])
			print columns[2] "\t" columns[4]
		}' "$ROOT/docs/policy-equivalents.md"
}

# The rules of the imported policy, without what is around them.
said() {
	grep -vE '^#|^default |^set |^$|^pass ether !' imported.policy | tr '\n' ';' | sed 's/;$//; s/;/; /g'
}

@test "each line of 'from iptables' is what the importer makes of it" {
	local theirs ours command rows=0
	printf 'create %s\n' 'banned hash:ip timeout 3600' 'nets hash:net' 'doors bitmap:port range 0-65535' \
		'pairs hash:ip,port' 'nics hash:mac' >sets.ipset
	while IFS=$'\t' read -r theirs ours; do
		command=iptables
		[[ $theirs != *ipv6-icmp* && $theirs != *2001:* && $theirs != *' hl '* ]] || command=ip6tables
		printf '*filter\n:INPUT ACCEPT\n:web -\n-A INPUT %s\n-A web -j ACCEPT\nCOMMIT\n' "$theirs" >rules
		policy import "--$command" rules --ipset sets.ipset >imported.policy || fail "not said: $theirs"
		policy check imported.policy || fail "not right: $theirs"
		[[ $(said) == "$ours"* ]] || fail "$theirs" "is $(said)" "and not $ours"
		rows=$((rows + 1))
	done < <(rows_of iptables)
	((rows >= 30)) || fail "rows: $rows"
}

@test "each line of 'from nft' is what the importer makes of it" {
	local theirs ours rows=0
	given_namespace SERVER server
	while IFS=$'\t' read -r theirs ours; do
		in_server nft flush ruleset
		in_server nft -f - <<-END || fail "nft does not know: $theirs"
			table inet filter {
				set banned { type ipv4_addr; flags dynamic, timeout; }
				chain web { accept; }
				chain input { type filter hook input priority 0; $theirs; }
			}
		END
		in_server nft -j list ruleset >rules
		policy import --nft rules >imported.policy || fail "not said: $theirs"
		policy check imported.policy || fail "not right: $theirs"
		[[ $(said) == "$ours"* ]] || fail "$theirs" "is $(said)" "and not $ours"
		rows=$((rows + 1))
	done < <(rows_of nft)
	((rows >= 25)) || fail "rows: $rows"
}

# Each has a packet that its rule decides about, in the third column.
lines_hold() { # HEADING LEAST
	local theirs ours packet rows=0
	while IFS=$'\t' read -r theirs ours packet; do
		printf '%s\n' "$ours" >one.policy
		policy check one.policy || fail "not right: $ours"
		[[ $(policy explain --policy one.policy --json "$packet" | jq .line) == 1 ]] ||
			fail "$packet is not for: $ours"
		rows=$((rows + 1))
	done < <(awk -v heading="## From $1" '
		/^## / { inside = $0 == heading }
		inside && /^\| `/ { split($0, columns, /`/); print columns[2] "\t" columns[4] "\t" columns[6] }
	' "$ROOT/docs/policy-equivalents.md")
	((rows >= $2)) || fail "rows: $rows"
}

@test "each line of 'from xdp-filter' is a policy that decides about its packet" {
	lines_hold xdp-filter 8
}

@test "each line of 'from tc flower' is a policy that decides about its packet" {
	lines_hold 'tc flower' 12
}
