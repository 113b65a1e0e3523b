# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Another policy in the place of the one in force: an object of it is made, and
# grafted over the old one, which is one step for the kernel.

help_policy_apply() {
	cat <<-'EOF'
		Usage: tailgate policy apply DEV FILE [--hook HOOK] [--confirm SECONDS]
		       tailgate policy apply DEV --rollback [--hook HOOK]
		       tailgate policy rollback DEV [--hook HOOK]
		       tailgate policy confirm DEV

		Puts the rules of FILE in force on every hook of DEV that has the policy
		plugin in its chain, or on one hook. A hook changes from one packet to the
		next, and two hooks one after the other. When anything is wrong, what is
		in force stays so. Rules that stay keep their counts.

		  --hook HOOK        xdp, ingress or egress
		  --confirm SECONDS  and back again, unless 'policy confirm DEV' comes
		                     within that time; what fails then is tried again
		                     until it succeeds
		  --rollback         back to what was in force before the last apply; done
		                     twice, it returns

		Example: tailgate policy apply eth0 edge.policy --confirm 60
	EOF
	help_rights policy
}

APPLY_FILE='' APPLY_HOOK='' APPLY_CONFIRM='' APPLY_ROLLBACK=''
# The object that each hook is to get.
declare -gA POLICY_OBJECT

policy_apply() {
	parse_apply_options "$@"
	[[ $APPLY_ROLLBACK ]] || check_policy_file "$APPLY_FILE"
	policy_open
	# shellcheck disable=SC2086 # one hook, or none
	policy_look $APPLY_HOOK
	policy_settle
	if [[ $APPLY_ROLLBACK ]]; then
		policy_rollback
	else
		policy_apply_file
	fi
	attachment_unlock
}

policy_rollback_of() {
	policy_apply --rollback "$@"
}

parse_apply_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_policy_apply
			exit 0
			;;
		--rollback) APPLY_ROLLBACK=1 ;;
		--hook | --confirm)
			(($# > 1)) || usage_error "$1 needs a value"
			set -- "$1=$2" "${@:3}"
			continue
			;;
		--hook=*)
			APPLY_HOOK=${1#*=}
			check_hook "$APPLY_HOOK"
			;;
		--confirm=*)
			APPLY_CONFIRM=${1#*=}
			[[ $APPLY_CONFIRM =~ ^[1-9][0-9]{0,5}$ ]] ||
				usage_error "--confirm takes seconds, 1 to 999999, not ${APPLY_CONFIRM@Q}"
			;;
		-?*) unknown_option "$1" help_policy_apply ;;
		*) apply_operand "$1" ;;
		esac
		shift
	done
	[[ $DEV ]] || usage_error "policy needs a device"
	[[ ! $APPLY_ROLLBACK || ! $APPLY_FILE ]] || usage_error "a file, or --rollback, not both"
	[[ ! $APPLY_ROLLBACK || ! $APPLY_CONFIRM ]] || usage_error "--confirm goes with a file, not with --rollback"
	[[ $APPLY_ROLLBACK || $APPLY_FILE ]] || usage_error "policy apply needs a file"
	[[ $APPLY_ROLLBACK || -e $APPLY_FILE || ! -f $DEV ]] ||
		usage_error "the device comes first: write '$(quoted "$APPLY_FILE" "$DEV")'"
}

apply_operand() {
	if [[ ! $DEV ]]; then
		DEV=$1
	elif [[ ! $APPLY_FILE ]]; then
		APPLY_FILE=$1
	else
		usage_error "one device and one file: not understood: ${1@Q}"
	fi
}

check_policy_file() {
	[[ $1 != - ]] || return 0 # the standard input
	[[ -e $1 ]] || die "no such file: ${1@Q}"
	[[ -r $1 && ! -d $1 ]] || die "not a file that can be read: ${1@Q}"
	[[ $1 != *$'\n'* ]] || die "not a name that a rule's place can have, with a line break: ${1@Q}"
}

# The attachment of DEV, and its lock.
policy_open() {
	need_rights policy
	check_mount_namespace
	check_device "$DEV"
	attachment_open "$DEV"
	attachment_lock
}

# --- from a file

policy_apply_file() {
	local hook object
	policy_check_unconfirmed
	policy_forget_outcome
	policy_check_back
	undo_arm
	policy_compile_all
	for hook in "${POLICY_HOOKS[@]}"; do
		object=$(compiled_object "${POLICY_BUILD[$hook]}")
		POLICY_OBJECT[$hook]=$object
	done
	policy_replace_all
	policy_forget_compiled
	policy_report
}

