# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What an attachment's policies look up: its sets, and its table of flows. Each
# is a map that is pinned beside the other maps of the attachment. Attachments
# of an instance share them: their pins are hard links of the instance's.
#
#	KEY/tc/globals/tgs_sets, tgf_flows  of an attachment
#	@NAME/tgs_sets, tgf_flows           of an instance
#	@NAME/kept                          a directory, if the instance stays
#	                                    without users
#
# An attachment of an instance has a link to the sets from the start, and one to
# the flows as soon as a program in its chain uses them.

# Set by live_find: the pins of the maps themselves, and the name of the
# instance or nothing.
SETS_PIN='' FLOWS_PIN='' LIVE_INSTANCE=''

# The instance that this command joins.
JOINED_INSTANCE=''

check_instance_name() { # NAME
	[[ $1 =~ ^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$ ]] ||
		die "not a name for an instance: ${1@Q}: letters, digits, '_' and '-' please"
}

# For the selected attachment. The pins of an instance are used by their own
# paths, as tools lock the directory of the pin that they are given.
live_find() {
	local folder=$GLOBALS pin
	LIVE_INSTANCE=$JOINED_INSTANCE
	if [[ ! $LIVE_INSTANCE && -e $GLOBALS/tgs_sets ]]; then
		for pin in "$PINS_ROOT"/@*/tgs_sets; do
			[[ $pin -ef $GLOBALS/tgs_sets ]] || continue
			LIVE_INSTANCE=${pin%/*}
			LIVE_INSTANCE=${LIVE_INSTANCE##*/@}
		done
	fi
	[[ ! $LIVE_INSTANCE ]] || folder=$PINS_ROOT/@$LIVE_INSTANCE
	SETS_PIN=$folder/tgs_sets FLOWS_PIN=$folder/tgf_flows
}

# Sets LIVE_WORDS to the options of tg-splice for an object that may use these
# maps, and LIVE_ENTER to what it is run by: in the namespace of the device, as
# a new table gets the flows of its sockets. Of the objects as built, only the
# plugin 'flow' uses them; the policy has no rules, and must not pin a map of
# flows.
live_words() { # OBJECT
	LIVE_WORDS=() LIVE_ENTER=()
	[[ $1 != "$BUILD"/* || $1 == "$BUILD"/@(flow|policy.live)?(.frags).o ]] || return 0
	live_find
	[[ $1 == "$BUILD"/* ]] || LIVE_WORDS=(--sets "$SETS_PIN")
	LIVE_WORDS+=(--flows "$GLOBALS/tgf_flows")
	[[ ! $LIVE_INSTANCE ]] || LIVE_WORDS+=(--flows-from "$FLOWS_PIN")
	LIVE_WORDS+=(--adopt "$DEV")
	LIVE_ENTER=("${ENTER[@]}")
}

# --- instances

# Call before anything is changed.
instance_check() { # NAME
	check_instance_name "$1"
	live_find
	# shellcheck disable=SC2016 # it is expanded
	[[ (! -e $GLOBALS/tgs_sets && ! -e $GLOBALS/tgf_flows) || $LIVE_INSTANCE == "$1" ]] ||
		die "$DEV has sets or flows already${LIVE_INSTANCE:+, those of the instance '$LIVE_INSTANCE'}: 'tailgate detach $DEV' removes its use of them, then attach it with --instance $1"
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
	for map in tgs_sets tgf_flows; do
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

# --- flows

# What tg-flows says about the table that it has made.
FLOWS_REPORT=''

# Makes the table for this many flows, if there is none.
flows_make() { # FLOWS
	local words
	live_find
	words=("$BUILD/tg-flows" prepare "$FLOWS_PIN" --flows "$1")
	[[ -e $FLOWS_PIN ]] || undo_with rm -f "$FLOWS_PIN"
	run_or_die mkdir -p "$GLOBALS"
	if [[ $DRY_RUN ]]; then
		run "${words[@]}"
	else
		FLOWS_REPORT=$(run "${words[@]}") || exit 1
	fi
}
