// SPDX-License-Identifier: GPL-2.0-only
#include "flows/what_packet.h"

#include <netinet/in.h>
#include <string.h>

#include "flows/nf_conntrack.h"

#include "flow_tcp_peer.h"

#define PROTOCOL_OTHER 253 /* for experiments: RFC 3692 */

static void put16(uint8_t *bytes, uint16_t value)
{
	bytes[0] = value >> 8;
	bytes[1] = value;
}

bool what_has_ports(const struct what *what)
{
	return what->kind == UDP || what->kind == FRAGMENTED ||
	       what->kind == TCP;
}

uint8_t what_protocol(const struct what *what)
{
	switch (what->kind) {
	case UDP:
	case FRAGMENTED:
		return IPPROTO_UDP;
	case TCP:
		return IPPROTO_TCP;
	case OTHER:
		return PROTOCOL_OTHER;
	default:
		return what->is_ip6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	}
}

static void put_ports(const struct what *what, uint8_t *bytes)
{
	put16(bytes, what->ids[what->from_second]);
	put16(bytes + 2, what->ids[!what->from_second]);
}

/* --- TCP: the first end's SYN, and the second's answer */

uint8_t what_tcp_flags(const struct what *what)
{
	return TG_FLOW_SYN | (what->from_second ? TG_FLOW_ACK : 0);
}

static void make_tcp(struct what *what, uint8_t *bytes)
{
	what->size = what->start + 20;
	put_ports(what, bytes);
	put16(bytes + 6, TCP_START);
	if (what->from_second)
		put16(bytes + 10, TCP_START + 1);
	bytes[12] = 5 << 4;
	bytes[13] = what_tcp_flags(what);
	put16(bytes + 14, TCP_WINDOW);
}

/* --- fragments: 16 bytes of UDP, and 12 that follow */

#define FIRST_PART 16
#define SECOND_PART 12

/* The header of a fragment, which starts after `sent` bytes of the packet. */
static void make_fragment(const struct what *what, uint8_t *bytes,
			  unsigned int size, unsigned int sent)
{
	bool has_more = sent == 0;

	if (!what->is_ip6) {
		kernel_fragment4(bytes, size, what->from_second,
				 what_protocol(what), what->fragment_id,
				 has_more << 13 | sent / 8);
		return;
	}
	kernel_header(bytes, size, true, what->from_second, IPPROTO_FRAGMENT);
	bytes[40] = what_protocol(what);
	put16(bytes + 42, sent | has_more);
	put16(bytes + 46, what->fragment_id);
}

static void make_fragmented(struct what *what)
{
	what->start = what->is_ip6 ? 48 : 20;
	what->size = what->start + FIRST_PART;
	what->rest_size = what->start + SECOND_PART;
	memset(what->rest, 0, sizeof(what->rest));
	make_fragment(what, what->bytes, what->size, 0);
	make_fragment(what, what->rest, what->rest_size, FIRST_PART);
}

void what_make(struct what *what)
{
	uint8_t *bytes;

	memset(what->bytes, 0, sizeof(what->bytes));
	what->start = what->is_ip6 ? 40 : 20;
	bytes = what->bytes + what->start;
	what->size = what->start + 16;
	switch (what->kind) {
	case FRAGMENTED:
		make_fragmented(what);
		bytes = what->bytes + what->start;
		put16(bytes + 4, FIRST_PART + SECOND_PART);
		put_ports(what, bytes);
		return;
	case UDP:
		put_ports(what, bytes);
		put16(bytes + 4, 16);
		break;
	case TCP:
		make_tcp(what, bytes);
		break;
	case ECHO:
	case ECHO_REPLY:
		bytes[0] = what->type;
		put16(bytes + 4, what->ids[0]);
		break;
	case ERROR:
		bytes[0] = what->type;
		memcpy(bytes + 8, what->quoted->bytes, what->quoted_size);
		what->size = what->start + 8 + what->quoted_size;
		break;
	default:
		break;
	}
	kernel_header(what->bytes, what->size, what->is_ip6, what->from_second,
		      what_protocol(what));
}
