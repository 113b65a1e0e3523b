#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2030,SC2031 # each test is a subshell, and meant to be
# The playground of two namespaces.

load helper
load helper-playground

setup() {
	given_playground_name
}

teardown() {
	remove_playgrounds
}

@test "the client reaches the server by ARP, ping and HTTP on both ports, IPv4 and IPv6" {
	playground up
	reaches arp ping ping6 http 80 http6 80 http 8080 http6 8080
	run -0 playground exec client curl -gs 'http://[2001:db8::2]:8080/'
	[[ $output == Welcome ]]
}

@test "a playground works at once: the first packet over IPv6 gets through" {
	playground up
	playground exec client ping -6 -q -c 1 -W "$TIMEOUT" 2001:db8::2
}

@test "nothing of a playground is among the host's devices" {
	playground up
	run -0 ip -o link show
	[[ $output != *02:00:00:00:00:0[12]* ]]
	run -0 playground exec client ip -o link show
	[[ $output == *eth0* ]]
}

@test "status shows both sides, where they are, and which ports answer" {
	playground up
	run -0 playground status
	[[ ${lines[0]} == SIDE*WHERE*IPV4*IPV6*HTTP ]]
	[[ ${lines[1]} == client*"namespace tg-$NAME-client"*198.51.100.1/24*2001:db8::1/64* ]]
	[[ ${lines[2]} == server*"namespace tg-$NAME-server"*198.51.100.2/24*2001:db8::2/64*'80 8080' ]]
	[[ $output != *$'\e'* ]]
}

@test "status --json says the same to programs" {
	playground up
	run -0 playground status --json
	jq -e --arg name "$NAME" '.name == $name and .kind == "netns" and
		(.sides | length) == 2 and .sides[1].http == [80, 8080] and
		(.sides[0].addresses | index("2001:db8::1/64"))' <<<"$output"
}

@test "status fails where there is no playground, and tells how to make one" {
	run -1 playground status
	[[ $output == *"no playground '$NAME' is up"* ]]
	nothing_is_left
}

@test "a web server that died shows in status, and 'up' brings it back" {
	playground up
	pkill -KILL -f "httpd -p 80 -h /run/tailgate-playground/$NAME/www"
	run -1 playground status
	[[ $output == *8080* && $output == *"not whole"* ]]
	run -0 playground up
	[[ $output != *already* ]]
	playground status
}

@test "'up' a second time says that it is up, and leaves filters alone" {
	given_bpffs
	playground up
	attach_by_hand server ingress drop_tcp
	run -0 playground up
	[[ $output == "playground '$NAME' is up already" ]]
	refute_reaches http 80
	reaches http 8080
}

@test "two 'up' at the same time make one playground" {
	playground up 3>&- &
	local first=$!
	playground up
	wait "$first"
	playground status
}

@test "exec passes arguments and exit status on" {
	playground up
	# shellcheck disable=SC2016 # as it is, on purpose
	local words=('a b' '$HOME' '*' '')
	run -0 playground exec client -- printf '<%s>' "${words[@]}"
	[[ $output == "$(printf '<%s>' "${words[@]}")" ]]
	run -7 playground exec server sh -c 'exit 7'
	run -0 playground exec client -- echo --name -h
	[[ $output == '--name -h' ]]
}

@test "exec enters the network alone, so that what tc pins there stays" {
	given_bpffs
	playground up
	run -0 playground exec server readlink /proc/self/ns/mnt
	[[ $output == "$(readlink /proc/self/ns/mnt)" ]]
	run -0 playground exec server readlink /proc/self/ns/net
	[[ $output != "$(readlink /proc/self/ns/net)" ]]
	playground exec server tc qdisc add dev eth0 clsact
	playground exec server tc filter add dev eth0 ingress bpf da obj "$BUILD/drop_tcp.o" sec ingress
	[[ -e $PINS/tgc_drop_tcp ]]
	refute_reaches http 80 http6 80
	reaches ping http 8080 http6 8080
}

@test "exec without a playground runs nothing" {
	run -1 playground exec client touch "$BATS_TEST_TMPDIR/ran"
	[[ $output == *"no playground '$NAME' is up"* ]]
	[[ ! -e $BATS_TEST_TMPDIR/ran ]]
}

@test "two playgrounds with the same addresses do not disturb each other" {
	given_bpffs
	given_a_playground one
	attach_by_hand server ingress drop_all
	given_a_playground two
	reaches arp ping http 80 http6 80
	CLIENT=${CLIENT%two-client}one-client SERVER=${SERVER%two-server}one-server
	refute_reaches arp ping http 80 http6 80
}

@test "'down' leaves nothing, also of what is attached" {
	given_bpffs
	playground up
	attach_by_hand server xdp count
	attach_by_hand client egress count
	playground down
	nothing_is_left
}

@test "'down' where there is nothing is fine" {
	playground down
	playground up
	playground down
	playground down
	nothing_is_left
}

@test "'down' names processes that still run inside, and leaves them alone" {
	playground up
	playground exec client sleep 60 3>&- &
	eventually ip netns pids "$CLIENT"
	eventually pgrep -f 'sleep 60'
	run -0 playground down
	[[ $output == *'still running in the namespace of the client: sleep (pid '* ]]
	nothing_is_left
	kill "${output//[^0-9]/}" # no other number is in there
}

