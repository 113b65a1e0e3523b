// SPDX-License-Identifier: GPL-2.0-only
#include "pools.h"

#include <string.h>

#include "edges.h"

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

/* The value, or one close to it. */
static uint32_t around(struct random *random, uint32_t value)
{
	switch (random_below(random, 8)) {
	case 0:
		return value + 1;
	case 1:
		return value - 1;
	case 2:
		return value ^ 1U << random_below(random, 32);
	default:
		return value;
	}
}

uint32_t pool_address4(struct random *random)
{
	static const uint32_t bases[] = {
		0xc6336401, 0xc6336480, 0xc63365ff, 0xcb007100,
		0xcb007107, 0xc6120000, 0xc613ffff, 0x0a000001,
	};

	if (random_is(random, 3))
		return random_next(random);
	if (random_is(random, 3))
		return random_edge(random, 32);
	return around(random, bases[random_below(random, COUNT(bases))]);
}

void pool_address6(struct random *random, uint8_t address[16])
{
	static const uint8_t bases[][16] = {
		{ 0x20, 0x01, 0x0d, 0xb8, [15] = 1 },
		{ 0x20, 0x01, 0x0d, 0xb8, 0, 1, [7] = 2, [15] = 0xff },
		{ 0x20, 0x01, 0x0d, 0xb8, 0, 1, [7] = 2, [14] = 1 },
		{ 0x20, 0x01, 0x0d, 0xb8, 0xff, 0xff, 0xff, 0xff },
		{ 0x26, 0x00, 0x00, 0x01, [15] = 7 },
		{ 0xfe, 0x80, [15] = 1 },
	};
	uint32_t bit = random_below(random, 128);

	memcpy(address, bases[random_below(random, COUNT(bases))], 16);
	if (random_is(random, 40))
		address[bit / 8] ^= 0x80 >> bit % 8;
	if (random_is(random, 20))
		address[15] += random_below(random, 3) - 1;
	if (random_is(random, 3)) {
		for (int i = 0; i < 16; i++)
			address[i] = random_next(random);
	}
}

void pool_mac(struct random *random, uint8_t mac[6])
{
	static const uint8_t base[6] = { 0x02, 0, 0, 0, 0, 0x10 };

	memcpy(mac, base, sizeof(base));
	mac[5] += random_below(random, 8);
	if (random_is(random, 30))
		mac[random_below(random, 6)] ^= 1 << random_below(random, 8);
}

uint16_t pool_port(struct random *random)
{
	static const uint16_t bases[] = { 0,	22,   53,   80,	   443,	 1023,
					  1024, 8000, 8080, 32768, 65535 };

	if (random_is(random, 5))
		return random_next(random);
	if (random_is(random, 10))
		return random_edge(random, 16);
	return around(random, bases[random_below(random, COUNT(bases))]);
}

uint8_t pool_protocol(struct random *random)
{
	static const uint8_t bases[] = { 6, 6, 6, 17, 17, 1, 58, 132, 47, 50 };

	if (random_is(random, 5))
		return random_edge(random, 8);
	return bases[random_below(random, COUNT(bases))];
}

uint16_t pool_ethertype(struct random *random)
{
	static const uint16_t bases[] = { 0x0806, 0x88cc, 0x0842, 0x8847 };

	if (random_is(random, 20))
		return random_edge(random, 16);
	return around(random, bases[random_below(random, COUNT(bases))]);
}

uint32_t pool_mark(struct random *random)
{
	static const uint32_t bases[] = { 0, 1, 7, 0x10000, 0xff00ff00 };

	if (random_is(random, 20))
		return random_edge(random, 32);
	return around(random, bases[random_below(random, COUNT(bases))]);
}

uint32_t pool_number(struct random *random, uint32_t max)
{
	const uint32_t bases[] = { 0, 1, 2, 5, 8, 64, max / 2, max - 1, max };
	uint32_t value = bases[random_below(random, COUNT(bases))];

	if (random_is(random, 30))
		value = random_edge(random, 32 - __builtin_clz(max));
	return value < max ? value : max;
}
