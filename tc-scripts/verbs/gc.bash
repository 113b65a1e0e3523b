# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate gc: clear away what dead devices and namespaces have left behind

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"

help_gc() {
	cat <<-'EOF'
		Usage: tailgate gc

		Removes the pins of attachments whose gates the kernel does not have any
		more: the device, the namespace or the container has died, or somebody has
		removed our filters by hand. A chain that any packet can reach stays.
	EOF
	help_rights gc
}

cmd_gc() {
	local key
	case ${1:-} in
	-h | --help)
		help_gc
		return
		;;
	'') ;;
	*) usage_error "gc takes no arguments, such as ${1@Q}" ;;
	esac
	need_rights gc
	look --host
	check_mount_namespace
	for key in $(attachment_keys); do
		attachment_select "$key"
		attachment_lock_alone
		look --key "$key"
		[[ ${LOOK[live]} || ! ${LOOK[pins]}${LOOK[objects]} ]] || {
			clsact_of_living_device
			attachment_remove
			[[ $DRY_RUN ]] || say "removed what was left of $KEY"
		}
		attachment_unlock
	done
	stale_locks_remove
}

# The pins remember that a clsact is ours. So it goes before them, whichever
# namespace it is in: where filters were removed by hand, or by a detach that
# was killed.
clsact_of_living_device() {
	local ENTER=()
	[[ -d $PINS/clsact ]] || return 0
	DEV=$(device_of_key "$KEY")
	namespace_enter "${KEY%%-*}" || return 0 # dead, and its devices with it
	look --place -- "$DEV"
	[[ ! ${LOOK[index]} ]] || clsact_release
}

# Sets ENTER for the namespace with this number, among those with a name and
# those with a process.
namespace_enter() { # INODE
	local path status=0
	path=$(find -L /run/netns/* /proc/[0-9]*/ns/net -maxdepth 0 -inum "$1" -print -quit 2>/dev/null) || status=$?
	((status < 128)) || die "the search for the namespace of $KEY was killed"
	[[ $path ]] || return 1
	ENTER=(nsenter "--net=$path")
}
