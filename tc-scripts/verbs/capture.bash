# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate capture: show or record the packets that a chain judges

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"
# shellcheck source=tc-scripts/lib/chain.bash
source "$HERE/lib/chain.bash"
# shellcheck source=tc-scripts/lib/policy.bash
source "$HERE/lib/policy.bash"
# shellcheck source=tc-scripts/lib/policy-back.bash
source "$HERE/lib/policy-back.bash"
# shellcheck source=tc-scripts/lib/undo.bash
source "$HERE/lib/undo.bash"

help_capture() {
	cat <<-'EOF'
		Usage: tailgate capture DEV [HOOK] [VERDICT] [FLOW] [CONDITION...] [OPTION...]
		       tailgate capture DEV --end

		Prints the packets that the chains of DEV judge, also those that XDP drops:
		the hook, the packet, its verdict, and the rule or the plugin that decided.
		With -w, writes them to a file that Wireshark, tshark and explain read. Ends
		with Ctrl-C, or after -c packets.

		HOOK is xdp, ingress or egress, instead of all; VERDICT is pass, accept,
		drop, reject or redirect; FLOW is new, established, related or invalid, as
		the policy has found it; CONDITION is one of the policy language, such as
		'tcp to port 22'. The kernel decides which packets fit.

		  -w, --write FILE    write pcapng to FILE; - is the standard output
		  -c, --count N       end after N packets
		      --reason R,...  verdicts with these reasons, as in 'tailgate stats'
		      --rule N        verdicts of this rule, as numbered by 'policy show'
		      --plugin P      verdicts of this plugin
		      --snap N        bytes of each packet, at most 32768
		      --sample 1/N    one of N packets, at random
		      --json          one JSON object for each packet
		      --end           ends what a capture that was killed has left

		The programs in force are replaced by copies with other constants, and
		restored at the end. Without a capture, its code is not in the programs.
		If the file or pipe is too slow, the capture loses packets, and counts
		them; verdicts are not affected.

		Example: tailgate capture eth0 drop
		         tailgate capture eth0 xdp drop tcp to port 22 -w ssh.pcapng
	EOF
	help_rights capture
}

readonly CAPTURE_VERDICTS=(pass accept drop reject redirect) CAPTURE_FLOWS=(new established related invalid)
readonly CAPTURE_SNAP_LINES=256

CAPTURE_HOOKS=() CAPTURE_CONDITION='' CAPTURE_FILE='' CAPTURE_OUT='' CAPTURE_FILTER=()
CAPTURE_WORDS=() CAPTURE_RULE='' CAPTURE_PLUGIN='' CAPTURE_SNAP='' CAPTURE_SAMPLE=1 CAPTURE_OPTIONS=() CAPTURE_END=''

cmd_capture() {
	parse_capture_words "$@"
	need_rights capture
	device_open "$DEV" --place
	check_mount_namespace
	[[ ! $CAPTURE_END ]] || {
		capture_end_killed
		return
	}
	capture_open_file
	capture_begin
	capture_read
}

# --- options

