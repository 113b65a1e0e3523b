// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the packet parser with arbitrary bytes: it reads no byte outside of
 * the linear part (checked by the sanitizer), agrees with the reference parser,
 * and has consistent results.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "found.h"
#include "reference.h"
#include "seed.h"

#define hold(condition)                                                     \
	do {                                                                \
		if (!(condition)) {                                         \
			fprintf(stderr, "does not hold: %s\n", #condition); \
			abort();                                            \
		}                                                           \
	} while (0)

static bool has_ports(enum tg_transport transport)
{
	return transport == TG_L4_TCP || transport == TG_L4_UDP ||
	       transport == TG_L4_SCTP;
}

static void check_places(const struct found *found,
			 const struct delivery *delivery)
{
	enum tg_network network = found->headers.network;

	hold(found->eth == 0);
	hold((found->ip4 != FOUND_NOWHERE) == (network == TG_NET_IPV4));
	hold((found->ip6 != FOUND_NOWHERE) == (network == TG_NET_IPV6));
	hold(found->arp == FOUND_NOWHERE || network == TG_NET_ARP);
	hold(found->arp + sizeof(struct tg_arp) <= delivery->at_hand ||
	     found->arp == FOUND_NOWHERE);
	hold(found->ip4 + sizeof(struct iphdr) <= delivery->at_hand ||
	     found->ip4 == FOUND_NOWHERE);
	hold(found->ip6 + sizeof(struct ipv6hdr) <= delivery->at_hand ||
	     found->ip6 == FOUND_NOWHERE);
	hold(found->pos + found->left <= delivery->size);
}

static void check_sense(const struct found *found)
{
	const struct tg_headers *headers = &found->headers;

	hold(headers->vlans <= TG_VLANS_MAX);
	if (headers->network < TG_NET_IPV4) {
		hold(!headers->protocol && !headers->extensions);
		hold(!headers->fragment && !headers->transport);
	}
	if (headers->fragment == TG_FRAG_LATER)
		hold(headers->transport == TG_L4_NONE);
	if (!has_ports(headers->transport))
		hold(!headers->sport && !headers->dport);
	if (headers->transport != TG_L4_TCP)
		hold(!headers->tcp_flags);
	if (headers->transport < TG_L4_ICMP)
		hold(!headers->icmp_type && !headers->icmp_code);
}

/* The packet cut one byte shorter than the parsed headers is malformed. */
static void check_needs_all(const struct found *found,
			    const struct delivery *delivery,
			    enum tg_depth depth)
{
	struct delivery shorter = *delivery;
	struct found less;

	shorter.size = found->pos - 1;
	if (shorter.at_hand > shorter.size)
		shorter.at_hand = shorter.size;
	find(&less, &shorter, depth);
	hold(less.error);
}

static void check_reference(const struct found *found,
			    const struct delivery *delivery,
			    enum tg_depth depth)
{
	struct delivery whole = *delivery;
	struct found expected;

	find_by_reference(&expected, delivery, depth);
	if (found->error == expected.error) {
		hold(found_same(found, &expected));
		hold(found->error || (found->eth == expected.eth &&
				      found->arp == expected.arp &&
				      found->ip4 == expected.ip4 &&
				      found->ip6 == expected.ip6 &&
				      found->pos == expected.pos));
		return;
	}
	/* with several errors, either may be found first */
	hold(found->error && expected.error);
	whole.at_hand = whole.size;
	find_by_reference(&expected, &whole, depth);
	hold(expected.error == TG_ERR_MALFORMED);
}

static void check(const struct delivery *delivery, enum tg_depth depth)
{
	struct found found;

	find(&found, delivery, depth);
	hold(found.error != TG_ERR_SPLIT || delivery->at_hand < delivery->size);
	check_reference(&found, delivery, depth);
	if (found.error)
		return;
	check_places(&found, delivery);
	check_sense(&found);
	check_needs_all(&found, delivery, depth);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct seed seed;
	struct delivery delivery = { 0 };

	if (size < sizeof(seed))
		return 0;
	memcpy(&seed, bytes, sizeof(seed));
	delivery.bytes = bytes + sizeof(seed);
	delivery.size = size - sizeof(seed);
	delivery.at_hand = delivery.size - (seed.elsewhere < delivery.size
						    ? seed.elsewhere
						    : delivery.size);
	delivery.has_tag = seed.has_tag & 1;
	delivery.tag = delivery.has_tag ? seed.tag : 0;
	for (enum tg_depth depth = TG_DEPTH_LINK; depth <= TG_DEPTH_TRANSPORT;
	     depth++)
		check(&delivery, depth);
	return 0;
}
