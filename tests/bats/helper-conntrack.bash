# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A router whose rules write what nf_conntrack says of a packet into its DSCP:
# the fact's number + 1. tests/flows/nf_conntrack.c sends and receives.

# Creates the namespace ROUTER, with the tun devices `first` and `second`.
given_conntrack_router() {
	((EUID == 0)) || fail 'this test needs root'
	given_namespace ROUTER router
	export ROUTER
	local device
	in_router sysctl -q net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.accept_dad=0
	for device in first second; do
		in_router ip tuntap add dev "$device" mode tun
		in_router ip link set dev "$device" mtu 65535 up
	done
	in_router ip address add 198.51.100.1/24 dev first
	in_router ip address add 203.0.113.1/24 dev second
	in_router ip address add 2001:db8:1::1/64 dev first
	in_router ip address add 2001:db8:2::1/64 dev second
	in_router nft -f - <<-'EOF'
		table inet facts {
			chain forward {
				type filter hook forward priority filter
				ct state new ip dscp set 1
				ct state established ip dscp set 2
				ct state related ip dscp set 3
				ct state invalid ip dscp set 4
				ct state new ip6 dscp set 1
				ct state established ip6 dscp set 2
				ct state related ip6 dscp set 3
				ct state invalid ip6 dscp set 4
			}
		}
	EOF
	# strict windows, and flows picked up in the middle
	in_router sysctl -q net.netfilter.nf_conntrack_tcp_be_liberal=0 \
		net.netfilter.nf_conntrack_tcp_loose=1 net.netfilter.nf_conntrack_checksum=0
}

in_router() {
	in_namespace "$ROUTER" "$@"
}
