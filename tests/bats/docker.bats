#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2030,SC2031 # each test is a subshell, and meant to be
# The playground of two containers, and every plugin on every hook of the
# server's eth0, attached from the host. The containers have no privileges, and
# know nothing of it.

load helper
load helper-playground

# One playground for all: what a test attaches goes when it ends.
setup_file() {
	timeout 20 docker info &>/dev/null || return 0
	export SHARED=tgt-${BATS_RUN_TMPDIR##*[-.]}-docker
	tailgate playground up --docker --name "$SHARED" 3>&- 4>&-
}

teardown_file() {
	[[ ! ${SHARED:-} ]] || tailgate playground down --name "$SHARED"
}

setup() {
	if [[ ! ${SHARED:-} ]]; then
		[[ ! ${TAILGATE_NEED_DOCKER:-} ]] || fail 'no docker engine answers'
		skip "no docker engine runs here: 'make test DOCKER=1' starts one"
	fi
	given_bpffs
	NAME=$SHARED
	CLIENT_PID=$(container_pid client)
	SERVER_PID=$(container_pid server)
}

teardown() {
	local side
	[[ ${SERVER_PID:-} ]] || return 0
	for side in in_client in_server; do
		"$side" tc qdisc del dev eth0 clsact 2>/dev/null || true
		"$side" ip link set dev eth0 xdp off 2>/dev/null || true
		"$side" ip neigh flush dev eth0 nud permanent
	done
	NAME=$SHARED-own
	playground down --docker
	clean_up
}

container_pid() { # SIDE
	docker inspect --format '{{.State.Pid}}' "tg-$NAME-$1"
}

# helper.bash enters namespaces with names; these have none.
in_client() {
	nsenter -t "$CLIENT_PID" -n "$@"
}

in_server() {
	nsenter -t "$SERVER_PID" -n "$@"
}

given_no_neighbours() {
	in_client ip neigh flush dev eth0
	in_server ip neigh flush dev eth0
}

nothing_of_docker_is_left() {
	nothing_is_left
	run -0 docker ps --all --quiet --filter "label=tailgate.playground=$NAME"
	[[ ! $output ]]
	run -0 docker image ls --all --quiet --filter "label=tailgate.playground=$NAME"
	[[ ! $output ]]
}

# --- the playground

@test "the containers reach each other in every way" {
	reaches arp ping ping6 large-ping large-ping6 http 80 http6 80 http 8080 http6 8080
	run -0 playground exec client curl -gs 'http://[2001:db8::2]:8080/'
	[[ $output == Welcome ]]
}

@test "the containers have no privileges, not even docker's usual ones" {
	local side format='{{.HostConfig.Privileged}} {{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}}'
	for side in client server; do
		run -0 docker inspect --format "$format" "tg-$NAME-$side"
		[[ $output == 'false [] [ALL]' ]]
		run -0 docker exec "tg-$NAME-$side" /bin/busybox grep CapEff /proc/1/status
		[[ $output =~ CapEff:[[:space:]]0+$ ]]
	done
}

@test "status shows the containers and their processes" {
	run -0 playground status
	[[ $output == *"container tg-$NAME-server (pid $SERVER_PID)"*'80 8080'* ]]
	run -0 playground status --json
	jq -e --argjson pid "$SERVER_PID" '.kind == "docker" and
		.sides[1].pid == $pid and .sides[1].http == [80, 8080]' <<<"$output"
}

@test "'up' a second time says that it is up, also without a word about docker" {
	run -0 playground up --docker
	[[ $output == *already ]]
	run -1 playground up
	[[ $output == *"of the other kind"* ]]
}

@test "a container that died is made again by 'up', and 'down' leaves nothing" {
	NAME=$SHARED-own
	playground up --docker 3>&- 4>&-
	docker kill "tg-$NAME-server"
	run -1 playground status
	[[ $output == *'(stopped)'* ]]
	playground up --docker 3>&- 4>&-
	run -0 playground exec client curl -s --max-time "$TIMEOUT" http://198.51.100.2:8080/
	[[ $output == Welcome ]]
	playground down
	nothing_of_docker_is_left
	playground down
}

@test "'up --docker' killed in the middle is removed by 'down'" {
	NAME=$SHARED-own
	local moment
	for moment in 0.1 0.25 0.4 0.55; do
		timeout -s KILL "$moment" "$ROOT/tc-scripts/tailgate" \
			playground up --docker --name "$NAME" &>/dev/null 3>&- 4>&- || true
		playground down
		nothing_of_docker_is_left
	done
}

@test "a container of that name that somebody else made is refused, and left alone" {
	NAME=$SHARED-own
	docker create --name "tg-$NAME-client" --network none "tailgate-playground:$SHARED" /bin/busybox true
	run -1 playground up --docker
	[[ $output == *"'tg-$NAME-client' exists and is not ours"* ]]
	playground down --docker
	docker rm "tg-$NAME-client"
}

@test "without an engine --docker says so, in one line, and makes nothing" {
	NAME=$SHARED-own
	DOCKER_HOST=unix://$BATS_TEST_TMPDIR/none.sock run -1 playground up --docker
	[[ ${#lines[@]} == 1 && $output == *'docker engine does not answer'* ]]
	nothing_is_left
}

@test "a chain is attached to a container with --container, and detached" {
	unset TC_BPF_MNT # its pins are the front end's to keep
	run -0 tailgate --container "tg-$NAME-server" attach eth0 --xdp --ingress --chain drop_tcp
	refute_reaches http 80 http6 80
	reaches http 8080 ping
	run -0 tailgate --container "tg-$NAME-server" stats eth0
	[[ $output == *drop_tcp*xdp*drop*tcp-port* ]]
	run -0 tailgate --container "tg-$NAME-server" detach eth0
	reaches http 80 http6 80
}

# --- every plugin on every hook

drop_arp_works_at() { # HOOK
	given_known_neighbours
	attach_by_hand server "$1" drop_arp
	refute_reaches arp
	reaches ping ping6 http 80 http6 80
	counted drop_arp "$1" drop arp
}

drop_icmp_works_at() { # HOOK
	attach_by_hand server "$1" drop_icmp
	refute_reaches ping ping6
	reaches arp http 80 http6 80
	counted drop_icmp "$1" drop icmp
}

drop_tcp_works_at() { # HOOK SIDE
	attach_by_hand "$2" "$1" drop_tcp
	refute_reaches http 80 http6 80
	reaches arp ping ping6 http 8080 http6 8080
	counted drop_tcp "$1" drop tcp-port
}

drop_port_works_at() { # HOOK
	attach_by_hand server "$1" drop_port
	refute_reaches http 80 http6 80
	reaches arp ping ping6 http 8080 http6 8080
	counted drop_port "$1" drop tcp-port
}

drop_all_works_at() { # HOOK
	given_known_neighbours
	attach_by_hand server "$1" drop_all
	refute_reaches arp ping ping6 http 80 http6 80 http 8080 http6 8080
	counted drop_all "$1" drop all
}

only_tcp_works_at() { # HOOK
	attach_by_hand server "$1" only_tcp
	refute_reaches ping ping6
	given_no_neighbours
	reaches arp http 80 http6 80 http 8080 http6 8080
	counted only_tcp "$1" drop not-tcp
}

only_icmp_works_at() { # HOOK
	attach_by_hand server "$1" only_icmp
	refute_reaches http 80 http6 80 http 8080 http6 8080
	given_no_neighbours
	reaches arp ping ping6
	counted only_icmp "$1" drop not-icmp
}

count_works_at() { # HOOK
	attach_by_hand server "$1" count
	reaches arp ping ping6 http 80 http6 80 http 8080 http6 8080
	counted count "$1" next counted
}

@test "drop_arp at the container's XDP stops arping alone" {
	drop_arp_works_at xdp
}

@test "drop_arp at the container's ingress stops arping alone" {
	drop_arp_works_at ingress
}

@test "drop_arp at the container's egress stops arping alone" {
	drop_arp_works_at egress
}

@test "drop_icmp at the container's XDP stops pings alone" {
	drop_icmp_works_at xdp
}

@test "drop_icmp at the container's ingress stops pings alone" {
	drop_icmp_works_at ingress
}

@test "drop_icmp at the container's egress stops pings alone" {
	drop_icmp_works_at egress
}

@test "drop_tcp at the container's XDP stops port 80 alone" {
	drop_tcp_works_at xdp server
}

@test "drop_tcp at the container's ingress stops port 80 alone" {
	drop_tcp_works_at ingress server
}

@test "drop_tcp at the client container's egress stops port 80 alone" {
	drop_tcp_works_at egress client
}

@test "drop_port at the container's XDP stops port 80 alone" {
	drop_port_works_at xdp
}

@test "drop_port at the container's ingress stops port 80 alone" {
	drop_port_works_at ingress
}

@test "drop_port at the container's egress stops port 80 alone" {
	drop_port_works_at egress
}

@test "drop_all at the container's XDP stops everything" {
	drop_all_works_at xdp
}

@test "drop_all at the container's ingress stops everything" {
	drop_all_works_at ingress
}

@test "drop_all at the container's egress stops everything" {
	drop_all_works_at egress
}

@test "only_tcp at the container's XDP lets HTTP through alone" {
	only_tcp_works_at xdp
}

@test "only_tcp at the container's ingress lets HTTP through alone" {
	only_tcp_works_at ingress
}

@test "only_tcp at the container's egress lets HTTP through alone" {
	only_tcp_works_at egress
}

@test "only_icmp at the container's XDP lets pings through alone" {
	only_icmp_works_at xdp
}

@test "only_icmp at the container's ingress lets pings through alone" {
	only_icmp_works_at ingress
}

@test "only_icmp at the container's egress lets pings through alone" {
	only_icmp_works_at egress
}

@test "count at the container's XDP counts and lets everything through" {
	count_works_at xdp
}

@test "count at the container's ingress counts and lets everything through" {
	count_works_at ingress
}

@test "count at the container's egress counts and lets everything through" {
	count_works_at egress
}
