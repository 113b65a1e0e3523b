#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# As flow-applications.bats, in the playground of containers.

load helper
load helper-chain
load helper-policy
load helper-playground
load helper-applications

# One playground for all: what a test attaches goes when it ends.
setup_file() {
	docker_answers || return 0
	export SHARED=tgt-${BATS_RUN_TMPDIR##*[-.]}-apps
	tailgate playground up --docker --name "$SHARED" 3>&- 4>&-
}

teardown_file() {
	[[ ! ${SHARED:-} ]] || tailgate playground down --name "$SHARED"
}

setup() {
	if [[ ! ${SHARED:-} ]]; then
		[[ ! ${TAILGATE_NEED_DOCKER:-} ]] || fail 'no docker engine answers, and TAILGATE_NEED_DOCKER is set'
		skip "no docker engine runs here: 'make test DOCKER=1' starts one"
	fi
	given_no_gc_meanwhile
	IN_CLIENT=(nsenter -t "$(container_pid client)" -n)
	IN_SERVER=(nsenter -t "$(container_pid server)" -n)
}

teardown() {
	services_end
	[[ ! ${IN_SERVER:-} ]] || on_server detach eth0 2>/dev/null || true
	clean_up
}

on_server() {
	tailgate --container "tg-$SHARED-server" "$@"
}

container_pid() { # SIDE
	docker inspect --format '{{.State.Pid}}' "tg-$SHARED-$1"
}

@test "at a container's ingress, answers come from web, ssh, DNS and FTP servers" {
	given_closed_host ingress
	services_answer
}

@test "on a container's XDP, answers come from web, ssh, DNS and FTP servers" {
	given_closed_host xdp
	services_answer
}

@test "at a container's ingress, routes are traced and the path's MTU is discovered" {
	given_closed_host ingress 'pass related'
	errors_come_back
}

@test "on a container's XDP, routes are traced and the path's MTU is discovered" {
	given_closed_host xdp 'pass related'
	errors_come_back
}

@test "at a container's ingress, answers with IPv6 extension headers belong to their flows" {
	given_closed_host ingress
	extensions_come_back
}

@test "on a container's XDP, answers with IPv6 extension headers belong to their flows" {
	given_closed_host xdp
	extensions_come_back
}
