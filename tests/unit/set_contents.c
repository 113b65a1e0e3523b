// SPDX-License-Identifier: GPL-2.0-only
#include "set_contents.h"

#include <stdio.h>
#include <string.h>

#include "policy/language/parse/policy_parse.h"

static void put(struct policy_packet *packet, enum policy_field field,
		uint64_t high, uint64_t low)
{
	packet->has[field] = true;
	packet->value[field] = (struct policy_value){ high, low };
}

/* A packet that has the key's value at its end `from`. */
static void packet_of(struct policy_packet *packet,
		      const struct tg_set_key *key)
{
	uint64_t high = (uint64_t)key->words[0] << 32 | key->words[1];
	uint64_t low = (uint64_t)key->words[2] << 32 | key->words[3];

	*packet = (struct policy_packet){ 0 };
	switch (key->form) {
	case TG_SET_FORM_PORT:
		put(packet, POLICY_SRC_PORT, 0, key->port);
		return;
	case TG_SET_FORM_MAC:
		put(packet, POLICY_SRC_MAC, 0, high >> 16);
		return;
	case TG_SET_FORM_ADDRESS_PORT4:
	case TG_SET_FORM_ADDRESS_PORT6:
		put(packet, POLICY_SRC_PORT, 0, key->port);
		put(packet, POLICY_PROTOCOL, 0, key->protocol);
		break;
	default:
		break;
	}
	if (key->form == TG_SET_FORM_IP4(32) ||
	    key->form == TG_SET_FORM_ADDRESS_PORT4)
		put(packet, POLICY_SRC4, 0, key->words[0]);
	else
		put(packet, POLICY_SRC6, high, low);
}

static bool contains(const struct match_sets *sets,
		     const struct policy_set *set, const struct tg_set_key *key)
{
	const struct set_contents *contents = (const struct set_contents *)sets;
	struct policy_packet packet;
	struct match_context context = { .packet = &packet };

	packet_of(&packet, key);
	for (size_t i = 0; i < contents->count; i++) {
		if (!strcmp(contents->list[i].name, set->name) &&
		    policy_match(&contents->list[i].policy, &context).action ==
			    POLICY_PASS)
			return true;
	}
	return false;
}

void set_contents_start(struct set_contents *contents)
{
	*contents = (struct set_contents){ .sets = { contains } };
}

bool set_contents_add(struct set_contents *contents, const char *line)
{
	const char *colon = strchr(line, ':');
	size_t at = contents->count;

	if (!colon || colon - line >= TG_SET_NAME_SIZE ||
	    at == SET_CONTENTS_MAX ||
	    policy_parse_text(&contents->list[at].policy, "contents", colon + 1,
			      strlen(colon + 1), stdout))
		return false;
	memcpy(contents->list[at].name, line, colon - line);
	contents->list[at].name[colon - line] = 0;
	contents->count++;
	return true;
}

void set_contents_free(struct set_contents *contents)
{
	for (size_t i = 0; i < contents->count; i++)
		policy_free(&contents->list[i].policy);
	contents->count = 0;
}
