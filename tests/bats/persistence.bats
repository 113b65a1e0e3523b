#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What is attached is saved, and comes back as it was.

load helper
load helper-chain
load helper-policy

setup() {
	given_device
	KEPT=$BATS_TEST_TMPDIR/kept
	mkdir -m 0700 "$KEPT"
}

teardown() {
	remove_chains
}

# --- words

save() { # [OPTION...]
	on_server save eth0 --to "$KEPT" "$@"
}

restore() { # [OPTION...]
	on_server restore eth0 --from "$KEPT" "$@"
}

# The file of eth0, and one line of it replaced: change_line 'Chain=.*' 'Chain=count'.
conf() {
	printf '%s' "$KEPT/$SERVER:eth0.conf"
}

change_line() { # PATTERN TEXT
	grep -qx "$1" "$(conf)" || fail "no line $1"
	sed -i "s|^$1\$|$2|" "$(conf)"
}

# All hooks, each with another chain; a policy with sets, flows and limits.
given_rich_attachment() {
	on_server attach eth0 --xdp=generic --chain count,drop_arp --miss drop --flows 1000 --limits 2000 >/dev/null
	on_server attach eth0 --ingress --chain count,policy --default drop >/dev/null
	on_server attach eth0 --egress --chain policy >/dev/null
	given_policy in 'set blocked { addresses size 100 }' 'default drop' 'drop from @blocked' \
		'pass { established, related }' 'pass new tcp to port 22 limit 5/s per from keep' 'pass arp'
	given_policy out 'default pass keep'
	apply in --hook ingress >/dev/null
	apply out --hook egress >/dev/null
	on_server set add eth0 blocked 198.51.100.7 203.0.113.0/24 >/dev/null
}

# All that can be seen, without the numbers of programs and the files of rules.
state() {
	on_server status eth0 --json |
		jq -S '[.devices[] | del(.memory, .key)] | del(.. | .passed?, .dropped?, .id?, .gate?, .tag?, .file?, .serial?, .slot?, .program?)'
	local hook
	for hook in ingress egress; do
		rules_on "$hook"
	done
	on_server set save eth0 blocked
	on_server flows eth0 --count --json | jq .room
	on_server limits eth0 --count --json | jq .room
}

files() {
	(cd "$KEPT" && find . -type f -exec sha256sum {} + | sort -k 2)
}

restore_refuses() { # TEXT
	local before
	before=$(files)
	refuses_and_changes_nothing 1 "$1" restore
	refuses_and_changes_nothing 1 "$1" restore --check
	[[ $(files) == "$before" ]]
}

# --- stories

@test "saved, detached and restored: chains, policies, sets and the sizes of tables are as before" {
	local before saved
	given_rich_attachment
	before=$(state)
	save
	saved=$(files)
	on_server detach eth0
	nothing_is_left
	restore
	diff <(echo "$before") <(state)
	chain_is xdp 'count drop_arp' pass
	chain_is ingress 'count policy' drop
	chain_is egress policy
	# nobody else can read or change the files
	[[ ! $(find "$KEPT" -mindepth 1 \( -type f ! -perm 0600 -o -type d ! -perm 0700 -o ! -user root \)) ]]
	# saved again, it is the same, in the other directory
	save
	diff <(awk '/policy|set/ { print $1 }' <<<"$saved") <(files | awk '/policy|set/ { print $1 }')
	[[ $(find "$KEPT" -mindepth 1 -maxdepth 1 | wc -l) == 2 ]]
}

@test "the policy is in force, and its sets are filled, when the gate comes" {
	given_rich_attachment
	save
	on_server detach eth0
	on_server --dry-run restore eth0 --from "$KEPT" >"$BATS_TEST_TMPDIR/lines"
	nothing_is_left
	awk '
		/ bpf graft / { graft = NR }
		/tg-sets replace / { filled = NR }
		/ (tc filter replace|ip .*xdpgeneric) .*gate/ && !/unshare/ { if (!gate) gate = NR }
		/ bpf graft / && gate { late = 1 }
		END { exit !(graft && filled && gate && graft < gate && filled < gate && !late) }' "$BATS_TEST_TMPDIR/lines" ||
		fail "$(<"$BATS_TEST_TMPDIR/lines")"
}

