// SPDX-License-Identifier: GPL-2.0-only
/* Entries of sets, and times, as text. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "entry.h"
#include "policy/language/words.h"

const char *set_kind_name(unsigned int kind)
{
	static const char *const names[TG_SET_KINDS] = {
		[TG_SET_ADDRESSES] = "addresses",
		[TG_SET_PORTS] = "ports",
		[TG_SET_MACS] = "macs",
		[TG_SET_ADDRESS_PORTS] = "address-ports",
	};

	return kind < TG_SET_KINDS ? names[kind] : "?";
}

static void print_address(char text[INET6_ADDRSTRLEN],
			  const struct tg_set_key *key, bool is_ip4)
{
	uint32_t words[4];

	for (int i = 0; i < 4; i++)
		words[i] = htonl(key->words[i]);
	inet_ntop(is_ip4 ? AF_INET : AF_INET6, words, text, INET6_ADDRSTRLEN);
}

static void print_prefix(char text[SET_TEXT_SIZE],
			 const struct set_entry *entry)
{
	bool is_ip4 = set_form_is_ip4(entry->key.form);
	unsigned int length = set_form_length(entry->key.form);
	const char *mark = entry->is_exception ? "!" : "";
	char address[INET6_ADDRSTRLEN];

	print_address(address, &entry->key, is_ip4);
	if (length == (is_ip4 ? 32 : 128))
		snprintf(text, SET_TEXT_SIZE, "%s%s", mark, address);
	else
		snprintf(text, SET_TEXT_SIZE, "%s%s/%u", mark, address, length);
}

static void print_address_port(char text[SET_TEXT_SIZE],
			       const struct tg_set_key *key)
{
	const char *protocol = word_name(WORDS_PROTOCOL, key->protocol);
	char address[INET6_ADDRSTRLEN];

	print_address(address, key, key->form == TG_SET_FORM_ADDRESS_PORT4);
	if (protocol)
		snprintf(text, SET_TEXT_SIZE, "%s %s %u", address, protocol,
			 key->port);
	else
		snprintf(text, SET_TEXT_SIZE, "%s %u %u", address,
			 key->protocol, key->port);
}

void set_entry_print(char text[SET_TEXT_SIZE], const struct set_entry *entry)
{
	const struct tg_set_key *key = &entry->key;
	uint64_t mac;

	switch (key->form) {
	case TG_SET_FORM_PORT:
		snprintf(text, SET_TEXT_SIZE, "%u", key->port);
		break;
	case TG_SET_FORM_MAC:
		mac = (uint64_t)key->words[0] << 32 | key->words[1];
		snprintf(text, SET_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x",
			 (uint8_t)(mac >> 56), (uint8_t)(mac >> 48),
			 (uint8_t)(mac >> 40), (uint8_t)(mac >> 32),
			 (uint8_t)(mac >> 24), (uint8_t)(mac >> 16));
		break;
	case TG_SET_FORM_ADDRESS_PORT4:
	case TG_SET_FORM_ADDRESS_PORT6:
		print_address_port(text, key);
		break;
	default:
		if (set_form_is_address(key->form))
			print_prefix(text, entry);
		else
			snprintf(text, SET_TEXT_SIZE, "?");
	}
}
