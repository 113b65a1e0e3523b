#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Root without all capabilities: those named in a verb's help are sufficient,
# and a missing one is reported.

load helper
load helper-playground
load helper-chain # its nothing_is_left is the one meant here

setup() {
	given_device
}

teardown() {
	remove_chains # before the namespaces go
	remove_playgrounds
}

# The front end as uid 0 with these capabilities alone.
with_capabilities() { # NAME,... WORD...
	setpriv --bounding-set="-all,+${1//,/,+}" --inh-caps=-all \
		"$ROOT/tc-scripts/tailgate" --netns "$SERVER" "${@:2}"
}

can_do_all_verbs() { # NAME,...
	with_capabilities "$1" attach eth0 --xdp --ingress --egress --chain count,policy
	with_capabilities "$1" policy apply eth0 - --hook ingress --confirm 60 <<<'drop tcp to port 80'
	with_capabilities "$1" policy confirm eth0
	run -0 with_capabilities "$1" policy show eth0 --hook ingress
	[[ $output == *'drop tcp to port 80'* ]]
	run -0 with_capabilities "$1" explain eth0 ingress 'tcp 198.51.100.7:1234 > 203.0.113.9:80'
	[[ $output == drop:* ]]
	run -0 with_capabilities "$1" status eth0
	[[ $output == *policy* ]]
	with_capabilities "$1" stats eth0
	with_capabilities "$1" chain eth0 egress set count
	with_capabilities "$1" policy rollback eth0 --hook ingress
	with_capabilities "$1" detach eth0
	nothing_is_left
}

@test "four capabilities are enough for every verb of a device" {
	can_do_all_verbs bpf,net_admin,perfmon,sys_admin
}

@test "CAP_SYS_ADMIN includes CAP_BPF and CAP_PERFMON" {
	can_do_all_verbs net_admin,sys_admin
}

@test "a missing capability is named, and nothing changes" {
	local verb
	on_server attach eth0 --ingress --chain count
	for verb in 'attach eth0 --xdp' 'detach eth0' 'chain eth0 ingress remove 0' gc; do
		# shellcheck disable=SC2086 # a verb with its arguments
		refuses_and_changes_nothing 1 "'${verb%% *}' needs CAP_NET_ADMIN, which this process does not have: see 'tailgate ${verb%% *} --help'" \
			with_capabilities bpf,perfmon,sys_admin $verb
	done
	refuses_and_changes_nothing 1 "'detach' needs CAP_SYS_ADMIN, CAP_NET_ADMIN, which" \
		with_capabilities bpf,perfmon detach eth0
	refuses_and_changes_nothing 1 "'stats' needs CAP_SYS_ADMIN, which" \
		with_capabilities bpf stats eth0
	refuses_and_changes_nothing 1 "'stats --prometheus' needs CAP_SYS_ADMIN, which" \
		with_capabilities bpf stats eth0 --prometheus
	run -0 with_capabilities sys_admin chain eth0 ingress
	[[ $output == *count* ]]
}

# As with_capabilities, without a namespace.
tailgate_with() { # NAME,... WORD...
	setpriv --bounding-set="-all,+${1//,/,+}" --inh-caps=-all "$ROOT/tc-scripts/tailgate" "${@:2}"
}

@test "a playground needs three capabilities to be made and to go, one to be used" {
	local name
	given_playground_name
	for name in sys_admin,net_admin sys_admin,net_bind_service net_admin,net_bind_service; do
		run -1 tailgate_with "$name" playground up --name "$NAME"
		[[ $output == "tailgate: 'playground' needs CAP_"*", which this process does not have: see 'tailgate playground --help'" ]]
	done
	tailgate_with sys_admin,net_admin,net_bind_service playground up --name "$NAME"
	tailgate_with sys_admin playground status --name "$NAME"
	run -0 tailgate_with sys_admin playground exec --name "$NAME" server ip -br link
	[[ $output == *eth0* ]]
	run ! tailgate_with sys_admin playground exec --name "$NAME" client ping -c 1 "$SERVER4"
	tailgate_with sys_admin,net_raw playground exec --name "$NAME" client ping -q -c 1 "$SERVER4"
	run -1 tailgate_with sys_admin,net_admin playground down --name "$NAME"
	[[ $output == *"'playground' needs CAP_NET_BIND_SERVICE, which"* ]]
	tailgate_with sys_admin,net_admin,net_bind_service playground down --name "$NAME"
	[[ ! -e /run/netns/tg-$NAME-client ]]
	run ! pgrep -f "httpd .*/$NAME/www"
}

