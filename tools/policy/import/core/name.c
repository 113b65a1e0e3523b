// SPDX-License-Identifier: GPL-2.0-only
/* Names for lists and sub-lists: nobody else's, and no words of the language.
 */
#include <string.h>

#include "import.h"
#include "policy/language/limits.h"
#include "policy/language/words.h"

static const char *const keywords[] = {
	"accept",     "admin",
	"any",	      "arp",
	"class",      "code",
	"default",    "drop",
	"dscp",	      "established",
	"ether",      "extension",
	"flags",      "fragment",
	"from",	      "host",
	"http",	      "icmp",
	"icmp6",      "include",
	"ingress",    "inner-priority",
	"inner-vlan", "ip",
	"ip6",	      "jump",
	"keep",	      "length",
	"limit",      "list",
	"log",	      "mac",
	"mark",	      "mirror",
	"next",	      "none",
	"options",    "pass",
	"port",	      "priority",
	"proto",      "redirect",
	"reject",     "reset",
	"sctp",	      "set",
	"state",      "sublist",
	"syn",	      "tcp",
	"to",	      "ttl",
	"type",	      "udp",
	"vlan",	      "vlan-priority",
	"with",
};

static bool is_word(const char *name)
{
	uint32_t value;

	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		if (!strcmp(keywords[i], name))
			return true;
	}
	for (int table = 0; table < WORD_TABLES; table++) {
		if (word_value(table, name, strlen(name), &value))
			return true;
	}
	return false;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_alphanumeric(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

static struct name *find(const struct import *import, const char *name)
{
	return names_find(&import->words, name, strlen(name));
}

/*
 * The name itself, or with the next number after the last one that it was
 * given: there may be a million of one name.
 */
static const char *number(struct import *import, const char *name)
{
	const char *unique = name;
	struct name *first;

	if (!find(import, name)) {
		import_names_add(&import->words, name, 1);
		if (!is_word(name))
			return name;
	}
	first = find(import, name);
	while (find(import, unique))
		unique = arena_format(&import->arena, "%s-%zu", name,
				      ++first->index);
	import_names_add(&import->words, unique, 1);
	return unique;
}

#define NAME_ROOM (POLICY_NAME_MAX - 12) /* for what makes it unique */

const char *import_name(struct import *import, const char *name)
{
	char clean[POLICY_NAME_MAX + 1];
	size_t length = 0;

	if (!is_letter(*name))
		clean[length++] = 'x';
	for (; *name && length < NAME_ROOM; name++) {
		/* a dash stands between two others */
		if (is_alphanumeric(*name))
			clean[length++] = *name;
		else if (is_alphanumeric(name[1]) && length &&
			 clean[length - 1] != '-')
			clean[length++] = '-';
	}
	while (length && clean[length - 1] == '-')
		length--;
	clean[length] = '\0';
	return number(import, arena_copy(&import->arena, clean, length));
}
