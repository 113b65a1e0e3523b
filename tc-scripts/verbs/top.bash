# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate top: what chains do right now: rates by hook, plugin, rule and reason

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"

help_top() {
	cat <<-'EOF'
		Usage: tailgate top [DEV] [OPTION...]

		Shows how many packets hooks pass and drop, what plugins and rules decide and
		why, each second, with the last minute as a sparkline; how full flows, limits
		and sets are; and, if asked, who sends and receives most. Without DEV, all
		devices of the namespace. With --once, --count, --json or --lines, into a
		pipe or a file, or with TERM=dumb it prints lines, else it fills the terminal.

		      --once           print one sample and end
		  -c, --count N        end after N samples
		  -i, --interval TIME  seconds between samples, 0.1 to 3600
		      --view hooks|plugins|rules|reasons|talkers|tables
		                       the first view of the terminal; of lines, the only one
		      --sort packets|bits|total|name
		      --filter TEXT    rows that have this text
		      --talkers        sample packets, to show who sends and receives most
		      --sample 1/N     one of N packets, instead of about 1000 a second
		      --lines          lines, also on a terminal
		      --json           one JSON object for each sample

		Keys: q ends it; 1 to 6, Tab and the arrows choose the view; s sorts; / types a
		filter, which Esc removes; Space pauses; Enter prints the packets of the
		selected row with 'tailgate capture', until Ctrl-C; t begins and ends
		the sampling of talkers.

		Rates are read from counters, and chains stay as they are. Talkers are sampled
		by 'tailgate capture', which replaces the programs of chains while it runs.

		Example: tailgate top eth0
		         tailgate top eth0 --once --view rules
	EOF
	help_rights top
}

TOP_OPTIONS=() TOP_TALKERS='' TOP_SAMPLE=''

cmd_top() {
	parse_top_options "$@"
	need_rights top ${TOP_TALKERS:+talkers}
	[[ ! $DEV ]] || check_device_name "$DEV"
	if [[ $DRY_RUN && $TOP_TALKERS ]]; then
		[[ $DEV ]] || usage_error "top: --dry-run shows how the talkers of one device are sampled: name it"
		exec "${ENTER[@]}" "$HERE/tailgate" --dry-run capture "$DEV" --snap 128 --sample "${TOP_SAMPLE:-1}" -w -
	fi
	[[ $DRY_RUN ]] || TOP_OPTIONS+=(--tailgate "$HERE/tailgate")
	[[ ! $TOP_TALKERS ]] || TOP_OPTIONS+=(--talkers)
	[[ ! $TOP_SAMPLE ]] || TOP_OPTIONS+=(--sample "$TOP_SAMPLE")
	exec "${ENTER[@]}" "$BUILD/tg-top" "${TOP_OPTIONS[@]}" ${DEV:+"$DEV"}
}

parse_top_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_top
			exit 0
			;;
		--once) TOP_OPTIONS+=(--count 1 --lines) ;;
		-c | -i | --count | --interval | --view | --sort | --filter | --sample)
			(($# > 1)) || usage_error "$1 needs a value"
			top_option "$1" "$2"
			shift
			;;
		--*=*) top_option "${1%%=*}" "${1#*=}" ;;
		-j | --json) TOP_OPTIONS+=(--json) ;;
		--lines) TOP_OPTIONS+=(--lines) ;;
		--talkers) TOP_TALKERS=1 ;;
		-?*) unknown_option "$1" ;;
		*)
			[[ ! $DEV ]] || second_operand "$DEV" "$1"
			DEV=$1
			;;
		esac
		shift
	done
}

# tg-top checks the others.
top_option() { # NAME VALUE
	case $1 in
	-c) TOP_OPTIONS+=("--count=$2") ;;
	-i) TOP_OPTIONS+=("--interval=$2") ;;
	--count | --interval | --view | --sort | --filter) TOP_OPTIONS+=("$1=$2") ;;
	--sample)
		[[ $2 =~ ^(1/)?([1-9][0-9]{0,8})$ ]] || usage_error "--sample takes 1/N, not ${2@Q}"
		TOP_SAMPLE=${BASH_REMATCH[2]}
		;;
	*) unknown_option "$1" ;;
	esac
}
