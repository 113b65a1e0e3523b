#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What an import loses. Rule sets as ufw, firewalld, docker, fail2ban, a router and a node of
# Kubernetes write them, in the kernel and imported: where the two judge a
# packet differently, the import has said so.

load helper
load helper-import

REAL=$IMPORT/real

# What packets are to connection tracking, before any rule has seen them.
given_a_memory_of_states() {
	# the checksums of these packets are not what this is about
	in_server sysctl -qw net.netfilter.nf_conntrack_checksum=0
	in_server nft -f - <<-END
		table ip states {
			set invalid { typeof ip id; flags dynamic; size 65535; }
			set established { typeof ip id; flags dynamic; size 65535; }
			set related { typeof ip id; flags dynamic; size 65535; }
			chain early {
				type filter hook prerouting priority -150
				ct state invalid update @invalid { ip id }
				ct state established update @established { ip id }
				ct state related update @related { ip id }
			}
		}
	END
}

# Appends them to the descriptions: the id of a packet is its line.
describe_states() {
	local state
	for state in invalid established related; do
		in_server nft -j list set ip states "$state" |
			jq -r --arg state "$state" '.nftables[].set.elem[]? | "\(.) \($state)"'
	done >known
	awk 'FILENAME == "known" { state[$1] = " " $2; next } { print $0 state[FNR] }' \
		known descriptions >described
	mv described descriptions
}

load_iptables() { # NAME CHAIN
	in_server iptables-legacy -L -n >/dev/null || fail "no iptables-legacy here: tc-scripts/deps installs it"
	in_server iptables-legacy-restore <"$REAL/$1.iptables"
	in_server iptables-legacy-save -t filter >saved
	arguments=(--iptables saved --chain "$2" --device eth0)
}

load_nft() { # NAME CHAIN
	in_server nft -f "$REAL/$1.nft"
	in_server nft -j list ruleset >saved
	arguments=(--nft saved --chain "$2" --device eth0)
}

# imports WHAT [LOSS]: with exit status 1 and nothing printed where it has a loss.
imports() {
	local status=0
	policy import "${arguments[@]}" >imported.policy 2>errors || status=$?
	if [[ -z ${1-} ]]; then
		((status == 0)) || fail "exit status $status" "$(cat errors)"
	else
		((status == 1)) || fail "exit status $status" "$(cat errors)"
		[[ ! -s imported.policy ]] || fail 'it printed a policy'
		policy import --partial "${arguments[@]}" >imported.policy 2>errors
		[[ $(tail -n 1 errors) == *" lost: lets in $1" ]] || fail "$(cat errors)"
		grep -q "^# .* lost: lets in $1\$" imported.policy
	fi
	policy check --hook ingress imported.policy
}

# The packets that one of the two passes: only-kernel, only-policy, both.
compare() { # SEED HOOK [COUNT]
	record_passed_packets ip 'ip id' "$2"
	given_a_memory_of_states
	packets input4 "${3:-5000}" "$1" 1
	ids_seen ip | sort >seen
	describe_frames ip
	describe_states
	policy explain --policy imported.policy --batch --json <descriptions >answers
	(($(wc -l <answers) == ${3:-5000})) || fail "answers: $(wc -l <answers)"
	jq -r 'select(.verdict == "pass") | input_line_number' answers | sort >passed
	comm -23 seen passed >only-kernel
	comm -13 seen passed >only-policy
	comm -12 seen passed >both
	printf '# %s: both pass %d, only the kernel %d, only the policy %d\n' "$BATS_TEST_DESCRIPTION" \
		"$(wc -l <both)" "$(wc -l <only-kernel)" "$(wc -l <only-policy)"
}

sample() { # FILE
	head -n 3 "$1" | while read -r n; do sed -n "${n}p" packets; done
}

never_lets_in_more() {
	[[ ! -s only-policy ]] || fail "passed by the policy alone: $(wc -l <only-policy)" "$(sample only-policy)"
}

passes_the_same() {
	never_lets_in_more
	[[ ! -s only-kernel ]] || fail "passed by the kernel alone: $(wc -l <only-kernel)" "$(sample only-kernel)"
}