parse_capture_words() {
	local operands=()
	while (($#)); do
		case $1 in
		-h | --help)
			help_capture
			exit 0
			;;
		-w | -c | --write | --count | --reason | --rule | --plugin | --snap | --sample)
			(($# > 1)) || usage_error "$1 needs a value"
			capture_option "$1" "$2"
			shift
			;;
		--*=*) capture_option "${1%%=*}" "${1#*=}" ;;
		-j | --json) CAPTURE_OPTIONS+=(--json) ;;
		--end) CAPTURE_END=1 ;;
		-?*) unknown_option "$1" ;;
		*) operands+=("$1") ;;
		esac
		shift
	done
	((${#operands[@]})) || usage_error "capture needs a device"
	DEV=${operands[0]}
	! is_one_of "$DEV" "${HOOKS[@]}" "${CAPTURE_VERDICTS[@]}" || [[ -e /sys/class/net/$DEV ]] ||
		usage_error "capture: the device comes first"
	parse_capture_filter "${operands[@]:1}"
	[[ ! $CAPTURE_FILE || ! ${CAPTURE_OPTIONS[*]} =~ --json ]] || usage_error "capture: -w or --json, not both"
}

capture_option() { # NAME VALUE
	case $1 in
	-w | --write) CAPTURE_FILE=$2 ;;
	-c | --count)
		[[ $2 =~ ^[1-9][0-9]{0,17}$ ]] || usage_error "$1 takes a number of packets, not ${2@Q}"
		CAPTURE_OPTIONS+=(--count "$2")
		;;
	--reason)
		CAPTURE_FILTER+=("$1" "$2")
		CAPTURE_WORDS+=("reason $2")
		;;
	--rule)
		[[ $2 =~ ^[0-9]{1,9}$ ]] || usage_error "--rule takes the number of a rule, or 0 for the default, not ${2@Q}"
		CAPTURE_RULE=$((10#$2))
		CAPTURE_WORDS+=("rule $CAPTURE_RULE")
		;;
	--plugin)
		check_name plugin "$2"
		CAPTURE_PLUGIN=$2
		CAPTURE_WORDS+=("plugin $2")
		;;
	--snap)
		[[ $2 =~ ^[1-9][0-9]{0,4}$ && $2 -le $WATCH_SNAP_MAX ]] || usage_error "--snap takes 1 to $WATCH_SNAP_MAX bytes, not ${2@Q}"
		CAPTURE_SNAP=$2
		;;
	--sample)
		[[ $2 =~ ^(1/)?([1-9][0-9]{0,8})$ ]] || usage_error "--sample takes 1/N, not ${2@Q}"
		CAPTURE_SAMPLE=${BASH_REMATCH[2]}
		CAPTURE_OPTIONS+=(--sample "$CAPTURE_SAMPLE")
		;;
	*) unknown_option "$1" ;;
	esac
}

