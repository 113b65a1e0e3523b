#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# tailgate upgrade: the programs of a chain are replaced by those of another
# version, in one step and with all state; or nothing changes.

load helper
load helper-chain
load helper-policy
load helper-stopped

setup_file() {
	build_tool flood
}

teardown() {
	remove_chains
}

# A tree of another version: its drop_port was compiled in another way, and does
# the same.
given_other_version() {
	NEW=$BATS_TEST_TMPDIR/new
	mkdir "$NEW"
	cp -r "$ROOT/tc-scripts" "$NEW/"
	cp -rs "$BUILD" "$NEW/build"
	rm "$NEW/build/drop_port.o"
	other_build drop_port -O1
}

other_build() { # PLUGIN OPTION...
	local headers
	headers=$("$ROOT/tc-scripts/find-clang" --headers clang 2>/dev/null) || true
	clang -g -O2 -target bpf -mcpu=v3 -I"$ROOT/progs/include" -I"$ROOT/maps" ${headers:+-isystem "$headers"} \
		"${@:2}" -c "$ROOT/progs/$1.bpf.c" -o "$NEW/build/$1.o"
}

upgrade() { # WORD...
	"$NEW/tc-scripts/tailgate" --netns "$SERVER" upgrade "$@"
}

tag_of() { # HOOK POSITION
	on_server status eth0 --json | jq -r ".devices[0].hooks[] | select(.hook == \"$1\").chain[$2].tag"
}

@test "the same version changes nothing, and says so" {
	local before
	given_device
	on_server attach eth0 --xdp --ingress --egress --chain count,policy
	on_server policy apply eth0 - <<<'drop tcp to port 80'
	before=$(what_is_there)
	run -0 on_server upgrade eth0
	[[ ${lines[0]} == 'eth0 xdp (native): count policy, then pass (unchanged)' ]]
	[[ $output == *'eth0 egress: count policy, then pass (unchanged)' ]]
	[[ $(what_is_there) == "$before" ]]
	run -0 on_server upgrade --all
	[[ $output == *'(unchanged)'* ]]
}

@test "an upgrade replaces plugins with all their constants, and keeps counts, rules, sets and flows" {
	local tag counted
	given_server
	given_other_version
	"$BUILD/tg-splice" "$BUILD/drop_port.o" -o "$BATS_TEST_TMPDIR/drop_port.o" drop_port_port=8080
	on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/drop_port.o,policy"
	on_server policy apply eth0 - <<-'END'
		set bad { addresses }
		default pass
		drop from @bad
		pass established
		pass icmp type echo-request keep
	END
	on_server set add eth0 bad 203.0.113.7
	reaches ping
	refute_reaches http 8080
	reaches http 80
	in_client ip link set dev eth0 down # the counts stand still
	counted=$(on_server policy show eth0 --json | jq -c '[.hooks[].policy.rules[].packets]')
	tag=$(tag_of ingress 0)
	run -0 upgrade eth0
	[[ $output == 'eth0 ingress: drop_port policy, then pass' ]]
	[[ $(tag_of ingress 0) != "$tag" ]]
	[[ $(on_server policy show eth0 --json | jq -c '[.hooks[].policy.rules[].packets]') == "$counted" ]]
	run -0 on_server set test eth0 bad 203.0.113.7
	(($(on_server flows eth0 --count --json | jq .flows) > 0))
	in_client ip link set dev eth0 up
	refute_reaches http 8080
	reaches http 80
	run -0 upgrade eth0
	[[ $output == *'(unchanged)' ]]
}

@test "constants that a user has set stay, whatever their names" {
	given_device
	"$BUILD/tg-splice" "$BUILD/flow.o" -o "$BATS_TEST_TMPDIR/flow.o" tg_known_mark=5
	on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/flow.o"
	run -0 on_server upgrade eth0
	[[ $output == 'eth0 ingress: flow, then pass (unchanged)' ]]
	[[ $(constant_of "$(on_server status eth0 --json | jq '.devices[0].hooks[0].chain[0].id')" tg_known_mark) == 5 ]]
}

@test "under a flood, each packet is judged once and dropped, while the chain is upgraded" {
	given_server
	given_quiet_hosts
	given_other_version
	on_server attach eth0 --ingress --chain count,drop_port,policy
	on_server policy apply eth0 - <<<'default drop'
	flood_begins
	for _ in {1..3}; do
		upgrade eth0
		on_server upgrade eth0
	done
	flood_ends
	no_call_was_missed
	counted count ingress next counted "$ARRIVED"
	[[ $(judged ingress) == "$ARRIVED" ]]
	[[ $(on_server status eth0 --json | jq '.devices[0].hooks[0].passed') == 0 ]]
}

