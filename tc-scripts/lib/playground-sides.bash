# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What both kinds of playground share: their two sides, the link between them,
# the lock, and the notes in /run that tell what is ours.

readonly PLAYGROUND_ROOT=/run/tailgate-playground
readonly SIDES=(client server)
readonly HTTP_PORTS=(80 8080)

# From the ranges that are set aside for documentation. They are the same in
# each playground: playgrounds never meet.
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

# Of the namespace, or of the container.
side_name() { # SIDE
	printf 'tg-%s-%s' "$PLAYGROUND" "$1"
}

# --- the notes: DIR/kind says what it is made of, DIR/unfinished that it is
# being made. The lock is on the directory itself, so nothing of it stays.

playground_lock() {
	[[ ! $DRY_RUN ]] || return 0
	lock_directory "$PLAYGROUND_DIR" 60 ||
		die "another command has been at work on playground '$PLAYGROUND' for a minute"
	trap playground_drop_empty EXIT
}

playground_drop_empty() {
	rmdir --ignore-fail-on-non-empty "$PLAYGROUND_DIR" "$PLAYGROUND_ROOT" 2>/dev/null || true
}

# Nothing, where there is no playground, or a kill came before the word.
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

# --- the sides. Each kind says with which words one is entered. -g, because a
# verb's files are read within a function, and a trap outlives that.

declare -gA SIDE_ENTER=()
declare -ga SIDE_WORDS=()

side_is_entered_with() { # SIDE [WORD...]
	SIDE_ENTER["$1"]=${*:2}
}

# Fails where there is nothing to enter, rather than to work on the host.
enter_side() { # SIDE
	read -ra SIDE_WORDS <<<"${SIDE_ENTER[$1]:-}"
	((${#SIDE_WORDS[@]}))
}

# A read: runs also under --dry-run, and is never printed.
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

# The pair is made inside the client's namespace, with one end going straight
# to the server's: the host never sees it. PEER is what 'ip' takes for 'netns'.
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
		# Containers come without IPv6, as do namespaces on some hosts.
		off=/proc/sys/net/ipv6/conf/$device/disable_ipv6
		if [[ $(in_side "$1" cat "$off" 2>/dev/null) != 0 ]]; then
			run_in_side "$1" sh -c "echo 0 >$off"
		fi
	done
	run_in_side "$1" ip addr replace "${SIDE_IPV4[$1]}/24" dev eth0
	# Without duplicate detection, so that it works at once.
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

# --- what works. HTTP is asked for from the server itself, through its
# loopback: a plugin on eth0 does not change the answer.

http_answers() { # ADDRESS PORT
	# shellcheck disable=SC2016 # expands in there
	in_side server timeout 2 bash -c '
		exec 3<>"/dev/tcp/$1/$2" && printf "GET / HTTP/1.0\r\n\r\n" >&3 &&
		read -r answer <&3 && [[ $answer == HTTP/* ]]
	' http_answers "$1" "$2" &>/dev/null
}

# Server by server, over IPv4 and IPv6: fails at the first that is silent.
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
