# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate restore: bring a device to the state that save has written

# attach.bash plans and changes the hooks; the chains come from the file.
# shellcheck source=tc-scripts/verbs/attach.bash
source "$HERE/verbs/attach.bash"
# shellcheck source=tc-scripts/lib/all-devices.bash
source "$HERE/lib/all-devices.bash"
# shellcheck source=tc-scripts/lib/anew.bash
source "$HERE/lib/anew.bash"
# shellcheck source=tc-scripts/lib/conf.bash
source "$HERE/lib/conf.bash"
# shellcheck source=tc-scripts/lib/restore-closed.bash
source "$HERE/lib/restore-closed.bash"

help_restore() {
	cat <<-'EOF'
		Usage: tailgate restore DEV|NS:DEV|--all [OPTION...]

		Attaches to DEV what /etc/tailgate/DEV.conf says. The policies are compiled
		and the sets filled before the first packet meets the chain. If something is
		attached already, each hook changes to the saved chain in one step: rules
		that stay keep their counts, sets and flows that exist stay as they are.
		Everything is checked first: on an error, nothing changes.

		With FailClosed=yes in the file, a restore that fails on a device without a
		chain attaches one that drops all packets, and if that fails, sets the link
		down.

		  --all       all devices that have a file
		  --from DIR  read from DIR instead of /etc/tailgate
		  --check     only check the files: the device may not exist yet
		  --sets      also replace the entries of sets that exist by the saved ones

		Example: tailgate restore eth0 --check
	EOF
	help_rights restore
}

RESTORE_ALL='' RESTORE_CHECK='' RESTORE_SETS='' RESTORE_NAME=''

# The sets and tables that exist before.
declare -gA RESTORE_HAD=()

cmd_restore() {
	local words=("$@")
	parse_restore_options "$@"
	if [[ $RESTORE_ALL ]]; then
		restore_all "${words[@]}"
		return
	fi
	restore_target
	[[ $RESTORE_CHECK ]] || need_rights restore
	conf_name "$DEV"
	if [[ $RESTORE_CHECK || $DRY_RUN ]]; then
		restore_device
	else
		restore_or_close
	fi
}

# The subshell is no condition, as bash would go on after errors in it.
restore_or_close() {
	local status
	set +e
	(
		set -e
		restore_device
	)
	status=$?
	set -e
	((status == 0)) || {
		restore_failed
		exit "$status"
	}
}

