# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate upgrade: put this version's programs in place of those in force

# attach.bash plans and changes the hooks.
# shellcheck source=tc-scripts/verbs/attach.bash
source "$HERE/verbs/attach.bash"
# shellcheck source=tc-scripts/lib/all-devices.bash
source "$HERE/lib/all-devices.bash"
# shellcheck source=tc-scripts/lib/anew.bash
source "$HERE/lib/anew.bash"

help_upgrade() {
	cat <<-'EOF'
		Usage: tailgate upgrade DEV|--all [OPTION...]

		Puts programs of this version of tailgate in place of those in force on DEV,
		in one step for each hook, under traffic. Policies are compiled anew from
		the text that they carry. Constants, counters, sets, flows and limits stay;
		if a table of another layout does not fit, nothing is changed.

		  --all         all devices of the namespace to which something is attached
		  --keep P1,P2  leave these plugins as they are: some of your own with names
		                of plugins of tailgate

		Plugins that tailgate does not have stay as they are.

		Example: tailgate upgrade --all
	EOF
	help_rights upgrade
}

UPGRADE_ALL='' UPGRADE_KEEP=()

cmd_upgrade() {
	local words=("$@")
	parse_upgrade_options "$@"
	need_rights upgrade
	if [[ $UPGRADE_ALL ]]; then
		for_all_devices upgrade "${words[@]}"
	else
		upgrade_device
	fi
}

parse_upgrade_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_upgrade
			exit 0
			;;
		--all) UPGRADE_ALL=1 ;;
		--keep)
			(($# > 1)) || usage_error "$1 needs a value"
			set -- "$1=$2" "${@:3}"
			continue
			;;
		--keep=*) IFS=, read -ra UPGRADE_KEEP <<<"${1#*=}" ;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $DEV ]] || second_operand "$DEV" "$1"
			DEV=$1
			;;
		esac
		shift
	done
	need_device_or_all upgrade "$DEV" "$UPGRADE_ALL"
}

upgrade_device() {
	local report
	device_open "$DEV" --place
	check_mount_namespace
	[[ ${LOOK[pins]} ]] || die "nothing is attached to $DEV"
	anew_begin
	attachment_lock --files --rules
	! attachment_is_dead || die "nothing is attached to $DEV: 'tailgate gc' removes its leftovers"
	upgrade_plan
	undo_arm
	hooks_prepare
	anew_counts
	hooks_flip
	[[ $DRY_RUN ]] || report=$(attach_report) || exit 1
	undo_disarm
	hooks_tidy
	anew_forget_previous
	attachment_unlock
	[[ $DRY_RUN ]] || say "$report"
}

upgrade_plan() {
	local hook
	for hook in "${HOOKS[@]}"; do
		[[ ${LOOK[$hook.gate]} ]] || continue
		[[ ! ${LOOK[$hook.broken]} ]] ||
			die "the chain on $DEV $hook is broken (${LOOK[$hook.broken]}): 'tailgate chain $DEV $hook set ...' makes it new"
		ATTACH_HOOKS+=("$hook")
		hook_check "$hook"
		hook_plan "$hook"
		upgrade_hook "$hook"
		hook_compare "$hook"
	done
	((${#ATTACH_HOOKS[@]})) || die "no hook of $DEV has a chain"
}

# Puts new objects into the plan of the hook.
upgrade_hook() { # HOOK
	local i name objects build=${PLAN[$1.build]}
	hook_objects "$1"
	for i in "${!objects[@]}"; do
		name=${LOOK[$1.$i.name]}
		[[ -e $BUILD/$name$build.o ]] || continue
		! is_one_of "$name" "${UPGRADE_KEEP[@]}" || continue
		upgrade_object "$1" "$i" "$name" "${objects[i]}" "$build"
		objects[i]=$REPLY
	done
	check_plugins "$1" "$build" "${objects[@]}"
	printf -v "PLAN[$1.objects]" '%s\n' "${objects[@]}"
}

# Sets REPLY to an object of this version.
upgrade_object() { # HOOK POSITION NAME OBJECT BUILD
	if [[ $3 != policy ]]; then
		upgrade_plugin "$1.$2" "$3" "$4" "$BUILD/$3$5.o"
	elif [[ ${LOOK[$1.policy.rules]:-} == 0 ]] && ! "$BUILD/tg-rules" source "$4" &>/dev/null; then
		REPLY=$BUILD/policy$5.o # as built
	else
		upgrade_policy "$@"
	fi
}

upgrade_policy() { # HOOK POSITION NAME OBJECT BUILD
	local text=$ANEW_SCRATCH/$1.$2.policy object
	"$BUILD/tg-rules" source "$4" >"$text" 2>/dev/null ||
		die "the policy in force on $DEV $1 does not carry its text, as one of an older version: 'tailgate policy apply $DEV FILE --hook $1' first"
	anew_policy "$1" "$text" "$5" "${LOOK[$1.policy.file]:-}" ||
		die "$DEV is left as it is: the policy in force on $1 could not be compiled by this version: mend its file, and 'tailgate policy apply $DEV FILE --hook $1' first"
	object=$REPLY
	if object_is_in_force "$1" "$2" "$object" "${LOOK[$1.miss]}" --same; then
		REPLY=$4
	else
		REPLY=$object
	fi
}

# With the constants of the object in force. Those of its place in the chain are
# set anew.
upgrade_plugin() { # PLACE NAME OBJECT BUILT
	local line name words=() known copy=$ANEW_SCRATCH/$1.$2.o
	known=$'\n'$("$BUILD/tg-splice" "$4" --list)
	while IFS= read -r line; do
		name=${line%%=*}
		[[ $name != @(tg_next_slot|tg_miss|tg_serial|tg_watch*) ]] || continue
		[[ $known == *$'\n'"$name="* ]] ||
			die "the plugin '$2' on $DEV has the constant '$name', which that of this version does not have: 'tailgate upgrade $DEV --keep $2' leaves it as it is"
		line=${line#*=}
		words+=("$name=${line%% *}")
	done < <("$BUILD/tg-splice" "$3" --list)
	REPLY=$4
	((${#words[@]})) || return 0
	"$BUILD/tg-splice" "$4" -o "$copy" "${words[@]}" ||
		die "the constants of the plugin '$2' on $DEV do not fit that of this version: 'tailgate upgrade $DEV --keep $2' leaves it as it is"
	REPLY=$copy
}
