// SPDX-License-Identifier: GPL-2.0-only
#include "found.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Aligns the network header to 4 bytes, as drivers do. */
#define FRAME_ALIGN 2

struct bit_name {
	unsigned int bit;
	const char *name;
};

static const struct bit_name extensions[] = {
	{ TG_EXT_IPV4_OPTIONS, "options" },
	{ TG_EXT_HOPOPTS, "hopopts" },
	{ TG_EXT_ROUTING, "routing" },
	{ TG_EXT_DSTOPTS, "dstopts" },
	{ TG_EXT_FRAGMENT, "frag" },
	{ TG_EXT_AUTH, "ah" },
	{ 0 },
};

static const struct bit_name tcp_flags[] = {
	{ 0x01, "fin" }, { 0x02, "syn" }, { 0x04, "rst" },
	{ 0x08, "psh" }, { 0x10, "ack" }, { 0x20, "urg" },
	{ 0x40, "ece" }, { 0x80, "cwr" }, { 0 },
};

static const char *const transports[] = {
	[TG_L4_TCP] = "tcp",   [TG_L4_UDP] = "udp",	 [TG_L4_SCTP] = "sctp",
	[TG_L4_ICMP] = "icmp", [TG_L4_ICMPV6] = "icmp6",
};

/* Words with default values, which may be omitted. */
static const char *const defaults[] = {
	"vlans=0", "frag=none", "ext=none", "l4=none", "flags=none",
};

__attribute__((format(printf, 2, 3))) static void say(struct found *found,
						      const char *format, ...)
{
	size_t used = strlen(found->text);
	va_list args;

	va_start(args, format);
	vsnprintf(found->text + used, sizeof(found->text) - used, format, args);
	va_end(args);
}

static void say_bits(struct found *found, const char *key, unsigned int bits,
		     const struct bit_name *names)
{
	const char *before = key;

	for (; names->bit; names++) {
		if (bits & names->bit) {
			say(found, "%s%s", before, names->name);
			before = ",";
		}
	}
}

static void say_transport(struct found *found)
{
	const struct tg_headers *headers = &found->headers;

	if (headers->transport == TG_L4_NONE)
		return;
	say(found, " l4=%s", transports[headers->transport]);
	if (headers->transport >= TG_L4_ICMP) {
		say(found, " type=%u code=%u", headers->icmp_type,
		    headers->icmp_code);
		return;
	}
	say(found, " sport=%u dport=%u", headers->sport, headers->dport);
	say_bits(found, " flags=", headers->tcp_flags, tcp_flags);
}

static void say_all(struct found *found)
{
	const struct tg_headers *headers = &found->headers;

	switch (headers->network) {
	case TG_NET_OTHER:
		say(found, "net=other ethertype=0x%04x", headers->ethertype);
		break;
	case TG_NET_ARP:
		say(found, "net=arp op=%s arp=%s",
		    headers->arp_operation == 1	  ? "request"
		    : headers->arp_operation == 2 ? "reply"
						  : "other",
		    found->arp == FOUND_NOWHERE ? "fixed" : "whole");
		break;
	case TG_NET_IPV4:
	case TG_NET_IPV6:
		say(found, "net=%s proto=%u",
		    headers->network == TG_NET_IPV4 ? "ipv4" : "ipv6",
		    headers->protocol);
		break;
	}
	say_transport(found);
	if (headers->fragment)
		say(found, " frag=%s",
		    headers->fragment == TG_FRAG_FIRST ? "first" : "later");
	say_bits(found, " ext=", headers->extensions, extensions);
	if (headers->vlans)
		say(found, " vlans=%u tci=%u", headers->vlans,
		    headers->vlan_tci[0]);
	if (headers->vlans == 2)
		say(found, ",%u", headers->vlan_tci[1]);
}

static long place(const void *start, const void *header)
{
	return header ? (const char *)header - (const char *)start
		      : FOUND_NOWHERE;
}

void find(struct found *found, const struct delivery *delivery,
	  enum tg_depth depth)
{
	uint8_t *memory = malloc(FRAME_ALIGN + delivery->at_hand);
	uint8_t *copy = memory + FRAME_ALIGN;
	struct tg_cursor cur = {
		.start = copy,
		.pos = copy,
		.end = copy + delivery->at_hand,
		.left = delivery->size,
	};
	struct tg_headers *headers = &found->headers;

	if (!memory)
		abort();
	memcpy(copy, delivery->bytes, delivery->at_hand);
	memset(found, 0, sizeof(*found));
	headers->vlans = delivery->has_tag;
	headers->vlan_tci[0] = delivery->tag;
	found->error = tg_parse_headers(&cur, headers, depth);
	found->eth = place(copy, headers->eth);
	found->arp = place(copy, headers->arp);
	found->ip4 = place(copy, headers->ip4);
	found->ip6 = place(copy, headers->ip6);
	found->pos = place(copy, cur.pos);
	found->left = cur.left;
	free(memory);
	headers->eth = NULL;
	headers->arp = NULL;
	headers->ip4 = NULL;
	headers->ip6 = NULL;
	if (found->error == TG_PARSED)
		say_all(found);
	else
		say(found, "%s",
		    found->error == TG_ERR_SPLIT ? "split" : "malformed");
}

static bool has_word(const char *text, const char *word, size_t size)
{
	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		size_t its_size = strcspn(text, " ");

		if (its_size == size && !strncmp(text, word, size))
			return true;
		text += its_size;
	}
	return false;
}

static bool is_default(const char *word, size_t size)
{
	for (size_t i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		if (strlen(defaults[i]) == size &&
		    !strncmp(defaults[i], word, size))
			return true;
	}
	return false;
}

static bool has_all(const char *text, const char *words)
{
	for (words += strspn(words, " "); *words; words += strspn(words, " ")) {
		size_t size = strcspn(words, " ");

		if (!is_default(words, size) && !has_word(text, words, size))
			return false;
		words += size;
	}
	return true;
}

bool found_same(const struct found *a, const struct found *b)
{
	return a->error == b->error &&
	       (a->error ||
		(!memcmp(&a->headers, &b->headers, sizeof(a->headers)) &&
		 a->left == b->left));
}

bool found_is(const struct found *found, const char *expected)
{
	return has_all(found->text, expected) && has_all(expected, found->text);
}