# It is of use: this many packets at least get through.
passes_at_least() { # COUNT
	(($(wc -l <both) >= $1)) || fail "of the packets that the kernel passes, the policy passes $(wc -l <both)"
}

@test "ufw: its returns are kept, its own rules are reached, and the policy lets in less alone" {
	given_a_filter
	given_local_targets
	load_iptables ufw INPUT
	imports 'MORE and LESS'
	grep -Eq 'ufw-not-local.*LOCAL|jump ufw-user-input' imported.policy
	grep -qF 'takes all that its other conditions match: lets in LESS' errors
	compare 11 input
	never_lets_in_more
	passes_at_least 500
}

@test "firewalld: SSH stays open, and the policy lets in less alone" {
	given_a_filter
	given_local_targets
	load_nft firewalld filter_INPUT
	imports LESS
	grep -qE "^saved: firewalld/filter_INPUT/[0-9]+: not translated: no equivalent of 'ct status': lets in LESS\$" errors
	[[ $(policy explain --policy imported.policy --json 'tcp 198.51.100.7:1 > 203.0.113.9:22 syn' | jq -r .verdict) == pass ]]
	compare 12 input
	never_lets_in_more
	passes_at_least 400
}

@test "docker: what its lost drops would let in is dropped" {
	given_a_filter
	in_server ip link set dev out0 name docker0
	in_server ip route add 203.0.113.0/24 dev docker0
	load_iptables docker FORWARD
	imports LESS
	compare 13 forward
	never_lets_in_more
	passes_at_least 10
}

@test "fail2ban: nothing is lost" {
	given_a_filter
	given_local_targets
	load_iptables fail2ban INPUT
	imports
	compare 14 input
	passes_the_same
	passes_at_least 500
}

@test "a router: maps of states and devices, and what its set of guests would let in is dropped" {
	given_a_filter
	given_local_targets
	load_nft router inbound
	imports LESS
	compare 15 input
	never_lets_in_more
	passes_at_least 200
}

@test "a node of Kubernetes at INPUT: the policy lets in less alone" {
	given_a_filter
	given_local_targets
	load_iptables k8s INPUT
	imports LESS
	compare 16 input
	never_lets_in_more
	passes_at_least 500
}

@test "a node of Kubernetes at FORWARD: nothing is lost" {
	given_a_filter
	given_targets_behind
	load_iptables k8s FORWARD
	imports
	compare 17 forward
	never_lets_in_more
	passes_at_least 500
}

# What the last line of the import says holds for each packet.
differs_as_said() { # SEED
	local said
	said=$(tail -n 1 errors)
	[[ $said == *MORE* ]] || [[ ! -s only-policy ]] ||
		fail "seed $1 lets in more: $(sample only-policy)" "$(cat saved imported.policy errors)"
	[[ $said == *LESS* ]] || [[ ! -s only-kernel ]] ||
		fail "seed $1 lets in less: $(sample only-kernel)" "$(cat saved imported.policy errors)"
}

# TAILGATE_IMPORT_ROUNDS and TAILGATE_IMPORT_SEED are for longer runs.
@test "random chains with conditions that are lost: the policy differs from the kernel in the direction that was said" {
	local seed first=${TAILGATE_IMPORT_SEED:-1} rounds=${TAILGATE_IMPORT_ROUNDS:-12} differing=0
	given_a_filter
	given_local_targets
	for ((seed = first; seed < first + rounds; seed++)); do
		awk -v seed="$seed" -f "$IMPORT/rules-lossy.awk" >rules
		in_server iptables-legacy-restore <rules
		in_server iptables-legacy-save -t filter >saved
		if ! policy import --partial --iptables saved >imported.policy 2>errors; then
			# a limit of the importer's: many marks and returns in a row
			grep -q 'nested more than 32 deep' errors || fail "seed $seed" "$(cat errors)"
			continue
		fi
		compare "$seed" input 500 >/dev/null
		differs_as_said "$seed"
		[[ ! -s only-policy && ! -s only-kernel ]] || differing=$((differing + 1))
		in_server nft delete table ip seen
		in_server nft delete table ip states
	done
	((differing >= rounds / 6)) || fail "of $rounds rounds $differing differ at all: what does that show?"
}