@test "restored, rules have the places that they had, and mistakes those in the saved file" {
	local before
	on_server attach eth0 --ingress --chain policy
	given_policy in 'pass arp' 'drop tcp to port 80'
	apply in
	before=$(on_server policy show eth0 --json | jq -c '[.hooks[].policy.rules[] | {file, line}]')
	[[ $before == *"in.policy"* ]]
	save
	on_server detach eth0
	restore
	[[ $(on_server policy show eth0 --json | jq -c '[.hooks[].policy.rules[] | {file, line}]') == "$before" ]]
	# what is saved again has the name, too
	save
	grep -qx "PolicyName=.*in.policy" "$(conf)"
	printf 'pass tpc\n' >>"$KEPT/$(sed -n 's/^Policy=//p' "$(conf)")"
	run -1 restore --check
	[[ $output == *"$KEPT/$SERVER:eth0.2/ingress.0.policy:3:"* && $output != *"in.policy:"* ]]
	# another file has its own name
	given_policy other 'pass arp'
	chmod go-w "$POLICIES/other.policy"
	change_line 'Policy=.*' "Policy=$POLICIES/other.policy"
	restore
	[[ $(on_server policy show eth0 --json | jq -r '.hooks[].policy.rules[0].file') == *other.policy ]]
}

@test "restored over the same chain, nothing changes" {
	given_rich_attachment
	save
	local before
	before=$(what_is_there)
	run -0 restore
	[[ $output == *'(unchanged)'* ]]
	diff <(echo "$before") <(what_is_there)
}

@test "restored over another policy, the rules that stay keep their counts, and the sets what they have" {
	remove_chains
	given_quiet_server
	on_server attach eth0 --ingress --chain policy >/dev/null
	given_policy a 'set blocked { addresses }' 'default pass' 'drop from @blocked' 'drop udp' 'pass icmp'
	given_policy b 'set blocked { addresses }' 'default drop' 'drop from @blocked' 'pass icmp' 'drop tcp'
	apply a >/dev/null
	ping_often 3
	save >/dev/null
	apply b >/dev/null
	ping_often 2
	on_server set add eth0 blocked 203.0.113.9 >/dev/null
	local gate
	gate=$(gate_id ingress)
	restore >/dev/null
	rules_are ingress 'drop from @blocked' 'drop udp' 'pass icmp' 'default pass'
	rule_packets_are ingress '0 0 5 0'
	[[ $(gate_id ingress) != "$gate" ]]
	[[ $(on_server set save eth0 blocked) == *203.0.113.9* ]]
	# there is no apply to undo
	refuses_and_changes_nothing 1 'no policy to go back to' on_server policy rollback eth0
	restore --sets >/dev/null
	[[ $(on_server set save eth0 blocked) != *203.0.113.9* ]]
}