compiled_object() { # BUILD
	printf '%s\n' "$OBJECTS/policy$1.o"
}

# An object for each build that a hook needs; the hooks that it is for are
# checked together. Nothing has changed yet when one of them fails.
policy_compile_all() {
	local build builds=()
	for build in '' .frags; do
		! is_one_of "$build" "${POLICY_BUILD[@]}" || builds+=("$build")
	done
	((${#builds[@]} == 1)) || [[ $APPLY_FILE != - && -f $APPLY_FILE ]] ||
		die "${APPLY_FILE@Q} is no file, and $DEV needs two builds of it: apply it with --hook, one after the other"
	undo_with policy_drop_compiled
	for build in "${builds[@]}"; do
		policy_compile "$build" "$(hooks_of_build "$build")" "$APPLY_FILE" "$(compiled_object "$build")"
	done
}

# With commas between them.
hooks_of_build() { # BUILD
	local hook hooks=()
	for hook in "${POLICY_HOOKS[@]}"; do
		[[ ${POLICY_BUILD[$hook]} != "$1" ]] || hooks+=("$hook")
	done
	json_list "${hooks[@]}"
}

# Devices that rules name are looked up where the device is. What is wrong in
# the rules is for the user to read, as it is.
policy_compile() { # BUILD HOOKS FILE OBJECT
	local words=("${ENTER[@]}" "$BUILD/tg-policy" compile --hook "$2")
	[[ ! $1 ]] || words+=(--multi-buffer)
	if ! policy_would_compile "${words[@]}" "$3" || ! run "${words[@]}" -o "$4" "$3"; then
		die "$DEV is left as it is: ${3@Q} could not be compiled for ${2//,/, }"
	fi
}

# A dry run fails where the real one would.
policy_would_compile() { # COMMAND... FILE
	local folder status=0
	[[ $DRY_RUN ]] || return 0
	folder=$(scratch_folder)
	"$@" -o "$folder/policy.o" || status=$?
	rm -r "$folder"
	return "$status"
}

policy_forget_compiled() {
	local build
	for build in '' .frags; do
		! is_one_of "$build" "${POLICY_BUILD[@]}" || run_or_die rm "$(compiled_object "$build")"
	done
}

policy_drop_compiled() {
	rm -f "$OBJECTS/policy.o" "$OBJECTS/policy.frags.o"
}

# --- the step itself, for all hooks

policy_replace_all() {
	local hook
	for hook in "${POLICY_HOOKS[@]}"; do
		policy_note_version "$hook"
		policy_keep_old "$hook"
		undo_with policy_put_back "$hook"
		policy_save "$hook"
	done
	[[ ! $APPLY_CONFIRM ]] || policy_guard_start
	for hook in "${POLICY_HOOKS[@]}"; do
		policy_replace "$hook" "${POLICY_OBJECT[$hook]}"
	done
	undo_disarm
	policy_tidy
}

# Who needs the way back must have it: the object in force, with the constants
# that the kernel has.
policy_check_back() {
	local hook slot constants
	((${#POLICY_HOOKS[@]} > 1)) || [[ $APPLY_CONFIRM ]] || return 0
	for hook in "${POLICY_HOOKS[@]}"; do
		slot=${POLICY_SLOT[$hook]}
		constants=$("$BUILD/tg-splice" "$(policy_file "$hook")" --list 2>/dev/null) || constants=''
		[[ $constants == *"tg_next_slot=$((slot + 1)) "* && $constants == *"tg_miss=${POLICY_MISS[$hook]} "* ]] ||
			die "the object of the policy in force on $DEV $hook is gone from $OBJECTS, so there is no way back to it: 'tailgate policy apply $DEV FILE --hook $hook' without --confirm puts another one there"
	done
}

# The file of the policy in force, or of none.
policy_file() { # HOOK
	CHAIN_NAMES=(policy) CHAIN_SLOTS=("${POLICY_SLOT[$1]}") CHAIN_SERIALS=("${POLICY_SERIAL[$1]}")
	object_in_force "$1" 0
}

# The object in force, for the way back. When it is gone there is none: what is
# put there by guess could let everything pass.
policy_save() { # HOOK
	local object
	object=$(policy_file "$1")
	if [[ ! $object ]]; then
		warn "the object of the policy in force on $DEV $1 is gone from $OBJECTS: there will be no rollback to it"
		policy_forget_previous "$1"
		return
	fi
	run_or_die cp -l "$object" "$OBJECTS/$1.before.o"
	[[ ! $APPLY_CONFIRM ]] || run_or_die cp -lf "$object" "$OBJECTS/$1.back.o"
}

policy_replace() { # HOOK OBJECT
	GATE_BUILD=${POLICY_BUILD[$1]} GATE_MISS=${POLICY_MISS[$1]}
	CHAIN_SLOTS=("${POLICY_SLOT[$1]}") CHAIN_SERIALS=("${POLICY_SERIAL[$1]}")
	slot_replace "$1" 0 "$2"
	[[ $DRY_RUN ]] || ((++POLICY_SERIAL[$1]))
}

# Of one command all hooks change, or none. Where that fails, a guard that was
# to wait goes on trying.
policy_put_back() { # HOOK
	local before=$OBJECTS/$1.before.o object
	[[ -e $before ]] || return 0
	policy_look "$1"
	object=$OBJECTS/$1.${POLICY_SLOT[$1]}.o
	if ! serial_is "$before" "${POLICY_SERIAL[$1]}"; then
		graft "$1" "${POLICY_BUILD[$1]}" "${POLICY_SLOT[$1]}" "$before"
		# The same file, where the new one has not got its name yet.
		[[ $before -ef $object ]] || mv -f "$before" "$object"
	fi
	rm -f "$before" "$object.new"
	[[ ! $APPLY_CONFIRM ]] || policy_guard_stop_if_idle
}

# What was in force is the previous one now.
policy_tidy() {
	local hook
	for hook in "${HOOKS[@]}"; do
		if is_one_of "$hook" "${POLICY_HOOKS[@]}"; then
			[[ ! -e $OBJECTS/$hook.before.o && ! $DRY_RUN ]] ||
				run_or_die mv "$OBJECTS/$hook.before.o" "$OBJECTS/$hook.previous.o"
		elif [[ ! $APPLY_ROLLBACK ]]; then
			policy_forget_previous "$hook"
		fi
	done
	policy_keep_new "${POLICY_HOOKS[@]}"
}

# As the kernel has it.
policy_report() {
	local hook summary
	[[ ! $DRY_RUN ]] || return 0
	for hook in "${POLICY_HOOKS[@]}"; do
		if ! policy_is_readable "$hook"; then
			say "$DEV $hook: $(policy_version_in_words)"
			continue
		fi
		summary=$(policy_summary "$hook") || exit 1
		say "$DEV $hook: $(policy_in_words "$summary")"
		[[ ! ${POLICY_FOREIGN[$hook]:-} ]] ||
			say "$DEV $hook: the policy before was of another version of tailgate: counts start anew"
	done
	[[ ! $APPLY_CONFIRM ]] || say "back again in $APPLY_CONFIRM s, unless 'tailgate policy confirm $DEV' comes"
}

# --- back to the one before

# What waits to be confirmed is taken back as its guard would do it, and the
# guard stays until that has succeeded.
policy_rollback() {
	local hook hooks=() place places=()
	if unconfirmed_read; then
		for place in "${UNCONFIRMED[@]:2}"; do
			! is_one_of "$(hook_of_place "$place")" "${POLICY_HOOKS[@]}" || places+=("$place")
		done
	fi
	if ((${#places[@]})); then
		policy_take_back "${places[@]}" || exit 1
		policy_guard_stop_if_idle
		policy_taken_back "${places[@]}"
		# shellcheck disable=SC2086 # one hook, or none
		policy_look $APPLY_HOOK
		policy_report
		return
	fi
	for hook in "${POLICY_HOOKS[@]}"; do
		[[ ! -e $OBJECTS/$hook.previous.o ]] || hooks+=("$hook")
	done
	((${#hooks[@]})) ||
		die "$DEV${APPLY_HOOK:+ $APPLY_HOOK} has no policy to go back to: none was applied before the one in force"
	policy_go_back "${hooks[@]}"
	policy_report
}

policy_go_back() { # HOOK...
	local hook
	POLICY_HOOKS=("$@")
	policy_check_back
	undo_arm
	for hook; do
		POLICY_OBJECT[$hook]=$OBJECTS/$hook.previous.o
	done
	policy_replace_all
}
