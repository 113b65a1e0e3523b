// SPDX-License-Identifier: GPL-2.0-only
#include "key_text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "flows/flow_text.h"
#include "lib/hook_names.h"
#include "lib/json_print.h"

#define HALF 64 /* bits of an IPv6 address of a flow that a note has */

static const char *const pers[TG_LIMIT_PERS] = {
	[TG_LIMIT_PER_ALL] = "all",   [TG_LIMIT_PER_FROM] = "from",
	[TG_LIMIT_PER_TO] = "to",     [TG_LIMIT_PER_FLOW] = "flow",
	[TG_LIMIT_PER_PORT] = "port",
};

static const char *per_name(unsigned int per)
{
	return per < TG_LIMIT_PERS ? pers[per] : "?";
}

unsigned int limit_key_length(const struct tg_limit_note *note,
			      const struct tg_limit *limit)
{
	bool is_ip6 = limit_key_is_ip6(note);

	if (note->per == TG_LIMIT_PER_FLOW)
		return is_ip6 ? HALF : 32;
	if (!limit)
		return is_ip6 ? 128 : 32;
	return is_ip6 ? limit->length6 : limit->length4;
}

/* --- addresses */

static void print_address(char text[INET6_ADDRSTRLEN],
			  const struct tg_limit_note *note, int end)
{
	bool is_ip6 = limit_key_is_ip6(note);
	bool is_flow = note->per == TG_LIMIT_PER_FLOW;
	uint32_t words[4] = { 0 };

	for (int i = 0; i < (is_flow ? 2 : 4); i++)
		words[i] = htonl(note->words[2 * end + i]);
	inet_ntop(is_ip6 ? AF_INET6 : AF_INET, words, text, INET6_ADDRSTRLEN);
}

/* A host has no length. */
static void print_length(char text[8], const struct tg_limit_note *note,
			 const struct tg_limit *limit)
{
	unsigned int length = limit_key_length(note, limit);

	*text = '\0';
	if (length != (limit_key_is_ip6(note) ? 128U : 32U))
		snprintf(text, 8, "/%u", length);
}

/* --- text */

static void print_end(char text[64], const struct tg_limit_note *note, int end)
{
	bool is_ip6 = limit_key_is_ip6(note);
	char address[INET6_ADDRSTRLEN], length[8];

	print_address(address, note, end);
	print_length(length, note, NULL);
	if (note->ports[0] || note->ports[1])
		snprintf(text, 64, is_ip6 ? "[%s%s]:%u" : "%s%s:%u", address,
			 length, note->ports[end]);
	else
		snprintf(text, 64, "%s%s", address, length);
}

static void print_flow(char text[LIMIT_KEY_SIZE],
		       const struct tg_limit_note *note)
{
	char protocol[FLOW_PROTOCOL_SIZE], low[64], high[64];

	flow_protocol_print(protocol, note->protocol);
	print_end(low, note, 0);
	print_end(high, note, 1);
	snprintf(text, LIMIT_KEY_SIZE, "%s %s %s", protocol, low, high);
}

static void print_port(char text[LIMIT_KEY_SIZE],
		       const struct tg_limit_note *note)
{
	char protocol[FLOW_PROTOCOL_SIZE];

	flow_protocol_print(protocol, note->protocol);
	if (note->ports[0])
		snprintf(text, LIMIT_KEY_SIZE, "%s port %u", protocol,
			 note->ports[0]);
	else
		snprintf(text, LIMIT_KEY_SIZE, "%s without ports", protocol);
}

void limit_key_print(char text[LIMIT_KEY_SIZE],
		     const struct tg_limit_note *note,
		     const struct tg_limit *limit)
{
	char address[INET6_ADDRSTRLEN], length[8];

	if (note->per == TG_LIMIT_PER_ALL) {
		snprintf(text, LIMIT_KEY_SIZE, "all");
	} else if (note->per == TG_LIMIT_PER_PORT) {
		print_port(text, note);
	} else if (!limit_key_has_address(note)) {
		snprintf(text, LIMIT_KEY_SIZE, "without an address");
	} else if (note->per == TG_LIMIT_PER_FLOW) {
		print_flow(text, note);
	} else {
		print_address(address, note, 0);
		print_length(length, note, limit);
		snprintf(text, LIMIT_KEY_SIZE, "%s %s%s", per_name(note->per),
			 address, length);
	}
}

/* --- JSON */

static json_t *end_to_json(const struct tg_limit_note *note, int end,
			   const struct tg_limit *limit)
{
	char address[INET6_ADDRSTRLEN];
	json_t *object;

	print_address(address, note, end);
	object = json_pack("{s:s, s:I}", "address", address, "length",
			   (json_int_t)limit_key_length(note, limit));
	if (note->per == TG_LIMIT_PER_FLOW &&
	    (note->ports[0] || note->ports[1]))
		add_json_members(object,
				 json_pack("{s:I}", "port",
					   (json_int_t)note->ports[end]));
	return object;
}

json_t *limit_key_to_json(const struct tg_limit_note *note,
			  const struct tg_limit *limit)
{
	char protocol[FLOW_PROTOCOL_SIZE];
	json_t *object = json_pack("{s:s, s:s}", "hook",
				   hook_name(TG_LIMIT_HOOK_OF(note->form)),
				   "per", per_name(note->per));

	flow_protocol_print(protocol, note->protocol);
	if (note->per == TG_LIMIT_PER_FLOW || note->per == TG_LIMIT_PER_PORT)
		add_json_members(object,
				 json_pack("{s:s}", "protocol", protocol));
	if (note->per == TG_LIMIT_PER_PORT)
		add_json_members(object, json_pack("{s:I}", "port",
						   (json_int_t)note->ports[0]));
	if (!limit_key_has_address(note))
		return object;
	if (note->per == TG_LIMIT_PER_FLOW)
		add_json_members(object,
				 json_pack("{s:[o, o]}", "ends",
					   end_to_json(note, 0, limit),
					   end_to_json(note, 1, limit)));
	else
		add_json_members(object, end_to_json(note, 0, limit));
	return object;
}