# [HOOK] [VERDICT] [FLOW] [CONDITION...]
parse_capture_filter() { # WORD...
	while (($#)) && is_one_of "$1" "${HOOKS[@]}"; do
		CAPTURE_HOOKS+=("$1")
		shift
	done
	if (($#)) && is_one_of "$1" "${CAPTURE_VERDICTS[@]}"; then
		CAPTURE_FILTER+=(--verdict "$1")
		CAPTURE_WORDS+=("$1")
		shift
	fi
	while (($#)) && is_one_of "$1" "${CAPTURE_FLOWS[@]}"; do
		CAPTURE_FILTER+=(--flow "$1")
		CAPTURE_WORDS+=("$1")
		shift
	done
	CAPTURE_CONDITION=$*
	[[ $CAPTURE_CONDITION != *$'\n'* ]] || usage_error "capture: a condition is one line"
	[[ $CAPTURE_CONDITION != *@* ]] ||
		usage_error "capture: a condition asks no sets: '--rule N' shows what a rule decides that asks them"
	[[ ! $CAPTURE_CONDITION ]] || CAPTURE_WORDS+=("$CAPTURE_CONDITION")
	[[ $CAPTURE_SNAP ]] || CAPTURE_SNAP=$WATCH_SNAP_MAX
	[[ $CAPTURE_FILE || $CAPTURE_SNAP != "$WATCH_SNAP_MAX" ]] || CAPTURE_SNAP=$CAPTURE_SNAP_LINES
}

# Opened first: a file that cannot be written changes nothing.
capture_open_file() {
	[[ $CAPTURE_FILE && ! $DRY_RUN ]] || return 0
	if [[ $CAPTURE_FILE == - ]]; then
		[[ ! -t 1 ]] || die "a capture is not for a terminal: '-w FILE', or without -w as lines"
		CAPTURE_OUT=1
	else
		{ exec {CAPTURE_OUT}>"$CAPTURE_FILE"; } 2>/dev/null || die "cannot write ${CAPTURE_FILE@Q}"
	fi
}

# Whoever takes the lock ends the watch of a capture that was killed.
capture_end_killed() {
	[[ ${LOOK[pins]} ]] || die "nothing is attached to $DEV"
	attachment_lock
	if watch_is_alive; then
		watch_process
		die "$DEV is captured by process ${REPLY:-?}, which is running: end that"
	fi
	attachment_unlock
}

# --- putting the watch there

capture_begin() {
	local hook
	attachment_lock --files
	! attachment_is_dead || die "nothing is attached to $DEV: what is in $OBJECTS is of a network namespace that is gone, and 'tailgate gc' removes it"
	capture_choose_hooks
	capture_take_lock
	undo_arm
	undo_with watch_abort
	[[ -d $OBJECTS/watch ]] || run_or_die mkdir -m 0700 "$OBJECTS/watch"
	for hook in "${CAPTURE_HOOKS[@]}"; do
		capture_prepare "$hook"
	done
	for hook in "${CAPTURE_HOOKS[@]}"; do
		watch_put "$hook"
	done
	watch_keep_counts "${CAPTURE_HOOKS[@]}"
	undo_disarm
	attachment_unlock
}

capture_choose_hooks() {
	local hook chosen=()
	for hook in "${CAPTURE_HOOKS[@]:-${HOOKS[@]}}"; do
		[[ ${LOOK[$hook.gate]} ]] || ((${#CAPTURE_HOOKS[@]})) || continue
		[[ ${LOOK[$hook.gate]} ]] || die_no_gate "$hook"
		[[ ! ${LOOK[$hook.broken]} ]] ||
			die "the chain on $DEV $hook is broken (${LOOK[$hook.broken]}): 'tailgate chain $DEV $hook set ...' makes it new"
		policy_check_place "$hook"
		capture_has_plugin "$hook" || continue
		[[ ! $CAPTURE_RULE ]] || policy_is_single "$hook" || continue
		chosen+=("$hook")
	done
	((${#chosen[@]})) || capture_nothing
	CAPTURE_HOOKS=("${chosen[@]}")
}

capture_has_plugin() { # HOOK
	local names
	[[ $CAPTURE_PLUGIN ]] || return 0
	chain_names names "$1"
	is_one_of "$CAPTURE_PLUGIN" "${names[@]}" gate end
}

capture_nothing() {
	[[ ! $CAPTURE_PLUGIN ]] || die "no chain of $DEV has the plugin '$CAPTURE_PLUGIN': 'tailgate status $DEV' shows them"
	[[ ! $CAPTURE_RULE ]] || die_no_policy "$(hook_for_message)"
	die_no_gate "$(hook_for_message)"
}

# One capture at a time: both would take the events of one buffer.
capture_take_lock() {
	[[ ! $DRY_RUN ]] || {
		WATCH_LOCK=dry
		return
	}
	if ! { exec {WATCH_LOCK}<>"$OBJECTS/watch.lock"; } 2>/dev/null || ! flock -n "$WATCH_LOCK"; then
		WATCH_LOCK=''
		watch_process
		die "$DEV is captured already, by process ${REPLY:-?}: end that first, or read its file"
	fi
	printf '%s\n' $$ >"$OBJECTS/watch.lock"
}

# The filter of a hook, and its gate if there is a condition.
capture_prepare() { # HOOK
	local words filter=("${CAPTURE_FILTER[@]}") sample=0 plugin=$CAPTURE_PLUGIN word
	[[ ! $CAPTURE_RULE ]] || {
		object_at "$1" "${LOOK[$1.policy.position]}"
		filter+=(--rule "$CAPTURE_RULE" --policy "$REPLY")
		plugin=policy
	}
	words=$("$BUILD/tg-capture" --constants "${filter[@]}") || exit $?
	((CAPTURE_SAMPLE == 1)) || sample=$CAPTURE_SAMPLE
	words+=" tg_watch_snap=$CAPTURE_SNAP tg_watch_sample=$sample"
	[[ ! $CAPTURE_CONDITION ]] || {
		words+=" tg_watch_condition=1"
		capture_compile "$1"
	}
	WATCH_FILTER[$1]='' WATCH_PLUGIN[$1]=$plugin
	for word in $words; do
		WATCH_FILTER[$1]+="${word/=/?=} "
	done
	[[ $DRY_RUN ]] || printf '%s\n%s\n' "${WATCH_FILTER[$1]}" "$plugin" >"$OBJECTS/watch/$1"
}

# A policy of one rule, which passes packets that match; the gate looks it up but
# does not execute the verdict.
capture_compile() { # HOOK
	local build=${LOOK[$1.build]} words errors
	words=("${ENTER[@]}" "$BUILD/tg-policy" compile --hook "$1" -q --as condition --plugin "$BUILD/watch$build.o")
	[[ ! $build ]] || words+=(--multi-buffer)
	[[ ! $DRY_RUN ]] || {
		printf "printf 'pass %%s\\\\ndefault next\\\\n' %s | %s\n" "$(quoted "$CAPTURE_CONDITION")" "$(quoted "${words[@]}" -o "$OBJECTS/watch/$1.gate.o" -)"
		return
	}
	errors=$(printf 'pass %s\ndefault next\n' "$CAPTURE_CONDITION" | "${words[@]}" -o "$OBJECTS/watch/$1.gate.o" - 2>&1) || {
		printf '%s\n' "${errors//<stdin>:/condition:}" >&2
		die "nothing is captured: the condition could not be compiled"
	}
}

# As an undo step: the state of the chain is read anew.
watch_abort() {
	look --files -- "$DEV"
	watch_end
}

# --- reading, until it ends

capture_read() {
	local words=("${ENTER[@]}" "$BUILD/tg-capture" --pins "$GLOBALS" --objects "$OBJECTS" --device "$DEV")
	local hook said=all status=0
	for hook in "${CAPTURE_HOOKS[@]}"; do
		words+=(--hook "$hook")
	done
	((${#CAPTURE_WORDS[@]} == 0)) || said=${CAPTURE_WORDS[*]}
	[[ ! $CAPTURE_FILE ]] || words+=(--write "${CAPTURE_OUT:-FD}" --name "$CAPTURE_FILE" --filter "$said" --snap "$CAPTURE_SNAP")
	words+=("${CAPTURE_OPTIONS[@]}")
	[[ ! $DRY_RUN ]] || {
		run "${words[@]}"
		capture_end
		return
	}
	[[ $CAPTURE_FILE == - ]] || warn "watching ${CAPTURE_HOOKS[*]} of $DEV; Ctrl-C ends it"
	trap capture_end EXIT
	capture_wait "${words[@]}" || status=$?
	trap - EXIT
	capture_end
	exit "$status"
}

# Signals are handed on, and the reader ends by itself.
capture_wait() { # COMMAND...
	local pid status=0 again=0 signalled=''
	"$@" {WATCH_LOCK}>&- &
	pid=$!
	trap 'signalled=1; kill -TERM "$pid" 2>/dev/null || true' INT TERM HUP
	wait "$pid" || status=$?
	# more than 128 if a signal came; then bash may have forgotten the reader's
	# own status, and says 127 or less than 0
	while ((status > 128)); do
		again=0
		wait "$pid" 2>/dev/null || again=$?
		if ((again < 0 || again == 127)); then
			[[ ! $signalled ]] || status=0
			break
		fi
		status=$again
	done
	trap '' INT TERM HUP
	return "$status"
}

# The device, or all of the attachment, may be gone.
capture_end() {
	trap - EXIT
	[[ -d $OBJECTS ]] || return 0
	[[ ! $DRY_RUN ]] || {
		WATCH_LOCK=''
		return 0
	}
	attachment_lock --files
	trap '' INT TERM HUP
	if [[ ${LOOK[index]} ]] && ! attachment_is_dead; then
		watch_end
	else
		run rm -rf "$OBJECTS/watch" "$OBJECTS/watch.lock"
	fi
	exec {WATCH_LOCK}>&-
	WATCH_LOCK=''
	attachment_unlock
}