# --- one lost rule each

# Chain "passes" only accepts, "drops" only drops, "both" does both.
loses() { # POLICY RULE EFFECT LINE-OF-THE-POLICY
	cat >saved <<-END
		*filter
		:INPUT $1 [0:0]
		:passes - [0:0]
		:drops - [0:0]
		:both - [0:0]
		:then-drops - [0:0]
		:then-both - [0:0]
		-A passes -s 198.51.100.1/32 -j ACCEPT
		-A drops -s 198.51.100.2/32 -j DROP
		-A both -s 198.51.100.3/32 -j ACCEPT
		-A both -j DROP
		-A INPUT -s 198.51.100.8/29 -j then-drops
		-A INPUT -s 198.51.100.16/29 -j then-both
		-A $2
		-A then-drops -j DROP
		-A then-both -p udp -j ACCEPT
		-A then-both -j DROP
		COMMIT
	END
	policy import --partial --iptables saved --device eth0 >imported.policy 2>errors
	policy check --hook ingress imported.policy 2>warnings || fail "$2" "$(cat warnings)"
	grep -qE "^saved:14:1: (.*: )?$3\$" errors || fail "$2" "$(cat errors)"
	[[ -z ${4-} ]] || sed 's/^\t//' imported.policy | grep -qx "$4" || fail "$2" "$(cat imported.policy)"
}

@test "a lost accept lets in less, a lost drop is closed, a lost log is nothing" {
	loses DROP 'INPUT -p tcp -m quota --quota 1000 -j ACCEPT' 'lets in LESS'
	loses ACCEPT 'INPUT -p tcp -m quota --quota 1000 -j DROP' 'lets in LESS' 'drop tcp'
	loses ACCEPT 'INPUT -m recent --rcheck -p tcp -m tcp --dport 22 -j REJECT' 'lets in LESS' 'drop tcp to port 22'
	loses ACCEPT 'INPUT -p udp -j NFQUEUE --queue-num 1' 'lets in LESS' 'drop udp'
	loses ACCEPT 'INPUT -p udp -m limit --limit 3/min -j LOG' 'changes no verdict'
	run ! grep -q ' lost' errors || fail "$(cat errors)"
	loses ACCEPT 'INPUT -p udp -m quota --quota 1000 -j MARK --set-xmark 0x1/0x1' 'lets in LESS' 'drop udp'
}

@test "a lost return lets in what its chain does to the others, and the policy in a base chain" {
	loses DROP 'then-drops -p tcp -m quota --quota 1000 -j RETURN' 'lets in LESS' 'drop'
	loses DROP 'then-both -p tcp -m quota --quota 1000 -j RETURN' 'lets in LESS' 'drop tcp'
	loses DROP 'INPUT -p tcp -m quota --quota 1000 -j RETURN' 'lets in LESS' 'drop tcp'
	loses ACCEPT 'INPUT -p tcp -m quota --quota 1000 -j RETURN' 'lets in LESS'
}

@test "a lost jump is left out, taken always, or a drop, by what its chain can do" {
	loses DROP 'INPUT -p tcp -m quota --quota 1000 -j passes' 'lets in LESS'
	run ! grep -q 'jump passes' imported.policy || fail "$(cat imported.policy)"
	loses DROP 'INPUT -p tcp -m quota --quota 1000 -j drops' 'lets in LESS' 'jump drops tcp'
	loses DROP 'INPUT -p tcp -m quota --quota 1000 -j both' 'lets in LESS' 'drop tcp'
	loses DROP 'INPUT -p tcp -m quota --quota 1000 -g drops' 'lets in LESS' 'drop tcp'
}

