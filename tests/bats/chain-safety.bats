#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Changes are atomic: if a command fails, is killed or runs concurrently, the
# old or the new chain is in force. Also the behaviour of broken chains. Several
# hooks are tested in long/chain-safety.bats.

load helper
load helper-chain
load helper-stopped

setup() {
	# Half of an attachment is no rubbish here.
	given_no_gc_meanwhile
}

teardown() {
	remove_chains
}

# --- killed

@test "killed after any of its steps, attach is done or not, and done again it converges" {
	given_device
	given_shims
	killed_in_attach ingress
	all_steps_were_tried 8
}

@test "killed after any of its steps, detach is done or not, and done again it converges" {
	given_device
	given_shims
	killed_in_detach ingress
	all_steps_were_tried 6
}

@test "killed after any of its steps, 'chain set' has left the old chain or the new" {
	given_server
	given_shims
	killed_on_the_way ingress chain eth0 ingress set
	all_steps_were_tried 8
}

@test "killed where it replaces a plugin, it leaves old or new, and later changes keep it" {
	given_device
	given_shims
	local n port
	for port in 8080 80; do
		"$BUILD/tg-splice" "$BUILD/drop_tcp.o" -o "$BATS_TEST_TMPDIR/$port.o" "drop_tcp_port=$port"
	done
	on_server attach eth0 --ingress --chain "$BATS_TEST_TMPDIR/8080.o"
	for ((n = 1; ; n++)); do
		run front KILL changes "$n" chain eth0 ingress replace drop_tcp "$BATS_TEST_TMPDIR/80.o"
		was_stopped || break
		[[ $(<"$TREE/stopped") == 'tc '* ]] || continue
		chain_is ingress drop_tcp
		port=$(dropped_port)
		on_server chain eth0 ingress insert 0 count
		[[ $(dropped_port) == "$port" ]] ||
			fail "$(stopped_at): port $port was dropped, and after an insert $(dropped_port)"
		on_server chain eth0 ingress set "$BATS_TEST_TMPDIR/8080.o"
	done
	[[ $(dropped_port) == 80 ]]
	all_steps_were_tried 2
}

# That of the drop_tcp in force, asked of the kernel.
dropped_port() {
	local id map
	id=$(hook_json ingress | jq '.chain[] | select(.plugin == "drop_tcp").id')
	for map in $(bpftool -j prog show id "$id" | jq '.map_ids[]'); do
		bpftool -j map dump id "$map" 2>/dev/null |
			jq -r '.. | .drop_tcp_port? // empty' 2>/dev/null
	done
}