@test "a bad file changes nothing, and says where it is bad" {
	local good
	given_rich_attachment
	save >/dev/null
	good=$BATS_TEST_TMPDIR/good
	cp -a "$KEPT" "$good"
	bad() { # SED-PROGRAM TEXT
		sed -i "$1" "$(conf)"
		restore_refuses "$2"
		cp -a "$good/." "$KEPT"
	}
	# shellcheck disable=SC2016 # it must not be expanded
	bad 's/^Device=.*/Device=$(id)/' ".conf:4: Device is the name of a device, not '\$(id)'"
	bad 's/^Flows=.*/Flows=7/' ".conf:6: Flows is a number of 64 to 16000000, not '7'"
	bad 's/^Limits=.*/Limit=2000/' ".conf:7: [device] has no key 'Limit': there are Device"
	bad 's/^FailClosed=.*/FailClosed=maybe/' ".conf:8: FailClosed is yes or no"
	bad 's/^\[xdp\]/[xpd]/' 'no such section: [xpd]: there are'
	bad 's/^Mode=.*/Mode/' "not understood: 'Mode': write KEY=VALUE"
	bad 's/^Chain=count,drop_arp/Chain=count,drop_ape/' "no such plugin: 'drop_ape'"
	bad '/^Policy=/d' '[ingress] has 0 lines Policy= and 1 plugins'
	bad 's/^Device=eth0/Device=eth1/' 'it is about eth1'
	bad 's/^Default=drop/Default=drop\nDefault=pass/' "[ingress] has 'Default' twice"
	bad 's/^Policy=.*/Policy=none.policy/' "no such file: $KEPT/none.policy"
}

@test "a bad policy, a bad list and files of others change nothing" {
	given_rich_attachment
	save >/dev/null
	local folder good=$BATS_TEST_TMPDIR/good
	folder=$KEPT/$SERVER:eth0.1
	cp -a "$KEPT" "$good"
	echo 'pass tpc' >>"$folder/ingress.1.policy"
	run -1 restore
	[[ $output == *"ingress.1.policy:7:6:"*"could not be compiled: mend $folder/ingress.1.policy"* ]]
	cp -a "$good/." "$KEPT"
	echo 'nonsense' >>"$folder/blocked.set"
	run -1 restore --check
	[[ $output == *"the list of the set 'blocked' is wrong: mend $folder/blocked.set"* ]]
	cp -a "$good/." "$KEPT"
	chmod o+w "$folder/ingress.1.policy"
	restore_refuses 'can be written by others (mode 602)'
	chmod o-w "$folder/ingress.1.policy"
	chown nobody "$(conf)"
	restore_refuses "belongs to uid"
	chown root "$(conf)"
	mv "$(conf)" "$KEPT/elsewhere"
	ln -s elsewhere "$(conf)"
	restore_refuses 'is a symbolic link'
	refuses_and_changes_nothing 1 'is a symbolic link' save
	chmod 0777 "$KEPT"
	refuses_and_changes_nothing 1 'can be written by others' save
	[[ -e $good && $(stat -c %a "$KEPT") == 777 ]]
}

