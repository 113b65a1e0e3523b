#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The screen of tailgate top in tmux: views, keys, sizes, and the terminal after
# it. The numbers are in top.bats.

load helper
load helper-chain
load helper-policy
load helper-limits
load helper-screen
load helper-top

setup_file() {
	build_sender
}

setup() {
	given_no_gc_meanwhile
	TERMINAL='' SENDS=''
}

teardown() {
	terminal_ends
	[[ ! $SENDS ]] || kill "$SENDS" 2>/dev/null || true
	remove_chains
}

# A server with a policy, and a client that sends all the time.
given_traffic() { # HOOK...
	local hook words=()
	given_quiet_server
	for hook; do words+=("--$hook"); done
	on_server attach eth0 "${words[@]}" --chain count,policy --flows 1000 >/dev/null
	given_policy a 'drop udp to port 9' 'pass udp to port 80 keep' 'default pass'
	apply a >/dev/null
	(while client_sends 9 60 && client_sends 80 20; do sleep 0.1; done) 3>&- 4>&- &
	SENDS=$!
}

runs_top() { # WORD...
	types "'$ROOT/tc-scripts/tailgate' --netns '$SERVER' top $*"
}

# The shell of the terminal has started it.
top_process() {
	pgrep -P "$(in_terminal display -p '#{pane_pid}')" -x tg-top
}

