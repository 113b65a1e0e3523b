# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A Debian kernel in the cache, by name and version: vmlinuz, its configuration,
# and an archive of modules needed for networking.

# Modules that are included: these directories and their dependencies.
readonly MODULE_FOLDERS='^kernel/(net/|lib/|drivers/virtio/virtio_pci|drivers/net/([^/]*$|vxlan/|macvlan/|bonding/|team/))'
readonly MODULES_LEFT_OUT='^kernel/net/(9p|atm|ax25|bluetooth|caif|can|ceph|dccp|hsr|ieee802154|mac80211|nfc|phonet|qrtr|rds|rxrpc|sctp|smc|sunrpc|tipc|vmw_vsock|wireless)/'

# Sets KERNEL_PACKAGE, KERNEL_VERSION, KERNEL_NAME ("6.1.0-56-cloud-amd64") and
# KERNEL, its directory in the cache.
find_kernel() { # SERIES
	local regex="linux-image-${1//./\\.}\\.[0-9][^-]*(-[0-9]+)?-cloud-amd64"
	KERNEL_PACKAGE=$(newest_package "linux-image-$1." "$regex")
	if [[ ! $KERNEL_PACKAGE ]] && use_own_lists; then
		KERNEL_PACKAGE=$(newest_package "linux-image-$1." "$regex")
	fi
	[[ $KERNEL_PACKAGE ]] ||
		die "apt knows no package linux-image-$1.*-cloud-amd64: is a source with Debian's kernels in its lists?"
	KERNEL_VERSION=$(package_version "$KERNEL_PACKAGE")
	KERNEL_NAME=${KERNEL_PACKAGE#linux-image-}
	KERNEL=$CACHE/kernel/${KERNEL_NAME}_$KERNEL_VERSION
}

# Downloads it unless it is in the cache.
get_kernel() { # SERIES
	local new
	find_kernel "$1"
	[[ ! -e $KERNEL/vmlinuz ]] || return 0
	new=$(mktemp -d "$WORK/kernel.XXXXXX")
	unpack_packages "$new" "$KERNEL_PACKAGE" || fetch_again "$1" "$new" ||
		die "cannot fetch $KERNEL_PACKAGE: $(last_words "$LOG")"
	note "unpacking the modules of $KERNEL_NAME"
	choose_modules "$new"
	mkdir -p "$KERNEL"
	pack "$new/chosen" "$KERNEL/modules.cpio"
	cp "$new/boot/config-$KERNEL_NAME" "$KERNEL/config"
	mv "$new/boot/vmlinuz-$KERNEL_NAME" "$KERNEL/vmlinuz"
	rm -rf -- "$new"
	forget_older_kernels "$1"
}

# the package lists may be older than the newest kernel
fetch_again() { # SERIES DIRECTORY
	use_own_lists || return
	find_kernel "$1"
	unpack_packages "$2" "$KERNEL_PACKAGE"
}

# Makes DIRECTORY/chosen: uncompressed modules with dependencies, and the lists
# for modprobe.
choose_modules() { # DIRECTORY
	local from=$1/lib/modules/$KERNEL_NAME into=$1/chosen/lib/modules/$KERNEL_NAME
	index_modules "$from"
	mkdir -p "$into"
	(cd -- "$from" && modules_wanted | cpio -pdm --quiet "$into")
	cp "$from"/modules.{builtin,order} "$into"
	find "$into" -name '*.ko.xz' -exec xz -d {} +
	index_modules "$into"
}

# busybox depmod writes the lists to the directory itself.
index_modules() { # DIRECTORY
	busybox depmod -b "${1%/lib/modules/*}" "$KERNEL_NAME" &>>"$LOG"
}

# Prints a line of modules.dep for each file.
modules_wanted() {
	awk -v folders="$MODULE_FOLDERS" -v left_out="$MODULES_LEFT_OUT" -F: '
		function want(module, names, count, i) {
			if (module in wanted)
				return
			wanted[module] = 1
			print module
			count = split(needs[module], names, " ")
			for (i = 1; i <= count; i++)
				want(names[i])
		}
		{ needs[$1] = $2 }
		END {
			for (module in needs)
				if (module ~ folders && module !~ left_out)
					want(module)
		}' modules.dep
}

forget_older_kernels() { # SERIES
	local folder
	for folder in "$CACHE/kernel/$1".[0-9]*; do
		[[ $folder == "$KERNEL" ]] || rm -rf -- "$folder"
	done
}
