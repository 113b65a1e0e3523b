# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain: say which rule decides about a packet, and why

cmd_explain() {
	local word
	for word; do
		case $word in
		-h | --help)
			"$BUILD/tg-policy" explain --help | sed 's/tg-policy explain/tailgate explain/'
			return
			;;
		esac
	done
	exec "$BUILD/tg-policy" explain "$@"
}
