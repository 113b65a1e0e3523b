# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# tailgate explain: say which rule decides about a packet, and why

cmd_explain() {
	exec "$BUILD/tg-policy" explain "$@"
}
