// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_match - drops packets that meet all conditions: MACs, IPv4 addresses,
 * TCP and UDP ports. The conditions are constants, which are set in a copy of
 * the object; 0 means any. If none is set, as built, it drops nothing.
 *
 *	build/tg-splice build/tutorial/drop_match.o -o /tmp/no_dns.o \
 *		drop_match_saddr=0xc6336401 drop_match_dport=53
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj /tmp/no_dns.o sec ingress
 *
 * The verifier knows the constants, and leaves the code out that checks a
 * condition which is not set.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define FRAGMENT_OFFSET 0x1fff

const volatile __u64 drop_match_smac = 0;
const volatile __u64 drop_match_dmac = 0;
const volatile __u32 drop_match_saddr = 0;
const volatile __u32 drop_match_daddr = 0;
const volatile __u16 drop_match_sport = 0;
const volatile __u16 drop_match_dport = 0;

struct ports {
	__be16 source;
	__be16 dest;
};

static __always_inline bool is(__u64 wanted, __u64 found)
{
	return !wanted || wanted == found;
}

static __always_inline __u64 mac_number(const __u8 *mac)
{
	return (__u64)mac[0] << 40 | (__u64)mac[1] << 32 | (__u64)mac[2] << 24 |
	       mac[3] << 16 | mac[4] << 8 | mac[5];
}

static __always_inline bool link_matches(struct __sk_buff *skb)
{
	struct ethhdr eth;

	if (!drop_match_smac && !drop_match_dmac)
		return true;
	return !bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)) &&
	       is(drop_match_smac, mac_number(eth.h_source)) &&
	       is(drop_match_dmac, mac_number(eth.h_dest));
}

static __always_inline bool ports_match(struct __sk_buff *skb,
					const struct iphdr *ip)
{
	struct ports ports;

	if (!drop_match_sport && !drop_match_dport)
		return true;
	if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
		return false;
	/* Only the first fragment has ports. */
	if (ip->frag_off & bpf_htons(FRAGMENT_OFFSET))
		return false;
	return !bpf_skb_load_bytes(skb, ETH_HLEN + ip->ihl * 4, &ports,
				   sizeof(ports)) &&
	       is(drop_match_sport, bpf_ntohs(ports.source)) &&
	       is(drop_match_dport, bpf_ntohs(ports.dest));
}

static __always_inline bool network_matches(struct __sk_buff *skb)
{
	struct iphdr ip;

	if (!drop_match_saddr && !drop_match_daddr && !drop_match_sport &&
	    !drop_match_dport)
		return true;
	return skb->protocol == bpf_htons(ETH_P_IP) &&
	       !bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) &&
	       is(drop_match_saddr, bpf_ntohl(ip.saddr)) &&
	       is(drop_match_daddr, bpf_ntohl(ip.daddr)) &&
	       ports_match(skb, &ip);
}

static __always_inline bool nothing_is_set(void)
{
	return !drop_match_smac && !drop_match_dmac && !drop_match_saddr &&
	       !drop_match_daddr && !drop_match_sport && !drop_match_dport;
}

static __always_inline int drop_match(struct __sk_buff *skb)
{
	if (nothing_is_set() || !link_matches(skb) || !network_matches(skb))
		return TC_ACT_UNSPEC;
	return TC_ACT_SHOT;
}

SEC("ingress")
int drop_match_ingress(struct __sk_buff *skb)
{
	return drop_match(skb);
}

SEC("egress")
int drop_match_egress(struct __sk_buff *skb)
{
	return drop_match(skb);
}

char LICENSE[] SEC("license") = "GPL";
