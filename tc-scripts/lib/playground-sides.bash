# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Shared by both kinds of playground: their sides, the link between them, the
# lock, and the notes in /run about what belongs to a playground.

readonly PLAYGROUND_ROOT=/run/tailgate-playground
readonly SIDES=(client server)
readonly HTTP_PORTS=(80 8080)

# From ranges reserved for documentation. All playgrounds use the same
# addresses, as they are not connected.
readonly -A SIDE_MAC=([client]=02:00:00:00:00:01 [server]=02:00:00:00:00:02)
readonly -A SIDE_IPV4=([client]=198.51.100.1 [server]=198.51.100.2)
readonly -A SIDE_IPV6=([client]=2001:db8::1 [server]=2001:db8::2)

PLAYGROUND=     # its name
PLAYGROUND_DIR= # its notes and web pages

playground_choose() { # NAME
	check_name playground "$1"
	PLAYGROUND=$1
	PLAYGROUND_DIR=$PLAYGROUND_ROOT/$1
}

# The name of a side's namespace or container.
side_name() { # SIDE
	printf 'tg-%s-%s' "$PLAYGROUND" "$1"
}

# --- notes: DIR/kind is the playground's kind, DIR/unfinished exists while it
# is being made. The directory itself is locked, so no lock file remains.

playground_lock() {
	[[ ! $DRY_RUN ]] || return 0
	lock_directory "$PLAYGROUND_DIR" 60 ||
		die "another command has been at work on playground '$PLAYGROUND' for a minute"
	trap playground_drop_empty EXIT
}

playground_drop_empty() {
	rmdir --ignore-fail-on-non-empty "$PLAYGROUND_DIR" "$PLAYGROUND_ROOT" 2>/dev/null || true
}

# Prints nothing if there is no playground or its creation was interrupted.
playground_kind() {
	local kind=
	[[ ! -r $PLAYGROUND_DIR/kind ]] || read -r kind <"$PLAYGROUND_DIR/kind" || true
	! is_one_of "$kind" netns docker || printf '%s' "$kind"
}

note_start() { # KIND
	run mkdir -p "$PLAYGROUND_DIR/www"
	run touch "$PLAYGROUND_DIR/unfinished"
	run sh -c "echo $1 >$PLAYGROUND_DIR/kind"
	run sh -c "echo Welcome >$PLAYGROUND_DIR/www/index.html"
}

note_finished() {
	run rm -f "$PLAYGROUND_DIR/unfinished"
}

note_gone() {
	[[ ! -d $PLAYGROUND_DIR ]] || run rm -rf "$PLAYGROUND_DIR"
	[[ $DRY_RUN ]] || playground_drop_empty
}

# --- the sides. SIDE_ENTER has the command that enters each. -g, as files of a
# verb are sourced in a function and a trap runs outside of it.

declare -gA SIDE_ENTER=()
declare -ga SIDE_WORDS=()

side_is_entered_with() { # SIDE [WORD...]
	SIDE_ENTER["$1"]=${*:2}
}

# Fails if the side does not exist; the command must not run on the host.
enter_side() { # SIDE
	read -ra SIDE_WORDS <<<"${SIDE_ENTER[$1]:-}"
	((${#SIDE_WORDS[@]}))
}

# For reading only: also runs with --dry-run, and is not printed.
in_side() { # SIDE COMMAND...
	enter_side "$1" || return 1
	"${SIDE_WORDS[@]}" "${@:2}"
}

run_in_side() { # SIDE COMMAND...
	enter_side "$1" || die "the $1 of playground '$PLAYGROUND' is gone"
	run_or_die "${SIDE_WORDS[@]}" "${@:2}"
}

side_has_link() { # SIDE
	in_side "$1" ip link show dev eth0 &>/dev/null
}

# The pair is made in the client's namespace with its peer in the server's, so
# it never appears on the host. PEER is the argument of 'netns' for ip.
join_sides() { # PEER
	if ! side_has_link client || ! side_has_link server; then
		unjoin_sides "${SIDES[@]}"
		run_in_side client ip link add name eth0 address "${SIDE_MAC[client]}" \
			type veth peer name eth0 address "${SIDE_MAC[server]}" netns "$1"
	fi
	local side
	for side in "${SIDES[@]}"; do
		configure_side "$side"
	done
}

configure_side() { # SIDE
	local device off
	for device in lo eth0; do
		# containers start without IPv6, and so do namespaces on some
		# hosts
		off=/proc/sys/net/ipv6/conf/$device/disable_ipv6
		if [[ $(in_side "$1" cat "$off" 2>/dev/null) != 0 ]]; then
			run_in_side "$1" sh -c "echo 0 >$off"
		fi
	done
	run_in_side "$1" ip addr replace "${SIDE_IPV4[$1]}/24" dev eth0
	# without duplicate address detection, so that the address is usable at
	# once
	run_in_side "$1" ip addr replace "${SIDE_IPV6[$1]}/64" dev eth0 nodad
	run_in_side "$1" ip link set dev eth0 up
}

# Removing one end removes the other.
unjoin_sides() { # SIDE...
	local side
	for side; do
		if side_has_link "$side"; then
			run_in_side "$side" ip link del dev eth0
			return 0
		fi
	done
}

# --- health checks. HTTP is checked on the server's loopback, so plugins on
# eth0 do not affect the result.

http_answers() { # ADDRESS PORT
	# shellcheck disable=SC2016 # expands in there
	in_side server timeout 2 bash -c '
		exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\r\n\r\n" >&3 &&
		read -r answer <&3 && [[ $answer == HTTP/* ]]
	' http_answers "$1" "$2" &>/dev/null
}

# Checks each server over IPv4 and IPv6; fails at the first without an answer.
all_http_answers() {
	local port address
	for port in "${HTTP_PORTS[@]}"; do
		for address in "${SIDE_IPV4[server]}" "${SIDE_IPV6[server]}"; do
			http_answers "$address" "$port" || return 1
		done
	done
}

wait_for_http() {
	local until=$((SECONDS + 10))
	[[ ! $DRY_RUN ]] || return 0
	until all_http_answers; do
		((SECONDS < until)) || die "the web servers don't answer on all of ports ${HTTP_PORTS[*]}"
		sleep 0.05
	done
}

side_is_whole() { # SIDE
	local addresses link
	link=$(in_side "$1" ip -o link show dev eth0 2>/dev/null) || return 1
	addresses=$(in_side "$1" ip -o addr show dev eth0 2>/dev/null) || return 1
	[[ $link == *[\<,]UP[,\>]* &&
		$addresses == *" ${SIDE_IPV4[$1]}/24 "* &&
		$addresses == *" ${SIDE_IPV6[$1]}/64 "* ]]
}

sides_are_whole() {
	local side
	[[ ! -e $PLAYGROUND_DIR/unfinished ]] || return 1
	for side in "${SIDES[@]}"; do
		side_is_whole "$side" || return 1
	done
	all_http_answers
}
