# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate stats: what plugins counted, and why packets were dropped

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"

help_stats() {
	cat <<-'EOT'
		Usage: tailgate stats [DEV] [--pins DIR] [--json]
		       tailgate stats [DEV] --prometheus [--output FILE]

		Prints the counters of plugins that are not 0: packets and bytes for each
		plugin, hook, verdict and reason.

		With DEV, those of the chains on that device.

		Without DEV, those of plugins that were loaded by hand: tc and ip pin the
		counters in $TC_BPF_MNT/tc/globals, by default /sys/fs/bpf/tc/globals. A
		plugin has one pin for all devices and namespaces, which stays when the
		plugin is unloaded; removing the pin resets the counters.

		  --pins DIR    the directory of the pins
		  --json        an array with an object for each counter
		  --prometheus  metrics of the device, or of all devices with chains:
		                counters, policies, sets, flows, limits, memory
		  --output FILE  writes the metrics to a file, which readers see whole or
		                not at all

		  tailgate stats
		  tailgate stats eth0
		  tailgate --netns blue stats eth0 --json
	EOT
	help_rights stats
}

cmd_stats() {
	local pins='' device='' metrics='' output=''
	local -a json=()
	parse_stats_options "$@"
	need_rights stats ${metrics:+prometheus}
	[[ ! $metrics ]] || {
		if [[ $output ]]; then
			stats_write_metrics
		else
			stats_metrics
		fi
		return
	}
	[[ -x $BUILD/tg-counters ]] || die "'$BUILD/tg-counters' is not built: 'make' does it"
	if [[ $device ]]; then
		stats_show_device "$device"
	elif [[ $pins || ${TC_BPF_MNT:-} ]]; then
		stats_show "${pins:-$TC_BPF_MNT/tc/globals}"
	else
		stats_show_default "$(default_bpffs)/tc/globals"
	fi
}

# Where iproute2 pins by default: /sys/fs/bpf, or, if that is not a bpffs, the
# first one that is mounted.
default_bpffs() {
	local mounts mount _ target type
	if [[ $(stat -f -c %T /sys/fs/bpf 2>/dev/null) != bpf_fs ]]; then
		# all at once: others mount and unmount meanwhile
		mapfile -t mounts </proc/mounts
		for mount in "${mounts[@]}"; do
			read -r _ target type _ <<<"$mount"
			if [[ $type == bpf ]]; then
				printf '%s\n' "$target"
				return 0
			fi
		done
	fi
	printf '/sys/fs/bpf\n'
}

# Sets the locals of cmd_stats.
parse_stats_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_stats
			exit 0
			;;
		-j | --json) json=(--json) ;;
		--prometheus) metrics=1 ;;
		--output)
			(($# > 1)) || usage_error "--output needs a file"
			output=$2
			shift
			;;
		--output=*) output=${1#*=} ;;
		--pins)
			(($# > 1)) || usage_error "--pins needs a directory"
			pins=$2
			shift
			;;
		--pins=*) pins=${1#*=} ;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $device ]] || second_operand "$device" "$1"
			device=$1
			;;
		esac
		shift
	done
	[[ ! $pins || ! $device ]] || usage_error "stats: a device, or --pins, not both"
	[[ ! $metrics || (! $pins && ! ${json[*]}) ]] || usage_error "--prometheus prints metrics of devices: no --pins, no --json"
	[[ ! $output || $metrics ]] || usage_error "--output is for --prometheus"
}

# tg-look prints them.
# shellcheck disable=SC2154 # device: a local of cmd_stats
stats_metrics() {
	DEV=$device
	[[ ! $DEV ]] || check_device_name "$DEV"
	look_document --metrics "${DEV:---all}"
}

# node_exporter reads the files of a folder at any time: a hidden file is not
# read, and is renamed when all is written.
# shellcheck disable=SC2154 # output: a local of cmd_stats
stats_write_metrics() {
	local folder=. temporary
	[[ $output != */* ]] || folder=${output%/*}/
	[[ ! -e $output || -f $output ]] || die "${output@Q} is not a regular file"
	temporary=$(mktemp -- "$folder/.${output##*/}.XXXXXX") || die "cannot write to ${folder@Q}"
	# shellcheck disable=SC2064 # this file
	trap "rm -f -- ${temporary@Q}" EXIT
	stats_metrics >"$temporary" || die "cannot write ${output@Q}"
	chmod 644 -- "$temporary"
	mv -fT -- "$temporary" "$output" || die "cannot write ${output@Q}"
}

stats_show_device() { # DEV
	device_open "$1" --place
	{ [[ ${LOOK[pins]} ]] && ! attachment_is_dead; } ||
		die "nothing is attached to '$1': 'tailgate stats' shows what was loaded by hand"
	stats_show "$GLOBALS"
}

# The default directory may not exist: nothing was loaded yet.
stats_show_default() { # DIR
	if [[ -d $1 ]]; then
		stats_show "$1"
	else
		stats_report_nothing "$1"
	fi
}

# shellcheck disable=SC2154 # json: a local of cmd_stats
stats_show() { # DIR
	local counters
	[[ -d $1 ]] || die "no such directory of pins: '$1'"
	counters=$("$BUILD/tg-counters" "${json[@]}" "$1") || return 1
	if [[ $counters && $counters != '[]' ]]; then
		printf '%s\n' "$counters"
	else
		stats_report_nothing "$1"
	fi
}

stats_report_nothing() { # DIR
	if ((${#json[@]})); then
		say '[]'
	else
		say "nothing counted: all counters with pins in $1 are 0"
	fi
}
