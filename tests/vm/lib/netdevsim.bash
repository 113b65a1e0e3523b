# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# netdevsim, a device that accepts XDP programs like a network card. No Debian
# kernel includes it, so it is built here from the kernel's sources and headers,
# and kept in the cache.

get_netdevsim() {
	local new
	[[ ! -e $KERNEL/netdevsim.ko ]] || return 0
	new=$(mktemp -d "$WORK/netdevsim.XXXXXX")
	fetch_sources "$new" ||
		die "cannot fetch what netdevsim for $KERNEL_NAME is built from, 'apt-get update' may help: $(last_words "$LOG")"
	note "building netdevsim for $KERNEL_NAME"
	build_netdevsim "$new" &>>"$LOG" ||
		die "netdevsim for $KERNEL_NAME does not build: $(last_words "$LOG")"
	strip --strip-debug "$new/netdevsim/netdevsim.ko" -o "$KERNEL/netdevsim.ko.new"
	mv "$KERNEL/netdevsim.ko.new" "$KERNEL/netdevsim.ko"
	rm -rf -- "$new"
}

# The package names are derived from the kernel's; linux-kbuild- may have a
# longer or shorter version.
fetch_sources() { # DIRECTORY
	local headers=linux-headers-$KERNEL_NAME kbuild
	kbuild=$(apt-cache "${APT[@]}" depends "$headers" | sed -n 's/^ *Depends: \(linux-kbuild-.*\)/\1/p')
	[[ $kbuild ]] || return
	fetch_packages "$1" "$headers=$KERNEL_VERSION" "$kbuild=$KERNEL_VERSION" \
		"${headers%-cloud-amd64}-common=$KERNEL_VERSION" \
		"linux-source-$KERNEL_SERIES=$KERNEL_VERSION"
}

build_netdevsim() { # DIRECTORY
	local usr=$1/usr headers=$1/usr/src/linux-headers-$KERNEL_NAME
	mkdir "$1/netdevsim"
	tar -xJf "$usr/src/linux-source-$KERNEL_SERIES.tar.xz" -C "$1/netdevsim" \
		--strip-components=4 --wildcards 'linux-source-*/drivers/net/netdevsim/*' || return
	# the build uses these files in place, but they contain the installed
	# path
	sed -i "s|/usr/src/|$usr/src/|" "$headers/Makefile" || return
	env -u MAKEFLAGS -u MAKELEVEL nice -n 10 make -C "$headers" "M=$1/netdevsim" \
		CONFIG_NETDEVSIM=m CONFIG_DEBUG_INFO_BTF_MODULES= modules
}

# Where tests inside the machine find it.
add_netdevsim() { # ROOT
	mkdir -p "$1/lib/modules/$KERNEL_NAME/extra"
	cp "$KERNEL/netdevsim.ko" "$1/lib/modules/$KERNEL_NAME/extra/"
}