# The rules that LINES of chain INPUT become, joined by "; ".
limits_as() { # POLICY-OF-INPUT RULES LINES
	local rule
	{
		printf '%s\n' '*filter' ":INPUT $1 [0:0]" ':logs - [0:0]' '-A logs -j LOG'
		while [[ $3 ]] && IFS= read -r rule; do
			printf -- '-A INPUT %s\n' "$rule"
		done <<<"${3//; /$'\n'}"
		echo COMMIT
	} >saved
	policy import --iptables saved >imported.policy 2>errors || fail "$3" "$(cat errors)"
	[[ $(grep -vE '^(#|$|default|pass ether)' imported.policy | paste -sd ';' | sed 's/;/; /g') == "$2" ]] ||
		fail "$3" "$(cat imported.policy)"
	policy check imported.policy &>warnings || fail "$3" "$(cat warnings)"
}

@test "a limit is translated if the rules after it treat all of its packets alike" {
	limits_as DROP 'pass tcp to port 22 limit 3/m' '-p tcp -m tcp --dport 22 -m limit --limit 3/min -j ACCEPT'
	limits_as ACCEPT 'pass tcp to port 22' '-p tcp -m tcp --dport 22 -m limit --limit 3/min -j ACCEPT'
	limits_as ACCEPT 'pass proto icmp limit 5/s burst 9; drop proto icmp' \
		'-p icmp -m limit --limit 5/sec --limit-burst 9 -j ACCEPT; -p icmp -j DROP'
	# of rules between, those of other packets and those that do nothing do not matter
	limits_as ACCEPT 'pass proto icmp limit 3/h else reject with port; drop tcp; reject with port' \
		'-p icmp -m limit -j ACCEPT; -p tcp -j DROP; -p icmp; -j REJECT; -j DROP'
	limits_as DROP 'pass tcp to port 22 limit 3/m per from/24' \
		'-p tcp -m tcp --dport 22 -m hashlimit --hashlimit-upto 3/min --hashlimit-mode srcip,dstport --hashlimit-srcmask 24 --hashlimit-name a --hashlimit-htable-max 9 -j ACCEPT'
	limits_as ACCEPT 'pass tcp to port 22 limit 3/m per to' \
		'-p tcp -m tcp --dport 22 -m hashlimit --hashlimit-above 3/min --hashlimit-mode dstip --hashlimit-name a -j DROP'
	limits_as ACCEPT 'pass udp limit 3/s burst 7 per to port' \
		'-p udp -m hashlimit --hashlimit-above 3/sec --hashlimit-burst 7 --hashlimit-mode dstport --hashlimit-name a -m comment --comment x -j DROP'
	limits_as ACCEPT 'pass udp limit 3/s per flow' \
		'-p udp -m hashlimit --hashlimit-above 3/sec --hashlimit-mode srcip,srcport,dstip,dstport --hashlimit-name a -j DROP'
	limits_as ACCEPT 'pass udp limit 3/s' '-p udp -m hashlimit --hashlimit-above 3/sec --hashlimit-name a -j DROP'
}

