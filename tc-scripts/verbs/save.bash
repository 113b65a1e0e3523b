# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate save: write what is attached to files, for restore

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
# shellcheck source=tc-scripts/lib/all-devices.bash
source "$HERE/lib/all-devices.bash"
# shellcheck source=tc-scripts/lib/conf.bash
source "$HERE/lib/conf.bash"

help_save() {
	cat <<-'EOF'
		Usage: tailgate save DEV|--all [OPTION...]

		Writes what is attached to DEV to /etc/tailgate/DEV.conf, and its policies
		and sets to files beside it, for 'tailgate restore' and the units of
		systemd. All is read from what is in force. In a namespace of 'ip netns',
		the file is NS:DEV.conf. With --dry-run, prints DEV.conf.

		  --all          all devices of the namespace to which something is attached
		  --to DIR       write to DIR instead of /etc/tailgate
		  --no-sets      leave out the entries of sets
		  --sets         save them (the default)
		  --flows        save the flows, too
		  --fail-closed yes|no
		                 drop all packets if the restore fails (no, or as the file
		                 says that is there)
		  --if-asked     only if the file that is there has SaveAtStop=yes

		Example: tailgate save eth0 --fail-closed yes
	EOF
	help_rights save
}

SAVE_ALL='' SAVE_SETS=1 SAVE_FLOWS='' SAVE_CLOSED='' SAVE_IF_ASKED=''

# The directory for the files, what has been written of DEV.conf so far, and
# the new file until it is renamed.
SAVE_FOLDER='' SAVE_TEXT='' SAVE_NEW=''

cmd_save() {
	local words=("$@")
	parse_save_options "$@"
	need_rights save
	umask 077
	if [[ $SAVE_ALL ]]; then
		for_all_devices save "${words[@]}"
		return
	fi
	conf_name "$DEV"
	if [[ $SAVE_IF_ASKED ]]; then
		[[ $(conf_flag SaveAtStop) == yes ]] || return 0
	fi
	save_device
}

parse_save_options() {
	while (($#)); do
		case $1 in
		-h | --help)
			help_save
			exit 0
			;;
		--all) SAVE_ALL=1 ;;
		--sets) SAVE_SETS=1 ;;
		--no-sets) SAVE_SETS='' ;;
		--flows) SAVE_FLOWS=1 ;;
		--if-asked) SAVE_IF_ASKED=1 ;;
		--to | --fail-closed)
			(($# > 1)) || usage_error "$1 needs a value"
			set -- "$1=$2" "${@:3}"
			continue
			;;
		--to=*) CONF_DIR=${1#*=} ;;
		--fail-closed=*)
			SAVE_CLOSED=${1#*=}
			is_one_of "$SAVE_CLOSED" yes no || usage_error "--fail-closed is yes or no, not ${SAVE_CLOSED@Q}"
			;;
		-*) unknown_option "$1" ;;
		*)
			[[ ! $DEV ]] || second_operand "$DEV" "$1"
			DEV=$1
			;;
		esac
		shift
	done
	need_device_or_all save "$DEV" "$SAVE_ALL"
	[[ $CONF_DIR ]] || usage_error "--to needs the name of a directory"
}

# --- one device

save_device() {
	device_open "$DEV" --place
	check_mount_namespace
	[[ ${LOOK[pins]} ]] || die "nothing is attached to $DEV"
	attachment_lock --files --rules
	! attachment_is_dead || die "nothing is attached to $DEV: what is in $OBJECTS is of a network namespace that is gone, and 'tailgate gc' removes it"
	# shellcheck disable=SC2119 # all hooks
	policy_check_unconfirmed
	save_open
	live_find
	save_text_device
	save_text_hooks
	[[ ! $SAVE_SETS ]] || save_text_sets
	save_close
	attachment_unlock
}

