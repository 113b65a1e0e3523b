// SPDX-License-Identifier: GPL-2.0-only
#include "random_packet.h"

#include <string.h>

#include "edges.h"
#include "pools.h"

#define IP4_SIZE 20
#define IP6_SIZE 40
#define PAYLOAD_BITS 9 /* payloads of up to 511 bytes */

struct packet_writer {
	struct random *random;
	struct random_packet *packet;
};

static bool chance(struct packet_writer *writer, uint32_t percent)
{
	return random_is(writer->random, percent);
}

static uint8_t *take(struct packet_writer *writer, size_t size)
{
	uint8_t *start = writer->packet->bytes + writer->packet->size;

	memset(start, 0, size);
	writer->packet->size += size;
	return start;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void write_transport(struct packet_writer *writer, uint8_t protocol)
{
	uint8_t *at;

	switch (protocol) {
	case 6:
		at = take(writer, 20);
		at[12] = 5 << 4;
		at[13] = random_is(writer->random, 50)
				 ? 2
				 : random_edge(writer->random, 8);
		break;
	case 17:
		at = take(writer, 8);
		put16(at + 4, 8);
		break;
	case 132:
		at = take(writer, 12);
		break;
	case 1:
	case 58:
		at = take(writer, 8);
		at[0] = pool_number(writer->random, 255);
		at[1] = pool_number(writer->random, 255);
		return;
	default:
		take(writer, 4);
		return;
	}
	put16(at, pool_port(writer->random));
	put16(at + 2, pool_port(writer->random));
}

/* Units of eight bytes; every other fragment is a first one. */
static uint16_t fragment_offset(struct packet_writer *writer)
{
	return chance(writer, 50) ? 0 : random_edge(writer->random, 13);
}

/* Sets the length to an edge value if the packet does not get shorter. */
static void write_payload(struct packet_writer *writer, const uint8_t *ip)
{
	size_t size = writer->packet->bytes + writer->packet->size - ip;
	size_t wanted = random_edge(writer->random, PAYLOAD_BITS);

	if (chance(writer, 10) && wanted > size)
		take(writer, wanted - size);
}

static void write_ip4(struct packet_writer *writer)
{
	uint8_t protocol = pool_protocol(writer->random);
	size_t options = chance(writer, 10) ? 4 : 0;
	uint8_t *ip = take(writer, IP4_SIZE + options);

	ip[0] = 0x40 | (IP4_SIZE + options) / 4;
	ip[1] = pool_number(writer->random, 63) << 2 |
		random_below(writer->random, 4);
	ip[8] = pool_number(writer->random, 255);
	ip[9] = protocol;
	put32(ip + 12, pool_address4(writer->random));
	put32(ip + 16, pool_address4(writer->random));
	if (chance(writer, 8))
		put16(ip + 6, random_below(writer->random, 8) << 13 |
				      fragment_offset(writer));
	write_transport(writer, protocol);
	write_payload(writer, ip);
	put16(ip + 2, writer->packet->bytes + writer->packet->size - ip);
}

/* Writes an extension header and its number to the previous header. */
static uint8_t *write_extension(struct packet_writer *writer, uint8_t *next)
{
	static const uint8_t kinds[] = { 0, 43, 60, 44, 51 };
	uint8_t kind = kinds[random_below(writer->random, sizeof(kinds))];
	uint8_t *at = take(writer, kind == 51 ? 12 : 8);

	*next = kind;
	if (kind == 44)
		put16(at + 2, fragment_offset(writer) << 3 |
				      random_below(writer->random, 8));
	if (kind == 51)
		at[1] = 1;
	return at;
}

static void write_ip6(struct packet_writer *writer)
{
	uint8_t protocol = pool_protocol(writer->random);
	uint8_t *ip = take(writer, IP6_SIZE), *next = &ip[6];
	uint32_t dscp = pool_number(writer->random, 63);
	uint32_t ecn = random_below(writer->random, 4);

	ip[0] = 0x60 | dscp >> 2;
	ip[1] = dscp << 6 | ecn << 4;
	ip[7] = pool_number(writer->random, 255);
	pool_address6(writer->random, ip + 8);
	pool_address6(writer->random, ip + 24);
	while (chance(writer, 12) && writer->packet->size < 120)
		next = write_extension(writer, next);
	*next = protocol;
	write_transport(writer, protocol);
	write_payload(writer, ip);
	put16(ip + 4,
	      writer->packet->bytes + writer->packet->size - ip - IP6_SIZE);
}

static void write_arp(struct packet_writer *writer)
{
	uint8_t *arp = take(writer, 28);

	put16(arp, 1);
	put16(arp + 2, 0x0800);
	arp[4] = 6;
	arp[5] = 4;
	put16(arp + 6, pool_number(writer->random, 10));
}

static void write_tag(struct packet_writer *writer, uint8_t *type)
{
	uint8_t *tag = take(writer, 4);

	put16(type, 0x8100);
	put16(tag, pool_number(writer->random, 4095) |
			   pool_number(writer->random, 7) << 13);
}

static void write_frame(struct packet_writer *writer)
{
	uint8_t *eth = take(writer, 14), *type = eth + 12;
	uint32_t kind = random_below(writer->random, 100);

	pool_mac(writer->random, eth);
	pool_mac(writer->random, eth + 6);
	for (int i = 0; i < 2 && chance(writer, 12); i++) {
		write_tag(writer, type);
		type = writer->packet->bytes + writer->packet->size - 2;
	}
	if (kind < 50) {
		put16(type, 0x0800);
		write_ip4(writer);
	} else if (kind < 85) {
		put16(type, 0x86dd);
		write_ip6(writer);
	} else if (kind < 93) {
		put16(type, 0x0806);
		write_arp(writer);
	} else {
		put16(type, pool_ethertype(writer->random));
	}
}

static void damage(struct packet_writer *writer)
{
	struct random_packet *packet = writer->packet;

	if (chance(writer, 50))
		packet->size = random_below(writer->random, packet->size + 1);
	else
		packet->bytes[random_below(writer->random, packet->size)] ^=
			1 << random_below(writer->random, 8);
}

void random_packet(struct random *random, struct random_packet *packet)
{
	struct packet_writer writer = { random, packet };

	packet->size = 0;
	packet->metadata = (struct policy_metadata){ 0 };
	write_frame(&writer);
	if (chance(&writer, 4))
		damage(&writer);
	packet->metadata.flow = random_below(random, TG_FLOW_FACTS);
	if (chance(&writer, 60)) {
		packet->metadata.has_skb = true;
		packet->metadata.skb.mark = pool_mark(random);
		packet->metadata.skb.pkt_type = random_below(random, 8);
	}
	if (chance(&writer, 6)) {
		packet->metadata.has_vlan = true;
		packet->metadata.vlan_tci = pool_number(random, 4095);
	}
}
