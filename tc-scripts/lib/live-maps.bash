# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What an attachment's policies look up: its sets, and its tables of flows and
# limits. Each is a map that is pinned beside the other maps of the attachment.
# Attachments of an instance share them: their pins are hard links of the
# instance's.
#
#	KEY/tc/globals/tgs_sets, tgf_flows, tgl_limits  of an attachment
#	@NAME/tgs_sets, tgf_flows, tgl_limits           of an instance
#	@NAME/kept                                      a directory, if the
#	                                                instance stays without
#	                                                users
#
# An attachment of an instance has a link to the sets from the start, and one to
# a table as soon as a program in its chain uses it.

# The maps, by the verb that shows and changes them; the tool is tg-NOUN.
declare -grA LIVE_MAPS=([set]=tgs_sets [flows]=tgf_flows [limits]=tgl_limits)

# What each has, and what a policy does that uses it.
declare -grA LIVE_NOUNS=([set]=sets [flows]=flows [limits]=limits)
declare -grA LIVE_USES=([set]='declares one' [flows]='uses them' [limits]='uses them')

# Those that are tables of a size, which an option of attach and tg-splice names.
readonly LIVE_TABLES=(flows limits)

# Set by live_find: the pins of the maps themselves by verb, and the name of the
# instance or nothing.
declare -gA LIVE_PINS=()
LIVE_INSTANCE=''

# The instance that this command joins.
JOINED_INSTANCE=''

check_instance_name() { # NAME
	[[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$ ]] ||
		die "not a name for an instance: ${1@Q}: letters, digits, '_' and '-' please"
}

# For the selected attachment. The pins of an instance are used by their own
# paths, as tools lock the directory of the pin that they are given.
live_find() {
	local folder=$GLOBALS pin verb
	LIVE_INSTANCE=$JOINED_INSTANCE
	if [[ ! $LIVE_INSTANCE && -e $GLOBALS/tgs_sets ]]; then
		for pin in "$PINS_ROOT"/@*/tgs_sets; do
			[[ $pin -ef $GLOBALS/tgs_sets ]] || continue
			LIVE_INSTANCE=${pin%/*}
			LIVE_INSTANCE=${LIVE_INSTANCE##*/@}
		done
	fi
	[[ ! $LIVE_INSTANCE ]] || folder=$PINS_ROOT/@$LIVE_INSTANCE
	for verb in "${!LIVE_MAPS[@]}"; do
		LIVE_PINS[$verb]=$folder/${LIVE_MAPS[$verb]}
	done
}

# Whether the attachment has one of the maps.
live_exists() {
	local map
	for map in "${LIVE_MAPS[@]}"; do
		[[ ! -e $GLOBALS/$map ]] || return 0
	done
	return 1
}

# For a verb about a map: sets LIVE_PIN to the map's pin, and DEV if the word is
# a device.
live_open() { # VERB DEV | @INSTANCE
	local noun=${LIVE_NOUNS[$1]} map=${LIVE_MAPS[$1]}
	if [[ $2 == @* ]]; then
		check_instance_name "${2#@}"
		LIVE_PIN=$PINS_ROOT/$2/$map
		[[ -d $PINS_ROOT/$2 ]] || die "no such instance: '${2#@}': 'tailgate attach DEV ... --instance ${2#@}' makes it"
		[[ -e $LIVE_PIN ]] || die "the instance '${2#@}' has no $noun: no policy of its attachments ${LIVE_USES[$1]}"
		return
	fi
	device_open "$2" --place
	{ [[ ${LOOK[pins]} ]] && ! attachment_is_dead; } || die "nothing is attached to '$2'"
	live_find
	LIVE_PIN=${LIVE_PINS[$1]}
	[[ -e $LIVE_PIN ]] || die "$DEV has no $noun: no policy that was applied to it ${LIVE_USES[$1]}"
}

LIVE_PIN=''

# Ends the command by the tool of the verb, which speaks as tailgate.
live_read() { # VERB ACTION WORD...
	exec -a "tailgate $1" "$BUILD/tg-${LIVE_NOUNS[$1]}" "$2" "$LIVE_PIN" "${@:3}"
}

# The same for an action that changes the map: with --dry-run, it is printed.
live_change() { # VERB ACTION WORD...
	[[ $DRY_RUN ]] || live_read "$@"
	run "$BUILD/tg-${LIVE_NOUNS[$1]}" "$2" "$LIVE_PIN" "${@:3}"
}

