# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Packages as files: fetched with apt and unpacked, never installed. Where the
# machine's lists of packages are old or lack one, lists of our own are kept in
# the cache; the machine's stay as they are.

# Options for every call of apt, and whether it has lists of our own.
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

# The newest package whose name matches; nothing where apt knows none.
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

# The version that apt would install; nothing where there is none.
package_version() { # NAME
	apt-cache "${APT[@]}" policy "$1" 2>/dev/null |
		sed -nE '/Candidate: \(none\)/d; s/^ *Candidate: //p'
}

# Fetches packages, all or none, and unpacks them into a directory.
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

# The same, once more with new lists where it fails.
fetch_packages() { # DIRECTORY NAME[=VERSION]...
	unpack_packages "$@" || { use_own_lists && unpack_packages "$@"; }
}
