# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The sets that an attachment's policies look up: one map, pinned beside the
# other maps of the attachment. Attachments of an instance share one map: their
# pins are hard links of the instance's.
#
#	KEY/tc/globals/tgs_sets  of an attachment
#	@NAME/tgs_sets           of an instance
#	@NAME/kept               a directory, if the instance stays without users

# Set by sets_find: the pin, and the name of the instance or nothing.
SETS_PIN='' SETS_INSTANCE=''

check_instance_name() { # NAME
	[[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$ ]] ||
		die "not a name for an instance: ${1@Q}: letters, digits, '_' and '-' please"
}

# Sets SETS_PIN for the selected attachment. The pin of an instance is used by
# its own path, as tools lock the directory of the pin that they are given.
sets_find() {
	local pin
	SETS_PIN=$GLOBALS/tgs_sets SETS_INSTANCE=''
	[[ -e $SETS_PIN ]] || return 0
	for pin in "$PINS_ROOT"/@*/tgs_sets; do
		[[ $pin -ef $SETS_PIN ]] || continue
		SETS_PIN=$pin SETS_INSTANCE=${pin%/*}
		SETS_INSTANCE=${SETS_INSTANCE##*/@}
	done
}

# Sets SETS_WORDS to the options of tg-splice for an object that may declare
# sets: none of those that were built does.
sets_words() { # OBJECT
	SETS_WORDS=()
	[[ $1 != "$BUILD"/* ]] || return 0
	sets_find
	SETS_WORDS=(--sets "$SETS_PIN")
}

# --- instances

# Call before anything is changed.
instance_check() { # NAME
	check_instance_name "$1"
	sets_find
	# shellcheck disable=SC2016 # it is expanded
	[[ ! -e $SETS_PIN || $SETS_INSTANCE == "$1" ]] ||
		die "$DEV has sets already${SETS_INSTANCE:+, those of the instance '$SETS_INSTANCE'}: 'tailgate detach $DEV' removes its use of them, then attach it with --instance $1"
}

# Makes the instance if it does not exist, and links its map to the attachment.
instance_join() { # NAME
	local folder=$PINS_ROOT/@$1
	[[ ! -e $GLOBALS/tgs_sets ]] || return 0
	lock_take "$OBJECTS_ROOT/all.lock"
	[[ -e $folder/tgs_sets ]] || {
		undo_with instance_release "$1"
		[[ -d $folder ]] || run_or_die mkdir "$folder"
		run_or_die "$BUILD/tg-sets" prepare "$folder/tgs_sets"
	}
	undo_with instance_leave "$1"
	run_or_die mkdir -p "$GLOBALS"
	run_or_die ln "$folder/tgs_sets" "$GLOBALS/tgs_sets"
	lock_drop
}

instance_leave() { # NAME
	[[ ! $PINS_ROOT/@$1/tgs_sets -ef $GLOBALS/tgs_sets ]] || run_or_die rm "$GLOBALS/tgs_sets"
}

# Removes the instance if no attachment uses it, unless it is kept. LOOK[others]
# is right again afterwards. With --dry-run, the attachment is still there.
instance_release() { # NAME [KEY] of an attachment that was removed
	local folder=$PINS_ROOT/@$1 path links=1
	[[ -d $folder && ! -d $folder/kept ]] || return 0
	[[ ! ${2:-} || ! -e $PINS_ROOT/$2/tc/globals/tgs_sets ]] || links=2
	[[ ! -e $folder/tgs_sets || $(stat -c %h -- "$folder/tgs_sets") == "$links" ]] || return 0
	run_or_die rm -r "$folder"
	for path in "$PINS_ROOT"/*; do
		is_one_of "${path##*/}" "${2:-}" "@$1" maps.debug progs.debug || return 0
	done
	LOOK[others]=''
}

# Whether the instance stays after its last attachment.
instance_keep() { # NAME 1|''
	local mark=$PINS_ROOT/@$1/kept
	if [[ $2 ]]; then
		[[ -d $mark ]] || run_or_die mkdir "$mark"
	else
		[[ ! -d $mark ]] || run_or_die rmdir "$mark"
	fi
}

# Removes instances that killed commands have left.
instances_tidy() {
	local folder
	local -A LOOK=([others]=1)
	[[ -d $PINS_ROOT ]] || return 0
	lock_take "$OBJECTS_ROOT/all.lock"
	for folder in "$PINS_ROOT"/@*; do
		[[ ! -d $folder ]] || instance_release "${folder##*/@}"
	done
	[[ ${LOOK[others]} ]] || root_unmount
	lock_drop
}
