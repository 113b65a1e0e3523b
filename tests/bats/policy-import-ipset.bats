#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Rules of iptables about sets of ipset: the kernel and the imported policy
# judge the same packets alike, and change their sets in the same way.

load helper
load helper-import

# --- the kernel's sets, and ours

given_ipset() {
	in_server ipset list -n >/dev/null 2>&1 || skip 'the kernel has no ipset'
}

# Loads sets, and then rules about them.
load_rules_with_sets() { # KIND CHAIN SEED
	local command=iptables digit=4 hook=input
	FAMILY=(ip 'ip id')
	[[ $1 != *6 ]] || command=ip6tables digit=6 FAMILY=(ip6 'ip6 flowlabel')
	[[ $2 == INPUT ]] || hook=forward
	FAMILY+=("$hook")
	awk -v what=sets -v family="$digit" -v seed="$3" -f "$IMPORT/rules-ipset.awk" >sets
	in_server ipset restore <sets
	awk -v what=rules -v family="$digit" -v chain="$2" -v seed="$3" -f "$IMPORT/rules-ipset.awk" >rules
	in_server "$command-legacy-restore" <rules
	in_server "$command-legacy-save" >saved
	in_server ipset save >saved.ipset
	SAVED=("--$command" saved --ipset saved.ipset --chain "$2")
}

