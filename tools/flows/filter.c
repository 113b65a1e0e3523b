// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/filter_words.h"

static bool read_from(void *filter, const char *value)
{
	return flow_prefix_filter(value, &((struct flow_filter *)filter)->from);
}

static bool read_to(void *filter, const char *value)
{
	return flow_prefix_filter(value, &((struct flow_filter *)filter)->to);
}

static bool read_port(void *context, const char *value)
{
	struct flow_filter *filter = context;

	return filter_number(value, 65535, "not a port of 0 to 65535",
			     &filter->has_port, &filter->port);
}

static bool read_vlan(void *context, const char *value)
{
	struct flow_filter *filter = context;

	return filter_number(value, 4095, "not a VLAN of 0 to 4095",
			     &filter->has_vlan, &filter->vlan);
}

static bool read_state(void *context, const char *value)
{
	struct flow_filter *filter = context;

	filter->has_state = true;
	filter->state = flow_state_number(value, strlen(value));
	if (filter->state < TG_FLOW_STATES)
		return true;
	fprintf(stderr, "%s: no such state: '%s': there are",
		program_invocation_short_name, value);
	for (unsigned int i = 0; i < TG_FLOW_STATES; i++)
		fprintf(stderr, " %s", flow_state_name(i));
	fputc('\n', stderr);
	return false;
}

/* `icmp` is ICMP of both families. */
static bool read_protocol(void *context, const char *word)
{
	struct flow_filter *filter = context;

	if (filter->has_protocol)
		return filter_fail("a flow has one protocol, so not also",
				   word);
	filter->has_protocol = true;
	filter->has_icmp = !strcmp(word, "icmp");
	return flow_read_protocol(text_part_all(word), &filter->protocol) ||
	       filter_fail("not a condition: tcp, udp, icmp or another "
			   "protocol, from, to, port, state or vlan is",
			   word);
}

bool flow_filter_read(struct flow_filter *filter, char *const *words, int count)
{
	static const struct filter_pair pairs[] = {
		{ "from", read_from }, { "to", read_to },
		{ "port", read_port }, { "state", read_state },
		{ "vlan", read_vlan },
	};
	static const struct filter_words kind = {
		pairs,
		sizeof(pairs) / sizeof(*pairs),
		read_protocol,
	};

	*filter = (struct flow_filter){ 0 };
	return filter_words_read(&kind, filter, words, count);
}

/* --- matching */

static bool is_in_prefix(const struct flow_prefix *prefix,
			 const struct tg_flow_key *key, const uint32_t *address)
{
	return flow_prefix_meets(prefix, address, flow_key_is_ip6(key), 128);
}

static bool has_protocol(const struct flow_filter *filter,
			 const struct tg_flow_key *key)
{
	return !filter->has_protocol || key->protocol == filter->protocol ||
	       (filter->has_icmp && key->protocol == IPPROTO_ICMPV6);
}

static bool has_port(const struct flow_filter *filter,
		     const struct tg_flow_key *key)
{
	return !filter->has_port ||
	       (!flow_key_has_id(key) && (key->low_port == filter->port ||
					  key->high_port == filter->port));
}

bool flow_filter_matches(const struct flow_filter *filter,
			 const struct flow_found *found)
{
	const struct tg_flow_key *key = &found->flow.key;
	bool by_high = TG_FLOW_FLAGS(found->word) & TG_FLOW_BY_HIGH;

	return has_protocol(filter, key) && has_port(filter, key) &&
	       is_in_prefix(&filter->from, key,
			    by_high ? key->high : key->low) &&
	       is_in_prefix(&filter->to, key, by_high ? key->low : key->high) &&
	       (!filter->has_state ||
		filter->state == TG_FLOW_STATE_OF(found->word)) &&
	       (!filter->has_vlan ||
		(key->vlan && (key->vlan & 0xfff) == filter->vlan));
}