parse_restore_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_restore
			exit 0
			;;
		--all) RESTORE_ALL=1 ;;
		--check) RESTORE_CHECK=1 ;;
		--sets) RESTORE_SETS=1 ;;
		--from)
			(($# > 1)) || usage_error "$1 needs a value"
			set -- "$1=$2" "${@:3}"
			continue
			;;
		--from=*) CONF_DIR=${1#*=} ;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $RESTORE_NAME ]] || second_operand "$RESTORE_NAME" "$1"
			RESTORE_NAME=$1
			;;
		esac
		shift
	done
	need_device_or_all restore "$RESTORE_NAME" "$RESTORE_ALL"
	[[ $CONF_DIR ]] || usage_error "--from needs the name of a directory"
}

# NS:DEV is a device in the namespace NS.
restore_target() {
	DEV=$RESTORE_NAME
	if [[ $DEV == *:* ]]; then
		check_name namespace "${DEV%%:*}"
		if [[ $RESTORE_CHECK ]]; then
			TARGET_NETNS=${DEV%%:*}
		else
			target_set netns "${DEV%%:*}"
		fi
		DEV=${DEV#*:}
	fi
	check_device_name "$DEV"
}

# First all are checked. Each by a command of its own, as much of the state is
# global.
restore_all() { # WORD... of the command
	local file name names=() word words=() failed=0
	((${#ENTER[@]} == 0)) || usage_error "--all is about all namespaces: name one device, or leave out --netns"
	for word; do
		[[ $word == --all ]] || words+=("$word")
	done
	[[ -e $CONF_DIR ]] || die "no such directory: $CONF_DIR: 'tailgate save DEV' makes it"
	conf_check_directory
	for file in "$CONF_DIR"/*.conf; do
		[[ ! -e $file ]] || names+=("$(basename -- "$file" .conf)")
	done
	((${#names[@]})) || say "no files in $CONF_DIR"
	for name in "${names[@]}"; do
		[[ $RESTORE_CHECK ]] || "$HERE/tailgate" restore "$name" "${words[@]}" --check >/dev/null || failed=1
	done
	((failed == 0)) || die "nothing was changed: mend these files first"
	for name in "${names[@]}"; do
		"$HERE/tailgate" ${DRY_RUN:+--dry-run} restore "$name" "${words[@]}" || failed=1
	done
	return "$failed"
}

# --- one device

restore_device() {
	anew_begin
	conf_check_directory
	conf_read
	restore_check_files
	if [[ $RESTORE_CHECK ]]; then
		say "$CONF_FILE: in order"
		return
	fi
	device_open "$DEV" --place
	check_mount_namespace
	check_link_type
	attachment_lock --files --rules
	attachment_forget_dead --files --rules
	[[ ! ${CONF[device.Instance]:-} ]] || instance_check "${CONF[device.Instance]}"
	restore_plan
	undo_arm
	hooks_prepare
	anew_counts
	restore_fill
	restore_flip
	attachment_unlock
}

restore_flip() {
	local report
	hooks_flip
	[[ $DRY_RUN ]] || report=$(attach_report) || exit 1
	undo_disarm
	hooks_tidy
	anew_forget_previous
	restore_others
	[[ $DRY_RUN ]] || say "$report"
}

# --- checks

# All files: compiles each policy for its hook, and reads each list.
restore_check_files() {
	local hook set policies policy plugins plugin problem
	for hook in "${CONF_HOOKS[@]}"; do
		conf_policies policies "$hook"
		for policy in "${policies[@]}"; do
			conf_path "$policy"
			conf_check_path "$REPLY" regular
			restore_compile "$hook" "$REPLY" ''
		done
		conf_plugins plugins "$hook"
		for plugin in "${plugins[@]}"; do
			problem=$(restore_check_plugin "$plugin" "$hook" 2>&1) ||
				conf_fail "${CONF[$hook.Chain.line]}" "${problem#tailgate: }"
		done
	done
	for set in "${CONF_SETS[@]}"; do
		conf_path "${CONF["set $set.File"]}"
		conf_check_path "$REPLY" regular
		restore_check_set "$set" "$REPLY"
	done
	[[ ! ${CONF[device.FlowsFile]:-} ]] || {
		conf_path "${CONF[device.FlowsFile]}"
		conf_check_path "$REPLY" regular
	}
}

# A saved object may be of the build for frames of several buffers alone.
restore_check_plugin() { # WORD-OF-CHAIN HOOK
	local build=''
	REPLY=$1
	[[ $1 != */* ]] || {
		conf_path "$1"
		[[ -e $REPLY || ! -e ${REPLY%.o}.frags.o ]] || build=.frags
		conf_check_path "${REPLY%.o}$build.o" regular
	}
	plugin_object "$REPLY" "$2" "$build"
	check_plugins "$2" "$build" "$REPLY"
}

# A list belongs to the policy that declares the set.
restore_check_set() { # NAME FILE
	local hook policies policy
	for hook in "${CONF_HOOKS[@]}"; do
		conf_policies policies "$hook"
		for policy in "${policies[@]}"; do
			conf_path "$policy"
			grep -qE "^[[:space:]]*set[[:space:]]+$1[[:space:]{]" -- "$REPLY" || continue
			"$BUILD/tg-policy" explain --policy "$REPLY" --set "$1=$2" arp >/dev/null ||
				conf_fail "${CONF["set $1.File.line"]}" "the list of the set '$1' is wrong: mend $2"
			return
		done
	done
}

# --- policies

# A saved policy has the name of the file that it was applied from. Mistakes have
# places in the file that is read here.
restore_compile() { # HOOK FILE BUILD, into REPLY
	local name=''
	[[ $2 != "$CONF_DIR/$CONF_NAME".[12]/* ]] || name=${CONF[$1.PolicyName]:-}
	if [[ $name ]] && anew_policy "$@" "$name" 2>"$ANEW_SCRATCH/said"; then
		cat -- "$ANEW_SCRATCH/said" >&2
		return
	fi
	anew_policy "$1" "$2" "$3" ||
		conf_fail "${CONF[$1.Policy.line]}" "the policy of [$1] could not be compiled: mend $2"
}

# --- the plan: as attach does it, with a chain for each hook

restore_plan() {
	local hook table
	INSTANCE=${CONF[device.Instance]:-}
	[[ ! ${CONF[device.Flows]:-} ]] || TABLES[flows]=${CONF[device.Flows]}
	[[ ! ${CONF[device.Limits]:-} ]] || TABLES[limits]=${CONF[device.Limits]}
	for table in "${LIVE_TABLES[@]}"; do
		[[ ! ${LOOK[$table]:-} ]] || {
			RESTORE_HAD[$table]=1
			unset "TABLES[$table]"
		}
	done
	for hook in "${CONF_HOOKS[@]}"; do
		ATTACH_HOOKS+=("$hook")
		restore_plan_hook "$hook"
	done
	restore_note_sets
}

restore_plan_hook() { # HOOK
	local plugin plugins
	XDP_MODE=${CONF[$1.Mode]:-auto}
	DEFAULT=${CONF[$1.Default]:-} MISS=${CONF[$1.Miss]:-}
	conf_plugins plugins "$1"
	PLUGINS=() CHAIN_SAID=1
	for plugin in "${plugins[@]}"; do
		[[ $plugin != */* ]] || {
			conf_path "$plugin"
			plugin=$REPLY
		}
		PLUGINS+=("$plugin")
	done
	hook_check "$1"
	hook_plan "$1"
	restore_plan_policies "$1"
	hook_compare "$1"
}

# A policy in force with the saved text stays. Another one is replaced.
restore_plan_policies() { # HOOK
	local i objects policies at=0
	conf_policies policies "$1"
	((${#policies[@]})) || return 0
	hook_objects "$1"
	for i in "${!PLUGINS[@]}"; do
		[[ ${PLUGINS[i]} == policy ]] || continue
		conf_path "${policies[at]}"
		((++at))
		[[ ${objects[i]} == "$OBJECTS"/* ]] && restore_is_text_of "${objects[i]}" "$REPLY" && continue
		restore_compile "$1" "$REPLY" "${PLAN[$1.build]}"
		objects[i]=$REPLY
	done
	printf -v "PLAN[$1.objects]" '%s\n' "${objects[@]}"
}

restore_is_text_of() { # OBJECT FILE
	"$BUILD/tg-rules" source "$1" 2>/dev/null | cmp -s -- - "$2"
}

restore_others() {
	local hook
	for hook in "${HOOKS[@]}"; do
		[[ ! ${LOOK[$hook.gate]:-} ]] || is_one_of "$hook" "${CONF_HOOKS[@]}" ||
			warn "$DEV $hook has a chain that $CONF_FILE does not name: it stays, and 'tailgate detach $DEV --$hook' removes it"
	done
}

# --- sets and flows

restore_note_sets() {
	local name
	live_find
	[[ ! $INSTANCE || ! -e $PINS_ROOT/@$INSTANCE/${LIVE_MAPS[flows]} ]] || RESTORE_HAD[flows]=1
	[[ -e ${LIVE_PINS[set]} || ($INSTANCE && -e $PINS_ROOT/@$INSTANCE/tgs_sets) ]] || return 0
	[[ ! $INSTANCE ]] || LIVE_PINS[set]=$PINS_ROOT/@$INSTANCE/tgs_sets
	while read -r name; do
		[[ ! $name ]] || RESTORE_HAD["set $name"]=1
	done < <(restore_sets_there)
}

# The names of the sets that the pin has.
restore_sets_there() {
	"$BUILD/tg-sets" list "${LIVE_PINS[set]}" | sed '1d; s/ .*//'
}

# Before the first packet meets the chain.
restore_fill() {
	local set name there=()
	live_find
	mapfile -t there < <([[ ! -e ${LIVE_PINS[set]} ]] || restore_sets_there)
	for set in "${CONF_SETS[@]}"; do
		[[ $RESTORE_SETS || ! ${RESTORE_HAD["set $set"]:-} ]] || continue
		[[ $DRY_RUN ]] || is_one_of "$set" "${there[@]}" || {
			warn "no policy of $DEV declares the set '$set': its saved entries are left out"
			continue
		}
		conf_path "${CONF["set $set.File"]}"
		run_or_die "$BUILD/tg-sets" replace "${LIVE_PINS[set]}" "$set" "$REPLY"
	done
	name=${CONF[device.FlowsFile]:-}
	[[ $name && ! ${RESTORE_HAD[flows]:-} ]] || return 0
	conf_path "$name"
	run_or_die "$BUILD/tg-flows" load "${LIVE_PINS[flows]}" "$REPLY"
}
