# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Packages that are downloaded with apt and unpacked, but not installed. If the
# machine's package lists are outdated or lack a package, separate lists in the
# cache are used; the machine's lists are not changed.

# Options for each call of apt, and whether separate lists are used.
APT=(-q -o APT::Sandbox::User=)
OWN_LISTS=

use_own_lists() {
	local lists=$CACHE/apt
	[[ ! $OWN_LISTS ]] || return 1
	OWN_LISTS=1
	mkdir -p "$lists/lists/partial" "$lists/cache"
	APT+=(-o "Dir::State::lists=$lists/lists" -o "Dir::Cache=$lists/cache")
	note 'updating the lists of packages'
	apt-get "${APT[@]}" update &>>"$LOG"
}

# The newest package with a matching name; nothing if there is none.
newest_package() { # PREFIX REGEX
	local name names
	names=$(apt-cache "${APT[@]}" pkgnames "$1" | { grep -xE -- "$2" || true; } | sort -rV)
	for name in $names; do
		if [[ $(package_version "$name") ]]; then
			printf '%s\n' "$name"
			return
		fi
	done
}

# The version that apt would install; nothing if there is none.
package_version() { # NAME
	apt-cache "${APT[@]}" policy "$1" 2>/dev/null |
		sed -nE '/Candidate: \(none\)/d; s/^ *Candidate: //p'
}

# Downloads packages, all or none, and unpacks them into a directory.
unpack_packages() { # DIRECTORY NAME[=VERSION]...
	local into=$1 download deb
	shift
	download=$(mktemp -d "$WORK/packages.XXXXXX")
	note "fetching $*"
	(cd -- "$download" && timeout 300 apt-get "${APT[@]}" download "$@" &>>"$LOG") || return
	mkdir -p "$into"
	for deb in "$download"/*.deb; do
		dpkg-deb -x "$deb" "$into" || return
	done
	rm -rf -- "$download"
}

# The same, but retries with new lists.
fetch_packages() { # DIRECTORY NAME[=VERSION]...
	unpack_packages "$@" || { use_own_lists && unpack_packages "$@"; }
}
