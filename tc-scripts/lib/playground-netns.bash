# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A playground of two network namespaces.
#
# Its namespaces are marked by the alias of their loopback device.
# DIR/unfinished marks them between their creation and the alias.

netns_prepare() {
	need_command busybox
}

netns_path() { # SIDE
	printf '/run/netns/%s' "$(side_name "$1")"
}

netns_mark() {
	printf 'tailgate playground %s' "$PLAYGROUND"
}

netns_enter_words() {
	local side
	for side in "${SIDES[@]}"; do
		side_is_entered_with "$side" nsenter "--net=$(netns_path "$side")"
	done
}

netns_is_marked() { # SIDE
	local loopback
	loopback=$(in_side "$1" ip -j link show dev lo 2>/dev/null) || return 1
	[[ $loopback == *"\"ifalias\":\"$(netns_mark)\""* ]]
}

# A name without a namespace remains after a kill in the middle or a reboot.
netns_is_alive() { # SIDE
	[[ $(stat -fc %T -- "$(netns_path "$1")" 2>/dev/null) == nsfs ]]
}

netns_is_ours() { # SIDE
	netns_is_marked "$1" && return 0
	[[ -d $PLAYGROUND_DIR ]] || return 1
	[[ -e $PLAYGROUND_DIR/unfinished ]] || ! netns_is_alive "$1"
}

netns_exists() { # SIDE
	[[ -e $(netns_path "$1") ]]
}

netns_refuse_foreign() {
	local side
	for side in "${SIDES[@]}"; do
		if netns_exists "$side" && ! netns_is_ours "$side"; then
			die "namespace '$(side_name "$side")' exists and is not ours: choose another --name"
		fi
	done
}

netns_is_up() {
	netns_is_marked client && netns_is_marked server && sides_are_whole
}

netns_up() {
	local side
	note_start netns
	for side in "${SIDES[@]}"; do
		netns_make "$side"
	done
	join_sides "$(side_name server)"
	netns_serve
	wait_for_http
	note_finished
}

netns_make() { # SIDE
	if netns_exists "$1" && ! netns_is_alive "$1"; then
		run_or_die ip netns del "$(side_name "$1")"
	fi
	netns_exists "$1" || run_or_die ip netns add "$(side_name "$1")"
	run_in_side "$1" ip link set dev lo alias "$(netns_mark)" up
}

netns_serve() {
	local port
	for port in "${HTTP_PORTS[@]}"; do
		[[ ! $(netns_servers "$port") ]] || continue
		without_our_files run_in_side server \
			busybox httpd -p "$port" -h "$PLAYGROUND_DIR/www"
	done
}

# Prints pids of the playground's web servers, on one port or all: busybox httpd
# processes in the server's namespace with its pages.
netns_servers() { # [PORT]
	local pid words wanted="${1:-*} -h $PLAYGROUND_DIR/www "
	while read -r pid; do
		words=$({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null) || continue
		# shellcheck disable=SC2053 # with '*' for any port
		[[ ${words#*busybox httpd -p } != $wanted ]] || printf '%s\n' "$pid"
	done < <(ip netns pids "$(side_name server)" 2>/dev/null)
}

netns_down() {
	local side
	local -a ours=()
	for side in "${SIDES[@]}"; do
		netns_exists "$side" || continue
		if netns_is_ours "$side"; then
			ours+=("$side")
		else
			warn "left alone: namespace '$(side_name "$side")' is not ours"
		fi
	done
	! is_one_of server "${ours[@]}" || netns_stop_servers
	# otherwise the namespace would exist as long as a process uses it
	((${#ours[@]} == 0)) || unjoin_sides "${ours[@]}"
	for side in "${ours[@]}"; do
		netns_tell_who_stays "$side"
		run_or_die ip netns del "$(side_name "$side")"
	done
	note_gone
}

netns_stop_servers() {
	local _ pids
	mapfile -t pids < <(netns_servers)
	((${#pids[@]})) || return 0
	run kill "${pids[@]}" || true
	[[ ! $DRY_RUN ]] || return 0
	for _ in {1..40}; do
		mapfile -t pids < <(netns_servers)
		((${#pids[@]})) || return 0
		sleep 0.05
	done
	kill -9 "${pids[@]}" 2>/dev/null || true
}

# Processes of others in the namespace are not ended, only reported.
netns_tell_who_stays() { # SIDE
	local pid
	[[ ! $DRY_RUN ]] || return 0
	while read -r pid; do
		[[ -r /proc/$pid/comm ]] || continue
		warn "still running in the namespace of the $1: $(<"/proc/$pid/comm") (pid $pid)"
	done < <(ip netns pids "$(side_name "$1")" 2>/dev/null)
}

netns_where() { # SIDE
	printf 'namespace %s' "$(side_name "$1")"
}

# Members of an object: words of tg-json, added to words.
netns_where_json() { # SIDE
	words+=(namespace "=$(side_name "$1")")
}
