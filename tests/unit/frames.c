// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames - checksums of frames built by tools/packet/frames.c. All other bytes
 * are compared with craft's in describe.c, which excludes these checksums.
 *
 *	build/tests/frames
 */
#include <string.h>

#include "packet/frames.h"
#include "tap.h"

#define PAYLOAD_ODD 5

struct transport {
	const char *name;
	uint16_t ethertype;
	uint8_t protocol;
	uint32_t checksum_at; /* offset in its header */
	bool pseudo_header;
};

static const struct transport transports[] = {
	{ "TCP", ETH_P_IP, 6, 16, true },
	{ "UDP", ETH_P_IP, 17, 6, true },
	{ "ICMP", ETH_P_IP, 1, 2, false },
	{ "TCP in IPv6", ETH_P_IPV6, 6, 16, true },
	{ "UDP in IPv6", ETH_P_IPV6, 17, 6, true },
	{ "ICMPv6", ETH_P_IPV6, 58, 2, true },
};

#define TRANSPORTS ((int)(sizeof(transports) / sizeof(*transports)))

static uint32_t add_words(uint32_t sum, const uint8_t *bytes, uint32_t size)
{
	for (uint32_t i = 0; i + 1 < size; i += 2)
		sum += bytes[i] * 256 + bytes[i + 1];
	if (size % 2)
		sum += bytes[size - 1] * 256;
	return sum % 0xffff; /* equal to folding the carries */
}

/* RFC 1071: the sum of all words, including the checksum, is all ones. */
static bool is_right(const struct transport *transport, const uint8_t *bytes,
		     uint32_t size)
{
	bool ipv6 = transport->ethertype == ETH_P_IPV6;
	const uint8_t *ip = bytes + 14, *start = ip + (ipv6 ? 40 : 20);
	uint32_t length = bytes + size - start, sum = 0;

	if (transport->pseudo_header) {
		sum = add_words(transport->protocol + length,
				ip + (ipv6 ? 8 : 12), ipv6 ? 32 : 8);
	}
	return add_words(sum, start, length) == 0 &&
	       (start[transport->checksum_at] ||
		start[transport->checksum_at + 1]);
}

static void check(struct tap *tap, const struct transport *transport,
		  uint32_t payload)
{
	struct frame frame = {
		.ethertype = transport->ethertype,
		.source = { 198, 51, 100, 7, 1, 2, 3, 4, 255 },
		.target = { 203, 0, 113, 9, 9, 8, 7, 6, 255 },
		.protocol = transport->protocol,
		.ttl = 64,
		.source_port = 0xfedc,
		.target_port = 0xba98,
		.tcp_flags = 0x12,
		.icmp_type = 129,
		.icmp_code = 255,
		.checksum = true,
		.payload = payload,
	};
	uint8_t bytes[256];
	uint32_t size = frame_build(&frame, bytes);

	if (!tap_ok(tap, is_right(transport, bytes, size),
		    "the checksum of %s with %u bytes is right",
		    transport->name, payload))
		tap_dump(tap, bytes, size);
}

/* RFC 768: UDP sends all ones for a checksum of zero. */
static void check_zero(struct tap *tap)
{
	struct frame frame = {
		.ethertype = ETH_P_IP,
		.protocol = IPPROTO_UDP,
		/* the rest of the sum is 17 + 8 + 8 */
		.source_port = 0xffff - 33,
		.checksum = true,
	};
	uint8_t bytes[64];

	frame_build(&frame, bytes);
	tap_ok(tap, bytes[40] == 0xff && bytes[41] == 0xff,
	       "a checksum of zero is sent as all ones");
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 2 * TRANSPORTS + 1);

	for (int i = 0; i < TRANSPORTS; i++) {
		check(&tap, &transports[i], 0);
		check(&tap, &transports[i], PAYLOAD_ODD);
	}
	check_zero(&tap);
	return tap_end(&tap);
}
