# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate status: what is attached where, and what is broken

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/json.bash
source "$HERE/lib/json.bash"
# shellcheck source=tc-scripts/lib/table.bash
source "$HERE/lib/table.bash"
# shellcheck source=tc-scripts/lib/policy.bash
source "$HERE/lib/policy.bash"
# shellcheck source=tc-scripts/lib/policy-back.bash
source "$HERE/lib/policy-back.bash"
# shellcheck source=tc-scripts/lib/policy-confirm.bash
source "$HERE/lib/policy-confirm.bash"
# shellcheck source=tc-scripts/lib/policy-status.bash
source "$HERE/lib/policy-status.bash"
# shellcheck source=tc-scripts/lib/memory-status.bash
source "$HERE/lib/memory-status.bash"

help_status() {
	cat <<-'EOF'
		Usage: tailgate status [DEV] [--json]

		Shows for each hook the chain in force, as the kernel has it: the plugins
		in order with their program ids, the default verdict, how many packets it
		has let go on and dropped, the policy in it, what else sits on that hook,
		and what is broken; and for each device the memory that it holds.
		Without DEV, all devices of the namespace, and what dead ones have left.

		Exit status: 0, or 1 where something is broken or stale.
	EOF
	help_rights status
}

STATUS_JSON='' STATUS_ROWS='' STATUS_WRONG='' ONLY_DEVICE=''
DEVICES_JSON=() STALE_JSON=() NOTES=()

cmd_status() {
	local device devices=()
	parse_status_options "$@"
	need_rights status
	if [[ $ONLY_DEVICE ]]; then
		check_device "$ONLY_DEVICE"
		devices=("$ONLY_DEVICE")
	else
		mapfile -t devices < <(candidate_devices)
	fi
	table_start DEVICE HOOK MODE CHAIN MISS PASSED DROPPED
	for device in "${devices[@]}"; do
		status_device "$device"
	done
	[[ $ONLY_DEVICE ]] || stale_attachments
	if [[ $STATUS_JSON ]]; then
		printf '{"devices":[%s],"stale":[%s]}\n' "$(json_list "${DEVICES_JSON[@]}")" "$(json_list "${STALE_JSON[@]}")"
	else
		status_print
	fi
	[[ ! $STATUS_WRONG ]]
}

parse_status_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_status
			exit 0
			;;
		-j | --json) STATUS_JSON=1 ;;
		-*) unknown_option "$1" ;;
		*)
			! is_one_of "$1" "${HOOKS[@]}" || [[ ! $ONLY_DEVICE ]] ||
				usage_error "status shows all hooks of a device: not understood: ${1@Q}"
			[[ ! $ONLY_DEVICE ]] || usage_error "one device, or all: '$ONLY_DEVICE', and then ${1@Q}"
			ONLY_DEVICE=$1
			;;
		esac
		shift
	done
}

# Those with an XDP program, with a clsact or ingress qdisc, or with pins of
# ours: two commands for all of them.
candidate_devices() {
	local line inode key
	inode=$(netns_inode)
	{
		while IFS= read -r line; do
			[[ ! $line =~ ^[0-9]+:\ ([^:@]+).*\ xdp ]] || printf '%s\n' "${BASH_REMATCH[1]}"
		done <<<"$(inside ip -o link show)"
		while IFS= read -r line; do
			[[ ! $line =~ ^qdisc\ (clsact|ingress)\ .*\ dev\ ([^ ]+) ]] || printf '%s\n' "${BASH_REMATCH[2]}"
		done <<<"$(inside tc qdisc show)"
		for key in $(attachment_keys); do
			line=$(device_of_key "$key")
			[[ $key != "$inode"-* ]] || ! device_exists "$line" || printf '%s\n' "$line"
		done
	} | sort -u
}

# --- one device

# Set for the hook that is looked at.
OTHERS=() BROKEN='' PASSED=0 DROPPED=0 HOOKS_JSON=()

