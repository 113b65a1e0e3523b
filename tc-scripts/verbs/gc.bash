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
	need_root
	check_mount_namespace
	for key in $(attachment_keys); do
		attachment_select "$key"
		attachment_lock
		attachment_is_live || ! attachment_remains || {
			clsact_of_living_device
			attachment_remove
			[[ $DRY_RUN ]] || say "removed what was left of $KEY"
		}
		attachment_unlock
	done
}

# Where only the filters were removed by hand, the clsact is still ours to take.
clsact_of_living_device() {
	DEV=$(device_of_key "$KEY")
	[[ $KEY != "$(netns_inode)"-* ]] || ! device_exists "$DEV" || clsact_release
}
