# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Where roots of Debian are made from. Its user has die().

# Where apt gets Debian itself from, as this machine is set up.
mirror() {
	local uri=${TAILGATE_DEBIAN_MIRROR:-}
	# shellcheck disable=SC2016 # apt replaces it
	[[ $uri ]] || uri=$(apt-get indextargets --format '$(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
	[[ $uri ]] || die "apt here knows no mirror of Debian: 'apt-get update', or set TAILGATE_DEBIAN_MIRROR"
	printf '%s\n' "$uri"
}
