/* SPDX-License-Identifier: GPL-2.0-only */
/* An entry of a set, and the text that it is written as. */
#ifndef TG_SETS_ENTRY_H
#define TG_SETS_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "set_table.h"

/* Deadlines of entries whose text says none. */
#define SET_DEADLINE_DEFAULT 0

struct set_entry {
	struct tg_set_key key; /* of a prefix: the form has its length */
	uint32_t deadline;     /* as in a state */
	bool is_exception;
	bool is_hashed; /* a prefix that a rule has added, as a hashed key */
};

/* A range of addresses or ports is several entries. */
struct set_entries {
	struct set_entry *list;
	size_t count, room;
};

/* What is wrong with a text: the message, and the offset in the text. */
#define SET_FAULT_SIZE 256

struct set_fault {
	size_t offset;
	char what[SET_FAULT_SIZE];
};

/* The name of a kind in a policy; "?" if there is no such kind. */
const char *set_kind_name(unsigned int kind);

/* Writes the fault, and returns false. */
__attribute__((format(printf, 3, 4))) bool
set_fault_at(struct set_fault *fault, size_t offset, const char *format, ...);

/*
 * Appends what the text says to the entries, without a deadline. False, with
 * nothing appended, if it is wrong or there is no memory.
 */
bool set_entry_read(unsigned int kind, const char *text, size_t size,
		    struct set_entries *entries, struct set_fault *fault);

/* An IPv4 address at the start of the text: its size, or 0. */
size_t set_read_ip4(const char *text, const char *end, uint32_t *address);

#define SET_TEXT_SIZE 80

void set_entry_print(char text[SET_TEXT_SIZE], const struct set_entry *entry);

/* --- forms of keys */

static inline bool set_form_is_ip4(unsigned int form)
{
	return form >= TG_SET_FORM_IP4(0) && form <= TG_SET_FORM_IP4(32);
}

static inline bool set_form_is_ip6(unsigned int form)
{
	return form <= TG_SET_FORM_IP6(128);
}

static inline bool set_form_is_address(unsigned int form)
{
	return set_form_is_ip4(form) || set_form_is_ip6(form);
}

static inline unsigned int set_form_length(unsigned int form)
{
	return set_form_is_ip4(form) ? form - TG_SET_FORM_IP4(0) : form;
}

/* Whether the entry is a hashed key; all others are in a trie. */
static inline bool set_entry_is_hashed(const struct set_entry *entry)
{
	unsigned int form = entry->key.form;

	if (entry->is_exception)
		return false;
	return entry->is_hashed || !set_form_is_address(form) ||
	       form == TG_SET_FORM_IP4(32) || form == TG_SET_FORM_IP6(128);
}

#endif
