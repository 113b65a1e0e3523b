# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate gc: remove what deleted devices and namespaces have left

# shellcheck source=tc-scripts/lib/attachment.bash
source "$HERE/lib/attachment.bash"
# shellcheck source=tc-scripts/lib/gate.bash
source "$HERE/lib/gate.bash"

help_gc() {
	cat <<-'EOF'
		Usage: tailgate gc

		Removes the pins of attachments whose gates no longer exist: the device,
		the namespace or the container is gone, or the filters were removed by
		hand; and instances that no attachment uses, unless they were kept. Chains
		that packets can reach are kept.
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
	instances_tidy
	stale_locks_remove
}

# The pins record that the clsact is tailgate's, so it is removed before them,
# in whatever namespace it is. It remains if filters were removed by hand or a
# detach was killed.
clsact_of_living_device() {
	local ENTER=()
	[[ -d $PINS/clsact ]] || return 0
	DEV=$(device_of_key "$KEY")
	namespace_enter "${KEY%%-*}" || return 0 # dead, and its devices with it
	look --place -- "$DEV"
	[[ ! ${LOOK[index]} ]] || clsact_release
}

# Sets ENTER for the namespace with this inode, found by name or by process.
namespace_enter() { # INODE
	local path status=0
	path=$(find -L /run/netns/* /proc/[0-9]*/ns/net -maxdepth 0 -inum "$1" -print -quit 2>/dev/null) || status=$?
	((status < 128)) || die "the search for the namespace of $KEY was killed"
	[[ $path ]] || return 1
	ENTER=(nsenter "--net=$path")
}
