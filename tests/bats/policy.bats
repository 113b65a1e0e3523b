#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The policy commands as a user calls them: output and exit status. The language
# itself is tested in tests/unit and tests/policy.

load helper

setup() {
	POLICY=$BATS_TEST_TMPDIR/edge.policy
	cat >"$POLICY" <<-'END'
		default drop
		list web = { 80, 443 }
		# check: quiet
		pass arp
		pass tcp to port web   # the sites
		drop ip ttl 1
	END
}

@test "a policy without mistakes checks silently" {
	run -0 tailgate policy check "$POLICY"
	[[ ! $output ]]
}

@test "each mistake is told with its place, the line, a caret and a mend" {
	printf 'pass tcp prot 80\npass udp to port 99999\n' >>"$POLICY"
	run -1 --separate-stderr tailgate policy check "$POLICY"
	# shellcheck disable=SC2154 # set by run
	[[ $stderr == *"edge.policy:7:10: "*"pass tcp prot 80"*"         ^"*"did you mean 'proto'?"* ]]
	[[ $stderr == *"edge.policy:8:18: "*99999* ]]
	[[ ! $output ]]
}

@test "the mistakes are one JSON list for machines" {
	printf 'pass tcp prot 80\npass udp to port 99999\n' >>"$POLICY"
	run -1 --separate-stderr tailgate policy check --json "$POLICY"
	[[ $(jq -c '[.[] | [.line, .column, .severity]]' <<<"$output") == '[[7,10,"error"],[8,18,"error"]]' ]]
}

@test "what a hook cannot do is an error for that hook alone" {
	printf 'pass udp set mark 7\n' >>"$POLICY"
	run -1 --separate-stderr tailgate policy check --hook xdp "$POLICY"
	[[ $stderr == *"edge.policy:7:"*xdp* ]]
	run -0 tailgate policy check --hook ingress "$POLICY"
}

@test "a packet type is refused on XDP in one line, and taken on the hooks of tc" {
	printf 'drop pkttype { broadcast, multicast }\n' >>"$POLICY"
	run -1 --separate-stderr tailgate policy check --hook xdp "$POLICY"
	[[ $stderr == *"edge.policy:7:1: 'pkttype' is not supported on xdp: a packet does not have a packet type before"* ]]
	run -0 tailgate policy check --hook ingress,egress "$POLICY"
}

