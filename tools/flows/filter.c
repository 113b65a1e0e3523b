// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static struct flow_part part_of(const char *word)
{
	return (struct flow_part){ word, word + strlen(word) };
}

static bool filter_fail(const char *what, const char *word)
{
	fprintf(stderr, "%s: %s: '%s'\n", program_invocation_short_name, what,
		word);
	return false;
}

/* --- conditions that are two words */

static bool read_prefix(const char *word, struct flow_prefix *prefix)
{
	if (prefix->is_given)
		return filter_fail("is given twice, the second time", word);
	return flow_prefix_read(word, prefix) ||
	       filter_fail("not an address or a prefix", word);
}

static bool read_port(struct flow_filter *filter, const char *word)
{
	if (filter->has_port)
		return filter_fail("'port' is given twice, the second time",
				   word);
	filter->has_port = true;
	return flow_read_number(part_of(word), 65535, &filter->port) ||
	       filter_fail("not a port of 0 to 65535", word);
}

static bool read_vlan(struct flow_filter *filter, const char *word)
{
	if (filter->has_vlan)
		return filter_fail("'vlan' is given twice, the second time",
				   word);
	filter->has_vlan = true;
	return flow_read_number(part_of(word), 4095, &filter->vlan) ||
	       filter_fail("not a VLAN of 0 to 4095", word);
}

static bool read_state(struct flow_filter *filter, const char *word)
{
	if (filter->has_state)
		return filter_fail("'state' is given twice, the second time",
				   word);
	filter->has_state = true;
	filter->state = flow_state_number(word, strlen(word));
	if (filter->state < TG_FLOW_STATES)
		return true;
	fprintf(stderr, "%s: no such state: '%s': there are",
		program_invocation_short_name, word);
	for (unsigned int i = 0; i < TG_FLOW_STATES; i++)
		fprintf(stderr, " %s", flow_state_name(i));
	fputc('\n', stderr);
	return false;
}

/* NULL: it is not one of those. Sets *is_right. */
static bool read_pair(struct flow_filter *filter, const char *name,
		      const char *word, bool *is_right)
{
	if (!strcmp(name, "from"))
		*is_right = read_prefix(word, &filter->from);
	else if (!strcmp(name, "to"))
		*is_right = read_prefix(word, &filter->to);
	else if (!strcmp(name, "port"))
		*is_right = read_port(filter, word);
	else if (!strcmp(name, "state"))
		*is_right = read_state(filter, word);
	else if (!strcmp(name, "vlan"))
		*is_right = read_vlan(filter, word);
	else
		return false;
	return true;
}

/* --- the others */

/* `icmp` is ICMP of both families. */
static bool read_protocol(struct flow_filter *filter, const char *word)
{
	if (filter->has_protocol)
		return filter_fail("a flow has one protocol, so not also",
				   word);
	filter->has_protocol = true;
	filter->has_icmp = !strcmp(word, "icmp");
	return flow_read_protocol(part_of(word), &filter->protocol) ||
	       filter_fail("not a condition: tcp, udp, icmp or another "
			   "protocol, from, to, port, state or vlan is",
			   word);
}

static bool is_name(const char *word)
{
	static const char *const names[] = { "from", "to", "port", "state",
					     "vlan" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], word))
			return true;
	return false;
}

bool flow_filter_read(struct flow_filter *filter, char *const *words, int count)
{
	*filter = (struct flow_filter){ 0 };
	for (int i = 0; i < count; i++) {
		bool is_right = true;

		if (is_name(words[i]) && i + 1 == count)
			return filter_fail("needs a value behind it", words[i]);
		if (i + 1 < count &&
		    read_pair(filter, words[i], words[i + 1], &is_right))
			i++;
		else
			is_right = read_protocol(filter, words[i]);
		if (!is_right)
			return false;
	}
	return true;
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
