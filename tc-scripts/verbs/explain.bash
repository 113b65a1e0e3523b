# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain: show what a chain does to a packet, and why

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/explain.bash
source "$HERE/lib/explain.bash"

help_explain() {
	cat <<-'EOF'
		Usage: tailgate explain DEV HOOK [OPTION...] PACKET
		       tailgate explain DEV HOOK [OPTION...] --pcap CAPTURE
		       tailgate explain DEV HOOK [OPTION...] --batch
		       tailgate explain --policy FILE ...

		Runs a packet through the chain on a hook (xdp, ingress, egress) of a
		device and prints its verdict, the plugins that it passes through, and the
		plugin and rule that decide. The kernel runs copies of the programs, with
		counters and state of their own: nothing is sent, and the chain on the
		hook is not affected.

		      --pcap CAPTURE  the packets of a capture; - is standard input, and
		                      each packet is answered when it arrives
		      --interface NAME  only the packets of this interface in a
		                      pcapng capture
		      --batch         packets from standard input, one a line
		      --json          one JSON object for each packet
		      --expand        print lists in rules by value, not by name

		With --policy it uses the rules of a file, without a device:

	EOF
	"$BUILD/tg-policy" explain --help | sed 's/tg-policy explain/tailgate explain/'
	cat <<-'EOF'

		Example: tailgate explain eth0 ingress 'tcp 198.51.100.7:1234 > 203.0.113.9:22'
		         tcpdump -i eth0 -Q in -U -w - | tailgate explain eth0 ingress --pcap -
	EOF
	help_rights explain
}

cmd_explain() {
	local word
	for word; do
		case $word in
		-h | --help)
			help_explain
			return
			;;
		-p* | --policy | --policy=*) exec -a tailgate "$BUILD/tg-policy" explain "$@" ;;
		esac
	done
	explain_live "$@"
}

explain_live() { # WORD...
	local options=() words=()
	parse_explain_words "$@"
	((${#words[@]} >= 2)) ||
		usage_error "explain needs a device and a hook, or --policy FILE"
	local device=${words[0]} hook=${words[1]} packet=("${words[@]:2}")
	check_word_order "$device" "$hook"
	check_hook "$hook"
	check_packet_source
	need_rights explain
	[[ -x $BUILD/tg-explain ]] || die "'$BUILD/tg-explain' is not built: 'make' does it"
	device_open "$device"
	explain_run "$hook"
}

# Sets the locals of explain_live. Only '->' starts with a dash in a packet.
parse_explain_words() {
	while (($#)); do
		case $1 in
		--json | --batch | --expand | --pcap=* | --interface=*) options+=("$1") ;;
		--pcap)
			(($# > 1)) || usage_error "--pcap needs a file"
			options+=("--pcap=$2")
			shift
			;;
		--interface)
			(($# > 1)) || usage_error "--interface needs a name"
			options+=("--interface=$2")
			shift
			;;
		'->') words+=("$1") ;;
		-*) unknown_option "$1" ;;
		*) words+=("$1") ;;
		esac
		shift
	done
}

# Exactly one of a packet, --pcap and --batch is needed.
check_packet_source() {
	local option sources=0 interface='' capture=''
	((${#packet[@]} == 0)) || sources=1
	for option in "${options[@]}"; do
		case $option in
		--json | --expand) ;;
		--interface=*) interface=1 ;;
		--pcap=*) capture=1 && ((++sources)) ;;
		*) ((++sources)) ;;
		esac
	done
	[[ ! $interface || $capture ]] || usage_error "explain: --interface needs --pcap"
	((sources != 0)) || usage_error "explain: a packet, --pcap or --batch is missing"
	((sources == 1)) || usage_error "explain: use only one of a packet, --pcap and --batch"
}

# Tries again if the chain was changed between reading it and running it.
explain_run() { # HOOK
	local try status
	for try in 1 2 3 4 5; do
		[[ ${LOOK[$1.gate]} ]] || die_no_gate "$1"
		explain_programs "$1"
		status=0
		explain_once "$1" || status=$?
		((status == CHAIN_CHANGED)) || return "$status"
		look -- "$DEV"
	done
	die "the chain on $DEV $1 changes faster than it can be read"
}

# shellcheck disable=SC2154 # options, packet: locals of explain_live
explain_once() { # HOOK
	inside "$BUILD/tg-explain" --hook "$1${LOOK[$1.build]}" \
		--device "$DEV" --programs "$EXPLAIN_PROGRAMS" \
		--objects "$EXPLAIN_OBJECTS" --plugins "$BUILD" "${options[@]}" -- "${packet[@]}"
}
