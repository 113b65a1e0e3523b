// SPDX-License-Identifier: GPL-2.0-only
/*
 * drop_http - drops HTTP requests by method and path: packets to TCP port 80
 * whose payload starts with the text of a rule. The rules are in a section of
 * constants, which can be replaced by a file: 4 rules of 32 bytes, padded with
 * zeros.
 *
 *	tc qdisc add dev eth0 clsact
 *	tc filter add dev eth0 ingress bpf da obj build/tutorial/drop_http.o \
 *		sec ingress
 *
 * Then `curl -X DELETE http://server/` and `curl http://server/private` hang.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define RULES 4
#define RULE_SIZE 32
#define HTTP_PORT 80
#define FRAGMENT_OFFSET 0x1fff

const volatile char drop_http_rules[RULES][RULE_SIZE] SEC(".rodata.http") = {
	"DELETE /",
	"GET /private",
};

/* Where the payload of a packet to the web server starts; 0: it is none. */
static __always_inline __u32 payload_offset(struct __sk_buff *skb)
{
	struct iphdr ip;
	struct tcphdr tcp;
	__u32 offset = ETH_HLEN;

	if (skb->protocol != bpf_htons(ETH_P_IP) ||
	    bpf_skb_load_bytes(skb, offset, &ip, sizeof(ip)))
		return 0;
	if (ip.protocol != IPPROTO_TCP ||
	    ip.frag_off & bpf_htons(FRAGMENT_OFFSET))
		return 0;
	offset += ip.ihl * 4;
	if (bpf_skb_load_bytes(skb, offset, &tcp, sizeof(tcp)) ||
	    tcp.dest != bpf_htons(HTTP_PORT))
		return 0;
	return offset + tcp.doff * 4;
}

static __always_inline bool starts_like(const char *request,
					const volatile char *rule)
{
	for (int i = 0; i < RULE_SIZE; i++) {
		if (!rule[i])
			return i > 0; /* an empty rule fits nothing */
		if (request[i] != rule[i])
			return false;
	}
	return true;
}

SEC("ingress")
int drop_http_ingress(struct __sk_buff *skb)
{
	__u32 offset = payload_offset(skb);
	char request[RULE_SIZE] = {};
	__s64 size = (__s64)skb->len - offset;

	if (!offset || size <= 0)
		return TC_ACT_UNSPEC;
	if (size > RULE_SIZE)
		size = RULE_SIZE;
	if (bpf_skb_load_bytes(skb, offset, request, size))
		return TC_ACT_UNSPEC;
	for (int i = 0; i < RULES; i++) {
		if (starts_like(request, drop_http_rules[i]))
			return TC_ACT_SHOT;
	}
	return TC_ACT_UNSPEC;
}

char LICENSE[] SEC("license") = "GPL";