# The directory that the present file does not name. It may have what a killed
# command has left.
save_open() {
	local number=1
	if [[ $DRY_RUN ]]; then
		SAVE_FOLDER=$(mktemp -d)
		AT_UNLOCK=save_drop_new
		trap save_drop_new EXIT
		return
	fi
	[[ -e $CONF_DIR || -L $CONF_DIR ]] || mkdir -m 0700 -- "$CONF_DIR" || die "cannot make the directory $CONF_DIR"
	conf_check_directory
	[[ ! -e $CONF_FILE && ! -L $CONF_FILE ]] || conf_check_path "$CONF_FILE" regular
	[[ ! -e $CONF_FILE ]] || ! grep -qF "=$CONF_NAME.1/" -- "$CONF_FILE" || number=2
	SAVE_FOLDER=$CONF_DIR/$CONF_NAME.$number
	[[ ! -L $SAVE_FOLDER ]] || die "$SAVE_FOLDER is a symbolic link: remove it"
	rm -rf -- "$SAVE_FOLDER"
	AT_UNLOCK=save_drop_new
	mkdir -m 0700 -- "$SAVE_FOLDER" || die "cannot make the directory $SAVE_FOLDER"
	SAVE_NEW=$(mktemp -- "$CONF_DIR/.$CONF_NAME.XXXXXX") || die "cannot write to $CONF_DIR"
}

