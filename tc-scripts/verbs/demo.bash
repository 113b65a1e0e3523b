# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate demo: a tour of a few seconds, that leaves nothing behind

# shellcheck source=tc-scripts/lib/playground-lock.bash
source "$HERE/lib/playground-lock.bash"
# shellcheck source=tc-scripts/lib/table.bash
source "$HERE/lib/table.bash"
# shellcheck source=tc-scripts/lib/playground-reach.bash
source "$HERE/lib/playground-reach.bash"

help_demo() {
	cat <<-'EOT'
		Usage: tailgate demo [--name NAME]

		Makes a playground of two network namespaces, puts plugins on the hooks of
		the server, with tc and ip alone, and shows what the client can still
		reach. Takes some seconds, needs no input, and removes everything it made.
		The exit status is 0 if all results are as expected.

		  --name NAME  name of the playground (default: demo)

		  tailgate demo
	EOT
	help_rights demo
}

cmd_demo() {
	local name=demo
	parse_demo_options "$@"
	check_name playground "$name"
	need_rights demo
	need_command ip tc nsenter flock busybox curl arping ping
	demo_need_objects drop_tcp drop_icmp drop_arp
	demo_begin
	demo_tour
	((REACH_SURPRISES == 0)) ||
		die "$REACH_SURPRISES of the checks ended otherwise than they should: marked (!) above"
}

# Sets the locals of cmd_demo.
parse_demo_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_demo
			exit 0
			;;
		--name)
			(($# > 1)) || usage_error "--name needs a value"
			name=$2
			shift
			;;
		--name=*) name=${1#*=} ;;
		-*) unknown_option "$1" ;;
		*) usage_error "demo: what is ${1@Q}" ;;
		esac
		shift
	done
	[[ ! $DRY_RUN ]] || usage_error "demo: shows its commands as they run, there is no --dry-run"
	((${#ENTER[@]} == 0)) ||
		usage_error "demo: has namespaces of its own, no --netns, --pid or --container here"
}

demo_need_objects() { # PLUGIN...
	local plugin
	for plugin; do
		[[ -e $BUILD/$plugin.o ]] || die "'$BUILD/$plugin.o' is not built: 'make' does it"
	done
}

# --- before and after. Pins are made in a separate bpffs, to leave /sys/fs/bpf
# alone.

# shellcheck disable=SC2154 # name: a local of cmd_demo
demo_begin() {
	DEMO_NAME=$name
	DEMO_DIR=/run/tailgate-demo/$name
	DEMO_SELF=$(demo_self)
	DEMO_TREE=$(dirname -- "$BUILD")
	lock_directory "$DEMO_DIR" 0 ||
		die "another demo runs in '$DEMO_DIR': --name chooses another"
	on_every_end 'demo_end "$?"'
	demo_remove # what a killed one left
	mkdir -p -- "$DEMO_DIR/bpf"
	mount -t bpf tailgate-demo "$DEMO_DIR/bpf"
	export TC_BPF_MNT=$DEMO_DIR/bpf
}

demo_end() { # STATUS
	trap - EXIT
	trap '' INT TERM HUP
	reach_stop
	demo_remove
	rm -rf -- "$DEMO_DIR"
	rmdir --ignore-fail-on-non-empty "${DEMO_DIR%/*}" 2>/dev/null || true
	exit "$1"
}

demo_remove() {
	"$HERE/tailgate" playground down --name "$DEMO_NAME"
	while mountpoint -q "$DEMO_DIR/bpf"; do
		umount "$DEMO_DIR/bpf"
	done
}

# --- the tour

demo_tour() {
	demo_intro
	demo_step 'Nothing in the way'
	demo_check

	demo_step 'drop_tcp on clsact ingress: no TCP to port 80 gets in'
	demo_server tc qdisc add dev eth0 clsact
	demo_server tc filter add dev eth0 ingress bpf da obj build/drop_tcp.o sec ingress
	demo_check 'curl :80'

	demo_step 'drop_icmp on XDP, before the kernel has a look: no ping either'
	demo_server ip link set dev eth0 xdp obj build/drop_icmp.o sec xdp
	demo_check 'curl :80' ping

	demo_step 'drop_arp on clsact egress: the server does not answer ARP any more'
	say '   The two know each other already, so what is left goes on working.'
	demo_neighbours
	demo_server tc filter add dev eth0 egress bpf da obj build/drop_arp.o sec egress
	demo_check 'curl :80' ping arping

	demo_step 'What was dropped where, and why, is counted'
	demo_shown '#' "$DEMO_SELF stats --pins $TC_BPF_MNT/tc/globals"
	"$HERE/tailgate" stats --pins "$TC_BPF_MNT/tc/globals" | sed 's/^/   /'

	demo_step 'All of it gone again'
	demo_server ip link set dev eth0 xdp off
	demo_server tc qdisc del dev eth0 clsact
	demo_check
	demo_outro
}

demo_intro() {
	paint bold 'tailgate: plugins on XDP and tc, loaded by ip and tc alone'
	printf '\n\n'
	say 'A client and a server in two network namespaces, joined by a cable:'
	demo_shown '#' "$DEMO_SELF playground up --name $DEMO_NAME"
	"$HERE/tailgate" playground up --name "$DEMO_NAME" >/dev/null
	say "What follows 'server#' is run in the server's network, in $DEMO_TREE, as"
	say "   TC_BPF_MNT=$TC_BPF_MNT $DEMO_SELF playground exec --name $DEMO_NAME server …"
}

DEMO_STEP=0
demo_step() { # TITLE
	DEMO_STEP=$((DEMO_STEP + 1))
	printf '\n'
	paint bold "$DEMO_STEP. $1"
	printf '\n'
}

demo_shown() { # PROMPT COMMAND
	printf '   '
	paint dim "$1"
	printf ' %s\n' "$2"
}

demo_server() { # COMMAND...
	demo_in_side server "$@"
}

# Prints the command and runs it.
demo_in_side() { # SIDE COMMAND...
	demo_shown "$1#" "$(quoted "${@:2}")"
	(cd -- "$DEMO_TREE" && run_or_die nsenter "--net=/run/netns/tg-$DEMO_NAME-$1" "${@:2}")
}

# Permanent neighbour entries, as if the hosts had resolved each other before.
demo_neighbours() {
	demo_in_side client ip neigh replace 198.51.100.2 lladdr 02:00:00:00:00:02 dev eth0 nud permanent
	demo_in_side server ip neigh replace 198.51.100.1 lladdr 02:00:00:00:00:01 dev eth0 nud permanent
}

demo_check() { # [CHECK EXPECTED TO FAIL...]
	printf '\n'
	reach_table "$DEMO_NAME" "$@"
}

demo_outro() {
	printf '\n'
	paint bold 'What next'
	printf '\n'
	demo_shown '#' "$DEMO_SELF playground --help    # one that stays, to try plugins in"
	demo_shown '#' "$DEMO_SELF attach --help        # chains of plugins, changed under traffic"
	demo_shown '#' "$DEMO_SELF stats --help         # what was dropped, and why"
}

# The command to show: 'tailgate' if that is found in PATH, or a path.
demo_self() {
	local path=$HERE/tailgate
	if [[ $(type -P tailgate) -ef $path ]]; then
		printf 'tailgate'
	else
		quoted "${path#"$PWD/"}"
	fi
}
