#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The recipes of docs/recipes.md, taken from the page: the policies, the action of
# fail2ban, the units and the commands. Only names of hosts and files are
# replaced, and times, where a test would have to wait for them.

load helper
load helper-chain
load helper-docs
load helper-policy
load helper-recipes

WATCHER=''

setup() {
	given_no_gc_meanwhile
	given_server
	given_command
}

teardown() {
	[[ ! $WATCHER ]] || kill -- "-$WATCHER" 2>/dev/null || true
	remove_chains
}

# --- words

given_recipe() { # POLICY [SED-COMMAND]
	POLICIES=$BATS_TEST_TMPDIR
	recipe "policy $1" "$POLICIES/$1" "${2:-}"
	run -0 tailgate policy check --hook ingress "$POLICIES/$1"
	[[ ! $output ]] || fail "$output"
	on_server attach eth0 --ingress --chain policy >/dev/null
	apply "${1%.policy}" >/dev/null
}

sets() { # ACTION WORD... on eth0 of the server
	on_server set "$1" eth0 "${@:2}"
}

entries_are() { # SET NUMBER
	[[ $(sets list --json | jq --arg name "$1" '.sets[] | select(.name == $name).entries') == "$2" ]] ||
		fail "not $2 entries in $1:" "$(sets list)"
}

# --- fail2ban

