# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The environment of a chapter: a host with private network, processes, /run,
# /tmp and bpffs, with a playground named 'playground'. Everything ends with the
# first process.

declare -A PROMPT_IN=() PROMPT_OUT=()
PROMPT_PIDS=()

# All namespaces share the trace of BPF programs: a chapter that reads it uses a
# separate trace instance with this name.
readonly TRACE=/sys/kernel/tracing/instances/tutorial

# Runs first in the new namespaces.
make_machine() {
	local mount
	# What is not mounted, or hidden by another mount, is not in the way.
	for mount in /run/netns /run/tailgate; do
		umount -l "$mount" 2>/dev/null || true
	done
	mount -t tmpfs -o mode=0755 run /run
	mkdir -p /run/tutorial/tree
	mount --bind "$PWD" /run/tutorial/tree
	mount -t tmpfs tmp /tmp
	# A tree in /tmp must remain visible, and nothing else of /tmp.
	[[ $PWD/ != /tmp/* ]] || {
		mkdir -p "$PWD"
		mount --bind /run/tutorial/tree "$PWD"
	}
	umount /run/tutorial/tree
	mount -t bpf bpf /sys/fs/bpf
	ip link set dev lo up
}

# Also removes what a killed run has left.
remove_trace() {
	local tracing=/run/tutorial/tracing
	[[ $LISTENS ]] || return 0
	mkdir -p "$tracing"
	mount -t tracefs tracefs "$tracing"
	[[ ! -d $tracing/instances/tutorial ]] || rmdir "$tracing/instances/tutorial"
	umount "$tracing"
}

open_prompts() {
	local side in out
	for side in host client server; do
		mkfifo "/run/tutorial/$side.in" "/run/tutorial/$side.out"
		exec {in}<>"/run/tutorial/$side.in" {out}<>"/run/tutorial/$side.out"
		PROMPT_IN[$side]=$in PROMPT_OUT[$side]=$out
		open_prompt "$side" <&"$in" >&"$out" 2>&1 {in}<&- {out}<&- &
		PROMPT_PIDS+=("$!")
	done
}

open_prompt() { # SIDE
	local -a enter=()
	[[ $1 == host ]] || enter=(tc-scripts/tailgate playground exec "$1")
	exec env -i "PATH=$PATH" HOME=/root TERM=dumb LC_ALL=C TUTORIAL_PROMPT=1 \
		"${enter[@]}" bash tests/tutorial/prompt
}

# Prints the command's output; fails if it does not end.
ask_prompt() { # SIDE COMMAND SECONDS
	local output ended=0
	printf '%s\0' "$2" >&"${PROMPT_IN[$1]}"
	IFS= read -r -d '' -t "$3" -u "${PROMPT_OUT[$1]}" output || ended=1
	printf '%s' "$output"
	return "$ended"
}

close_prompts() {
	local side
	for side in host client server; do
		printf 'exit 0\0' >&"${PROMPT_IN[$side]}"
	done
	wait "${PROMPT_PIDS[@]}" || mistake end "a prompt has ended with status $?"
}

# State on both sides that chapters have to restore for the next one.
state_of_sides() {
	local side
	ip netns list | sed 's/ .*//'
	for side in client server; do
		nsenter --net="/run/netns/tg-playground-$side" bash -c '
			ip -o link show | sed -E "s/^[0-9]+: ([^:@]+).*( xdp[a-z]*).*/\1\2/; s/^[0-9]+: ([^:@]+).*/\1/"
			ip -o -4 addr show | sed -E "s/^[0-9]+: ([^ ]+) +inet ([^ ]+).*/\1 has \2/"
			ip neigh show nud permanent
			tc qdisc show
			iptables-save 2>/dev/null | grep ^-A || true
		' | sed "s/^/$side: /"
	done
}

# What is left after a chapter, one line each.
what_is_left() {
	local file
	find /sys/fs/bpf -type f ! -name '*.debug' -printf 'pin %p\n'
	ip -o link show | sed -nE '/^[0-9]+: lo:/!s/^[0-9]+: ([^:@]+).*/device \1/p'
	[[ ! $LISTENS || ! -d $TRACE ]] || printf 'trace instance tutorial\n'
	while IFS= read -r file; do
		printf 'process %s\n' "$(tr '\0' ' ' 2>/dev/null <"${file%environ}cmdline")"
	done < <(grep -lszF TUTORIAL_PROMPT= /proc/[0-9]*/environ)
}