# The words of fields.def that are a clause: all but the ends of a connection.
@test "the grammars in the docs have each field of the table" {
	local word words
	words=$(sed -nE 's/^FIELD\([A-Z0-9_]+, *"([a-z0-9-]+)", *SET,.*/\1/p' "$ROOT/tools/policy/language/fields.def")
	((${#words} > 40)) || fail "$words"
	for word in $words; do
		grep -q "\"$word\" values" "$ROOT/docs/policy.md" || fail "docs/policy.md has no '$word'"
		grep -q "\"$word\" values" "$ROOT/docs/man/tailgate-policy.5" || fail "the man page has no '$word'"
	done
}

@test "fmt -i writes the canonical layout back, and comments live on" {
	printf '   pass   udp   to  port  53  # names\n' >>"$POLICY"
	run -0 tailgate policy fmt -i "$POLICY"
	grep -qx 'pass udp to port 53  *# names' "$POLICY"
	cp "$POLICY" "$BATS_TEST_TMPDIR/once"
	run -0 tailgate policy fmt -i "$POLICY"
	cmp "$POLICY" "$BATS_TEST_TMPDIR/once"
}

@test "fmt leaves a policy with a mistake as it is" {
	printf 'pass tcp prot 80\n' >>"$POLICY"
	cp "$POLICY" "$BATS_TEST_TMPDIR/before"
	run -1 tailgate policy fmt -i "$POLICY"
	cmp "$POLICY" "$BATS_TEST_TMPDIR/before"
}

@test "show numbers the rules and names their lists, and --expand writes these out" {
	run -0 tailgate policy show --file "$POLICY"
	[[ $output == *"1  pass arp"*"2  pass tcp to port web  #"*"default drop"* ]]
	run -0 tailgate policy show --expand --file "$POLICY"
	[[ $output == *"1  pass arp"*"2  pass tcp to port { 80, 443 }  #"*"default drop"* ]]
}

@test "sets are shown with their declarations, and check warns of one that no rule asks" {
	cat >"$POLICY" <<-'END'
		set blocked { addresses timeout 1h }
		set doors { ports size 65536 }
		drop from @blocked
		drop tcp syn to port 22 add from/24 to @blocked for 90s
	END
	run -0 tailgate policy show --file "$POLICY"
	[[ ${lines[0]} == "      set blocked { addresses timeout 1h }  # $POLICY:1" ]]
	[[ ${lines[1]} == "      set doors { ports }  # $POLICY:2" ]]
	[[ ${lines[3]} == "   2  drop tcp to port 22 syn add from/24 to @blocked for 90s  # $POLICY:4" ]]
	run -0 --separate-stderr tailgate policy check "$POLICY"
	[[ $stderr == *"edge.policy:2:5: warning: no rule asks or changes the set 'doors'"* ]]
	run -0 --separate-stderr tailgate policy check --json "$POLICY"
	jq -e '.[0] | .line == 2 and .severity == "warning"' <<<"$output"
}

@test "explain --expand prints the rule with the values of its lists" {
	run -0 tailgate explain --policy "$POLICY" tcp 198.51.100.1:1 '>' 198.51.100.2:80
	[[ $output == *"pass: "*"edge.policy:5: pass tcp to port web" ]]
	run -0 tailgate explain --policy "$POLICY" --expand tcp 198.51.100.1:1 '>' 198.51.100.2:80
	[[ $output == *"pass: "*"edge.policy:5: pass tcp to port { 80, 443 }" ]]
}

@test "a list of 100,000 addresses makes the object no larger for each rule that names it" {
	awk 'BEGIN { printf "list bad = { "; for (i = 0; i < 100000; i++)
		printf "198.%d.%d.%d,\n", 18 + i % 2, i / 256 / 2 % 256, i % 256; print "}" }' >"$POLICY"
	cp "$POLICY" "$POLICY.more"
	echo 'drop tcp from bad to port 1' >>"$POLICY"
	printf 'drop tcp from bad to port %d\n' {1..20} >>"$POLICY.more"
	tailgate policy compile -q "$POLICY" -o "$BATS_TEST_TMPDIR/one.o"
	tailgate policy compile -q "$POLICY.more" -o "$BATS_TEST_TMPDIR/more.o"
	local one more
	one=$(stat -c %s "$BATS_TEST_TMPDIR/one.o")
	more=$(stat -c %s "$BATS_TEST_TMPDIR/more.o")
	((more - one < 19 * 500))
}

@test "a feed that is empty today is included, and its rules match nothing" {
	printf 'list bad = {\n\t# nothing today\n}\n' >"$BATS_TEST_TMPDIR/bad.list"
	printf 'include "bad.list"\ndefault pass\ndrop from bad\ndrop icmp from !bad\n' >"$POLICY"
	run -0 --separate-stderr tailgate policy check "$POLICY"
	# shellcheck disable=SC2154 # set by run
	[[ $stderr == *"edge.policy:3:1: warning: this rule matches no packet: "* ]]
	run -0 tailgate explain --policy "$POLICY" tcp 198.51.100.1:1 '>' 198.51.100.2:22
	[[ $output == *"pass: no rule matches"* ]]
	run -0 tailgate explain --policy "$POLICY" icmp 198.51.100.1 '>' 198.51.100.2
	[[ $output == *"drop: "*"edge.policy:4: "* ]]
}

@test "explain names the rule that decides, with its line" {
	run -0 tailgate explain --policy "$POLICY" 'tcp 198.51.100.7:1234 > 203.0.113.9:443'
	[[ $output == *"edge.policy:5"* ]]
	run -0 tailgate explain --policy "$POLICY" --json 'udp 198.51.100.7:1 > 203.0.113.9:2'
	[[ $(jq -c '[.verdict, .reason, .plugin, .file, .line]' <<<"$output") == '["drop","default","policy",null,null]' ]]
}

@test "explain --batch answers each line, and a bad one does not end it" {
	run -1 --separate-stderr tailgate explain --policy "$POLICY" --json --batch <<-'END'
		tcp 198.51.100.7:1234 > 203.0.113.9:80
		tcp this is nonsense
		arp request 198.51.100.1 > 198.51.100.2
	END
	[[ $(wc -l <<<"$output") == 3 ]]
	[[ $(jq -rs '[.[0].verdict, .[2].verdict] | join(" ")' <<<"$output") == 'pass pass' ]]
}

@test "an import of iptables rules is a policy that checks" {
	cat >"$BATS_TEST_TMPDIR/rules" <<-'END'
		*filter
		:INPUT DROP [0:0]
		-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
		COMMIT
	END
	run -0 --separate-stderr tailgate policy import --iptables "$BATS_TEST_TMPDIR/rules"
	printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/imported.policy"
	run -0 tailgate policy check "$BATS_TEST_TMPDIR/imported.policy"
	run -0 tailgate explain --policy "$BATS_TEST_TMPDIR/imported.policy" 'tcp 198.51.100.7:1 > 203.0.113.9:22'
	[[ $output == pass* ]]
}

@test "a full disk, a missing file and an unknown word are failures of their own kind" {
	# shellcheck disable=SC2016 # expands in there
	run -1 bash -c '"$1" policy fmt "$2" >/dev/full' bash "$ROOT/tc-scripts/tailgate" "$POLICY"
	run -1 tailgate policy check /nonexistent
	run -2 tailgate policy frobnicate
	run -2 tailgate policy
	run -0 tailgate policy --help
	run -0 tailgate explain --help
}

@test "sub-lists that multiply without end are refused, and soon" {
	local i
	for i in {1..30}; do
		printf 'sublist s%s {\n\tjump s%s\n\tjump s%s\n}\n' "$i" $((i + 1)) $((i + 1))
	done >>"$POLICY"
	printf 'sublist s31 {\n\tpass arp\n}\njump s1\n' >>"$POLICY"
	run -1 --separate-stderr with_cpu_seconds 5 tailgate policy check "$POLICY"
	[[ $stderr == *"more than 1000000 rules"* ]]
}

# --- the man page

grammar_of() { # FILE FIRST LAST
	awk -v first="$2" -v last="$3" '
		index($0, last) == 1 && inside { exit }
		inside { print }
		index($0, first) == 1 { inside = 1 }' "$1"
}

@test "the man page has the grammar of the manual, word for word" {
	diff <(grammar_of "$ROOT/docs/policy.md" '```ebnf' '```') \
		<(sed '1,/^.Sh GRAMMAR/d' "$ROOT/docs/man/tailgate-policy.5" >"$BATS_TEST_TMPDIR/man" &&
			grammar_of "$BATS_TEST_TMPDIR/man" '.Bd -literal' '.Ed')
}

@test "the example of the manual is a policy that checks" {
	grammar_of "$ROOT/docs/policy.md" '```policy' '```' >"$BATS_TEST_TMPDIR/example.policy"
	[[ -s $BATS_TEST_TMPDIR/example.policy ]]
	run -0 tailgate policy check "$BATS_TEST_TMPDIR/example.policy"
}

@test "the examples check at ingress without a warning, and compile" {
	local example
	for example in "$ROOT"/docs/examples/*.policy; do
		run -0 tailgate policy check --hook ingress "$example"
		[[ ! $output ]] || fail "$output"
		run -0 tailgate policy compile "$example" -o "$BATS_TEST_TMPDIR/example.o"
	done
}

@test "the manual has the states of flows and their times" {
	diff <(sed -nE 's/^\tTG_FLOW_STATE\([A-Z_]+, "([a-z-]+)", ([0-9]+), .*/| \x60\1\x60 | \2 s |/p' "$ROOT/maps/flow_table.h" | grep -v pending) \
		<(grep -oP '^\| \x60[a-z-]+\x60 \| [0-9]+ s \|' "$ROOT/docs/policy.md")
}

@test "an object for flows is made of the plugin that looks them up" {
	printf '%s\n' 'flows { established 2h vlans apart }' 'default pass keep' 'pass established' 'drop invalid' \
		'drop new tcp to port 23' >"$POLICY"
	run -0 tailgate policy compile "$POLICY" -o "$BATS_TEST_TMPDIR/flows.o"
	grep -qa '[.]rodata[.]flows' "$BATS_TEST_TMPDIR/flows.o"
	"$ROOT/build/tg-rules" text "$BATS_TEST_TMPDIR/flows.o" >"$BATS_TEST_TMPDIR/text"
	diff "$BATS_TEST_TMPDIR/text" - <<-'END'
		pass established
		drop invalid
		drop new tcp to port 23
		default pass keep
		flows { established 2h vlans apart }
	END
	run -1 --separate-stderr tailgate policy compile "$POLICY" --plugin "$ROOT/build/policy.o" -o "$BATS_TEST_TMPDIR/none.o"
	[[ $stderr == *"policy.o: it asks no flows, which this policy has: policy.live.o does" ]]
	run -0 tailgate policy compile "$POLICY" --dump
	[[ $output == *'act 0: pass, keep'$'\n'* ]]
	[[ $output == *'VLANs are kept apart'*'established 107288, '* ]]
	[[ $output == *'IPv6, new: by the tables'*'IPv6, established: rule 1 (act 1, pass)'* ]]
	[[ $output == *'IPv4, related: default (act 0, pass)'*'IPv4, invalid: rule 2 (act 2, drop)'* ]]
	run -0 tailgate policy show --file "$POLICY"
	[[ $output == *'default pass keep  #'* ]]
}

@test "an object for sets is made of the plugin that asks them" {
	printf '%s\n' 'set blocked { addresses }' 'drop from @blocked add from/24 to @blocked' >"$POLICY"
	run -0 tailgate policy compile "$POLICY" -o "$BATS_TEST_TMPDIR/sets.o"
	grep -qa '[.]rodata[.]sets' "$BATS_TEST_TMPDIR/sets.o"
	"$ROOT/build/tg-rules" text "$BATS_TEST_TMPDIR/sets.o" | grep -qx 'set blocked { addresses }'
	run -0 tailgate policy compile "$POLICY" -o "$BATS_TEST_TMPDIR/again.o"
	cmp "$BATS_TEST_TMPDIR/sets.o" "$BATS_TEST_TMPDIR/again.o"
	run -1 --separate-stderr tailgate policy compile "$POLICY" --plugin "$ROOT/build/policy.o" -o "$BATS_TEST_TMPDIR/none.o"
	[[ $stderr == *"policy.o: it asks no sets, which this policy has: policy.live.o does" ]]
	[[ ! -e $BATS_TEST_TMPDIR/none.o ]]
	run -0 tailgate policy compile "$POLICY" --dump
	[[ $output == *'set 0, blocked: addresses, 65536 at most, asked of from'* ]]
	[[ $output == *'prefixes that rules add: IPv4 /24, IPv6 /64'* ]]
	[[ $output == *'class 1: @blocked'* ]]
}

@test "fmt refuses --json, and says which command takes it" {
	run -2 tailgate policy fmt --json docs/examples/web.policy
	[[ $output == *"'--json' is an option of 'check'"* ]]
}

# Each packet, PROTOCOL FROM PORT TO PORT, ends at the rule that explain names.
dump_agrees() { # POLICY PACKETS
	local packet from port to to_port followed line
	tailgate policy compile --dump "$1" >"$BATS_TEST_TMPDIR/dump"
	sed 's/^tcp/6/; s/^udp/17/' "$2" >"$BATS_TEST_TMPDIR/numbers"
	awk -v packets="$BATS_TEST_TMPDIR/numbers" -f "$ROOT/tests/policy/follow.awk" \
		"$BATS_TEST_TMPDIR/dump" >"$BATS_TEST_TMPDIR/followed"
	exec {followed}<"$BATS_TEST_TMPDIR/followed"
	while read -r packet from port to to_port; do
		read -ru "$followed" line
		run -0 tailgate explain --policy "$1" --json "$packet $from:$port > $to:$to_port"
		[[ $(jq -r 'if .reason == "rule" then "\(.file):\(.line)" else "default" end' <<<"$output") == "$(sed -nE "s/^  $line, (.*:[0-9]+): .*/\1/p" "$BATS_TEST_TMPDIR/dump" | grep . || echo default)" ]] ||
			fail "$packet $from:$port > $to:$to_port: the dump leads to $line" "$output"
	done <"$2"
	exec {followed}<&-
}

@test "the dump leads a packet from row to row to the rule that explain names" {
	printf '%s\n' 'tcp 198.51.100.7 9 203.0.113.9 22' \
		'tcp 198.51.101.7 9 203.0.113.9 22' 'tcp 198.51.101.7 9 203.0.113.9 8000' \
		'tcp 203.0.113.3 9 198.51.100.1 113' 'udp 203.0.113.3 9 198.51.100.1 161' \
		'udp 203.0.113.16 9 198.51.100.1 161' >"$BATS_TEST_TMPDIR/packets"
	dump_agrees "$ROOT/docs/examples/web.policy" "$BATS_TEST_TMPDIR/packets"
	grep -qx 'IPv4, by rows:' "$BATS_TEST_TMPDIR/dump"
}

@test "the dump leads a packet through trees to the rule that explain names" {
	local policy=$ROOT/build/tests/policies/scattered.policy
	sed -nE '/^(pass|drop) (tcp|udp) from ([0-9.]+)\/[0-9]+ port ([0-9]+) to ([0-9.]+)\/[0-9]+ port ([0-9]+)$/{
		s//\2 \3 \4 \5 \6/p; s/^([a-z]+) [0-9.]+/\1 203.0.113.1/p}' "$policy" |
		head -n 8 >"$BATS_TEST_TMPDIR/packets"
	dump_agrees "$policy" "$BATS_TEST_TMPDIR/packets"
	grep -qx 'IPv4, by trees:' "$BATS_TEST_TMPDIR/dump"
}

@test "the dump needs no object, and an object does not change with it" {
	run -2 --separate-stderr tailgate policy compile "$POLICY"
	[[ $stderr == *"'-o OBJECT' or '--dump' is missing"* ]]
	run -0 tailgate policy compile "$POLICY" -o "$BATS_TEST_TMPDIR/one.o"
	run -0 tailgate policy compile --dump "$POLICY" -o "$BATS_TEST_TMPDIR/two.o"
	[[ $output == *'rule 2, '*'edge.policy:5: pass tcp to port web'* ]]
	cmp "$BATS_TEST_TMPDIR/one.o" "$BATS_TEST_TMPDIR/two.o"
}

@test "an object never takes the place of a device or a pipe" {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	run -1 --separate-stderr tailgate policy compile "$POLICY" -o "$BATS_TEST_TMPDIR/pipe"
	[[ $stderr == *"pipe: not a regular file: name another one with -o" ]]
	run -1 --separate-stderr "$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o "$BATS_TEST_TMPDIR/pipe" drop_tcp_port=8080
	[[ $stderr == *"pipe: not a regular file: name another one with -o" ]]
	[[ -p $BATS_TEST_TMPDIR/pipe ]]
}