@test "the demo needs four capabilities, and no more" {
	local name all=sys_admin,net_admin,net_raw,net_bind_service
	given_playground_name
	for name in ${all//,/ }; do
		run -1 tailgate_with "$(tr , '\n' <<<"$all" | grep -vx "$name" | paste -sd ,)" demo --name "$NAME"
		[[ $output == "tailgate: 'demo' needs CAP_${name^^}, which"* ]] || fail "$name: $output"
	done
	run tailgate_with "$all" demo --name "$NAME"
	[[ $output == *'What next'* && $output != *'not permitted'* ]] || fail "$output"
}

@test "one capability is enough to ask a chain, on each hook" {
	local hook
	on_server attach eth0 --xdp --ingress --egress --chain count,policy
	on_server policy apply eth0 - <<<'drop tcp to port 80'
	for hook in xdp ingress egress; do
		run -0 with_capabilities sys_admin explain eth0 "$hook" 'tcp 198.51.100.7:1234 > 203.0.113.9:80'
		[[ $output == drop:* ]] || fail "$hook: $output"
		run -1 with_capabilities bpf,perfmon,net_admin explain eth0 "$hook" arp
		[[ $output == "tailgate: 'explain' needs CAP_SYS_ADMIN, which"* ]]
	done
}

@test "a process whose namespace cannot be entered is not called missing" {
	in_server sleep 60 3>&- &
	local pid=$!
	run -1 setpriv --bounding-set=-all,+net_admin,+sys_admin --inh-caps=-all \
		"$ROOT/tc-scripts/tailgate" --pid "$pid" status
	kill "$pid"
	[[ $output == "tailgate: the namespaces of process '$pid' cannot be entered: that needs uid 0 with CAP_SYS_PTRACE" ]]
}

@test "a process of another uid needs CAP_SYS_PTRACE, one of uid 0 without capabilities does not" {
	local pid
	on_server attach eth0 --ingress --chain count
	nsenter --net="/run/netns/$SERVER" setpriv --bounding-set=-all --inh-caps=-all sleep 600 3>&- 4>&- &
	pid=$!
	eventually grep -q '^sleep$' "/proc/$pid/comm"
	run tailgate_with net_admin,sys_admin --pid "$pid" chain eth0 ingress
	kill "$pid"
	[[ $status == 0 && $output == *count* ]] || fail "$output"
	nsenter --net="/run/netns/$SERVER" setpriv --reuid=65534 --clear-groups --bounding-set=-all --inh-caps=-all sleep 600 3>&- 4>&- &
	pid=$!
	eventually grep -q '^sleep$' "/proc/$pid/comm"
	run tailgate_with net_admin,sys_admin --pid "$pid" chain eth0 ingress
	[[ $status == 1 && $output == *"process '$pid' cannot be entered: that needs uid 0 with CAP_SYS_PTRACE" ]] || fail "$output"
	run tailgate_with net_admin,sys_admin,sys_ptrace --pid "$pid" chain eth0 ingress
	kill "$pid"
	[[ $status == 0 && $output == *count* ]] || fail "$output"
}

@test "the help of each verb names its capabilities" {
	local verb
	for verb in attach detach chain status stats top doctor gc policy explain playground demo; do
		run -0 "$ROOT/tc-scripts/tailgate" "$verb" --help
		[[ $output == *$'\nNeeds uid 0 with CAP_'* ]] || fail "$verb"
		[[ $verb == playground || $verb == demo || $output == *$'\nWith --pid and --container also CAP_SYS_PTRACE, unless'* ]] || fail "$verb"
	done
	run -0 "$ROOT/tc-scripts/tailgate" playground --help
	[[ $output == *$'\nWith --docker, \'up\' and \'down\' need CAP_SYS_ADMIN, CAP_NET_ADMIN only.'* ]] || fail "$output"
}

# They make the line SigQ in /proc/self/status of root's processes longer and
# shorter, which stands before the capabilities.
queue_signals() { # SECONDS, in a process of its own
	exec python3 - "$1" <<-'EOF'
		import os, signal, sys, time

		waiting = signal.SIGRTMIN + 1
		signal.pthread_sigmask(signal.SIG_BLOCK, [waiting])
		end = time.monotonic() + float(sys.argv[1])
		while time.monotonic() < end:
		    for _ in range(12):
		        os.kill(os.getpid(), waiting)
		    for _ in range(12):
		        signal.sigtimedwait([waiting], 0)
	EOF
}

@test "capabilities are read right while other processes of root are busy" {
	local signals wrong=0
	source "$ROOT/tc-scripts/lib/rights.bash"
	queue_signals 600 3>&- &
	signals=$!
	for _ in {1..300}; do
		has_capability sys_admin || wrong=$((wrong + 1))
	done
	kill "$signals"
	((wrong == 0))
}
