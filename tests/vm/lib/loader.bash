# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Newer tc and ip, from the release's backports with their libbpf, in the cache
# by version and below /opt/loader in the machine. If they are not available,
# the run continues without them.

LOADER='' LOADER_WHY_NOT=''

# The sources of this machine lack backports, which are at the first source's
# URL.
backports_source() {
	local uri suite key
	# shellcheck disable=SC2016 # apt's, not ours
	read -r uri suite < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' \
		'Identifier: Packages' 'Label: Debian') || return
	[[ $uri && $suite ]] || return
	key=/usr/share/keyrings/debian-archive-keyring.gpg
	printf 'deb [signed-by=%s] %s %s-backports main\n' "$key" "$uri" "${suite%%-*}"
}

# apt only uses this source, and keeps its lists in the cache.
use_backports() {
	local apt=$CACHE/backports
	mkdir -p "$apt/lists/partial" "$apt/cache"
	backports_source >"$apt/sources.list" || return
	APT=(-q -o APT::Sandbox::User= -o "Dir::Etc::sourcelist=$apt/sources.list"
		-o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$apt/lists"
		-o "Dir::Cache=$apt/cache" -o Dir::State::status=/dev/null)
	note 'updating the list of backports'
	timeout 120 apt-get "${APT[@]}" update &>>"$LOG"
}

# Sets LOADER to its directory in the cache, or LOADER_WHY_NOT; once per run.
get_loader() {
	local -a APT
	[[ ! $LOADER$LOADER_WHY_NOT ]] || return 0
	local version libbpf
	use_backports || {
		LOADER_WHY_NOT="no list of backports: $(last_words "$LOG")"
		return 0
	}
	version=$(package_version iproute2) libbpf=$(package_version libbpf1)
	[[ $version && $libbpf ]] || {
		LOADER_WHY_NOT='the backports have no iproute2, or no libbpf'
		return 0
	}
	LOADER=$CACHE/loader/iproute2_${version}_libbpf_$libbpf
	[[ ! -e $LOADER/complete ]] || return 0
	unpack_packages "$LOADER" iproute2 libbpf1 ||
		die "cannot fetch iproute2 $version of the backports: $(last_words "$LOG")"
	: >"$LOADER/complete"
}

# tc and ip with their own libraries, found first in PATH.
add_loader() { # ROOT
	local at=$1/opt/loader program
	[[ $LOADER ]] || return 0
	mkdir -p "$at/bin" "$at/real" "$at/lib"
	cp "$LOADER"/usr/lib/*/libbpf.so.1 "$at/lib/"
	for program in tc ip; do
		cp "$(loader_program "$program")" "$at/real/"
		printf '#!/bin/sh\nLD_LIBRARY_PATH=/opt/loader/lib exec /opt/loader/real/%s "$@"\n' \
			"$program" >"$at/bin/$program"
		chmod +x "$at/bin/$program"
	done
	find "$at/real" -type f -print0 | LD_LIBRARY_PATH=$at/lib copy_libraries "$1"
}

loader_program() { # NAME
	local place
	for place in "$LOADER"/{usr/,}{sbin,bin}/"$1"; do
		if [[ -f $place && ! -L $place ]]; then
			printf '%s\n' "$place"
			return
		fi
	done
}