# Each line ends where the screen does, and the keys are in the last one.
fits() { # COLUMNS LINES
	local -a lines
	eventually fills "$2" || fail "$(screen)"
	mapfile -t lines < <(screen)
	[[ ${lines[0]} == ' tailgate top  eth0'*[0-9]:[0-9][0-9] && ${#lines[0]} == $(($1 - 1)) ]] ||
		fail "the title has ${#lines[0]} columns" "$(screen)"
}

fills() { # LINES
	local -a lines
	mapfile -t lines < <(screen)
	[[ ${#lines[@]} == "$1" && ${lines[-1]} == 'q quit  Tab view  s sort  / filter  Space pause  Enter packets  t talkers' ]]
}

@test "on 80 columns and 24 lines there are six views with their rows" {
	given_traffic xdp
	given_terminal 80 24
	runs_top eth0
	shows $'HOOK    PACKETS/S BITS/S  TOTAL RESULT'
	shows $'xdp +[0-9.]+k? +[0-9.]+[kM]? +[0-9.]+[kM]? dropped'
	shows $'\npassed +[1-9][0-9.]*/s +.*[▁▂▃▄▅▆▇█]'
	fits 80 24
	press 2
	shows 'xdp .* policy drop'
	press Tab
	shows 'xdp .*  1 a.policy:1: drop udp to port 9'
	shows 'xdp .*  - a.policy:3: default pass'
	# the line below the table has all of it
	shows $'\n'"1 $BATS_TEST_TMPDIR/a.policy:1: drop udp to port 9"
	press Right
	shows 'xdp .* drop rule'
	press 6
	shows 'eth0 +flows +1 +1.00k +0 %  [.]+ +0'
	press 5
	shows 't samples packets, to show who sends and receives most'
	press q
	shows 'ready>$'
}

@test "it follows the size of the terminal" {
	given_traffic xdp
	given_terminal 80 24
	runs_top eth0 --view rules
	fits 80 24
	in_terminal resize-window -t : -x 120 -y 40
	fits 120 40
	shows 'a.policy:1: drop udp to port 9 +[ ▁▂▃▄▅▆▇█]*█'
	in_terminal resize-window -t : -x 80 -y 24
	fits 80 24
	# smaller than it is made for
	in_terminal resize-window -t : -x 20 -y 6
	eventually title_is ' tailgate top  eth0' || fail "$(screen)"
	in_terminal resize-window -t : -x 200 -y 50
	fits 200 50
	press q
	shows 'ready>$'
}

title_is() { # TEXT
	[[ $(screen | head -n 1) == "$1"* ]]
}

@test "keys filter, sort, select and pause" {
	given_traffic xdp ingress
	given_terminal 80 24
	runs_top eth0 --view reasons
	shows 'xdp .* drop rule'
	shows 'ingress .* pass rule'
	shows 'by packets'
	press s
	shows 'by bits'
	press s s
	shows 'by name'
	press / i n g r e s x
	shows 'filter: ingresx_'
	shows 'no row has this text'
	press BSpace s
	hides 'xdp '
	shows 'ingress .* pass rule'
	press Enter
	shows $'filter: ingress\n'
	press Escape
	shows 'xdp .* drop rule'
	press Space
	shows 'PAUSED'
	stands_still numbers_shown
	press Space
	hides 'PAUSED'
	eventually numbers_differ || fail "$(screen)"
	press q
	shows 'ready>$'
}

numbers_shown() {
	screen | grep -E '^(xdp|ingress) '
}

numbers_differ() {
	local before
	before=$(numbers_shown)
	sleep 0.3
	[[ $(numbers_shown) != "$before" ]]
}

@test "Enter shows the packets of a rule, and Ctrl-C comes back" {
	given_traffic xdp
	given_terminal 100 30
	runs_top eth0 --view rules --filter "'port 9'"
	shows '  1 a.policy:1: drop udp to port 9'
	press Enter
	shows 'udp 198.51.100.1:1000 > 203.0.113.1:9, 42 bytes: drop: .*drop udp to port 9'
	run ! screen_has 'port 80'
	is_watched xdp
	press C-c
	fits 100 30
	shows '  1 a.policy:1: drop udp to port 9'
	is_not_watched xdp
	# the policy has another number for it now
	given_policy b 'pass tcp' 'drop udp to port 9' 'default pass'
	apply b >/dev/null
	press Enter
	shows 'b.policy:2: drop udp to port 9'
	press C-c
	fits 100 30
	press q
	shows 'ready>$'
	terminal_is_as_before
}

@test "what capture refuses is shown until Enter" {
	given_traffic xdp
	given_terminal 80 24
	runs_top eth0
	shows 'xdp .* dropped'
	on_server_alone capture eth0 >/dev/null 2>&1 3>&- 4>&- &
	local capture=$!
	eventually is_watched xdp
	press Enter
	shows 'eth0 is captured already, by process [0-9]+'
	shows 'tailgate: Enter goes back to top'
	press Enter
	fits 80 24
	kill "$capture"
	wait "$capture"
	press q
	shows 'ready>$'
}

@test "t samples packets, and shows who sends most, until it is pressed again" {
	given_traffic xdp
	given_terminal 100 30
	runs_top eth0
	shows 'xdp .* dropped'
	press t
	shows 'xdp .* from 198.51.100.1 '
	shows 'xdp .* to port udp 9 '
	shows 'talkers of 1/1 '
	is_watched xdp
	press t
	hides 'talkers of'
	eventually is_not_watched xdp
	press q
	shows 'ready>$'
}

@test "a terminal is as before after q, Ctrl-C, and TERM, also with talkers" {
	given_traffic xdp
	given_terminal 80 24
	local how
	for how in q C-c TERM; do
		runs_top eth0 --talkers
		shows 'talkers of 1/1 '
		if [[ $how == TERM ]]; then
			kill -TERM "$(top_process)"
		else
			press "$how"
		fi
		shows 'ready>$'
		terminal_is_as_before
		is_not_watched xdp
		in_terminal send-keys -R
		in_terminal clear-history
		press Enter
	done
}

@test "changes of a chain are said, and a device that goes ends it with a line" {
	given_traffic xdp
	given_terminal 80 24
	runs_top eth0 --view plugins
	shows 'policy drop'
	on_server chain eth0 xdp set policy >/dev/null
	shows 'eth0: the chain of xdp is now policy'
	in_server ip link del eth0
	shows 'tailgate: eth0 is gone: top ends'
	terminal_is_as_before
}

@test "a terminal that is closed ends it" {
	given_traffic xdp
	given_terminal 80 24
	runs_top eth0 --interval 60
	fits 80 24
	local top
	top=$(top_process)
	terminal_ends
	eventually has_ended "$top"
}

has_ended() { # PID
	[[ ! -e /proc/$1/exe ]]
}

@test "TERM=dumb, an unknown terminal and --lines give lines" {
	given_traffic xdp
	given_terminal 120 30
	local term
	for term in 'TERM=dumb' 'TERM=nosuchterminal' 'TERM='; do
		types "clear; $term '$ROOT/tc-scripts/tailgate' --netns '$SERVER' top eth0"
		shows 'hook +eth0 +xdp +[1-9].* dropped'
		press C-c
		shows 'ready>$'
		[[ $(in_terminal display -p '#{alternate_on}') == 0 ]]
		in_terminal send-keys -R
	done
	runs_top eth0 --once
	shows 'hook +eth0 +xdp +[1-9].* dropped'
	shows 'ready>$'
}

@test "without UTF-8 the sparklines are of ASCII" {
	given_traffic xdp
	given_terminal 80 24
	types "LC_ALL=C '$ROOT/tc-scripts/tailgate' --netns '$SERVER' top eth0"
	shows $'\ndropped +[1-9][0-9.]*/s +[ .:=+#-]*#'
	press q
	shows 'ready>$'
}
