// SPDX-License-Identifier: GPL-2.0-only
/*
 * match - tests each field of the language on crafted frames: both ends of
 * random ranges, a value inside, one outside, and negated. Ranges are
 * reproducible.
 *
 *	build/tests/match
 */
#include <string.h>

#include "craft.h"
#include "policy/match/match.h"
#include "tap.h"

#define ROUNDS 60
#define SEED 0x9e3779b97f4a7c15ULL
#define AVOID_MAX 8

/* How a value is written in craft's words. */
enum style {
	STYLE_NUMBER,
	STYLE_MAC,
	STYLE_IP4,
	STYLE_IP6,
	STYLE_MARK, /* not in the frame */
};

struct probe {
	enum policy_field field;
	const char *words; /* %s is the value */
	enum style style;
	uint64_t min, max;
	uint8_t shift;		   /* position in a word with another field, */
	uint16_t extra;		   /* and the other field's value */
	uint16_t less;		   /* subtracted for craft */
	uint32_t avoid[AVOID_MAX]; /* values that announce another header */
};

/* clang-format off */
#define PROBE(its_field, its_words, its_style, least, most, ...)       \
	{                                                              \
		.field = POLICY_##its_field, .words = its_words,       \
		.style = STYLE_##its_style, .min = least, .max = most, \
		##__VA_ARGS__                                          \
	}
#define NUMBER(field, words, ...) PROBE(field, words, NUMBER, __VA_ARGS__)

static const struct probe probes[] = {
	NUMBER(ETHERTYPE, "eth type=%s raw=46", 0, 0xffff,
	       .avoid = { 0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8 }),
	PROBE(SRC_MAC, "eth src=%s ip4 udp", MAC, 0, 0xffffffffffff),
	PROBE(DST_MAC, "eth dst=%s arp", MAC, 0, 0xffffffffffff),
	NUMBER(VLAN, "eth vlan=%s ip4 tcp", 0, 4095, .extra = 0xb000),
	NUMBER(VLAN, "eth qinq=%s vlan=9 arp", 0, 4095, .extra = 0x7000),
	NUMBER(VLAN_PRIORITY, "eth vlan=%s ip6 udp", 0, 7, .shift = 13,
	       .extra = 0x1fff),
	NUMBER(INNER_VLAN, "eth qinq=9 vlan=%s ip4 tcp", 0, 4095,
	       .extra = 0xf000),
	NUMBER(INNER_PRIORITY, "eth vlan=9 vlan=%s raw=46", 0, 7, .shift = 13,
	       .extra = 5),
	NUMBER(ARP_OPERATION, "eth arp op=%s", 0, 0xffff),
	NUMBER(ARP_OPERATION, "eth vlan=5 arp hw=6 op=%s", 0, 0xffff),
	NUMBER(PROTOCOL, "eth ip4 proto=%s raw=64", 0, 255, .avoid = { 6 }),
	NUMBER(PROTOCOL, "eth ip4 later proto=%s raw=64", 0, 255),
	NUMBER(PROTOCOL, "eth ip6 next=%s raw=64", 1, 255,
	       .avoid = { 6, 43, 44, 51, 60 }),
	NUMBER(PROTOCOL, "eth ip6 frag later next=%s raw=64", 0, 255),
	PROBE(SRC4, "eth ip4 src=%s tcp", IP4, 0, 0xffffffff),
	PROBE(DST4, "eth ip4 dst=%s later", IP4, 0, 0xffffffff),
	PROBE(SRC6, "eth ip6 src=%s hopopts udp", IP6, 0, UINT64_MAX),
	PROBE(DST6, "eth vlan=5 ip6 dst=%s icmp6", IP6, 0, UINT64_MAX),
	NUMBER(SRC_PORT, "eth ip4 options=8 tcp sport=%s", 0, 0xffff),
	NUMBER(SRC_PORT, "eth ip6 dstopts udp sport=%s", 0, 0xffff),
	NUMBER(SRC_PORT, "eth ip4 first sctp sport=%s", 0, 0xffff),
	NUMBER(DST_PORT, "eth ip6 frag first tcp dport=%s", 0, 0xffff),
	NUMBER(DST_PORT, "eth ip4 udp dport=%s", 0, 0xffff),
	NUMBER(DST_PORT, "eth ip6 ah sctp dport=%s", 0, 0xffff),
	NUMBER(TCP_FLAGS, "eth ip4 tcp flags=%s", 0, 255),
	NUMBER(TCP_FLAGS, "eth ip6 tcp options=20 flags=%s", 0, 255),
	NUMBER(ICMP_TYPE, "eth ip4 icmp type=%s", 0, 255),
	NUMBER(ICMP_TYPE, "eth ip6 icmp6 type=%s", 0, 255),
	NUMBER(ICMP_CODE, "eth ip4 icmp type=3 code=%s", 0, 255),
	NUMBER(ICMP_CODE, "eth ip6 hopopts icmp6 code=%s", 0, 255),
	NUMBER(TTL, "eth ip4 ttl=%s tcp", 0, 255),
	NUMBER(TTL, "eth ip6 hops=%s tcp", 0, 255),
	NUMBER(DSCP, "eth ip4 tos=%s tcp", 0, 63, .shift = 2, .extra = 3),
	NUMBER(DSCP, "eth ip6 class=%s flow=0xfffff udp", 0, 63, .shift = 2,
	       .extra = 3),
	NUMBER(LENGTH, "eth ip4 raw=%s pad=9", 20, 0xffff, .less = 20),
	NUMBER(LENGTH, "eth vlan=5 ip4 options=40 raw=%s", 60, 0xffff,
	       .less = 60),
	NUMBER(LENGTH, "eth ip6 raw=%s pad=9", 40, 0xffff, .less = 40),
	PROBE(MARK, "eth arp", MARK, 0, UINT32_MAX),
};
/* clang-format on */