@test "killed after any of its steps, an upgrade has left the old chain or the new, and done again it converges" {
	local n old new tag rules
	given_device
	given_other_version
	given_policy_shims
	on_server attach eth0 --ingress --chain drop_port,policy >/dev/null
	on_server policy apply eth0 - <<<'drop tcp to port 81' >/dev/null
	rules=$(rules_on ingress)
	old=$(tag_of ingress 0)
	ln -sf "$NEW/build/drop_port.o" "$TREE/build/drop_port.o"
	upgrade eth0 >/dev/null
	new=$(tag_of ingress 0)
	for ((n = 1; ; n++)); do
		on_server upgrade eth0 >/dev/null
		run front KILL changes "$n" upgrade eth0
		was_stopped || break
		tag=$(tag_of ingress 0)
		[[ $tag == "$old" || $tag == "$new" ]] || fail "$(stopped_at): $tag"
		chain_is ingress 'drop_port policy'
		[[ $(rules_on ingress) == "$rules" ]] || fail "$(stopped_at)" "$(rules_on ingress)"
		upgrade eth0 >/dev/null
		[[ $(tag_of ingress 0) == "$new" && $(rules_on ingress) == "$rules" ]] || fail "$(stopped_at), and done again"
	done
	all_steps_were_tried 8
}

@test "a plugin of one's own stays, and so does one that --keep names" {
	local tags
	given_device
	given_other_version
	cp "$BUILD/count.o" "$BATS_TEST_TMPDIR/mine.o"
	on_server attach eth0 --ingress --chain drop_port,count
	tags=$(tag_of ingress 0)
	run -0 upgrade eth0 --keep drop_port
	[[ $output == *'(unchanged)' && $(tag_of ingress 0) == "$tags" ]]
	rm "$NEW/build/drop_port.o"
	run -0 upgrade eth0
	[[ $output == *'(unchanged)' && $(tag_of ingress 0) == "$tags" ]]
}

@test "a constant that the new version does not have is an error, and nothing changes" {
	given_device
	given_other_version
	other_build drop_tcp
	mv "$NEW/build/drop_tcp.o" "$NEW/build/drop_port.o"
	on_server attach eth0 --ingress --chain drop_port
	refuses_and_changes_nothing 1 "has the constant 'drop_port_port', which that of this version does not have: 'tailgate upgrade eth0 --keep drop_port'" \
		upgrade eth0
}

@test "tables of another layout are an error, and nothing changes" {
	given_device
	given_other_version
	on_server attach eth0 --ingress --chain drop_port,policy
	on_server policy apply eth0 - <<<'pass icmp limit 10/s'
	# the version, the first four bytes of the table of limits
	mapfile -t head < <(bpftool -j map lookup pinned "$PINS/tgl_limits" key hex 00 00 00 00 | jq -r '.value[]')
	bpftool map update pinned "$PINS/tgl_limits" key hex 00 00 00 00 value 0xff "${head[@]:1}"
	refuses 1 'was made by another version of tailgate' upgrade eth0
}

@test "--dry-run prints what would run, and changes nothing" {
	local before
	given_device
	given_other_version
	on_server attach eth0 --ingress --chain drop_port
	before=$(what_is_there)
	run -0 upgrade eth0 --dry-run
	[[ $output == *'tc exec bpf graft '* && $output == *'tc filter replace '* ]] || fail "$output"
	[[ $(what_is_there) == "$before" ]]
}

@test "--dry-run makes no table that somebody has removed, and upgrade makes it" {
	local before
	given_device
	on_server attach eth0 --ingress --chain policy
	on_server policy apply eth0 - <<<$'set blocked { addresses }\ndrop from @blocked\npass icmp limit 10/s keep'
	rm "$PINS/tgl_limits" "$PINS/tgf_flows"
	before=$(what_is_there)
	# in the namespace, where the sockets and the device are
	run -0 nsenter "--net=/run/netns/$SERVER" "$ROOT/tc-scripts/tailgate" upgrade eth0 --dry-run
	[[ $output == *'tc exec bpf graft '* ]] || fail "$output"
	[[ $(what_is_there) == "$before" ]]
	on_server upgrade eth0
	[[ -e $PINS/tgl_limits && -e $PINS/tgf_flows ]]
	before=$(what_is_there)
	run -0 on_server upgrade eth0
	[[ $output == *'(unchanged)'* && $(what_is_there) == "$before" ]]
}

@test "upgrade says what it needs, and what it does not know is status 2" {
	given_device
	run -1 on_server upgrade eth0
	[[ $output == 'tailgate: nothing is attached to eth0' ]]
	run -0 on_server upgrade --all
	[[ $output == 'nothing is attached' ]]
	run -2 on_server upgrade
	run -2 on_server upgrade eth0 --all
	run -2 on_server upgrade eth0 --fast
	run -0 tailgate upgrade --help
	[[ $output == Usage:*--keep* ]]
}