@test "a limit without equivalent is lost" {
	local rest
	# what follows is not the same for all packets, or not known
	loses DROP 'then-drops -p tcp -m limit --limit 3/min -j RETURN' 'lets in LESS' 'drop'
	loses DROP 'INPUT -p tcp -m limit --limit 3/min -j passes' 'lets in LESS'
	loses DROP 'INPUT -p tcp -m limit --limit 3/min -m tcp --dport 22 -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -p tcp -m limit --limit 3/min -m limit --limit 5/min -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -p tcp -m limit --limit 3/week -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -p tcp -m hashlimit --hashlimit-upto 5kb/s --hashlimit-name a -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -p tcp -m hashlimit --hashlimit-upto 5/s --hashlimit-mode srcip,dstip --hashlimit-name a -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -p tcp -m hashlimit --hashlimit-upto 5/s --hashlimit-mode srcport --hashlimit-name a -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -m hashlimit --hashlimit-upto 5/s --hashlimit-mode dstport --hashlimit-name a -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -p udp -m limit --limit 3/min -j MARK --set-xmark 0x1/0x1' 'lets in LESS' 'drop udp'
	for rest in '-p tcp -m tcp --dport 22 -j ACCEPT' '-m mark --mark 0x1 -j ACCEPT' '-j logs' '-j MARK --set-xmark 0x1/0x1' \
		'-p tcp -m limit --limit 9/min -j ACCEPT' '-p tcp -m quota --quota 9 -j ACCEPT'; do
		printf '%s\n' '*filter' ':INPUT DROP [0:0]' ':logs - [0:0]' '-A logs -j LOG' \
			'-A INPUT -p tcp -m limit --limit 3/min -j ACCEPT' "-A INPUT $rest" COMMIT >saved
		policy import --partial --iptables saved >imported.policy 2>errors
		grep -q '^saved:5:1: not translated: what is not within its limit is not treated alike' errors ||
			fail "$rest" "$(cat errors)"
	done
	# two rules with one table
	printf '%s\n' '*filter' ':INPUT DROP [0:0]' '-A INPUT -p tcp -m hashlimit --hashlimit-upto 3/min --hashlimit-name a -j ACCEPT' \
		'-A INPUT -p udp -m hashlimit --hashlimit-upto 3/min --hashlimit-name a -j ACCEPT' COMMIT >saved
	run -1 policy import --iptables saved
	[[ $output == *"saved:4:1: not translated: its hashlimit 'a' is also that of another rule"* ]] || fail "$output"
	# rules that would be written twice
	printf '%s\n' '*filter' ':INPUT DROP [0:0]' ':both - [0:0]' '-A both -p tcp -m tcp --dport 1 -j RETURN' \
		'-A both -p udp -j RETURN' '-A both -j DROP' '-A INPUT -m mark --mark 0x7 -j MARK --set-xmark 0x1/0x1' \
		'-A INPUT -p tcp -m limit --limit 3/min -j ACCEPT' COMMIT >saved
	run -1 policy import --iptables saved
	[[ $output == *'saved:8:1: its limit would be that of 2 rules'* ]] || fail "$output"
}

keeps_state() { # RULE LINE-OF-THE-POLICY
	printf '%s\n' '*filter' ':INPUT DROP [0:0]' ':both - [0:0]' '-A both -p udp -j ACCEPT' "-A INPUT $1" COMMIT >saved
	policy import --iptables saved >imported.policy
	sed 's/^\t//' imported.policy | grep -qx "$2" || fail "$1" "$(cat imported.policy)"
}

@test "states of connections are kept; what has no equivalent is lost, unless it is new here" {
	keeps_state '-p tcp -m conntrack --ctstate NEW -j ACCEPT' 'pass new tcp keep'
	keeps_state '-p tcp -m state --state RELATED,ESTABLISHED -j ACCEPT' 'pass { established, related } tcp'
	keeps_state '-p tcp -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP' 'drop !{ established, related } tcp'
	keeps_state '-m conntrack --ctstate INVALID -j DROP' 'drop invalid'
	keeps_state '-m conntrack --ctstate NEW -j both' 'jump both new'
	keeps_state '-m conntrack --ctstate NEW,UNTRACKED -j both' 'pass udp keep'
	keeps_state '-p icmp -m conntrack ! --ctstate INVALID -j ACCEPT' 'pass !invalid proto icmp keep'
	loses DROP 'INPUT -m conntrack --ctstate UNTRACKED -j ACCEPT' 'lets in LESS'
	loses DROP 'INPUT -m conntrack --ctstate ESTABLISHED,UNTRACKED -j ACCEPT' 'lets in LESS' 'pass established'
	loses ACCEPT 'INPUT -p tcp -m conntrack --ctstate DNAT -j DROP' 'lets in LESS' 'drop tcp'
	loses ACCEPT 'INPUT -p tcp -m conntrack ! --ctstate ESTABLISHED,DNAT -j DROP' 'lets in LESS' 'drop !established tcp'
	# with another condition that is lost, it is closed
	loses DROP 'INPUT -p tcp -m conntrack --ctstate NEW -m recent --rcheck -j DROP' 'lets in LESS' 'drop new tcp'
}