@test "a save that is killed or fails leaves the old files" {
	local before tree=$BATS_TEST_TMPDIR/tree at
	given_rich_attachment
	save >/dev/null
	before=$(files)
	on_server set add eth0 blocked 203.0.113.77 >/dev/null
	mkdir -p "$tree"
	for at in sync mv; do
		# shellcheck disable=SC2016 # for that shell
		printf '#!/bin/sh\nkill -9 $PPID\n' >"$tree/$at"
		chmod 755 "$tree/$at"
		run env PATH="$tree:$PATH" "$ROOT/tc-scripts/tailgate" --netns "$SERVER" save eth0 --to "$KEPT"
		rm "$tree/$at"
		((status == 137))
		diff <(echo "$before") <(files | grep -v -e 'eth0\.2/' -e '/\.')
		restore --check
	done
	# what was left is gone after the next one
	save >/dev/null
	[[ $(find "$KEPT" -mindepth 1 -maxdepth 1 ! -name '.*' | wc -l) == 2 ]]
	[[ $(cat "$KEPT"/*/blocked.set) == *203.0.113.77* ]]
}

@test "fail-closed: if the restore fails, a device without a chain drops all" {
	remove_chains
	given_server
	on_server attach eth0 --ingress --chain policy >/dev/null
	given_policy a 'default pass'
	apply a 2>/dev/null >/dev/null
	save --fail-closed yes >/dev/null
	in_client ping -q -c 1 -W "$TIMEOUT" "$SERVER4" >/dev/null
	echo 'nonsense' >>"$(echo "$KEPT/$SERVER:eth0.1"/*.policy)"
	# the chain in force stays
	run -1 restore
	[[ $output == *'the chains of eth0 stay in force as they were' ]]
	chain_is ingress policy
	on_server detach eth0
	# a check closes nothing
	run -1 restore --check
	no_chain_on ingress
	run -1 restore
	[[ $output == *"FailClosed=yes: all packets on eth0 are dropped"* ]]
	chain_is ingress drop_all drop
	run -1 in_client ping -q -c 1 -W "$SILENCE" "$SERVER4"
	# mended, it takes the place of that
	sed -i '/nonsense/d' "$KEPT/$SERVER:eth0.1"/*.policy
	restore >/dev/null
	chain_is ingress policy
	in_client ping -q -c 1 -W "$TIMEOUT" "$SERVER4" >/dev/null
	# and without the key, the device is open
	on_server detach eth0
	save_says_no
	run -1 restore
	no_chain_on ingress
}

save_says_no() {
	change_line FailClosed=yes FailClosed=no
	change_line Chain=policy Chain=polices
}

@test "fail-closed: if no chain can be attached, the link is set down" {
	on_server attach eth0 --ingress --chain count >/dev/null
	save --fail-closed yes >/dev/null
	on_server detach eth0
	# somebody else's filter took the gate's place
	in_server tc qdisc add dev eth0 clsact
	in_server tc filter add dev eth0 ingress protocol all pref 7400 handle 0x7467 bpf da obj "$BUILD/count.o" sec ingress
	run -1 restore
	[[ $output == *'no chain could be attached, so the link eth0 was set down' ]]
	[[ $(in_server ip -o link show dev eth0) == *'state DOWN'* ]]
}

@test "flows are saved if asked" {
	given_rich_attachment
	echo 'udp 203.0.113.1:53 > 198.51.100.7:5353 udp-replied left 600s' >"$BATS_TEST_TMPDIR/flows"
	on_server flows load eth0 "$BATS_TEST_TMPDIR/flows" >/dev/null
	save >/dev/null
	[[ ! -e $KEPT/$SERVER:eth0.1/flows ]]
	change_line SaveFlows=no SaveFlows=yes
	save --if-asked
	[[ ! -e $KEPT/$SERVER:eth0.2 ]]
	change_line SaveAtStop=no SaveAtStop=yes
	save --if-asked
	on_server detach eth0
	restore >/dev/null
	[[ $(on_server flows eth0 --count --json | jq .flows) == 1 ]]
}

@test "all: each device of the namespace, and nothing changes if one file is bad" {
	in_server ip link add other0 type veth peer name x0
	on_server attach eth0 --ingress --chain count >/dev/null
	on_server attach other0 --egress --chain drop_arp >/dev/null
	run -0 on_server save --all --to "$KEPT"
	((${#lines[@]} == 2))
	on_server detach eth0
	on_server detach other0
	echo 'nonsense' >>"$KEPT/$SERVER:other0.conf"
	run -1 tailgate restore --all --from "$KEPT"
	[[ $output == *"other0.conf:"*"nothing was changed: mend these files first" ]]
	no_chain_on ingress
	sed -i '/nonsense/d' "$KEPT/$SERVER:other0.conf"
	tailgate restore --all --from "$KEPT" >/dev/null
	chain_is ingress count
	[[ $(hook_json egress other0 | jq -r '.chain[].name, .plugins[].name' 2>/dev/null) == *drop_arp* ]] || {
		run on_server status other0
		[[ $output == *drop_arp* ]]
	}
	on_server detach other0
}

@test "an instance that two devices share comes back once, also with frames of several buffers" {
	local device
	given_instance_name
	in_server ip link add other0 type veth peer name other1
	in_server ip link set dev eth1 mtu 9000
	in_server ip link set dev eth0 mtu 9000
	given_policy shared 'set blocked { addresses }' 'default pass' 'drop from @blocked' 'pass icmp keep limit 5/s'
	on_server attach eth0 --xdp=native --ingress --chain count,policy --instance "$INSTANCE" --flows 5000 --limits 700 >/dev/null
	on_server attach other0 --ingress --chain policy --instance "$INSTANCE" >/dev/null
	for device in eth0 other0; do
		on_server policy apply "$device" "$POLICIES/shared.policy" >/dev/null 2>&1
		on_server set add "$device" blocked 203.0.113.7 >/dev/null
		on_server save "$device" --to "$KEPT"
	done
	on_server detach eth0 >/dev/null
	on_server detach other0 >/dev/null
	[[ ! -e /run/tailgate/@$INSTANCE ]]
	for device in eth0 other0; do
		on_server restore "$device" --from "$KEPT"
	done
	on_server set test "@$INSTANCE" blocked 203.0.113.7
	run -0 on_server status --json
	jq -e '[.devices[].hooks[] | [.hook, .multi_buffer, .broken]] ==
		[["xdp", true, null], ["ingress", false, null], ["ingress", false, null]]' <<<"$output"
	jq -e 'all(.devices[]; .flows.room == 5000 and .limits.room == 700 and .sets[0].entries == 1)' <<<"$output"
	run -0 on_server restore eth0 --from "$KEPT"
	[[ $output == *'(unchanged)'*'(unchanged)' ]]
	on_server detach other0 >/dev/null
}

@test "a plugin with constants of its own is saved as an object" {
	on_server attach eth0 --ingress --chain count >/dev/null
	"$BUILD/tg-splice" --list "$BUILD/drop_port.o" >/dev/null
	local constant
	constant=$("$BUILD/tg-splice" --list "$BUILD/drop_port.o" | sed -n 's/^\([a-z_]*port\)[ =].*/\1/p' | head -n 1)
	"$BUILD/tg-splice" "$BUILD/drop_port.o" -o "$BATS_TEST_TMPDIR/mine.o" "$constant=4242"
	on_server chain eth0 ingress insert 0 "$BATS_TEST_TMPDIR/mine.o" >/dev/null
	save >/dev/null
	grep -qx "Chain=$SERVER:eth0.1/ingress.0.o,count" "$(conf)"
	on_server detach eth0
	restore >/dev/null
	chain_is ingress 'drop_port count'
	[[ $(constant_of "$(walk ingress | sed -n 's/.* id=\([0-9]*\) name=drop_port .*/\1/p')" "$constant") == 4242 ]]
}

@test "save --dry-run prints the file and writes nothing" {
	given_rich_attachment
	run -0 on_server --dry-run save eth0 --to "$KEPT"
	[[ $output == *'[ingress]'*'Chain=count,policy'* ]]
	[[ ! $(ls -A "$KEPT") ]]
}

@test "save says what cannot be saved" {
	refuses 1 'nothing is attached to eth0' save
	refuses 2 'save needs a device, or --all' on_server save
	refuses 2 '--fail-closed is yes or no' on_server save eth0 --fail-closed perhaps
	given_policy a 'default pass'
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply a --confirm 600 >/dev/null 2>&1
	refuses_and_changes_nothing 1 'waits to be confirmed' save
	on_server policy confirm eth0
	save >/dev/null
}

@test "the unit of a namespace stops what is attached there" {
	local unit=$BATS_TEST_TMPDIR/usr/lib/systemd/system/tailgate-netns@.service line
	make -C "$ROOT" --no-print-directory install "DESTDIR=$BATS_TEST_TMPDIR" PREFIX=/usr
	on_server attach eth0 --ingress --chain count >/dev/null
	line=$(sed -n '/^ExecStop=.* detach /s/^ExecStop=-//p' "$unit")
	# as systemd expands it
	line=${line//'$$'/'$'}
	line=${line//%%/%}
	line=${line//%I/$SERVER:eth0}
	line=${line//\/usr\/sbin\/tailgate/$ROOT/tc-scripts/tailgate}
	bash -c "$line"
	no_chain_on ingress
}
