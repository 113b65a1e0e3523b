#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Tables of flows of attachments and instances: made, shared, shown and removed,
# and the verb 'flows'. The tool alone is in flows-tool.bats. The plugin of these
# tests finds room for no flow.

load helper
load helper-chain
load helper-flows
load helper-policy

setup() {
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- words

# A device, plugins with and without use for flows, and a list.
given_flow_device() {
	given_device
	given_flow_objects
	TABLE=/run/tailgate/$(key_of eth0)/tc/globals/tgf_flows
	cd "$BATS_TEST_TMPDIR" || return
	udp_lines 10 100 >list
}

the_flows() { # WORD... of the verb
	on_server flows "$@"
}

has_count() { # COUNT DEV|@INSTANCE
	[[ $(the_flows "$2" --count --json | jq .flows) == "$1" ]] || fail "$2 has" "$(the_flows "$2" --count)"
}

# --- life

@test "the first program that uses flows makes their table, and the last hook takes it away" {
	given_flow_device
	on_server attach eth0 --ingress --chain "$UNUSED"
	[[ ! -e $TABLE ]]
	run -1 the_flows eth0
	[[ $output == 'tailgate: eth0 has no flows: no policy that was applied to it uses them' ]]
	run -1 the_flows
	[[ $output == 'tailgate: no policy in force uses flows' ]]
	on_server attach eth0 --ingress --egress --chain "$USED"
	[[ $(bpftool -j map show pinned "$TABLE" | jq .max_entries) == 162208 ]]
	the_flows load eth0 list
	on_server detach eth0 --egress
	has_count 100 eth0
	on_server detach eth0
	[[ ! -e $TABLE ]]
}

@test "attach --flows says the size, once" {
	given_flow_device
	run -0 on_server attach eth0 --ingress --chain count --flows 1000
	[[ $output == *$'\neth0: a table for 1000 flows, 77 KiB' ]]
	the_flows load eth0 list
	on_server attach eth0 --ingress --chain "$USED"
	has_count 100 eth0
	run -0 on_server attach eth0 --ingress --flows 2000
	[[ $output == *'stays as it is'*'a table for 1000 flows, 77 KiB, was there already' ]]
	run -2 on_server attach eth0 --ingress --flows 63
	[[ $output == "tailgate: --flows takes a number of 64 to 16000000, not '63'"* ]]
	has_count 100 eth0
}

@test "flows outlive a new chain, and attaching the same again changes nothing" {
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED"
	the_flows load eth0 list
	run -0 on_server attach eth0 --ingress --chain "$USED"
	[[ $output == *'(unchanged)' ]]
	on_server chain eth0 ingress insert 0 count
	on_server chain eth0 ingress remove count
	on_server chain eth0 ingress replace flow_rules "$UNUSED"
	on_server chain eth0 ingress replace flow_rules "$USED"
	has_count 100 eth0
}

@test "attachments of an instance share one table" {
	given_instance_name
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED" --instance "$INSTANCE" --flows 500
	on_server attach eth1 --ingress --chain "$UNUSED" --instance "$INSTANCE"
	the_flows load eth0 list
	has_count 100 "@$INSTANCE"
	[[ ! -e /run/tailgate/$(key_of eth1)/tc/globals/tgf_flows ]]
	on_server attach eth1 --ingress --chain "$USED"
	has_count 100 eth1
	[[ $TABLE -ef /run/tailgate/$(key_of eth1)/tc/globals/tgf_flows ]]
	run -0 on_server status eth1
	[[ $output == *"eth1 has flows of the instance '$INSTANCE': 100 of 500, "*' refused'* ]]
	on_server detach eth0
	has_count 100 "@$INSTANCE"
	on_server detach eth1 --keep
	has_count 100 "@$INSTANCE"
	on_server attach eth1 --egress --chain "$USED" --instance "$INSTANCE"
	has_count 100 eth1
	on_server detach eth1
	[[ ! -e /run/tailgate/@$INSTANCE ]]
}

@test "an attachment with flows of its own does not join an instance" {
	given_instance_name
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED"
	run -1 on_server attach eth0 --ingress --instance "$INSTANCE"
	[[ $output == *'eth0 has sets, flows or limits already'* ]]
	[[ ! -e /run/tailgate/@$INSTANCE ]]
}

@test "an attach that fails leaves no table" {
	given_flow_device
	run -1 on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/none.o" --flows 1000
	[[ ! -e $TABLE ]]
	# lo has no native XDP, which is known after the table was made
	run -1 on_server attach lo --xdp=native --chain "$USED" --flows 1000
	[[ ! -e /run/tailgate/$(key_of lo) ]]
	on_server attach lo --ingress --chain count
	run -1 on_server attach lo --xdp=native --flows 1000 --chain "$USED"
	[[ ! -e /run/tailgate/$(key_of lo)/tc/globals/tgf_flows ]]
}

@test "the lines of attach with flows, pasted, make the same tables" {
	given_instance_name
	given_flow_device
	on_server --dry-run attach eth1 --ingress --chain "$USED" --instance "$INSTANCE" --flows 500 >lines
	[[ ! -e /run/tailgate/@$INSTANCE ]]
	bash -e lines >/dev/null
	has_count 0 eth1
	[[ /run/tailgate/@$INSTANCE/tgf_flows -ef /run/tailgate/$(key_of eth1)/tc/globals/tgf_flows ]]
	on_server --dry-run attach eth0 --ingress --chain "$USED" >lines
	bash -e lines >/dev/null
	has_count 0 eth0
}

# --- connections that exist

# A connection of the client, open until the file `end` is written; then it asks
# for a page.
given_connection() {
	mkfifo end
	in_client bash -c "exec 5<>/dev/tcp/$SERVER4/80; : >connected; read -r _ <end
		printf 'GET / HTTP/1.0\r\n\r\n' >&5; timeout $TIMEOUT cat <&5 >got" 3>&- 4>&- &
	CONNECTION=$!
	eventually test -e connected
}

goes_on() {
	echo >end
	wait "$CONNECTION"
	grep -q Welcome got
}

@test "a connection that exists when a policy is applied goes on, and another one does not begin" {
	local hook
	given_server
	cd "$BATS_TEST_TMPDIR" || return
	given_policy a 'default drop' 'pass arp' 'pass established' \
		'pass icmp6 type { neighbour-solicitation, neighbour-advertisement }'
	for hook in ingress xdp; do
		rm -f connected got end
		given_connection
		on_server attach eth0 "--$hook" --chain policy
		apply a
		[[ $(the_flows eth0 tcp state established --json | jq -c '.flows[] | [.from.address, .to.port, .state]') == "[\"$CLIENT4\",80,\"established\"]" ]]
		refute_reaches http 80 http6 80
		goes_on
		# it has no user any more
		the_flows del eth0 --all
		refute_reaches http 80
		on_server detach eth0
	done
}

@test "a policy without flows, though built for sets, makes no table" {
	given_device
	given_policy a 'set blocked { addresses }' 'default pass' 'drop from @blocked'
	on_server attach eth0 --ingress --chain policy
	apply a
	[[ -e $PINS/tgs_sets && ! -e $PINS/tgf_flows ]]
	given_policy b 'set blocked { addresses }' 'default pass keep' 'drop from @blocked'
	apply b
	[[ -e $PINS/tgf_flows ]]
	# back to the first, the table stays
	on_server policy rollback eth0
	[[ -e $PINS/tgf_flows ]]
	on_server policy rollback eth0
	apply a
	apply b
}

# --- what is shown

@test "status says how full the table is, how many it refused, and with -v in which states flows are" {
	given_flow_device
	on_server attach eth0 --egress --chain "$USED"
	udp_lines 20 1134 udp-sent >>list
	the_flows load eth0 list
	run -0 on_server status eth0
	[[ $output == *$'\neth0 has flows: 1,234 of 131,072, '*' refused'$'\n'* ]]
	run -0 on_server -v status eth0
	[[ $output == *$'\neth0 has flows: 1,234 of 131,072, '*' refused, 1134 udp-sent, 100 udp-stream'$'\n'* ]]
	in_server ip addr add "$SERVER4/24" dev eth0
	in_server ping -c 1 -W 1 -q "$CLIENT4" || true
	on_server status eth0 --json >json
	[[ $(jq -c '.devices[0].flows | del(.refused)' json) == '{"flows":1234,"room":131072,"states":{"udp-sent":1134,"udp-stream":100}}' ]]
	(($(jq '.devices[0].flows.refused' json) > 0))
	on_server detach eth0
	on_server attach eth0 --egress --chain count
	[[ $(on_server status eth0 --json | jq '.devices[0].flows') == null ]]
}

@test "the verb finds the table by the device, by the instance, or by itself" {
	given_instance_name
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED"
	the_flows load eth0 list
	[[ $(the_flows from 10.0.0.0/31 | wc -l) == 3 ]]
	[[ $(the_flows | wc -l) == 101 ]]
	[[ $(the_flows eth0 port 1024 --json | jq -r '.flows[].from.address') == 10.0.0.0 ]]
	on_server attach eth1 --ingress --chain "$USED" --instance "$INSTANCE"
	run -2 the_flows tcp
	[[ $output == *'several devices have flows: name one of eth0 eth1'* ]]
	[[ $(the_flows "@$INSTANCE") == '' ]]
	run -1 the_flows @none
	[[ $output == *"no such instance: 'none'"* ]]
	run -1 the_flows nodev
	[[ $output == *"no such device: 'nodev'"* ]]
}

@test "flows are saved to a file, deleted, and loaded again" {
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED"
	the_flows load eth0 list
	the_flows save eth0 saved
	the_flows save eth0 >printed
	[[ $(wc -l <saved) == 101 && $(wc -l <printed) == 101 ]]
	run -0 the_flows del eth0 from 10.0.0.0/26
	[[ $output == '64 removed' ]]
	run -0 the_flows load eth0 saved
	[[ $output == '64 added, 36 were there already' ]]
	run -1 the_flows save eth0 /dev/full
	run -1 the_flows save eth0 "$BATS_TEST_TMPDIR/none/saved"
	run -1 the_flows load eth0 none
	[[ $output == 'tailgate flows: none: No such file or directory' ]]
	compgen -G 'saved.*' && fail 'a temporary file was left'
	has_count 100 eth0
}

@test "--dry-run prints the commands that change flows, and runs none" {
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED"
	the_flows load eth0 list
	run -0 on_server --dry-run flows del eth0 --all
	[[ $output == "$BUILD/tg-flows del $TABLE --all" ]]
	run -0 on_server --dry-run flows load eth0 list
	[[ $output == "$BUILD/tg-flows load $TABLE list" ]]
	run -0 on_server --dry-run flows adopt eth0
	[[ $output == "nsenter --net=/run/netns/$SERVER $BUILD/tg-flows adopt $TABLE eth0" ]]
	has_count 100 eth0
}

@test "words that are not understood are usage errors that say what is meant" {
	given_flow_device
	on_server attach eth0 --ingress --chain "$USED"
	local words
	while IFS=: read -r words output; do
		# shellcheck disable=SC2086 # words
		run -2 the_flows $words
		[[ $output ]] || fail "$words"
	done <<-END
		del
		del eth0
		del eth0 tcp --all
		save
		save eth0 a b
		load eth0
		adopt
		adopt @edge
		eth0 --all
		eth0 tpc
		save eth0 --json
		eth0 --wacth
	END
	run -2 the_flows remove eth0 tcp
	[[ $output == *"write 'flows del'"* ]]
	run -2 the_flows eth0 port http
	[[ $output == "tailgate flows: not a port of 0 to 65535: 'http'" ]]
}