@test "killed between the steps that mount and unmount, a command is taken up by the next" {
	# shellcheck disable=SC2016 # expanded in there
	alone '
		gone() { test ! -e /run/tailgate; test ! -e /run/tailgate-objects; }
		mkdir /run/tailgate # and not mounted
		tailgate attach eth0 --ingress
		tailgate detach eth0
		gone
		mkdir /run/tailgate /run/tailgate-objects # and mounted, for nobody
		mount -t bpf tailgate /run/tailgate
		tailgate detach eth0
		gone
		tailgate attach eth0 --ingress
		tc qdisc del dev eth0 clsact
		rm -r /run/tailgate/*-eth0 # and not its objects
		tailgate gc
		gone'
}

# --- a command that fails

@test "when any call of tc or ip fails, a fresh attach says so and leaves nothing" {
	given_device
	given_shims
	fails_at_each_call settled attach eth0 --egress --chain count
	all_steps_were_tried 8
	on_server detach eth0
	nothing_is_left
}

@test "when any call of tc or ip fails, 'chain set' leaves the chain in force" {
	given_server
	given_known_neighbours
	given_shims
	on_server attach eth0 --ingress --chain drop_icmp,count --default drop
	pings_begin
	fails_at_each_call chains_settled chain eth0 ingress set count,drop_icmp
	all_steps_were_tried 5
	no_ping_passed
	chain_is ingress 'count drop_icmp' drop
}

@test "when any call of tc or ip fails, detach says so, and done again leaves nothing" {
	given_device
	given_shims
	fails_at_each_call_of_detach ingress
	all_steps_were_tried 6
}

@test "XDP falls back to generic mode when native mode fails, and works" {
	given_device
	given_shims
	local n
	for ((n = 3; ; n++)); do
		run front fail network "$n" attach eth0 --xdp --chain count
		was_stopped || fail 'no call to set native XDP'
		[[ $(<"$TREE/stopped") != *' xdpdrv '* ]] || break
	done
	[[ ${lines[0]} == 'tailgate: native XDP is refused here (there is no luck today): trying generic' ]]
	xdp_mode_is generic
}

# --- interrupted

@test "SIGTERM after any step of a fresh attach takes all of them back" {
	given_device
	given_shims
	interrupted_at_each_step TERM 143 settled attach eth0 --ingress --chain count
	all_steps_were_tried 8
}

@test "SIGINT after any step of an attach over a chain leaves the old one in force" {
	given_device
	given_shims
	on_server attach eth0 --ingress --chain drop_arp
	interrupted_at_each_step INT 130 chains_settled attach eth0 --ingress --chain count
	all_steps_were_tried 6
}

# --- two at a time

all_ended_well() { # PID...
	local pid bad=0
	for pid; do
		wait "$pid" || bad=$((bad + 1))
	done
	((bad == 0)) || fail "$bad of $# failed:" "$(cat "$BATS_TEST_TMPDIR"/said.*)"
}

@test "of ten changes at once each is made, one after the other" {
	given_server
	given_known_neighbours
	on_server attach eth0 --ingress --chain drop_icmp
	pings_begin
	local n pids=() chains=('count,drop_icmp' 'drop_icmp,drop_arp,count')
	for n in {1..10}; do
		on_server chain eth0 ingress set "${chains[n % 2]}" &>"$BATS_TEST_TMPDIR/said.$n" 3>&- 4>&- &
		pids+=("$!")
	done
	all_ended_well "${pids[@]}"
	kill "$PING"
	in_force_is ingress 'count drop_icmp, then pass' 'drop_icmp drop_arp count, then pass'
	no_ping_passed
	# The other bank is empty, and so is its place among the objects.
	(($(hook_json ingress | jq '.chain | length') + 1 == $(slots_used ingress)))
	(($(find "$OBJECTS_ROOT/$KEY" -name 'ingress.[0-9]*.o' | wc -l) == $(slots_used ingress)))
}

@test "attach and detach at once leave a whole chain or nothing" {
	given_device
	local n pids=()
	for n in {1..12}; do
		if ((n % 2)); then
			on_server attach eth0 --xdp --ingress --chain count &>"$BATS_TEST_TMPDIR/said.$n" 3>&- 4>&- &
		else
			on_server detach eth0 &>"$BATS_TEST_TMPDIR/said.$n" 3>&- 4>&- &
		fi
		pids+=("$!")
	done
	all_ended_well "${pids[@]}"
	if [[ $(xdp_id) ]]; then
		chain_is xdp count
		chain_is ingress count
		on_server detach eth0
	fi
	nothing_is_left
}

@test "status and gc, over and over, disturb no attach and no detach" {
	# shellcheck disable=SC2016 # expanded in there
	alone '
		while [[ ! -e /run/enough ]]; do tailgate status; done &>/dev/null &
		while [[ ! -e /run/enough ]]; do tailgate gc; done >/run/removed 2>/run/said &
		for _ in {1..8}; do
			tailgate attach eth0 --ingress >/dev/null
			tailgate status eth0 >/dev/null
			tailgate detach eth0
		done
		touch /run/enough
		wait
		test ! -s /run/removed
		# A gc that comes upon one of the others says for whom it waits.
		! grep -v "^tailgate: waiting for .[a-z]*. (process " /run/said || exit 1
		test ! -e /run/tailgate
		test ! -e /run/tailgate-objects'
}

@test "the lock of a killed front end is free" {
	given_device
	given_shims
	on_server attach eth0 --ingress --chain count
	run front KILL changes 2 chain eth0 ingress set drop_arp
	((status == 137))
	run -0 timeout "$TIMEOUT" "$ROOT/tc-scripts/tailgate" --netns "$SERVER" chain eth0 ingress set drop_arp
}

@test "a waiting command says once for whom it waits, and is done after that" {
	given_device
	on_server attach eth0 --ingress --chain count
	printf '%s %s chain\n' $$ "$EPOCHSECONDS" >"$OBJECTS_ROOT/$KEY.lock"
	local lock
	exec {lock}<>"$OBJECTS_ROOT/$KEY.lock"
	flock "$lock"
	on_server detach eth0 &>"$BATS_TEST_TMPDIR/said" 3>&- 4>&- {lock}>&- &
	local pid=$!
	eventually grep -qE "^tailgate: waiting for 'chain' \(process $$, since [0-9:]+\) on eth0$" "$BATS_TEST_TMPDIR/said"
	exec {lock}>&-
	wait "$pid"
	(($(wc -l <"$BATS_TEST_TMPDIR/said") == 1))
	nothing_is_left
}

# --- others on the machine

@test "who is not root can hold none of our locks, and no planted link is followed" {
	# shellcheck disable=SC2016 # expanded in there
	alone '
		mkdir -m 1777 /run/lock
		touch /run/victim
		key=$(stat -Lc %i /proc/self/ns/net)-eth0
		nobody() { setpriv --reuid 65534 --clear-groups "$@"; }
		nobody ln -s /run/victim "/run/lock/tailgate.$key.lock"
		nobody flock /run/lock/tailgate.lock sleep 600 &
		timeout 300 "$TAILGATE" attach eth0 --ingress
		test "$(stat -c "%a %u" /run/tailgate-objects)" = "700 0"
		for lock in /run/tailgate-objects/{all,$key}.lock; do
			test -e "$lock"
			nobody flock -n "$lock" true && exit 1
		done
		timeout 300 "$TAILGATE" detach eth0
		test ! -s /run/victim
		test ! -e /run/tailgate-objects'
}

@test "a folder for the locks that others can write to, or a link, is refused" {
	# shellcheck disable=SC2016 # expanded in there
	alone '
		refused() {
			if tailgate attach eth0 --ingress 2>/run/said; then exit 1; fi
			grep -q "must be a directory that only root can write to" /run/said
			test ! -e /run/tailgate
		}
		mkdir -m 0777 /run/tailgate-objects
		refused
		rmdir /run/tailgate-objects
		mkdir /run/elsewhere
		ln -s elsewhere /run/tailgate-objects
		refused
		rm /run/tailgate-objects
		mkdir -m 0755 /run/tailgate-objects # as older versions made it
		tailgate attach eth0 --ingress
		test "$(stat -c %a /run/tailgate-objects)" = 700
		tailgate detach eth0'
}

# --- where pins would vanish

@test "with mounts of its own a shell is refused, and told another way" {
	given_device
	local verb
	on_server attach eth0 --ingress --chain count
	for verb in 'attach eth0 --egress' 'detach eth0' 'chain eth0 ingress set drop_arp' gc; do
		# shellcheck disable=SC2086 # several words
		refuses_and_changes_nothing 1 "run it as 'nsenter --mount=/proc/1/ns/mnt -- tailgate ...'" \
			unshare --mount "$ROOT/tc-scripts/tailgate" --netns "$SERVER" $verb
	done
	# And the way that it names works, where one may go it.
	local host=/proc/1/ns/mnt
	[[ -r $host ]] || host=/proc/$$/ns/mnt
	unshare --mount nsenter --mount="$host" -- \
		"$ROOT/tc-scripts/tailgate" --netns "$SERVER" chain eth0 ingress set drop_arp
	chain_is ingress drop_arp
}

# --- a chain that somebody broke

empty_slot() { # HOOK SLOT
	bpftool map delete pinned "$PINS/tg_$1" key "$2" 0 0 0
}

breaks_as_asked() { # HOOK
	local hook=$1 what
	given_server
	given_known_neighbours
	for what in slot end pin; do
		on_server attach eth0 "--$hook" --chain count --default drop --miss pass >/dev/null
		refute_reaches ping
		break_it "$hook" "$what"
		reaches ping
		counted_miss "$hook" "$what" pass
		on_server attach eth0 "--$hook" --chain count --default pass --miss drop >/dev/null
		reaches ping
		break_it "$hook" "$what"
		refute_reaches ping
		counted_miss "$hook" "$what" drop
		on_server detach eth0
	done
}

# The chain is in whatever bank; slot 0 is the plugin's, 1 is the end's.
break_it() { # HOOK WHAT
	local first
	first=$(hook_json "$1" | jq '.chain[0].slot')
	case $2 in
	slot) empty_slot "$1" "$first" ;;
	end) empty_slot "$1" $((first + 1)) ;;
	pin) rm "$PINS/tg_$1" ;;
	esac
	[[ $2 != pin ]] || eventually gate_meets_nobody "$1"
}

# The kernel empties the array a moment after its last name is gone.
gate_meets_nobody() { # HOOK
	try 1 ping || true
	(($(packets gate "$1" pass missed-tail-call) + $(packets gate "$1" drop missed-tail-call) > 0))
}

counted_miss() { # HOOK WHAT VERDICT
	local plugin=gate
	[[ $2 != end ]] || plugin=count
	counted "$plugin" "$1" "$3" missed-tail-call
}

@test "in XDP a broken chain passes or drops as --miss says, and it is counted" {
	breaks_as_asked xdp
}

@test "at ingress a broken chain passes or drops as --miss says, and it is counted" {
	breaks_as_asked ingress
}

@test "at egress a broken chain passes or drops as --miss says, and it is counted" {
	breaks_as_asked egress
}
