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

# The front end as uid 0 with these capabilities alone.
tailgate_with() { # NAME,... WORD...
	setpriv --bounding-set="-all,+${1//,/,+}" --inh-caps=-all "$ROOT/tc-scripts/tailgate" "${@:2}"
}

can_do_all_verbs() { # NAME,... CONTAINER
	local in=(tailgate_with "$1" --container "$2")
	"${in[@]}" attach eth0 --xdp --ingress --egress --chain count,policy
	"${in[@]}" policy apply eth0 - --hook ingress --confirm 60 <<<'drop tcp to port 80'
	"${in[@]}" policy confirm eth0
	run -0 "${in[@]}" explain eth0 ingress 'tcp 198.51.100.7:1234 > 203.0.113.9:80'
	[[ $output == drop:* ]]
	"${in[@]}" status eth0
	"${in[@]}" stats eth0
	"${in[@]}" chain eth0 egress set count
	"${in[@]}" policy rollback eth0 --hook ingress
	"${in[@]}" detach eth0
}

@test "two capabilities are enough in a container without any, and three in one with docker's own" {
	local own=tg-$NAME-own
	can_do_all_verbs sys_admin,net_admin "$SIDE"
	docker run --detach --name "$own" --label "tailgate.playground=$NAME" --network none \
		"tailgate-playground:$NAME" /bin/busybox tail -f /dev/null
	nsenter -t "$(docker inspect --format '{{.State.Pid}}' "$own")" -n ip link add eth0 type veth peer name eth1
	refuses 1 "the namespaces of container '$own' cannot be entered: that needs uid 0 with CAP_SYS_PTRACE" \
		tailgate_with sys_admin,net_admin --container "$own" attach eth0 --ingress
	can_do_all_verbs sys_admin,net_admin,sys_ptrace "$own"
	# the playground's 'down' removes it, as it has the label
}

@test "a playground of containers needs two capabilities to be made and to go, one to be used" {
	local name
	playground down
	for name in sys_admin net_admin; do
		refuses 1 "'playground --docker' needs CAP_" tailgate_with "$name" playground up --docker --name "$NAME"
	done
	tailgate_with sys_admin,net_admin playground up --docker --name "$NAME"
	tailgate_with sys_admin playground status --name "$NAME"
	run -0 tailgate_with sys_admin playground exec --name "$NAME" server ip -br link
	[[ $output == *eth0* ]]
	refuses 1 "'playground --docker' needs CAP_NET_ADMIN" tailgate_with sys_admin playground down --name "$NAME"
	tailgate_with sys_admin,net_admin playground down --name "$NAME"
	docker_has_none
}

docker_has_none() {
	[[ ! $(docker ps --all --quiet --filter "label=tailgate.playground=$NAME") ]]
}

@test "a container that is not there is named, and one that does not run" {
	refuses 1 "no such container: 'tgt-nobody'" tailgate --container tgt-nobody attach eth0 --ingress
	docker stop --time 0 "$SIDE" >/dev/null
	refuses 1 "container '$SIDE' is not running" tailgate --container "$SIDE" attach eth0 --ingress
}