# Kills an action when it is about to run its Nth command that changes something;
# that one runs on. The action's status is in status: 0 when it had fewer.
kill_at() { # N ACTION
	local command
	# shellcheck disable=SC2016 # expands in the stand-ins
	local stand_in='
		case " $* " in *" show "* | *" pids "*) real "$@" ;; esac
		n=$(($(wc -c <"$TALLY") + 1))
		printf x >>"$TALLY"
		((n != KILL_AT)) || kill -9 "$(<"$VICTIM")"
		real "$@"'
	export TALLY=$BATS_TEST_TMPDIR/tally VICTIM=$BATS_TEST_TMPDIR/victim KILL_AT=$1
	for command in mkdir touch sh ip busybox rm rmdir; do
		given_instead_of "$command" "$stand_in"
	done
	: >"$TALLY"
	# shellcheck disable=SC2016 # expands in the inner shell
	run bash -c 'echo $$ >"$VICTIM"; exec "$@"' - \
		"$ROOT/tc-scripts/tailgate" playground "$2" --name "$NAME"
	nothing_instead
}

kill_up_at_every_other() { # FIRST
	local n
	for ((n = $1; n < 100; n += 2)); do
		kill_at "$n" up
		if ((n % 4 < 2)); then
			playground up
			playground exec client curl -gsS --max-time "$TIMEOUT" 'http://[2001:db8::2]:80/'
		fi
		playground down
		nothing_is_left
		((status != 0)) || break
	done
	((n > 15 && n < 100)) || fail "the last command was number $n"
}

@test "'up' killed at any point is mended by 'up' and removed by 'down', 1 of 2" {
	kill_up_at_every_other 1
}

@test "'up' killed at any point is mended by 'up' and removed by 'down', 2 of 2" {
	kill_up_at_every_other 2
}

@test "'down' killed at any point is finished by 'down'" {
	local n
	for ((n = 1; n < 100; n++)); do
		playground up
		kill_at "$n" down
		playground down
		nothing_is_left
		((status != 0)) || break
	done
	((n > 5 && n < 100)) || fail "the last command was number $n"
}

@test "'up' takes back what it made when a command fails" {
	given_instead_of busybox 'echo "no such thing" >&2; exit 1'
	run -1 playground up
	[[ $output == *"busybox httpd"*"failed: no such thing"* ]]
	nothing_is_left
}

@test "'up' takes back what it made when it is interrupted" {
	# shellcheck disable=SC2016 # expands in the stand-in
	given_instead_of busybox 'kill -TERM "$(<"$VICTIM")"; sleep 0.2; real "$@"'
	export VICTIM=$BATS_TEST_TMPDIR/victim
	# shellcheck disable=SC2016 # expands in the inner shell
	run -143 bash -c 'echo $$ >"$VICTIM"; exec "$@"' - \
		"$ROOT/tc-scripts/tailgate" playground up --name "$NAME"
	nothing_is_left
}

@test "a namespace of that name that somebody else made is refused, and left alone" {
	ip netns add "$SERVER"
	run -1 playground up
	[[ $output == *"'$SERVER' exists and is not ours"* ]]
	[[ ! -e /run/netns/$CLIENT && ! -e /run/tailgate-playground/$NAME ]]
	run -0 playground down
	[[ -e /run/netns/$SERVER ]]
	[[ $output == *"'$SERVER' is not ours"* ]]
	ip netns del "$SERVER"
}

@test "a namespace that somebody put in the place of ours is left alone" {
	playground up
	ip netns del "$CLIENT"
	ip netns add "$CLIENT"
	run -1 playground up
	[[ $output == *"not ours"* ]]
	playground down
	[[ -e /run/netns/$CLIENT && ! -e /run/netns/$SERVER ]]
	ip netns del "$CLIENT"
}

@test "a lost note does not keep 'down' from finding its own" {
	playground up
	rm -r "/run/tailgate-playground/$NAME"
	playground down
	nothing_is_left
}

@test "names with characters of shell and path are refused, and make nothing" {
	cd "$BATS_TEST_TMPDIR"
	local bad
	# shellcheck disable=SC2016 # as they are, on purpose
	for bad in 'a;b' 'a b' '../x' '.' '..' '' '-x' '$(touch ran)' '`touch ran`' 'a/b' "a'b" $'a\nb' '*'; do
		run -1 tailgate playground up "--name=$bad"
		[[ $output == *"not a name for a playground"* ]]
		[[ ! -e /run/netns/tg-$bad-client && ! -e ran ]]
		[[ ! $bad || $bad == .* || ! -e /run/tailgate-playground/$bad ]]
	done
}

@test "--dry-run of 'up' changes nothing, and its lines make a playground that works" {
	tailgate -n playground up --name "$NAME" >"$BATS_TEST_TMPDIR/lines"
	nothing_is_left
	bash -e "$BATS_TEST_TMPDIR/lines" 3>&- 4>&-
	playground status
	reaches arp ping ping6 http 80 http6 8080
	run -0 playground up
	[[ $output == *already ]]
}

@test "--dry-run of 'down' changes nothing, and its lines remove everything" {
	playground up
	tailgate -n playground down --name "$NAME" >"$BATS_TEST_TMPDIR/lines"
	playground status
	bash -e "$BATS_TEST_TMPDIR/lines"
	nothing_is_left
}

@test "playground --help tells how to use it, and what it does not know is status 2" {
	run -0 tailgate playground --help
	[[ $output == Usage:*exec*--docker* ]]
	run -2 tailgate playground
	run -2 tailgate playground sideways
	run -2 tailgate playground up --fast
	run -2 tailgate playground up up
	run -2 playground exec
	run -2 playground exec router ls
	run -2 playground exec client
	run -2 playground up --json
	run -2 tailgate --pid $$ playground up --name "$NAME"
}
