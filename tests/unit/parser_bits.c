// SPDX-License-Identifier: GPL-2.0-only
/*
 * parser_bits - sets each bit of the fragment fields: a mask that lacks a bit
 * would treat fragments as unfragmented packets.
 */
#include <string.h>

#include <arpa/inet.h>

#include "found.h"
#include "tap.h"

#define BITS 16

/* One row for each bit's meaning. */
struct meaning {
	const char *name;
	uint16_t offset, more;
};

static const struct meaning ip4 = { "IPv4", 0x1fff, 0x2000 };
static const struct meaning ip6 = { "IPv6", 0xfff8, 0x0001 };

static void ip4_frame(uint8_t *frame, uint16_t field)
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons(sizeof(ip) + 8),
		.frag_off = htons(field),
		.protocol = IPPROTO_UDP,
	};

	eth->h_proto = htons(ETH_P_IP);
	memcpy(frame + sizeof(*eth), &ip, sizeof(ip));
}

static void ip6_frame(uint8_t *frame, uint16_t field)
{
	struct ethhdr *eth = (struct ethhdr *)frame;
	struct tg_ipv6_extension fragment = {
		.next = IPPROTO_UDP,
		.fragment = htons(field),
	};
	struct ipv6hdr ip = {
		.version = 6,
		.payload_len = htons(sizeof(fragment) + 8),
		.nexthdr = TG_NEXT_FRAGMENT,
	};

	eth->h_proto = htons(ETH_P_IPV6);
	memcpy(frame + sizeof(*eth), &ip, sizeof(ip));
	memcpy(frame + sizeof(*eth) + sizeof(ip), &fragment, sizeof(fragment));
}

static void check_bit(struct tap *tap, const struct meaning *meaning,
		      uint16_t field)
{
	bool is_ip4 = meaning == &ip4;
	uint8_t frame[sizeof(struct ethhdr) + sizeof(struct ipv6hdr) +
		      sizeof(struct tg_ipv6_extension) + 8] = { 0 };
	size_t size = is_ip4 ? sizeof(struct ethhdr) + sizeof(struct iphdr) + 8
			     : sizeof(frame);
	struct delivery delivery = { frame, size, size, false, 0 };
	enum tg_fragment wanted = field & meaning->offset ? TG_FRAG_LATER
				  : field & meaning->more ? TG_FRAG_FIRST
							  : TG_FRAG_NONE;
	struct found found;

	(is_ip4 ? ip4_frame : ip6_frame)(frame, field);
	find(&found, &delivery, TG_DEPTH_TRANSPORT);
	if (!tap_ok(tap, !found.error && found.headers.fragment == wanted,
		    "%s: 0x%04x says %s", meaning->name, field,
		    wanted == TG_FRAG_LATER   ? "a later fragment"
		    : wanted == TG_FRAG_FIRST ? "the first fragment"
					      : "no fragment"))
		tap_note(tap, "found: %s", found.text);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 2 * (BITS + 1));

	check_bit(&tap, &ip4, 0);
	check_bit(&tap, &ip6, 0);
	for (int bit = 0; bit < BITS; bit++) {
		check_bit(&tap, &ip4, 1 << bit);
		check_bit(&tap, &ip6, 1 << bit);
	}
	return tap_end(&tap);
}
