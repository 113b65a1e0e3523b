// SPDX-License-Identifier: GPL-2.0-only
#include "layer.h"

#include <string.h>

/* clang-format off */
#define NO_NUMBER (-1)

#define EXTENSION(its_name, number)                                           \
	{                                                                     \
		.name = its_name, .role = LAYER_EXTENSION,                    \
		.ethertype = NO_NUMBER, .protocol = number,                   \
		.size = 8, .read = 8, .next = "next",                         \
		.lengths = { { "len", true, 8, 1 } },                         \
		.fields = { { "next", 0, 8, "0" }, { "len", 8, 8, "0" } },    \
	}

#define ICMP(its_name, number)                                                \
	{                                                                     \
		.name = its_name, .role = LAYER_TRANSPORT,                    \
		.ethertype = NO_NUMBER, .protocol = number,                   \
		.size = 8, .read = 8,                                         \
		.fields = { { "type", 0, 8, number == 1 ? "8" : "128" },      \
			    { "code", 8, 8, "0" } },                          \
	}

/* A header that is not parsed further. */
#define OPAQUE(its_name, number, bytes)                                       \
	{                                                                     \
		.name = its_name, .role = LAYER_PAYLOAD,                      \
		.ethertype = NO_NUMBER, .protocol = number, .size = bytes,    \
	}

