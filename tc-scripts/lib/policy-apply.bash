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

# For which hooks each build of the rules was compiled, and the object of each;
# the object that each hook is to get.
declare -gA COMPILED_FOR=() COMPILED=() POLICY_OBJECT=()

policy_apply() {
	parse_apply_options "$@"
	[[ $APPLY_ROLLBACK ]] || check_policy_file "$APPLY_FILE"
	policy_open
	[[ $APPLY_ROLLBACK ]] || policy_compile_early
	policy_lock
	# shellcheck disable=SC2086 # one hook, or none
	policy_hooks $APPLY_HOOK
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

# The attachment of DEV; what is looked at here may change until the lock is had.
policy_open() {
	need_rights policy
	device_open "$DEV" --files
	check_mount_namespace
}

policy_lock() {
	attachment_lock --files
	! life_is_over || die "nothing is attached to $DEV: what is in $OBJECTS is of a network namespace that is gone, and 'tailgate gc' removes it"
}

# --- from a file

policy_apply_file() {
	local hook
	policy_check_unconfirmed
	policy_forget_outcome
	policy_check_back
	undo_arm
	AT_UNLOCK=policy_drop_compiled
	policy_compile_all
	for hook in "${POLICY_HOOKS[@]}"; do
		POLICY_OBJECT[$hook]=${COMPILED[build${LOOK[$hook.build]}]}
	done
	policy_replace_all
	policy_forget_compiled
	policy_report
}

# Before the lock: that may take long, and changes nothing. Where there is nothing
# to compile for, another command may be about to attach it: the look under the
# lock tells. What forbids an apply is found here where nobody else is at work.
policy_compile_early() {
	local hook
	for hook in "${HOOKS[@]}"; do
		! policy_is_single "$hook" || [[ $APPLY_HOOK && $hook != "$APPLY_HOOK" ]] || POLICY_HOOKS+=("$hook")
	done
	[[ ${#POLICY_HOOKS[@]} -gt 0 && ${LOOK[objects]} ]] || return 0
	[[ ${LOOK[busy]} ]] || {
		policy_check_unconfirmed
		policy_check_back
	}
	trap policy_drop_compiled EXIT
	AT_UNLOCK=policy_drop_compiled
	policy_compile_all
}

# An object for each build that a hook needs; the hooks that it is for are
# checked together. Nothing has changed yet when one of them fails. What was
# compiled before the lock serves where it is for the same hooks.
policy_compile_all() {
	local build builds=() hook
	for hook in "${POLICY_HOOKS[@]}"; do
		build=${LOOK[$hook.build]}
		is_one_of "$build" "${builds[@]}" || builds+=("$build")
	done
	((${#builds[@]} == 1)) || [[ $APPLY_FILE != - && -f $APPLY_FILE ]] ||
		die "${APPLY_FILE@Q} is no file, and $DEV needs two builds of it: apply it with --hook, one after the other"
	for build in "${builds[@]}"; do
		policy_compile_for "$build"
	done
}

policy_compile_for() { # BUILD
	local hook hooks=''
	for hook in "${POLICY_HOOKS[@]}"; do
		[[ ${LOOK[$hook.build]} != "$1" ]] || hooks+=${hooks:+,}$hook
	done
	[[ ${COMPILED_FOR[build$1]:-} != "$hooks" ]] || return 0
	[[ ! ${COMPILED_FOR[build$1]:-} || ($APPLY_FILE != - && -f $APPLY_FILE) ]] ||
		die "the chains of $DEV have changed meanwhile, and ${APPLY_FILE@Q} cannot be read twice: apply it again"
	# Others may compile at the same time.
	COMPILED[build$1]=$OBJECTS/policy.$$$1.o
	[[ ! $DRY_RUN ]] || COMPILED[build$1]=$OBJECTS/policy$1.o
	policy_compile "$1" "$hooks" "$APPLY_FILE" "${COMPILED[build$1]}"
	COMPILED_FOR[build$1]=$hooks
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
	run_or_die rm "${COMPILED[@]}"
	COMPILED=()
	policy_drop_orphans
}

policy_drop_compiled() {
	[[ ${#COMPILED[@]} == 0 || $DRY_RUN ]] || rm -f "${COMPILED[@]}"
}

# What commands that were killed have compiled.
policy_drop_orphans() {
	local file pid
	for file in "$OBJECTS"/policy.[0-9]*.o; do
		pid=${file#"$OBJECTS/policy."}
		[[ ! -e $file || $DRY_RUN || -d /proc/${pid%%.*} ]] || run_or_die rm "$file"
	done
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
		slot_replace "$hook" "${LOOK[$hook.policy.slot]}" "${LOOK[$hook.policy.serial]}" "${POLICY_OBJECT[$hook]}"
	done
	undo_disarm
	[[ $DRY_RUN ]] || look --rules --files -- "$DEV"
	policy_tidy
}

policy_note_version() { # HOOK
	[[ ${LOOK[$1.policy.readable]} ]] || POLICY_FOREIGN[$1]=1
}

# Who needs the way back must have it: the object in force, with the constants
# that the kernel has.
policy_check_back() {
	local hook next miss file
	((${#POLICY_HOOKS[@]} > 1)) || [[ $APPLY_CONFIRM ]] || return 0
	for hook in "${POLICY_HOOKS[@]}"; do
		next=$((LOOK[$hook.policy.slot] + 1)) miss=${VERDICT_NUMBER[${LOOK[$hook.miss]}]}
		policy_file "$hook"
		file=file.${REPLY##*/}
		[[ $REPLY && ${LOOK[$file.next]} == "$next" && ${LOOK[$file.miss]} == "$miss" ]] ||
			die "the object of the policy in force on $DEV $hook is gone from $OBJECTS, so there is no way back to it: 'tailgate policy apply $DEV FILE --hook $hook' without --confirm puts another one there"
	done
}

# The file of the policy in force, or of none; into REPLY.
policy_file() { # HOOK
	object_in_force "$1" "${LOOK[$1.policy.slot]}" "${LOOK[$1.policy.serial]}" policy
}

# The object in force, for the way back. When it is gone there is none: what is
# put there by guess could let everything pass.
policy_save() { # HOOK
	policy_file "$1"
	if [[ ! $REPLY ]]; then
		warn "the object of the policy in force on $DEV $1 is gone from $OBJECTS: there will be no rollback to it"
		policy_forget_previous "$1"
		return
	fi
	run_or_die cp -l "$REPLY" "$OBJECTS/$1.before.o"
	[[ ! $APPLY_CONFIRM ]] || run_or_die cp -lf "$REPLY" "$OBJECTS/$1.back.o"
}

# Of one command all hooks change, or none. Where that fails, a guard that was
# to wait goes on trying.
policy_put_back() { # HOOK
	local before=$OBJECTS/$1.before.o object
	[[ -e $before ]] || return 0
	look --files -- "$DEV"
	policy_hooks "$1"
	object=$OBJECTS/$1.${LOOK[$1.policy.slot]}.o
	if ! serial_is "$before" "${LOOK[$1.policy.serial]}"; then
		graft "$1" "${LOOK[$1.build]}" "${LOOK[$1.policy.slot]}" "$before"
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
	local hook
	[[ ! $DRY_RUN ]] || return 0
	for hook in "${POLICY_HOOKS[@]}"; do
		if [[ ! ${LOOK[$hook.policy.readable]} ]]; then
			say "$DEV $hook: $(policy_version_in_words "$hook")"
			continue
		fi
		policy_in_words "$hook"
		say "$DEV $hook: $REPLY"
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
		look --rules -- "$DEV"
		# shellcheck disable=SC2086 # one hook, or none
		policy_hooks $APPLY_HOOK
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