status_device() { # DEVICE
	local hook gates=()
	HOOKS_JSON=()
	attachment_open "$1"
	for hook in "${HOOKS[@]}"; do
		status_hook "$hook"
		[[ ! $GATE_ID ]] || gates+=("$GATE_ID")
	done
	policy_status_note
	memory_status "${gates[@]}"
	((${#HOOKS_JSON[@]} == 0)) ||
		DEVICES_JSON+=("{\"device\":$(json_string "$DEV"),\"attachment\":$(json_string "$KEY"),\"hooks\":[$(json_list "${HOOKS_JSON[@]}")],\"memory\":$(memory_status_json)}")
}

status_hook() { # HOOK
	local other
	BROKEN='' PASSED=0 DROPPED=0 POLICY_STATUS=''
	hook_read "$1"
	mapfile -t OTHERS < <(others_on "$1")
	if [[ $GATE_ID ]]; then
		status_chain "$1"
	elif [[ $FOREIGN ]] && was_attached "$1" && ! attachment_is_busy; then
		BROKEN="the gate was replaced"
		wrong "$DEV $1 is broken: packets do not meet its chain: in place of the gate is $FOREIGN: 'tailgate attach $DEV --$1 --chain ... --force' replaces that"
	elif was_attached "$1" && ! attachment_is_busy; then
		BROKEN="the gate is gone"
		wrong "$DEV $1 is broken: its pins are here, but the gate is gone: 'tailgate attach' or 'tailgate detach' mends it"
	elif ((${#OTHERS[@]} == 0)); then
		return 0
	fi
	for other in "${OTHERS[@]}"; do
		[[ ! $BROKEN || $other != "$FOREIGN" ]] || continue
		NOTES+=("dim:$DEV $1 has beside ours: $other")
	done
	HOOKS_JSON+=("$(hook_json "$1")")
}

status_chain() { # HOOK
	local i chain=''
	BROKEN=$CHAIN_BROKEN
	[[ ! $GATE_ARRAY || $GATE_ARRAY == "$GLOBALS"/* ]] ||
		wrong "$DEV $1 was attached under another name, and its pins are there: ${GATE_ARRAY%%/tc/*}"
	[[ ! $BROKEN ]] ||
		wrong "$DEV $1 is broken: $BROKEN: packets there $(fate_of "${VERDICT_NAME[$GATE_MISS]}")"
	read -r PASSED DROPPED < <(final_verdicts "${GATE_ARRAY%/*}" "$1")
	for i in "${!CHAIN_NAMES[@]}"; do
		chain+="${CHAIN_NAMES[i]}#${CHAIN_IDS[i]} > "
	done
	chain+=${CHAIN_DEFAULT:-BROKEN}
	table_row "$DEV" "$1" "${GATE_MODE:-clsact}${GATE_BUILD:+ multi}" \
		"${BROKEN:+red:}$chain" "${VERDICT_NAME[$GATE_MISS]}" "$PASSED" "$DROPPED"
	STATUS_ROWS=1
	policy_status "$1"
}

hook_json() { # HOOK
	local multi=false mode='' default='' miss=''
	if [[ $GATE_ID ]]; then
		[[ ! $GATE_BUILD ]] || multi=true
		mode=${GATE_MODE:-clsact}
		default=$CHAIN_DEFAULT
		miss=${VERDICT_NAME[$GATE_MISS]}
	fi
	printf '{"hook":"%s","mode":%s,"multi_buffer":%s,"gate":%s,"miss":%s,"default":%s,' \
		"$1" "$(json_or_null "$mode")" "$multi" "${GATE_ID:-null}" \
		"$(json_or_null "$miss")" "$(json_or_null "$default")"
	printf '"chain":[%s],"policy":%s,"passed":%s,"dropped":%s,"broken":%s,"foreign":[%s]}' \
		"$(chain_json)" "$(policy_status_json)" "$PASSED" "$DROPPED" "$(json_or_null "$BROKEN")" \
		"$(json_strings "${OTHERS[@]}")"
}

chain_json() {
	local i plugins=()
	[[ $GATE_ID ]] || return 0
	for i in "${!CHAIN_NAMES[@]}"; do
		plugins+=("{\"plugin\":$(json_string "${CHAIN_NAMES[i]}"),\"slot\":${CHAIN_SLOTS[i]},\"id\":${CHAIN_IDS[i]},\"tag\":\"${CHAIN_TAGS[i]}\"}")
	done
	json_list "${plugins[@]}"
}

fate_of() { # VERDICT
	if [[ $1 == drop ]]; then
		printf 'are dropped\n'
	else
		printf 'pass\n'
	fi
}

wrong() {
	NOTES+=("red:$1")
	STATUS_WRONG=1
}

# Packets that got their last word on this hook from any plugin: gone on, and
# dropped.
final_verdicts() { # PINS HOOK
	"$BUILD/tg-counters" "${1:-/}" 2>/dev/null | awk -v hook="$2" '
		$2 == hook && ($3 == "pass" || $3 == "accept" || $3 == "redirect") { passed += $5 }
		$2 == hook && ($3 == "drop" || $3 == "reject") { dropped += $5 }
		END { print passed + 0, dropped + 0 }'
}

# Programs of others on the hook, a line each.
others_on() { # HOOK
	local line
	local -A program
	[[ ! $FOREIGN ]] || printf '%s\n' "$FOREIGN"
	[[ $1 != xdp ]] || return 0
	while IFS= read -r line; do
		[[ $line == *" handle "* ]] || continue
		! is_our_place "$line" || continue
		line=${line#filter }
		printf 'filter %s\n' "${line%% }"
	done <<<"$(filters_on "$1")"
	while IFS= read -r line; do
		[[ $line ]] || continue
		words_into program "$line"
		[[ ${program[hook]} != "$1" ]] ||
			printf 'TCX program %s (%s), which runs before ours\n' "${program[id]}" "${program[name]}"
	done <<<"$(inside "$BUILD/tg-chain" tcx "$DEV")"
}

# --- what dead devices have left

# Pins that no gate of the kernel needs, and those of a device that has another
# name by now.
stale_attachments() {
	local key why device inode
	inode=$(netns_inode)
	for key in $(attachment_keys); do
		attachment_select "$key"
		device=$(device_of_key "$key")
		if attachment_is_busy; then
			continue # being made or removed right now
		elif [[ $key == "$inode"-* ]] && device_exists "$device"; then
			continue
		elif ! attachment_is_live; then
			why="nothing uses it any more: 'tailgate gc' removes it"
		elif [[ $key == "$inode"-* ]]; then
			why="its device is not called $device any more: detach it under its new name, then 'tailgate gc'"
		else
			continue # alive, in another namespace
		fi
		wrong "stale: $key: $why"
		STALE_JSON+=("{\"attachment\":$(json_string "$key"),\"why\":$(json_string "$why")}")
	done
}

status_print() {
	local note
	if [[ $STATUS_ROWS ]]; then
		table_print ''
	elif ((${#NOTES[@]} == 0)); then
		say "nothing is attached${ONLY_DEVICE:+ to $ONLY_DEVICE}"
	fi
	for note in "${NOTES[@]}"; do
		table_paint "${note%%:*}" "${note#*:}"
		printf '\n'
	done
}