# Sets LIVE_WORDS to the options of tg-splice for an object that may use these
# maps, and LIVE_ENTER to what it is run by: in the namespace of the device, as
# a new table of flows gets those of its sockets. Of the objects as built, only
# the plugins 'flow' and 'limit' use them; the policy has no rules, and must not
# pin a table.
live_words() { # OBJECT
	local table
	LIVE_WORDS=() LIVE_ENTER=()
	[[ $1 != "$BUILD"/* || $1 == "$BUILD"/@(flow|limit|policy.live)?(.frags).o ]] || return 0
	live_find
	[[ $1 == "$BUILD"/* ]] || LIVE_WORDS=(--sets "${LIVE_PINS[set]}")
	for table in "${LIVE_TABLES[@]}"; do
		LIVE_WORDS+=("--$table" "$GLOBALS/${LIVE_MAPS[$table]}")
		[[ ! $LIVE_INSTANCE ]] || LIVE_WORDS+=("--$table-from" "${LIVE_PINS[$table]}")
	done
	LIVE_WORDS+=(--adopt "$DEV")
	LIVE_ENTER=("${ENTER[@]}")
}

# The same for an object that is only compared with the one in force: no table is
# made.
live_words_there() {
	local table
	LIVE_WORDS=()
	for table in "${LIVE_TABLES[@]}"; do
		[[ ! -e $GLOBALS/${LIVE_MAPS[$table]} ]] || LIVE_WORDS+=("--$table" "$GLOBALS/${LIVE_MAPS[$table]}")
	done
}

# The same for an object of the policy in force, whose sets have numbers in the
# table. A table that the object uses, and whose pin somebody has removed, would
# be made in this folder; it has no bpffs, so the object is not as in force.
live_words_same() { # FOLDER
	local table pin
	LIVE_WORDS=()
	live_find
	[[ ! -e ${LIVE_PINS[set]} ]] || LIVE_WORDS=(--sets "${LIVE_PINS[set]}")
	for table in "${LIVE_TABLES[@]}"; do
		pin=$GLOBALS/${LIVE_MAPS[$table]}
		[[ -e $pin ]] || pin=$1/${LIVE_MAPS[$table]}
		LIVE_WORDS+=("--$table" "$pin")
	done
}

# --- instances

# Call before anything is changed.
instance_check() { # NAME
	check_instance_name "$1"
	live_find
	# shellcheck disable=SC2016 # it is expanded
	[[ $LIVE_INSTANCE == "$1" ]] || ! live_exists ||
		die "$DEV has sets, flows or limits already${LIVE_INSTANCE:+, those of the instance '$LIVE_INSTANCE'}: 'tailgate detach $DEV' removes its use of them, then attach it with --instance $1"
}

# Makes the instance if it does not exist, and links its sets to the attachment.
instance_join() { # NAME
	local folder=$PINS_ROOT/@$1
	JOINED_INSTANCE=$1
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
	local map
	for map in "${LIVE_MAPS[@]}"; do
		[[ ! $PINS_ROOT/@$1/$map -ef $GLOBALS/$map ]] || run_or_die rm "$GLOBALS/$map"
	done
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

# --- tables

# What the tools say about tables that they have made.
LIVE_REPORTS=()

# Makes the table of this size, if there is none.
live_make() { # TABLE SIZE
	local words pin report
	live_find
	pin=${LIVE_PINS[$1]}
	words=("$BUILD/tg-$1" prepare "$pin" "--$1" "$2")
	[[ -e $pin ]] || undo_with rm -f "$pin"
	run_or_die mkdir -p "$GLOBALS"
	if [[ $DRY_RUN ]]; then
		run "${words[@]}"
	else
		report=$(run "${words[@]}") || exit 1
		LIVE_REPORTS+=("$report")
	fi
}

LIVE_DEVICES=() LIVE_VERB=''

# As live_open, for the only attachment of the namespace that has such a table.
live_open_only() { # VERB
	LIVE_DEVICES=() LIVE_VERB=$1
	look_each live_note_device --rules --all
	((${#LIVE_DEVICES[@]})) || die "no policy in force uses $1"
	((${#LIVE_DEVICES[@]} == 1)) ||
		usage_error "several devices have $1: name one of ${LIVE_DEVICES[*]}"
	live_open "$1" "${LIVE_DEVICES[0]}"
}

live_note_device() {
	[[ ! ${LOOK[$LIVE_VERB]:-} ]] || LIVE_DEVICES+=("${LOOK[device]}")
}

# Whether the first word is one of the others, which filters have, and no device
# has that name.
live_starts_filter() { # WORD WORD-OF-FILTER...
	is_one_of "$@" || return 1
	look_try --place -- "$1" || return 0
	[[ ! ${LOOK[index]} ]]
}