static const struct layer_kind kinds[] = {
	{
		.name = "eth", .role = LAYER_LINK,
		.ethertype = NO_NUMBER, .protocol = NO_NUMBER,
		.size = 14, .read = 14, .next = "type",
		.fields = { { "dst", 0, 48, "02:00:00:00:00:02" },
			    { "src", 48, 48, "02:00:00:00:00:01" },
			    { "type", 96, 16, "0" } },
	}, {
		.name = "vlan", .role = LAYER_TAG,
		.ethertype = 0x8100, .protocol = NO_NUMBER,
		.size = 4, .read = 4, .value = "tci", .next = "type",
		.fields = { { "tci", 0, 16, "1" }, { "type", 16, 16, "0" } },
	}, {
		.name = "qinq", .role = LAYER_TAG,
		.ethertype = 0x88a8, .protocol = NO_NUMBER,
		.size = 4, .read = 4, .value = "tci", .next = "type",
		.fields = { { "tci", 0, 16, "1" }, { "type", 16, 16, "0" } },
	}, {
		.name = "arp", .role = LAYER_ARP,
		.ethertype = 0x0806, .protocol = NO_NUMBER,
		.size = 28, .read = 28,
		.fields = { { "hw", 0, 16, "1" },
			    { "proto", 16, 16, "0x0800" },
			    { "hwsize", 32, 8, "6" },
			    { "protosize", 40, 8, "4" },
			    { "op", 48, 16, "request" },
			    { "sha", 64, 48, "02:00:00:00:00:01" },
			    { "spa", 112, 32, "198.51.100.1" },
			    { "tha", 144, 48, "00:00:00:00:00:00" },
			    { "tpa", 192, 32, "198.51.100.2" } },
	}, {
		.name = "ip4", .role = LAYER_IPV4,
		.ethertype = 0x0800, .protocol = 4,
		.size = 20, .read = 20, .next = "proto",
		.lengths = { { "len", false, 1, 0 }, { "ihl", true, 4, 0 } },
		.words = { { "first", "more", "1" },
			   { "later", "offset", "185" },
			   { "more", "more", "1" },
			   { "df", "df", "1" } },
		.fields = { { "version", 0, 4, "4" }, { "ihl", 4, 4, "5" },
			    { "tos", 8, 8, "0" }, { "len", 16, 16, "0" },
			    { "id", 32, 16, "1" }, { "df", 49, 1, "0" },
			    { "more", 50, 1, "0" }, { "offset", 51, 13, "0" },
			    { "ttl", 64, 8, "64" }, { "proto", 72, 8, "0" },
			    { "check", 80, 16, "0" },
			    { "src", 96, 32, "198.51.100.1" },
			    { "dst", 128, 32, "198.51.100.2" } },
	}, {
		.name = "ip6", .role = LAYER_IPV6,
		.ethertype = 0x86dd, .protocol = 41,
		.size = 40, .read = 40, .next = "next",
		.lengths = { { "len", false, 1, 40 } },
		.fields = { { "version", 0, 4, "6" }, { "class", 4, 8, "0" },
			    { "flow", 12, 20, "0" }, { "len", 32, 16, "0" },
			    { "next", 48, 8, "0" }, { "hops", 56, 8, "64" },
			    { "src", 64, 128, "2001:db8::1" },
			    { "dst", 192, 128, "2001:db8::2" } },
	},
	EXTENSION("hopopts", 0),
	EXTENSION("routing", 43),
	EXTENSION("dstopts", 60),
	{
		.name = "frag", .role = LAYER_EXTENSION,
		.ethertype = NO_NUMBER, .protocol = 44,
		.size = 8, .read = 8, .next = "next",
		.words = { { "first", "more", "1" },
			   { "later", "offset", "181" },
			   { "atomic", "more", "0" },
			   { "more", "more", "1" } },
		.fields = { { "next", 0, 8, "0" }, { "reserved", 8, 8, "0" },
			    { "offset", 16, 13, "0" }, { "two", 29, 2, "0" },
			    { "more", 31, 1, "0" }, { "id", 32, 32, "1" } },
	}, {
		.name = "ah", .role = LAYER_EXTENSION,
		.ethertype = NO_NUMBER, .protocol = 51,
		.size = 24, .read = 8, .next = "next",
		.lengths = { { "len", true, 4, 2 } },
		.fields = { { "next", 0, 8, "0" }, { "len", 8, 8, "0" },
			    { "spi", 32, 32, "256" }, { "seq", 64, 32, "1" } },
	}, {
		.name = "tcp", .role = LAYER_TRANSPORT,
		.ethertype = NO_NUMBER, .protocol = 6,
		.size = 20, .read = 20,
		.lengths = { { "doff", true, 4, 0 } },
		.fields = { { "sport", 0, 16, "1234" },
			    { "dport", 16, 16, "80" },
			    { "seq", 32, 32, "1" }, { "ack", 64, 32, "0" },
			    { "doff", 96, 4, "5" },
			    { "flags", 104, 8, "syn" },
			    { "window", 112, 16, "64240" } },
	}, {
		.name = "udp", .role = LAYER_TRANSPORT,
		.ethertype = NO_NUMBER, .protocol = 17,
		.size = 8, .read = 8,
		.lengths = { { "len", false, 1, 0 } },
		.fields = { { "sport", 0, 16, "1234" },
			    { "dport", 16, 16, "53" },
			    { "len", 32, 16, "0" } },
	}, {
		.name = "sctp", .role = LAYER_TRANSPORT,
		.ethertype = NO_NUMBER, .protocol = 132,
		.size = 12, .read = 12,
		.fields = { { "sport", 0, 16, "1234" },
			    { "dport", 16, 16, "2905" },
			    { "tag", 32, 32, "1" } },
	},
	ICMP("icmp", 1),
	ICMP("icmp6", 58),
	OPAQUE("gre", 47, 4),
	OPAQUE("esp", 50, 8),
	OPAQUE("igmp", 2, 8),
	OPAQUE("none", 59, 0),
	OPAQUE("raw", NO_NUMBER, 0),
};
/* clang-format on */

const struct layer_kind *layer_find(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strlen(kinds[i].name) == size &&
		    !strncmp(kinds[i].name, name, size))
			return &kinds[i];
	}
	return NULL;
}

const struct field *layer_field(const struct layer_kind *kind, const char *name)
{
	for (int i = 0; i < LAYER_FIELDS_MAX && kind->fields[i].name; i++) {
		if (!strcmp(kind->fields[i].name, name))
			return &kind->fields[i];
	}
	return NULL;
}
