# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate playground: a client and a server to try plugins on

# shellcheck source=tc-scripts/lib/playground-lock.bash
source "$HERE/lib/playground-lock.bash"
# shellcheck source=tc-scripts/lib/playground-sides.bash
source "$HERE/lib/playground-sides.bash"
# shellcheck source=tc-scripts/lib/playground-netns.bash
source "$HERE/lib/playground-netns.bash"
# shellcheck source=tc-scripts/lib/playground-docker.bash
source "$HERE/lib/playground-docker.bash"
# shellcheck source=tc-scripts/lib/playground-status.bash
source "$HERE/lib/playground-status.bash"

help_playground() {
	cat <<-'EOT'
		Usage: tailgate playground up|down|status [--name NAME] [--docker] [--json]
		       tailgate playground exec [--name NAME] client|server [--] COMMAND...

		A client and a server, joined by a veth pair and isolated from the host's
		network, to try plugins in. On both sides the device is eth0.

		  client  198.51.100.1  2001:db8::1  02:00:00:00:00:01
		  server  198.51.100.2  2001:db8::2  02:00:00:00:00:02, web servers
		                                                    on ports 80 and 8080

		  up      makes it, or adds what is missing
		  down    removes it, and all that 'up' made
		  status  shows it; fails if there is none
		  exec    runs a command of the host in the network of one side

		  --name NAME  one of several isolated ones (default: playground)
		  --docker     two containers without privileges, not two namespaces; their
		               image is made here, nothing is downloaded
		  --json       for status

		Try it: a filter on the server's side, and what the client sees of it.

		  tailgate playground up
		  tailgate playground exec client curl http://198.51.100.2/
		  tailgate playground exec server tc qdisc add dev eth0 clsact
		  tailgate playground exec server tc filter add dev eth0 ingress \
		          bpf da obj build/drop_tcp.o sec ingress
		  tailgate playground exec client curl -m 2 http://198.51.100.2/
		  tailgate playground exec client curl http://198.51.100.2:8080/
		  tailgate stats
		  tailgate playground down

		The plugin's counters outlive the playground, as a pin of tc's: to forget
		them, rm tgc_drop_tcp in the directory that 'tailgate stats' reads.

		'exec' enters the network of the side alone, with nsenter: under
		'ip netns exec' tc would pin into a /sys that ends with the command.
		Other verbs reach a side with 'tailgate --netns tg-playground-server …',
		or with '--container' of the same name.
	EOT
	help_rights playground
}

cmd_playground() {
	local action='' name=playground docker='' json='' side=''
	local -a command=()
	parse_playground_options "$@"
	((${#ENTER[@]} == 0)) ||
		usage_error "a playground has namespaces of its own: no --netns, --pid or --container here"
	playground_choose "$name"
	need_rights playground "$(playground_rights)"
	need_command ip nsenter flock
	"playground_$action"
}

# The key of its line in RIGHTS.
# shellcheck disable=SC2154 # locals of cmd_playground
playground_rights() {
	local kind=''
	((EUID)) || kind=$(playground_kind)
	if is_one_of "$action" up down && [[ ${kind:-${docker:+docker}} == docker ]]; then
		printf 'docker\n'
	else
		printf '%s\n' "$action"
	fi
}

# Sets the locals of cmd_playground.
parse_playground_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_playground
			exit 0
			;;
		--name)
			(($# > 1)) || usage_error "--name needs a value"
			name=$2
			shift
			;;
		--name=*) name=${1#*=} ;;
		--docker) docker=1 ;;
		--json) json=1 ;;
		-*) unknown_option "$1" ;;
		*)
			if [[ $action == exec ]]; then
				parse_playground_exec "$@"
				break
			fi
			[[ ! $action ]] || usage_error "playground: what is ${1@Q}, after '$action'"
			is_one_of "$1" up down status exec ||
				usage_error "playground: up, down, status or exec, not ${1@Q}"
			action=$1
			;;
		esac
		shift
	done
	[[ $action ]] || usage_error "playground: up, down, status or exec"
	[[ ! $json || $action == status ]] || usage_error "playground: --json is for status"
	[[ $action != exec || $side ]] || usage_error "playground exec: client or server"
}

# All words after the side belong to the command.
parse_playground_exec() {
	is_one_of "$1" "${SIDES[@]}" ||
		usage_error "playground exec: client or server, not ${1@Q}"
	side=$1
	shift
	[[ ${1:-} != -- ]] || shift
	(($#)) || usage_error "playground exec: no command given"
	command=("$@")
}

# shellcheck disable=SC2154 # docker and the like: locals of cmd_playground
playground_up() {
	local kind=netns was
	[[ ! $docker ]] || kind=docker
	playground_lock
	was=$(playground_kind)
	[[ ! $was || $was == "$kind" ]] ||
		die "there is a playground '$PLAYGROUND' of the other kind: 'down' comes first, or choose another --name"
	"${kind}_prepare"
	"${kind}_enter_words"
	"${kind}_refuse_foreign"
	if "${kind}_is_up"; then
		say "playground '$PLAYGROUND' is up already"
		return 0
	fi
	# an existing playground is not removed on failure; 'up' repairs it
	[[ $was || $DRY_RUN ]] || on_every_end 'playground_undo "$?"'
	"${kind}_up"
	trap - EXIT INT TERM HUP
	[[ $DRY_RUN ]] || say "playground '$PLAYGROUND' is up: 'tailgate playground --help' tells what to do with it"
}

# In a trap, 'return' without a value returns the status from before the trap,
# so functions called from here always return a value.
playground_undo() { # STATUS
	trap - EXIT
	trap '' INT TERM HUP
	warn "taking the half-made playground '$PLAYGROUND' down again"
	playground_remove
	exit "$1"
}

playground_down() {
	playground_lock
	playground_remove
}

# The kind is in the notes; if these are lost, --docker selects it.
playground_remove() {
	local kind
	kind=$(playground_kind)
	[[ $kind ]] || kind=${docker:+docker}
	"${kind:=netns}_prepare"
	"${kind}_enter_words"
	"${kind}_down"
}

playground_exec() {
	playground_find || die_no_playground
	enter_side "$side" ||
		die "the $side of playground '$PLAYGROUND' is gone: 'tailgate playground up' mends it"
	run "${SIDE_WORDS[@]}" "${command[@]}"
}