#define PROBES ((int)(sizeof(probes) / sizeof(*probes)))

static uint64_t random_state = SEED;

static uint64_t random64(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static bool less(struct policy_value a, struct policy_value b)
{
	return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static struct policy_value minimum(const struct probe *probe)
{
	return (struct policy_value){ .lo = probe->min };
}

static struct policy_value maximum(const struct probe *probe)
{
	return (struct policy_value){
		.hi = probe->style == STYLE_IP6 ? UINT64_MAX : 0,
		.lo = probe->max,
	};
}

static struct policy_value random_value(const struct probe *probe)
{
	uint64_t span = probe->max - probe->min;
	struct policy_value value = { 0 };

	if (probe->style != STYLE_IP6) {
		value.lo = probe->min + random64() % (span + 1);
		return value;
	}
	/* ranges that start and end at the low half are common */
	value.hi = random64();
	value.lo = random64() % 3 ? random64() : random64() % 2 ? 0 : -1ULL;
	return value;
}

static struct policy_value one_less(struct policy_value value)
{
	value.hi -= value.lo == 0;
	value.lo--;
	return value;
}

static struct policy_value one_more(struct policy_value value)
{
	value.lo++;
	value.hi += value.lo == 0;
	return value;
}

static void print_value(char *text, size_t size, const struct probe *probe,
			struct policy_value value)
{
	uint64_t n = value.lo;
	int used = 0;

	switch (probe->style) {
	case STYLE_MARK:
	case STYLE_NUMBER:
		snprintf(text, size, "%llu",
			 (unsigned long long)(((n - probe->less)
					       << probe->shift) |
					      probe->extra));
		break;
	case STYLE_IP4:
		snprintf(text, size, "%u.%u.%u.%u", (uint8_t)(n >> 24),
			 (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n);
		break;
	case STYLE_MAC:
		for (int i = 40; i >= 0; i -= 8)
			used += snprintf(text + used, size - used, "%02x%s",
					 (uint8_t)(n >> i), i ? ":" : "");
		break;
	case STYLE_IP6:
		for (int i = 7; i >= 0; i--)
			used += snprintf(
				text + used, size - used, "%x%s",
				(uint16_t)((i < 4 ? value.lo : value.hi) >>
					   16 * (i % 4)),
				i ? ":" : "");
		break;
	}
}

static bool is_avoided(const struct probe *probe, struct policy_value value)
{
	for (int i = 0; i < AVOID_MAX && probe->avoid[i]; i++) {
		if (probe->avoid[i] == value.lo)
			return true;
	}
	return false;
}

/* Makes a packet with this value, or prints why that is impossible. */
static bool make(struct policy_packet *packet, const struct probe *probe,
		 struct policy_value value, const char **why)
{
	struct policy_metadata metadata = { 0 };
	char text[64], words[256];
	struct craft craft;
	bool made;

	print_value(text, sizeof(text), probe, value);
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
	snprintf(words, sizeof(words), probe->words, text);
#pragma clang diagnostic pop
	if (probe->style == STYLE_MARK) {
		metadata.has_skb = true;
		metadata.skb.mark = value.lo;
	}
	made = craft_packet(&craft, words) == 0;
	if (made)
		policy_packet_read(packet, craft.bytes, craft.size, &metadata);
	craft_free(&craft);
	*why = !made			    ? "cannot be crafted"
	       : packet->malformed	    ? "is malformed"
	       : !packet->has[probe->field] ? "has no such field"
					    : NULL;
	return !*why;
}

static enum policy_action judge(const struct probe *probe,
				struct policy_range *range, bool negated,
				const struct policy_packet *packet)
{
	struct policy_condition condition = {
		.field = probe->field,
		.negated = negated,
		.mask = UINT64_MAX,
		.ranges = range,
		.count = 1,
	};
	struct policy_rule rule = {
		.action = POLICY_DROP,
		.conditions = &condition,
		.condition_count = 1,
	};
	struct policy_block block = { .rules = &rule, .count = 1 };
	struct policy policy = {
		.blocks = &block,
		.block_count = 1,
		.default_action = POLICY_PASS,
	};

	return policy_match(&policy,
			    &(struct match_context){ .packet = packet })
		.action;
}

static bool check(struct tap *tap, const struct probe *probe,
		  struct policy_range range, struct policy_value value)
{
	bool inside = !less(value, range.first) && !less(range.last, value);
	struct policy_packet packet;
	const char *why = NULL;

	if (is_avoided(probe, value))
		return true;
	if (make(&packet, probe, value, &why)) {
		struct policy_value found = packet.value[probe->field];

		if (found.hi != value.hi || found.lo != value.lo)
			why = "is read as something else";
		else if (judge(probe, &range, false, &packet) !=
			 (inside ? POLICY_DROP : POLICY_PASS))
			why = "is judged wrongly";
		else if (judge(probe, &range, true, &packet) !=
			 (inside ? POLICY_PASS : POLICY_DROP))
			why = "is judged wrongly by a negated range";
	}
	if (why)
		tap_note(tap, "%llx:%llx of %llx:%llx to %llx:%llx %s",
			 (unsigned long long)value.hi,
			 (unsigned long long)value.lo,
			 (unsigned long long)range.first.hi,
			 (unsigned long long)range.first.lo,
			 (unsigned long long)range.last.hi,
			 (unsigned long long)range.last.lo, why);
	return !why;
}

static struct policy_range some_range(const struct probe *probe, int round)
{
	struct policy_range range = { random_value(probe),
				      random_value(probe) };

	if (round == 0)
		return (struct policy_range){ minimum(probe), maximum(probe) };
	if (round == 1)
		return (struct policy_range){ minimum(probe), minimum(probe) };
	if (round == 2)
		return (struct policy_range){ maximum(probe), maximum(probe) };
	if (round % 4 == 3)
		range.last = range.first;
	if (less(range.last, range.first))
		return (struct policy_range){ range.last, range.first };
	return range;
}

static bool check_range(struct tap *tap, const struct probe *probe, int round)
{
	struct policy_range range = some_range(probe, round);
	bool good = check(tap, probe, range, range.first);

	good &= check(tap, probe, range, range.last);
	good &= check(tap, probe, range, random_value(probe));
	if (less(minimum(probe), range.first))
		good &= check(tap, probe, range, one_less(range.first));
	if (less(range.last, maximum(probe)))
		good &= check(tap, probe, range, one_more(range.last));
	return good;
}

int main(void)
{
	static const char *const names[] = {
#define FIELD(name, ...) #name,
#include "policy/language/fields.def"
	};
	struct tap tap = tap_plan(stdout, PROBES);

	for (const struct probe *probe = probes; probe < probes + PROBES;
	     probe++) {
		bool good = true;

		for (int round = 0; good && round < ROUNDS; round++)
			good = check_range(&tap, probe, round);
		tap_ok(&tap, good, "%s in '%s' at the ends of %d ranges",
		       names[probe->field], probe->words, ROUNDS);
	}
	return tap_end(&tap);
}