@test "rules for the device lose that condition, and those for others are left out" {
	local rule
	for rule in 'INPUT -i lo -j DROP' 'INPUT -i wg+ -j DROP' 'INPUT ! -i eth0 -j DROP' 'INPUT ! -i eth+ -j ACCEPT'; do
		loses ACCEPT "$rule" "left out: it is not for device 'eth0'" "# for another device: -A $rule"
		run ! grep -q ' lost' errors || fail "$rule" "$(cat errors)"
	done
	for rule in '-i eth0' '-i eth+' '-i +' '! -i lo'; do
		printf '%s\n' '*filter' ':INPUT ACCEPT [0:0]' "-A INPUT $rule -p tcp -j DROP" COMMIT >saved
		policy import --iptables saved --device eth0 >imported.policy
		grep -qx 'drop tcp' imported.policy || fail "$rule" "$(cat imported.policy)"
		run -1 policy import --iptables saved
		[[ $output == *'--device names'*'lets in LESS'* ]] || fail "$rule" "$output"
	done
	printf '%s\n' '*filter' ':OUTPUT ACCEPT [0:0]' '-A OUTPUT -o eth0 -p tcp -j DROP' '-A OUTPUT -o lo -j DROP' COMMIT >saved
	policy import --iptables saved --chain OUTPUT --device eth0 >imported.policy
	[[ $(grep -x 'drop.*' imported.policy) == 'drop tcp' ]] || fail "$(cat imported.policy)"
}

@test "nft's devices, states and their maps: in lists, sets and maps, negated or not" {
	local rule line
	given_namespace SERVER server
	while IFS='|' read -r rule line; do
		in_server nft flush ruleset
		in_server nft -f - <<-END || fail "nft does not know: $rule"
			table inet filter {
				set inside { type ifname; elements = { "lan0", "lan1" }; }
				set outside { type ifname; elements = { "eth0", "ppp0" }; }
				chain input { type filter hook input priority 0; $rule; }
			}
		END
		in_server nft -j list ruleset >saved
		policy import --partial --nft saved --device eth0 >imported.policy 2>errors
		[[ $(grep -E '^(drop|pass|reject)' imported.policy | grep -v 'ether' | tr '\n' ';') == "$line" ]] ||
			fail "$rule" "$(cat errors imported.policy)"
	done <<-'END'
		iifname "eth0" tcp dport 22 drop|drop tcp to port 22;
		iifname "eth*" tcp dport 22 drop|drop tcp to port 22;
		iif "lo" drop|
		iif != "lo" meta l4proto udp drop|drop udp;
		iifname { "lan0", "lan1" } drop|
		iifname != { "lan0", "lan1" } meta l4proto udp drop|drop udp;
		iifname @outside meta l4proto udp drop|drop udp;
		iifname @inside drop|
		oifname "eth0" meta l4proto udp drop|drop udp;
		iifname vmap { "lo" : accept, "eth0" : drop }|drop;
		ct state new udp dport 53 accept|pass new udp to port 53 keep;
		ct state { new, untracked } udp dport 53 accept|pass new udp to port 53 keep;
		ct state established,related accept|pass { established, related };
		ct state != established meta l4proto udp drop|drop !established udp;
		ct state ! established,related drop|drop !{ established, related };
		ct state vmap { established : accept, new : drop, invalid : drop }|drop invalid;pass established;drop new;
		ct status dnat drop|drop;
		meta l4proto udp limit rate 1/second drop|drop udp limit 1/s else pass;
		meta l4proto udp quota over 1000 bytes drop|drop udp;
		meta l4proto udp ct mark 7 drop|drop udp;
		meta l4proto udp meta skuid 7 accept|
		meta l4proto udp notrack|drop udp;
		meta l4proto udp meta nftrace set 1 drop|drop udp;
		meta skuid 7 meta l4proto vmap { tcp : accept, udp : drop }|drop udp;
		ether type . vlan id { 0x88a8 . 5, arp . 6 } drop|drop;
		meta skuid vmap { 0 : accept, 7 : drop }|drop;
	END
}
