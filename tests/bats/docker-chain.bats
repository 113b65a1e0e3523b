#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Chains in a container without privileges, from outside of it.

load helper
load helper-chain
load helper-playground

setup() {
	docker_answers || {
		[[ ! ${TAILGATE_NEED_DOCKER:-} ]] || fail 'no docker engine answers, and TAILGATE_NEED_DOCKER is set'
		skip "no docker engine runs here: 'make test DOCKER=1' starts one"
	}
	given_playground_name docker
	playground up --docker
	SIDE=tg-$NAME-server
	PID=$(docker inspect --format '{{.State.Pid}}' "$SIDE")
	KEY=$(stat -Lc %i "/proc/$PID/ns/net")-eth0
	PINS=/run/tailgate/$KEY/tc/globals
}

teardown() {
	[[ ! ${KEY:-} ]] || forget_attachments "$KEY"
	remove_playgrounds
	[[ ! ${NAME:-} ]] || playground down --docker || true
}

docker_answers() {
	[[ $(type -P docker) ]] && timeout 10 docker info &>/dev/null
}

client_pings() {
	playground exec client ping -q -c 1 -w 2 "$SERVER4" >/dev/null
}

@test "a chain in a container is attached, shown, changed and detached from outside" {
	client_pings
	tailgate --container "$SIDE" attach eth0 --xdp --ingress --chain count,drop_icmp
	run ! client_pings
	counted drop_icmp xdp drop icmp
	run -0 tailgate --container "$SIDE" status eth0
	[[ $output == *'count#'*' > drop_icmp#'* ]]
	tailgate --container "$SIDE" chain eth0 xdp remove drop_icmp
	tailgate --container "$SIDE" chain eth0 ingress set drop_tcp
	client_pings
	# The same place by another name
	[[ $(tailgate --pid "$PID" chain eth0 ingress) == "$(tailgate --container "$SIDE" chain eth0 ingress)" ]]
	tailgate --container "$SIDE" detach eth0
	[[ ! -e /run/tailgate/$KEY ]]
	client_pings
}

@test "what a container that died has left is told, and gc removes it" {
	given_gc_alone
	tailgate --container "$SIDE" attach eth0 --ingress --chain count
	docker rm --force "$SIDE" >/dev/null
	is_stale() { tailgate status --json | jq -e --arg key "$KEY" '.stale | any(.attachment == $key)'; }
	eventually is_stale
	tailgate gc
	[[ ! -e /run/tailgate/$KEY ]]
}

@test "a container that is not there is named, and one that does not run" {
	refuses 1 "no such container: 'tgt-nobody'" tailgate --container tgt-nobody attach eth0 --ingress
	docker stop --time 0 "$SIDE" >/dev/null
	refuses 1 "container '$SIDE' is not running" tailgate --container "$SIDE" attach eth0 --ingress
}