# Renaming is the last step: until then, the old file is in force and names the
# old directory.
save_close() {
	local files=("$SAVE_FOLDER"/*) old=$CONF_DIR/$CONF_NAME.1
	if [[ $DRY_RUN ]]; then
		say "$SAVE_TEXT"
		return
	fi
	[[ -e ${files[0]} ]] || files=()
	printf '%s\n' "$SAVE_TEXT" >"$SAVE_NEW" || die "cannot write $SAVE_NEW"
	sync -- "${files[@]}" "$SAVE_FOLDER" "$SAVE_NEW" || die "cannot write to $CONF_DIR"
	mv -fT -- "$SAVE_NEW" "$CONF_FILE" || die "cannot write $CONF_FILE"
	SAVE_NEW=''
	[[ $old != "$SAVE_FOLDER" ]] || old=$CONF_DIR/$CONF_NAME.2
	SAVE_FOLDER=''
	sync -- "$CONF_DIR" || true
	[[ -L $old ]] || rm -rf -- "$old"
	say "$DEV: saved in $CONF_FILE"
}

# Also on failure.
save_drop_new() {
	[[ ! $SAVE_NEW ]] || rm -f -- "$SAVE_NEW"
	[[ ! $SAVE_FOLDER ]] || rm -rf -- "$SAVE_FOLDER"
}

save_line() { # WORD...
	SAVE_TEXT+=$*$'\n'
}

# Sets REPLY to the path of a new file, and SAVE_REF to its name in DEV.conf.
save_file() { # NAME
	SAVE_REF=$CONF_NAME.${SAVE_FOLDER##*.}/$1
	[[ ! $DRY_RUN ]] || SAVE_REF=$CONF_NAME.1/$1
	REPLY=$SAVE_FOLDER/$1
}

save_text_device() {
	local table key value
	SAVE_TEXT=''
	save_line "# What 'tailgate save' found on $DEV; 'tailgate restore' reads it: see"
	save_line '# tailgate-save(8).'
	save_line '[device]'
	save_line "Device=$DEV"
	[[ ! $TARGET_NETNS ]] || save_line "Namespace=$TARGET_NETNS"
	[[ ! $LIVE_INSTANCE ]] || save_line "Instance=$LIVE_INSTANCE"
	for table in "${LIVE_TABLES[@]}"; do
		[[ ! ${LOOK[$table]:-} ]] || save_line "${table^}=${LOOK[$table.room]}"
	done
	for key in FailClosed SaveAtStop SaveFlows; do
		value=$(conf_flag "$key")
		[[ $key != FailClosed || ! $SAVE_CLOSED ]] || value=$SAVE_CLOSED
		save_line "$key=${value:-no}"
	done
	[[ ! $SAVE_IF_ASKED || $(conf_flag SaveFlows) != yes ]] || SAVE_FLOWS=1
	[[ $SAVE_FLOWS && ${LOOK[flows]:-} ]] || return 0
	save_file flows
	"$BUILD/tg-flows" save "${LIVE_PINS[flows]}" >"$REPLY" || die "cannot save the flows of $DEV"
	save_line "FlowsFile=$SAVE_REF"
}

# --- hooks

save_text_hooks() {
	local hook found=''
	for hook in "${HOOKS[@]}"; do
		if [[ ${LOOK[$hook.gate]} ]]; then
			save_hook "$hook"
			found=1
		elif [[ ${LOOK[$hook.attached]} ]]; then
			die_no_gate "$hook"
		fi
	done
	[[ $found ]] || die "no hook of $DEV has a chain"
}

save_hook() { # HOOK
	local i plugins=() policies=() policy
	[[ ! ${LOOK[$1.broken]} ]] ||
		die "the chain on $DEV $1 is broken (${LOOK[$1.broken]}): 'tailgate chain $DEV $1 set ...' makes it new"
	check_chain_version "$1"
	policy_settle_names "$1"
	for ((i = 0; i < LOOK[$1.plugins]; i++)); do
		save_plugin "$1" "$i"
		plugins+=("$REPLY")
	done
	local IFS=,
	SAVE_TEXT+=$'\n'"[$1]"$'\n'
	[[ $1 != xdp ]] || save_line "Mode=${LOOK[xdp.mode]}"
	save_line "Chain=${plugins[*]}"
	for policy in "${policies[@]}"; do
		save_line "Policy=$policy"
	done
	save_policy_name "$1"
	save_line "Default=${LOOK[$1.default]}"
	save_line "Miss=${LOOK[$1.miss]}"
}

# Sets REPLY to the plugin's word in the chain, and adds to policies of
# save_hook.
save_plugin() { # HOOK POSITION
	local name=${LOOK[$1.$2.name]} build=${LOOK[$1.build]} object built is_built=''
	built=$BUILD/$name$build.o
	object_at "$1" "$2"
	object=$REPLY
	[[ $object ]] || die "the object of '$name' on $DEV $1 is gone from $OBJECTS: 'tailgate chain $DEV $1 replace $2 $name' puts another one there"
	[[ ! -e $built ]] || ! object_is_in_force "$1" "$2" "$built" "${LOOK[$1.miss]}" || is_built=1
	if [[ $name == policy ]]; then
		save_policy "$1" "$2" "$object" "$is_built"
		REPLY=policy
	elif [[ $is_built ]]; then
		REPLY=$name
	else
		save_file "$1.$2$build.o"
		cp -- "$object" "$REPLY" || die "cannot write $REPLY"
		REPLY=${SAVE_REF%"$build.o"}.o
	fi
}

# Where the places of rules are. A chain with two policies has no single name.
save_policy_name() { # HOOK
	local name=${LOOK[$1.policy.file]:-}
	((${#policies[@]} == 1)) && [[ $name && $name != *[[:cntrl:]]* ]] || return 0
	save_line "PolicyName=$name"
}

save_policy_failed() { # HOOK
	die "the policy in force on $DEV $1 does not carry its text, as one of an older version: 'tailgate policy apply $DEV FILE --hook $1' first"
}

# A policy that was saved for another hook is not saved again.
# One as built has no text: the default of a policy without rules is next.
save_policy() { # HOOK POSITION OBJECT 1|''
	local other
	save_file "$1.$2.policy"
	if [[ $4 ]]; then
		printf 'default next\n' >"$REPLY"
	else
		"$BUILD/tg-rules" source "$3" >"$REPLY" 2>/dev/null || save_policy_failed "$1"
	fi
	for other in "$SAVE_FOLDER"/*.policy; do
		[[ $other != "$REPLY" ]] || continue
		cmp -s -- "$other" "$REPLY" || continue
		rm -- "$REPLY"
		save_file "${other##*/}"
		break
	done
	policies+=("$SAVE_REF")
}

# --- sets

save_text_sets() {
	local i name
	for ((i = 0; i < ${LOOK[sets]:-0}; i++)); do
		name=${LOOK[set.$i.name]}
		save_file "$name.set"
		"$BUILD/tg-sets" save "${LIVE_PINS[set]}" "$name" >"$REPLY" || die "cannot save the set '$name' of $DEV"
		SAVE_TEXT+=$'\n'"[set $name]"$'\n'"File=$SAVE_REF"$'\n'
	done
}
