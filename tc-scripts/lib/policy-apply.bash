# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Replaces the policy in force: compiles an object and loads it over the old one
# in the chain's prog array, which is atomic.

help_policy_apply() {
	cat <<-'EOF'
		Usage: tailgate policy apply DEV FILE [--hook HOOK] [--confirm SECONDS]
		       tailgate policy apply DEV --rollback [--hook HOOK]
		       tailgate policy rollback DEV [--hook HOOK]
		       tailgate policy confirm DEV

		Puts the rules of FILE in force on every hook of DEV that has the policy
		plugin in its chain, or on one hook. Each hook changes atomically, one
		after the other. On an error, the policy in force stays in force. Rules
		that are in both policies keep their counts.

		  --hook HOOK        xdp, ingress or egress
		  --confirm SECONDS  roll back after that time unless you run 'policy
		                     confirm DEV'; a rollback that fails is repeated until
		                     it succeeds
		  --rollback         go back to the policy before the last apply; a second
		                     rollback restores the newer one

		Example: tailgate policy apply eth0 edge.policy --confirm 60
	EOF
	help_rights policy
}

APPLY_FILE='' APPLY_HOOK='' APPLY_CONFIRM='' APPLY_ROLLBACK=''

# For each build: the hooks it was compiled for, and the object; for each hook:
# the object to load.
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
	[[ $1 != *$'\n'* ]] || die "file names must not contain newlines: ${1@Q}"
}

# Opens the attachment of DEV. What is read here may change until the lock is
# taken.
policy_open() {
	need_rights policy
	device_open "$DEV" --files
	check_mount_namespace
}

policy_lock() {
	attachment_lock --files
	! attachment_is_dead || die "nothing is attached to $DEV: what is in $OBJECTS is of a network namespace that is gone, and 'tailgate gc' removes it"
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

# Compiles before taking the lock, as it may take long and changes nothing. If
# there is nothing to compile for, another command may be attaching it; that is
# checked again under the lock. Errors are reported early if no other command
# holds the lock.
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

# Compiles an object for each build that is needed, checking it for all hooks
# with that build. Nothing has been changed if one fails. An object that was
# compiled before the lock was taken is used if it is for the same hooks.
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
	# other commands may compile at the same time
	COMPILED[build$1]=$OBJECTS/policy.$$$1.o
	[[ ! $DRY_RUN ]] || COMPILED[build$1]=$OBJECTS/policy$1.o
	policy_compile "$1" "$hooks" "$APPLY_FILE" "${COMPILED[build$1]}"
	COMPILED_FOR[build$1]=$hooks
}

# Device names in rules are looked up in the device's namespace. The compiler's
# messages are shown unchanged.
policy_compile() { # BUILD HOOKS FILE OBJECT
	local words=("${ENTER[@]}" "$BUILD/tg-policy" compile --hook "$2")
	[[ ! $1 ]] || words+=(--multi-buffer)
	if ! policy_would_compile "${words[@]}" "$3" || ! run "${words[@]}" -o "$4" "$3"; then
		die "$DEV is left as it is: ${3@Q} could not be compiled for ${2//,/, }"
	fi
}

# With --dry-run, compiles to a temporary file, so that errors are found as
# well.
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

# Removes objects that killed commands have compiled.
policy_drop_orphans() {
	local file pid
	for file in "$OBJECTS"/policy.[0-9]*.o; do
		pid=${file#"$OBJECTS/policy."}
		[[ ! -e $file || $DRY_RUN || -d /proc/${pid%%.*} ]] || run_or_die rm "$file"
	done
}

# --- replacing, on all hooks

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

# Undoing needs the object in force, with the same constants as in the kernel.
policy_check_back() {
	local hook next miss file
	((${#POLICY_HOOKS[@]} > 1)) || [[ $APPLY_CONFIRM ]] || return 0
	for hook in "${POLICY_HOOKS[@]}"; do
		next=$((LOOK[$hook.policy.slot] + 1)) miss=${VERDICT_NUMBER[${LOOK[$hook.miss]}]}
		policy_file "$hook"
		file=file.${REPLY##*/}
		[[ $REPLY && ${LOOK[$file.next]} == "$next" && ${LOOK[$file.miss]} == "$miss" ]] ||
			die "the object of the policy in force on $DEV $hook is gone from $OBJECTS, so there is no rollback to it: 'tailgate policy apply $DEV FILE --hook $hook' without --confirm puts another one there"
	done
}

# Sets REPLY to the file of the policy in force, or to nothing.
policy_file() { # HOOK
	object_in_force "$1" "${LOOK[$1.policy.slot]}" "${LOOK[$1.policy.serial]}" policy
}

# Keeps the object in force for a rollback. If it is missing, there is no
# rollback: a guessed replacement could let everything pass.
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

# Undoes the change of a hook, so that all hooks change or none. If that fails
# and a guard is running, the guard keeps trying.
policy_put_back() { # HOOK
	local before=$OBJECTS/$1.before.o object
	[[ -e $before ]] || return 0
	look --files -- "$DEV"
	policy_hooks "$1"
	object=$OBJECTS/$1.${LOOK[$1.policy.slot]}.o
	if ! serial_is "$before" "${LOOK[$1.policy.serial]}"; then
		graft "$1" "${LOOK[$1.build]}" "${LOOK[$1.policy.slot]}" "$before"
		# the same file if the new object was not renamed yet
		[[ $before -ef $object ]] || mv -f "$before" "$object"
	fi
	rm -f "$before" "$object.new"
	[[ ! $APPLY_CONFIRM ]] || policy_guard_stop_if_idle
}

# The policy that was in force becomes the previous one.
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

# Prints the policies as read from the kernel.
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
	[[ ! $APPLY_CONFIRM ]] || say "rolls back in $APPLY_CONFIRM s unless you run 'tailgate policy confirm $DEV'"
}

# --- rollback to the previous policy

# An unconfirmed policy is rolled back as the guard would do it; the guard keeps
# running until that has succeeded.
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