# As fail2ban does: the tags are replaced, and a shell runs the line.
fail2ban_runs() { # ACTION ADDRESS SECONDS
	local file=$BATS_TEST_TMPDIR/tailgate.conf line name value
	recipe 'ini /etc/fail2ban/action.d/tailgate.conf' "$file"
	line=$(sed -n "s/^$1 = //p" "$file")
	line=${line//<ip>/$2}
	line=${line//<bantime>/$3}
	while IFS='=' read -r name value; do
		line=${line//"<${name% }>"/${value# }}
	done < <(sed '1,/^\[Init\]$/d' "$file")
	[[ $line == 'tailgate set '* && $line != *'<'* ]] || fail "$1 is '$line'"
	sh -c "$line"
}

@test "fail2ban bans a client of either family, and unbans it" {
	given_recipe ban.policy
	reaches http 80 http6 80
	fail2ban_runs actionban "$CLIENT4" 600
	refute_reaches http 80
	reaches http6 80
	fail2ban_runs actionban "$CLIENT6" 600
	refute_reaches http 80 http6 80
	fail2ban_runs actionunban "$CLIENT4" 600
	fail2ban_runs actionunban "$CLIENT6" 600
	reaches http 80 http6 80
	fail2ban_runs actionunban "$CLIENT4" 600
}

@test "a ban of fail2ban ends by itself if nobody unbans" {
	given_recipe ban.policy
	fail2ban_runs actionban "$CLIENT4" 3
	refute_reaches http 80
	eventually reaches http 80
	fail2ban_runs actionunban "$CLIENT4" 3
}

@test "the words for a ban without end are taken" {
	given_recipe ban.policy
	run -2 fail2ban_runs actionban "$CLIENT4" -1
	PAGE=$BATS_TEST_TMPDIR/page
	sed 's/--for <bantime>s/--for forever/' "$ROOT/docs/recipes.md" >"$PAGE"
	fail2ban_runs actionban "$CLIENT4" -1
	refute_reaches http 80
}

# --- the blocklist

UNIT='ini /etc/systemd/system/tailgate-blocklist'

# The steps of the service, in its directory. The server fetches the list from
# itself.
refresh() {
	local step
	mkdir -p "$BATS_TEST_TMPDIR/state"
	recipe "$UNIT.service" "$BATS_TEST_TMPDIR/service" \
		"s|https://lists.example.com/|http://$SERVER4:8080/|; s|/usr/local/sbin/tailgate|tailgate|"
	while read -r step; do
		(cd "$BATS_TEST_TMPDIR/state" && in_server sh -c "$step") || return
	done < <(sed -n 's/^ExecStart=//p' "$BATS_TEST_TMPDIR/service")
}

# 100,000 prefixes of both families; another number makes other ones.
prefixes() { # 0|1
	awk -v other="$1" 'BEGIN {
		for (i = other; i < other + 50000; i++)
			printf "198.%d.%d.%d/31\n2001:db8:%d:%x::/64\n",
				18 + int(i / 32768), int(i / 128) % 256, i % 128 * 2, 1 + other, i
	}'
}

@test "the blocklist of 100,000 prefixes is refreshed while a client pings, and no ping is lost" {
	local n=0 pings
	given_recipe blocklist.policy
	prefixes 0 >"$BATS_TEST_TMPDIR/www/blocklist.txt"
	refresh
	entries_are blocked 100000
	run -0 sets test blocked 198.18.0.1 2001:db8:1:1::7
	in_client ping -q -c 1500 -i 0.002 "$SERVER4" >"$BATS_TEST_TMPDIR/pings" 3>&- 4>&- &
	pings=$!
	while kill -0 "$pings" 2>/dev/null; do
		n=$((n + 1))
		prefixes $((n % 2)) >"$BATS_TEST_TMPDIR/www/blocklist.txt"
		refresh
		entries_are blocked 100000
	done
	wait "$pings"
	((n >= 2)) || fail "only $n lists were put in place"
	grep -q '1500 packets transmitted, 1500 received, 0% packet loss' "$BATS_TEST_TMPDIR/pings" ||
		fail "$n lists:" "$(<"$BATS_TEST_TMPDIR/pings")"
	printf '# %s lists of 100,000 prefixes under 1500 pings\n' "$n"
	echo "$CLIENT4/32" >>"$BATS_TEST_TMPDIR/www/blocklist.txt"
	refresh
	refute_reaches ping
}

@test "a blocklist that is missing, empty or an error page leaves the old one in force" {
	given_recipe blocklist.policy
	echo "$CLIENT6" >"$BATS_TEST_TMPDIR/www/blocklist.txt"
	refresh
	refute_reaches http6 80
	rm "$BATS_TEST_TMPDIR/www/blocklist.txt"
	run ! refresh
	[[ $output == *404* ]]
	: >"$BATS_TEST_TMPDIR/www/blocklist.txt"
	run ! refresh
	printf '198.51.100.0/24\n<html>\n' >"$BATS_TEST_TMPDIR/www/blocklist.txt"
	run ! refresh
	[[ $output == *'new.txt:2:1: '*'<html>'* ]]
	entries_are blocked 1
	refute_reaches http6 80
	reaches http 80
}

@test "systemd accepts the units of the blocklist" {
	type -P systemd-analyze >/dev/null || skip 'systemd-analyze is not installed'
	local units=$BATS_TEST_TMPDIR/units
	mkdir "$units"
	recipe "$UNIT.service" "$units/tailgate-blocklist.service" "s|/usr/local/sbin/tailgate|$ROOT/tc-scripts/tailgate|"
	recipe "$UNIT.timer" "$units/tailgate-blocklist.timer"
	run -0 systemd-analyze verify "$units"/*
	[[ $output != *tailgate-blocklist* ]] || fail "$output"
	sed -i 's/^OnUnitActiveSec=.*/OnUnitActiveSec=often/' "$units/tailgate-blocklist.timer"
	run systemd-analyze verify "$units"/*
	[[ $output == *tailgate-blocklist.timer:*often* ]]
}

# --- knocking

# The loop of the page, with other ports if some are given.
knock() { # [PORT...]
	recipe 'sh knock' "$BATS_TEST_TMPDIR/knock" "s/server.example.com/$SERVER4/"
	(($# == 0)) || sed -i "s/^for port in .*; do/for port in $*; do/" "$BATS_TEST_TMPDIR/knock"
	in_client bash "$BATS_TEST_TMPDIR/knock" || true # no knock is answered
}

knock_opens() {
	knock
	sets test opened "$CLIENT4"
}

# Knocks at all the ports upwards or downwards, without waiting for answers.
scan() { # FIRST LAST STEP
	in_client python3 - "$SERVER4" "$@" <<-'END'
		import socket, sys
		host, first, last, step = sys.argv[1], *map(int, sys.argv[2:])
		knocks = []
		for port in range(first, last + step, step):
		    knocks.append(socket.socket())
		    knocks[-1].setblocking(False)
		    knocks[-1].connect_ex((host, port))
	END
}

in_knock1() {
	sets test knock1 "$CLIENT4"
}

knock_counts() { # PORT
	knock "$1"
	in_knock1
}

@test "the port opens to a client that knocks in order, and to no other" {
	given_recipe knock.policy
	given_http 22
	refute_reaches http 22
	eventually knock_opens
	reaches http 22
	run -1 sets test opened "$CLIENT6"
	refute_reaches http6 22
}

@test "knocks in another order do not open the port" {
	local order
	given_recipe knock.policy
	given_http 22
	for order in '7003 7014 7008' '7014 7008 7003' '7008 7003 7014' '7014 7003 7014 7009 7008' '7003 7008'; do
		# shellcheck disable=SC2086 # a list of ports
		knock $order
		refute_reaches http 22
		sets flush knock1
		sets flush knock2
	done
	eventually knock_opens
	reaches http 22
}

@test "a scan of all ports, in either direction, does not open the port" {
	given_recipe knock.policy
	given_http 22
	scan 7000 7014 1
	run -0 in_knock1
	scan 7015 7020 1
	run -1 in_knock1
	scan 7020 7000 -1
	run -1 in_knock1
	refute_reaches http 22
}

@test "a pause that is longer than the timeout ends the sequence" {
	given_recipe knock.policy '/^set knock1/s/timeout 10s/timeout 3s/'
	given_http 22
	eventually knock_counts 7014
	eventually run -1 in_knock1
	knock 7003 7008
	refute_reaches http 22
}

@test "the port closes again" {
	given_recipe knock.policy '/^set opened/s/timeout 30s/timeout 3s/'
	given_http 22
	eventually knock_opens
	eventually refute_reaches http 22
	run -1 sets test opened "$CLIENT4"
}

# --- countries

@test "a country's prefixes of both families open the port to it" {
	given_recipe country.policy
	given_http 22
	cd "$BATS_TEST_TMPDIR"
	recipe 'sh country' country
	printf '%s\n' '# IPv4' 198.51.100.0/25 203.0.113.0/24 >at-ipv4.txt
	printf '%s\n' 2001:db8:7::/48 2001:db8::/64 >at-ipv6.txt
	refute_reaches http 22 http6 22
	bash -eu country
	reaches http 22 http6 22
	entries_are home 4
	echo 203.0.113.0/24 >at-ipv4.txt
	bash -eu country
	refute_reaches http 22
	reaches http6 22
}

# --- a log

LOG_LINE='Nov 26 10:00:00 host sshd[77]: Failed password for'

given_watcher() {
	LOG=$BATS_TEST_TMPDIR/auth.log
	: >"$LOG"
	recipe 'sh log' "$BATS_TEST_TMPDIR/log" "s|/var/log/auth.log|$LOG|"
	setsid bash "$BATS_TEST_TMPDIR/log" &>"$BATS_TEST_TMPDIR/said" 3>&- 4>&- {GC_LOCK}>&- &
	WATCHER=$!
	eventually watcher_adds 203.0.113.250 || fail "$(<"$BATS_TEST_TMPDIR/said")"
}

fails_to_log_in() { # ADDRESS TIMES [USER]
	local n
	for ((n = 0; n < $2; n++)); do
		printf '%s %s from %s port 40000 ssh2\n' "$LOG_LINE" "${3:-root}" "$1"
	done >>"$LOG"
}

watcher_adds() { # ADDRESS
	fails_to_log_in "$1" 5
	sets test blocked "$1"
}

is_blocked_within_a_second() { # ADDRESS
	local since=${EPOCHREALTIME/./}
	fails_to_log_in "$1" 5
	until sets test blocked "$1"; do
		((${EPOCHREALTIME/./} - since < 1000000)) || return 1
	done
}

@test "a client that fails five times is dropped, and one that fails four times is not" {
	given_recipe log.policy
	given_watcher
	fails_to_log_in "$CLIENT4" 4
	fails_to_log_in 203.0.113.1 5
	eventually sets test blocked 203.0.113.1
	reaches http 80
	fails_to_log_in "$CLIENT4" 1
	eventually sets test blocked "$CLIENT4"
	refute_reaches http 80
	sets show blocked | grep "^$CLIENT4 .*59m"
}

@test "a user name that looks like the end of a line bans nobody else" {
	given_recipe log.policy
	given_watcher
	fails_to_log_in 203.0.113.1 5 "x from $CLIENT4 port 1 ssh2"
	eventually sets test blocked 203.0.113.1
	reaches http 80
}

@test "what a log says is in force within a second, also after the log is rotated" {
	local n quick=0
	given_recipe log.policy
	given_watcher
	for n in 1 2 3 4 5; do
		! is_blocked_within_a_second "203.0.113.$n" || quick=$((quick + 1))
	done
	((quick > 0)) || fail 'no address was blocked within a second'
	mv "$LOG" "$LOG.1"
	eventually watcher_adds "$CLIENT6"
	refute_reaches http6 80
}

# --- the journal

# The unit's command, and what it would write to the journal.
given_journal() {
	local line
	line=$(sed -n 's|^ExecStart=@PREFIX@/sbin/||p' "$ROOT/systemd/tailgate-watch@.service")
	setsid sh -c "exec ${line//%I/eth0}" >"$BATS_TEST_TMPDIR/journal" 2>&1 3>&- 4>&- &
	WATCHER=$!
	eventually grep -qx 'tailgate: watching eth0' "$BATS_TEST_TMPDIR/journal"
}

@test "what a policy drops goes to the journal by the unit that the page names" {
	local unit
	recipe 'sh drops' "$BATS_TEST_TMPDIR/commands"
	while read -r unit; do
		[[ $unit == tailgate-watch@eth0 && -e $ROOT/systemd/${unit%@*}@.service ]] || fail "no unit $unit"
	done < <(grep -o 'tailgate-watch@[a-z0-9]*' "$BATS_TEST_TMPDIR/commands")
	given_recipe drops.policy
	given_journal
	in_client bash -c "echo hello >/dev/udp/$SERVER4/161"
	in_client timeout 0.2 bash -c ": >/dev/tcp/$SERVER4/23" || true
	eventually grep -E "^[0-9:.]+ eth0 ingress: drop: .*/drops\.policy:9: \"denied\": udp $CLIENT4:[0-9]+ > $SERVER4:161, 48 bytes\$" "$BATS_TEST_TMPDIR/journal"
	eventually grep -E "^[0-9:.]+ eth0 ingress: drop: .*/drops\.policy:8: \"telnet\": tcp $CLIENT4:[0-9]+ > $SERVER4:23 .*syn.*, 74 bytes\$" "$BATS_TEST_TMPDIR/journal" ||
		fail "$(<"$BATS_TEST_TMPDIR/journal")"
}
