# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Describes the machine and the software, as JSON.

version_of() { # COMMAND...
	[[ $(type -P "$1") ]] || return 0
	"$@" 2>&1 | grep -oE '[0-9]+(\.[0-9]+)+' | head -n 1 || true
}

machine() {
	local processor load
	processor=$(awk -F ': *' '/^model name/ { print $2; exit }' /proc/cpuinfo)
	read -r load _ </proc/loadavg
	jq -n --arg kernel "$(uname -r)" --arg processor "$processor" \
		--argjson processors "$(nproc)" --argjson load "$load" \
		--arg clang "$(version_of "$("$ROOT/tc-scripts/find-clang")" --version)" \
		--arg iproute2 "$(version_of tc -V)" --arg nft "$(version_of nft --version)" \
		--arg iptables "$(version_of iptables --version)" \
		--arg ipset "$(version_of ipset --version)" \
		--arg xdp_filter "$(version_of xdp-filter status --version)" \
		--arg jit "$(cat /proc/sys/net/core/bpf_jit_enable 2>/dev/null)" \
		'{$kernel, $processor, $processors, bpf_jit: $jit, load_at_the_end: $load,
		  versions: {$clang, $iproute2, $nft, $iptables, $ipset, "xdp-filter": $xdp_filter}}'
}
