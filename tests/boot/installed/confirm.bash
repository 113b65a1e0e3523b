# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# 'policy apply --confirm' from a session of ssh, all processes of which are
# killed, as logind does it at its end with KillUserProcesses=yes.

# Loopback only: the policies of the network cards do not matter.
given_ssh() {
	ssh-keygen -q -t ed25519 -N '' -f /run/key
	install -d -m 700 ~/.ssh
	cat /run/key.pub >~/.ssh/authorized_keys
	eventually login true
}

login() { # COMMAND...
	ssh -q -i /run/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 "$@" </dev/null
}

default_is() { # VERDICT
	tailgate policy show wan0 | tee /dev/stderr | grep -q "default $1"
}

# The guards of wan0 that run as units.
guards() {
	systemctl list-units --no-legend --plain --state=active 'tailgate-confirm-wan0-*.service'
}

one_guard() {
	guards
	(($(guards | wc -l) == 1))
}

no_guard() {
	guards
	[[ ! $(guards) ]]
}

# Kills what is in the scope of the session, and nothing else.
kill_session() {
	local pid scope
	pid=$(pgrep -x -f 'sleep 12345') || return
	scope=$(sed 's|.*/||' "/proc/$pid/cgroup")
	echo "$scope"
	[[ $scope == session-*.scope ]] && systemctl stop "$scope"
	! pgrep -x -f 'sleep 12345'
}

apply_in_session() { # SECONDS
	login "setsid sleep 12345 >/dev/null 2>&1 & pgrep -x -f 'sleep 12345' && tailgate policy apply wan0 /run/other.policy --confirm $1"
}

rolled_back() {
	tailgate policy show wan0 | tee /dev/stderr | grep -q 'rolled back ingress'
}

check_confirm() {
	step_begins confirm 13
	printf 'default drop\npass arp\npass udp to port 53\n' >/run/other.policy
	check 'a session of ssh begins' given_ssh
	check 'a policy is applied in it' apply_in_session 90
	check 'it is in force' tailgate_rules 53
	check 'all processes of the session are killed' kill_session
	check 'the guard is a unit of its own, and is there' one_guard
	check 'status tells of it' status_tells
	check 'it rolls back' eventually rolled_back
	check 'the policy before is in force' tailgate_rules 22
	check 'and the guard has ended' eventually no_guard
	check 'another policy is applied' apply_in_session 600
	check 'and confirmed' tailgate policy confirm wan0
	check 'which ends the guard' eventually no_guard
	check 'and keeps it' tailgate_rules 53
	step_ends
}

tailgate_rules() { # PORT
	tailgate policy show wan0 | tee /dev/stderr | grep -q "to port $1"
}

status_tells() {
	tailgate status wan0 | tee /dev/stderr | grep -q 'waits to be confirmed'
}
