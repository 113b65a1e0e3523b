# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate watch: print the packets that rules with log match

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"

help_watch() {
	cat <<-'EOF'
		Usage: tailgate watch [DEV] [-c N] [--every SECONDS] [--json]

		Prints a line for each packet that a rule with 'log' matches: when, the
		device, the hook, the verdict, the rule's place and the text of its 'log',
		the packet and its size. Without DEV, those of all devices with chains.
		Ends with Ctrl-C, after -c packets, or when nothing is attached any more.

		Prints events from now on. Programs write them whether somebody watches or
		not, and any number of watches may read them: chains and packets do not
		depend on it. After an apply or a change of the chain, the watch goes on
		with the new rules.

		At the end it prints, on the standard error, how many packets matched, and
		how many of them were written, lost because this process was too slow, or
		held back by the limit of their rule: 100 a second if the policy has no
		statement 'logs'. While it runs, it prints these counts after more packets
		were lost or held back.

		  -c, --count N        end after N packets
		      --every SECONDS  the interval of these counts: 10 if not given; 0: only
		                       at the end
		      --json           one JSON object for each packet; counts, too, are
		                       objects on the standard output

		Example: tailgate watch eth0
		         systemctl start tailgate-watch@eth0
	EOF
	help_rights watch
}

WATCH_DEVICES=()

cmd_watch() {
	local device='' options=()
	parse_watch_options "$@"
	need_rights watch
	[[ -x $BUILD/tg-watch ]] || die "'$BUILD/tg-watch' is not built: 'make' does it"
	if [[ $device ]]; then
		DEV=$device
		device_open "$DEV"
		[[ ${LOOK[pins]} ]] || die "nothing is attached to $DEV"
		WATCH_DEVICES=("$DEV" "$GLOBALS")
	else
		look_each watch_note_device --all
		((${#WATCH_DEVICES[@]})) || die 'nothing is attached'
	fi
	# one process: signals reach it, and no shell waits for it
	[[ $DRY_RUN ]] || exec "${ENTER[@]}" "$BUILD/tg-watch" "${WATCH_DEVICES[@]}" "${options[@]}"
	run "${ENTER[@]}" "$BUILD/tg-watch" "${WATCH_DEVICES[@]}" "${options[@]}"
}

# Sets the locals of cmd_watch.
parse_watch_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_watch
			exit 0
			;;
		-c | --count | --every)
			(($# > 1)) || usage_error "$1 needs a value"
			watch_option "$1" "$2"
			shift
			;;
		--count=* | --every=*) watch_option "${1%%=*}" "${1#*=}" ;;
		-j | --json) options+=(--json) ;;
		-?*) unknown_option "$1" ;;
		*)
			[[ ! $device ]] || second_operand "$device" "$1"
			device=$1
			;;
		esac
		shift
	done
}

# shellcheck disable=SC2154 # options: a local of cmd_watch
watch_option() { # NAME VALUE
	case $1 in
	-c | --count)
		[[ $2 =~ ^[1-9][0-9]{0,17}$ ]] || usage_error "$1 takes a number of packets, not ${2@Q}"
		options+=(--count "$2")
		;;
	*)
		[[ $2 =~ ^[0-9]{1,6}$ ]] || usage_error "$1 takes a number of seconds, not ${2@Q}"
		options+=(--every "$2")
		;;
	esac
}

# The device is in LOOK.
watch_note_device() {
	[[ ! ${LOOK[pins]} ]] || WATCH_DEVICES+=("${LOOK[device]}" "$PINS_ROOT/${LOOK[key]}/tc/globals")
}
