// SPDX-License-Identifier: GPL-2.0-only
#include "flow_text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/json_print.h"
#include "policy/language/words.h"

/* --- what a key is */

bool flow_key_has_id(const struct tg_flow_key *key)
{
	return flow_key_is_fragment(key) || key->protocol == IPPROTO_ICMP ||
	       key->protocol == IPPROTO_ICMPV6;
}

/* The high port of an echo says which end asks. */
uint32_t flow_key_id(const struct tg_flow_key *key)
{
	return flow_key_is_fragment(key)
		       ? (uint32_t)key->high_port << 16 | key->low_port
		       : key->low_port;
}

static bool has_ports(const struct tg_flow_key *key)
{
	return !flow_key_has_id(key) && (key->low_port || key->high_port);
}

static bool is_high(const struct flow_found *found, bool is_second)
{
	return !!(TG_FLOW_FLAGS(found->word) & TG_FLOW_BY_HIGH) ^ is_second;
}

static void print_address(char text[INET6_ADDRSTRLEN],
			  const struct tg_flow_key *key, bool is_of_high)
{
	const uint32_t *from = is_of_high ? key->high : key->low;
	uint32_t words[4];

	for (int i = 0; i < 4; i++)
		words[i] = htonl(from[i]);
	inet_ntop(flow_key_is_ip6(key) ? AF_INET6 : AF_INET, words, text,
		  INET6_ADDRSTRLEN);
}

/* --- print */

void flow_protocol_print(char text[FLOW_PROTOCOL_SIZE], unsigned int protocol)
{
	const char *name = word_name(WORDS_PROTOCOL, protocol);

	if (name)
		snprintf(text, FLOW_PROTOCOL_SIZE, "%s", name);
	else
		snprintf(text, FLOW_PROTOCOL_SIZE, "%u", protocol);
}

void flow_end_print(char text[FLOW_END_SIZE], const struct flow_found *found,
		    bool is_second)
{
	const struct tg_flow_key *key = &found->flow.key;
	bool is_of_high = is_high(found, is_second);
	char address[INET6_ADDRSTRLEN];

	print_address(address, key, is_of_high);
	if (!has_ports(key))
		snprintf(text, FLOW_END_SIZE, "%s", address);
	else
		snprintf(text, FLOW_END_SIZE,
			 flow_key_is_ip6(key) ? "[%s]:%u" : "%s:%u", address,
			 is_of_high ? key->high_port : key->low_port);
}

void flow_rest_print(char text[FLOW_TEXT_SIZE], const struct flow_found *found,
		     const char *before, const char *between)
{
	const struct tg_flow_key *key = &found->flow.key;
	size_t size = 0;

	*text = '\0';
	if (flow_key_has_id(key)) {
		size = snprintf(text, FLOW_TEXT_SIZE, "%s%s %u", before,
				flow_key_is_fragment(key) ? "fragment" : "id",
				flow_key_id(key));
		before = between;
	}
	if (key->vlan)
		snprintf(text + size, FLOW_TEXT_SIZE - size, "%svlan %u",
			 before, key->vlan & 0xfff);
}

uint64_t flow_seconds_left(uint64_t word, uint32_t now)
{
	uint64_t units = TG_FLOW_DEADLINE(word);

	units = units > now ? units - now : 0;
	return ((units << TG_FLOW_TIME_SHIFT) + 999999999) / 1000000000;
}

static json_t *end_to_json(const struct flow_found *found, bool is_second)
{
	const struct tg_flow_key *key = &found->flow.key;
	bool is_of_high = is_high(found, is_second);
	char address[INET6_ADDRSTRLEN];
	json_t *end;

	print_address(address, key, is_of_high);
	end = json_pack("{s:s}", "address", address);
	if (has_ports(key))
		add_json_members(
			end,
			json_pack("{s:I}", "port",
				  (json_int_t)(is_of_high ? key->high_port
							  : key->low_port)));
	return end;
}

json_t *flow_to_json(const struct flow_found *found, uint32_t now)
{
	const struct tg_flow_key *key = &found->flow.key;
	char protocol[FLOW_PROTOCOL_SIZE];
	json_t *object;

	flow_protocol_print(protocol, key->protocol);
	object = json_pack(
		"{s:s, s:o, s:o, s:s, s:I}", "protocol", protocol, "from",
		end_to_json(found, false), "to", end_to_json(found, true),
		"state", flow_state_name(TG_FLOW_STATE_OF(found->word)), "left",
		(json_int_t)flow_seconds_left(found->word, now));
	if (flow_key_has_id(key))
		add_json_members(
			object,
			json_pack("{s:I}",
				  flow_key_is_fragment(key) ? "fragment" : "id",
				  (json_int_t)flow_key_id(key)));
	if (key->vlan)
		add_json_members(object,
				 json_pack("{s:I}", "vlan",
					   (json_int_t)(key->vlan & 0xfff)));
	return object;
}

/* --- read */

bool flow_read_protocol(struct text_part part, uint32_t *protocol)
{
	return text_part_number(part, 255, protocol) ||
	       word_value(WORDS_PROTOCOL, part.start, part.end - part.start,
			  protocol);
}

bool flow_read_address(struct text_part part, struct flow_address *address)
{
	char text[INET6_ADDRSTRLEN] = "";
	size_t size = part.end - part.start;
	uint32_t there[4] = { 0 };

	if (!size || size >= sizeof(text) || memchr(part.start, '\0', size))
		return false;
	memcpy(text, part.start, size);
	address->is_ip6 = strchr(text, ':');
	if (inet_pton(address->is_ip6 ? AF_INET6 : AF_INET, text, there) != 1)
		return false;
	for (int i = 0; i < 4; i++)
		address->words[i] = ntohl(there[i]);
	return true;
}

bool flow_read_end(struct text_part part, struct flow_address *address,
		   uint32_t *port, bool *has_port)
{
	size_t size = part.end - part.start;
	const char *colon = size ? memrchr(part.start, ':', size) : NULL;
	struct text_part host = { part.start, colon };

	*has_port = false;
	*port = 0;
	/* without brackets, an IPv6 address is alone */
	if (!colon ||
	    (*part.start != '[' && memchr(part.start, ':', colon - part.start)))
		return flow_read_address(part, address);
	if (*part.start == '[') {
		if (colon == part.start || colon[-1] != ']')
			return false;
		host = (struct text_part){ part.start + 1, colon - 1 };
	}
	*has_port = true;
	return text_part_number((struct text_part){ colon + 1, part.end },
				65535, port) &&
	       flow_read_address(host, address) &&
	       address->is_ip6 == (*part.start == '[');
}