# Imports both; EXPLAIN_SETS has the lists for explain.
imports_rules_and_sets() {
	local name
	policy import "${SAVED[@]}" >imported.policy 2>notes || fail "$(cat notes)"
	run -1 grep -v ': note: the set ' notes
	policy check imported.policy
	policy fmt imported.policy | diff imported.policy -
	policy import --ipset saved.ipset >lists
	EXPLAIN_SETS=()
	while read -r _ name _; do
		EXPLAIN_SETS+=(--set "$name=lists")
	done < <(grep '^set ' imported.policy)
	((${#EXPLAIN_SETS[@]} == 12)) || fail "sets: ${EXPLAIN_SETS[*]}"
}

iptables_with_sets_agrees() { # KIND CHAIN SEED COUNT
	local passed
	load_rules_with_sets "$1" "$2" "$3"
	imports_rules_and_sets
	record_passed_packets "${FAMILY[@]}"
	packets "$1" "$4" "$3"
	judge_alike "${FAMILY[0]}" imported.policy "$4"
	passed=$(wc -l <seen)
	((passed > $4 / 50 && passed < $4 * 49 / 50)) || fail "of $4 packets $passed passed: what does that show?"
	(($(jq '.line' answers | sort -u | wc -l) >= 100)) || fail 'too few rules decided anything'
}

@test "iptables with sets at INPUT and the policy imported from it judge packets alike" {
	given_a_filter
	given_ipset
	given_local_targets
	iptables_with_sets_agrees input4 INPUT 1 5000
}

@test "iptables with sets at FORWARD and the policy imported from it judge packets and fragments alike" {
	given_a_filter
	given_ipset
	given_targets_behind
	iptables_with_sets_agrees forward4 FORWARD 2 5000
}

@test "ip6tables with sets at INPUT and the policy imported from it judge packets alike" {
	given_a_filter
	given_ipset
	given_local_targets
	iptables_with_sets_agrees input6 INPUT 3 5000
}

# --- rules that change sets

readonly KNOCKS='*filter
:INPUT ACCEPT
:ban -
-A INPUT -p udp -m udp --dport 53 -j SET --del-set banned src
-A INPUT -p udp -m udp --dport 53 -j ACCEPT
-A INPUT -m set --match-set banned src -j DROP
-A INPUT -m set --match-set seen dst,dst -j DROP
-A INPUT -p tcp -m tcp --dport 22 -j SET --add-set banned src --exist --timeout 3000
-A INPUT -p tcp -m tcp --dport 22 -j SET --add-set doors src --exist
-A INPUT -p tcp -m tcp --dport 22 -j DROP
-A INPUT -p tcp -m tcp --dport 113 -j ban
-A INPUT -p udp -m udp --dport 8000 -j SET --add-set seen dst,dst
-A INPUT -p udp -m udp --dport 8000 -j REJECT
-A INPUT -p tcp -m set ! --match-set doors src -j DROP
-A INPUT -p sctp -m sctp --dport 22 -j SET --add-set banned src
-A ban -j SET --add-set banned src
-A ban -j DROP
COMMIT'

given_rules_that_change_sets() {
	in_server ipset restore <<-'END'
		create banned hash:ip timeout 2000
		create doors bitmap:port range 0-65535
		create seen hash:ip,port
	END
	in_server iptables-legacy-restore <<<"$KNOCKS"
	in_server iptables-legacy-save >saved
	in_server ipset save >saved.ipset
	SAVED=(--iptables saved --ipset saved.ipset)
	policy import "${SAVED[@]}" >imported.policy
}

# The entries of all sets, without times.
kernels_entries() {
	in_server ipset save >after.ipset
	policy import --ipset after.ipset | sed -n 's/ # until .*//; s/^\t//p' | sort
}

our_entries() {
	"$BUILD/tg-sets" save "$PINS/tgs_sets" | sed -n 's/ # until .*//; s/^\t//p' | sort
}

frames_judged() {
	"$BUILD/tg-counters" --json "$PINS" | jq 'map(select(.plugin == "policy").packets) | add // 0'
}

have_been_judged() { # COUNT
	(($(frames_judged) >= $1))
}

@test "the loaded policy passes what iptables passed, and its sets end with the entries of ipset" {
	given_a_filter
	given_ipset
	given_bpffs
	given_local_targets
	given_rules_that_change_sets
	record_passed_packets ip 'ip id' input
	packets input4 2000 1
	ids_seen ip | sort >seen
	kernels_entries >theirs
	(($(wc -l <theirs) > 50))
	in_server iptables-legacy -F
	in_server nft flush set ip seen ids
	# the same frames again
	policy compile --hook ingress imported.policy -o imported.o
	mkdir -p "$PINS"
	"$BUILD/tg-sets" prepare "$PINS/tgs_sets" imported.o
	attach_by_hand server ingress "$PWD/imported.o"
	in_client "$SENDER" eth0 <frames
	eventually have_been_judged 2000 || fail "judged: $(frames_judged)"
	"$BUILD/tg-chain" grace
	ids_seen ip | sort | diff seen - >different || fail "judged differently: $(wc -l <different)" \
		"$(sed -n 's/^[<>] //p' different | head -n 3 | while read -r n; do sed -n "${n}p" packets; done)"
	our_entries | diff theirs -
}

# --- what is said, and what cannot be said

@test "sets of ipset become sets, and what cannot be said of them is a message with its line" {
	policy import --partial --iptables "$IMPORT/ipset.iptables" --ipset "$IMPORT/ipset.save" >out.policy 2>errors
	diff "$IMPORT/ipset.policy" <(sed "s|$IMPORT/||g" out.policy)
	diff "$IMPORT/ipset.errors" <(sed "s|$IMPORT/||g" errors)
	policy check out.policy
}

# Rules that change an entry so, one after the other, and then drop.
rules_become() { # POLICY-RULE CHANGE...
	{
		printf '*filter\n:INPUT ACCEPT\n'
		printf -- '-A INPUT -p tcp -j SET %s\n' "${@:2}"
		printf -- '-A INPUT -p tcp -j DROP\nCOMMIT\n'
	} >rules
	printf 'create banned hash:ip timeout 60\n' >one
	policy import --partial --iptables rules --ipset one >imported.policy 2>errors
	policy check imported.policy
	[[ $(tail -n 1 imported.policy) == "$1" ]] || fail "$(cat imported.policy)"
}

@test "of several changes of one entry, the last one decides" {
	rules_become 'drop tcp add from to @banned' '--add-set banned src' '--add-set banned src --exist'
	rules_become 'drop tcp del from from @banned' '--add-set banned src' '--del-set banned src'
	rules_become 'drop tcp add from to @banned' '--del-set banned src' '--add-set banned src'
	rules_become 'drop tcp' '--add-set banned src --timeout 5' '--add-set banned src --timeout 9'
	grep -q 'no equivalent of two times for an entry' errors
}

@test "entries of ipset become lists, and one that has no equivalent is a message with its line" {
	policy import --partial --ipset "$IMPORT/ipset.save" >lists 2>errors
	diff "$IMPORT/ipset.lists" <(sed "s|$IMPORT/||; s/until 2.*Z/until TIME/" lists)
	diff "$IMPORT/ipset-lists.errors" <(sed "s|$IMPORT/||" errors)
	run -1 --separate-stderr policy import --ipset "$IMPORT/ipset.save"
	[[ ! $output ]] || fail "it printed: $output"
	# shellcheck disable=SC2154 # of run
	[[ ${stderr##*$'\n'} == *': no list is printed without --partial' ]]
}

@test "the time that is left of an entry becomes its deadline" {
	local until
	printf 'create a hash:ip timeout 9\nadd a 198.51.100.7 timeout 5000\n' >one
	until=$(policy import --ipset one | sed -n 's/.*# until //p')
	until=$(($(date -d "$until" +%s) - EPOCHSECONDS))
	((until > 4900 && until <= 5000)) || fail "in $until s"
}

# bad_save PLACE: TEXT: the save that it is given is refused with one line.
bad_save() {
	cat >bad.save
	run -1 policy import --ipset bad.save
	[[ $output == "bad.save:$1 "*"$2"* && $output != *$'\n'* ]] || fail "not at $1, or not '$2': $output"
	run -1 policy import --iptables "$IMPORT/returns.iptables" --ipset bad.save
	[[ $output == "bad.save:$1 "*"$2"* && $output != *$'\n'* ]] || fail "with rules: $output"
}

@test "a save of ipset that cannot be read is one line with its place" {
	bad_save 1:1: "not a line of 'ipset save'" <<<'hello'
	bad_save 1:9: 'the name or the type of a set is missing' <<<'create a'
	bad_save 2:8: 'there is a set of this name' <<<$'create a hash:ip\ncreate a hash:ip'
	bad_save 1:18: 'is not understood' <<<'create a hash:ip timeout soon'
	bad_save 1:18: 'is not understood' <<<'create a hash:ip family ipx'
	bad_save 1:22: 'is not understood' <<<'create a bitmap:port range 80-70'
	bad_save 1:5: 'no line before creates this set' <<<'add a 198.51.100.7'
	bad_save 2:6: 'the entry is missing' <<<$'create a hash:ip\nadd a'
	bad_save 2:20: 'an entry has no such option' <<<$'create a hash:ip\nadd a 198.51.100.7 forever'
	bad_save '' "there is no line 'create NAME TYPE ...'" </dev/null
}

@test "--ipset asks for rules of iptables, or for none" {
	run -2 policy import --nft saved --ipset saved
	[[ $output == *'--ipset needs --iptables or --ip6tables'* ]]
	run -2 policy import --iptables - --ipset -
	[[ $output == *'only one file can be the standard input'* ]]
	run -1 policy import --iptables "$IMPORT/returns.iptables" --ipset none
	[[ $output == 'none: No such file or directory' ]]
}
