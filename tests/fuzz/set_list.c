// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the reader of lists: the first byte chooses the kind. Each entry that
 * it takes is printed and read again, and has to be the same.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/time_text.h"
#include "sets/list_read.h"

#define NOW 1000

static void check_entry(unsigned int kind, const struct set_entry *entry)
{
	struct set_entries again = { 0 };
	char text[SET_TEXT_SIZE];
	struct set_fault fault;

	set_entry_print(text, entry);
	if (!set_entry_read(kind, text, strlen(text), &again, &fault) ||
	    again.count != 1 ||
	    memcmp(&again.list->key, &entry->key, sizeof(entry->key)) ||
	    again.list->is_exception != entry->is_exception)
		abort();
	free(again.list);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct set_reading reading;
	uint64_t seconds;
	char *text;

	if (!size)
		return 0;
	/* exactly as large as the text: the sanitizer sees each read outside */
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, bytes + 1, size - 1);
	reading =
		set_reading_of("list", "wanted", bytes[0] % TG_SET_KINDS, NOW);
	if (!set_read_text(&reading, text, size - 1))
		abort();
	set_read_end(&reading);
	for (size_t i = 0; i < reading.entries.count; i++)
		if (i % 1024 == 0)
			check_entry(reading.kind, &reading.entries.list[i]);
	time_text_read(text, size - 1, &seconds);
	set_reading_free(&reading);
	free(text);
	return 0;
}
