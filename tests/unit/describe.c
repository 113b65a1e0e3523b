// SPDX-License-Identifier: GPL-2.0-only
/*
 * describe - packet descriptions: compares their frames with those of craft,
 * describes packets from their printed descriptions again, and checks error
 * messages.
 *
 *	build/tests/describe [tests/policy]
 */
#include <string.h>

#include "craft.h"
#include "packet/describe.h"
#include "table.h"
#include "tap.h"

#define DIRECTORY "tests/policy"

static struct described described, again;

static void check_bytes(struct tap *tap, const struct table_row *row)
{
	const char *text = row->columns[0];
	struct describe_error error = { 0 };
	struct craft craft;
	bool good;

	good = !craft_packet(&craft, row->columns[1]) &&
	       !describe(&described, text, strlen(text), &error) &&
	       described.size == craft.size &&
	       !memcmp(described.frame, craft.bytes, craft.size);
	if (!tap_ok(tap, good, "%s", text)) {
		tap_note(tap, "line %d: %s%s", row->line, error.message,
			 craft.error);
		tap_note(tap, "crafted:");
		tap_dump(tap, craft.bytes, craft.size);
		tap_note(tap, "described:");
		tap_dump(tap, described.frame, described.size);
	}
	craft_free(&craft);
}

static void read_described(struct policy_packet *packet, struct described *from)
{
	from->metadata.has_skb = true;
	policy_packet_read(packet, from->frame, from->size, &from->metadata);
}

/* Printed descriptions omit padding; these packets have none. */
static void check_print(struct tap *tap, const struct table_row *row)
{
	const char *text = row->columns[0];
	struct policy_packet packet, same;
	struct describe_error error = { 0 };
	char printed[1024] = "";
	FILE *out = fmemopen(printed, sizeof(printed), "w");
	bool good;

	if (!out)
		abort();
	good = !describe(&described, text, strlen(text), &error);
	read_described(&packet, &described);
	describe_print(out, &packet, true);
	fclose(out);
	if (good && packet.malformed) {
		tap_ok(tap, !strcmp(printed, "malformed"), "printed: %s", text);
		return;
	}
	good &= !describe(&again, printed, strlen(printed), &error);
	read_described(&same, &again);
	for (int i = 0; good && i < POLICY_FIELDS; i++)
		good = packet.has[i] == same.has[i] &&
		       (!packet.has[i] ||
			(packet.value[i].hi == same.value[i].hi &&
			 packet.value[i].lo == same.value[i].lo));
	if (!tap_ok(tap, good, "printed: %s", text))
		tap_note(tap, "line %d: '%s' %s", row->line, printed,
			 error.message);
}

static void check_error(struct tap *tap, const struct table_row *row)
{
	const char *text = row->columns[0];
	struct describe_error error = { 0 };
	bool refused = describe(&described, text, strlen(text), &error) < 0;

	if (!tap_ok(tap,
		    refused &&
			    error.column ==
				    strtoul(row->columns[1], NULL, 10) &&
			    !strcmp(error.message, row->columns[2]) &&
			    !strcmp(error.hint, row->columns[3]),
		    "refused: %s", text))
		tap_note(tap, "line %d: found %s| %u | %s | %s", row->line,
			 refused ? "" : "no error ", error.column,
			 error.message, error.hint);
}

struct odd {
	const char *name, *text;
	size_t size;
	const char *message; /* NULL: it is valid */
};

#define ODD(name, text, message) name, text, sizeof(text) - 1, message

/* Cases that do not fit into a table. */
static const struct odd odds[] = {
	{ ODD("a NUL byte", "arp\0", "a NUL byte: not text") },
	{ ODD("a NUL byte in a word", "arp vlan 5\0\0\0",
	      "a NUL byte: not text") },
	{ ODD("a carriage return at the end", "arp\r\n", NULL) },
	{ ODD("a comment", "arp # and so on", NULL) },
	{ ODD("nothing", "", "not a kind of packet, and the line has ended") },
	{ ODD("blanks", " \t ",
	      "not a kind of packet, and the line has ended") },
	{ ODD("an escape sequence", "arp \33[31m", "not understood: '?[31m'") },
	{ ODD("a byte that is no text", "\377",
	      "not a kind of packet: '\377'") },
};

#define ODDS ((int)(sizeof(odds) / sizeof(*odds)))

static void check_odd(struct tap *tap, const struct odd *odd)
{
	struct describe_error error = { 0 };
	/* of exactly this size, so that the sanitizer detects reads past it */
	char *text = malloc(odd->size ? odd->size : 1);
	int err;

	if (!text)
		abort();
	memcpy(text, odd->text, odd->size);
	err = describe(&described, text, odd->size, &error);
	if (!tap_ok(tap,
		    odd->message ? err && !strcmp(error.message, odd->message)
				 : !err,
		    "%s", odd->name))
		tap_note(tap, "%s", error.message);
	free(text);
}

/* A long word is truncated in the message. */
static void check_long(struct tap *tap)
{
	struct describe_error error = { 0 };
	char text[4096];

	memset(text, 'x', sizeof(text));
	tap_ok(tap,
	       describe(&described, text, sizeof(text), &error) < 0 &&
		       strlen(error.message) < 100 &&
		       strstr(error.message, "..."),
	       "a word of 4096 letters");
}

static void read_table(struct table *table, const char *directory,
		       const char *name, int columns)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (table_read(table, path, columns))
		exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	const char *directory = argc > 1 ? argv[1] : DIRECTORY;
	struct table packets, errors;
	struct tap tap;

	read_table(&packets, directory, "explain-packets.table", 2);
	read_table(&errors, directory, "explain-errors.table", 4);
	tap = tap_plan(stdout, 2 * packets.count + errors.count + ODDS + 1);
	for (size_t i = 0; i < packets.count; i++)
		check_bytes(&tap, &packets.rows[i]);
	for (size_t i = 0; i < packets.count; i++)
		check_print(&tap, &packets.rows[i]);
	for (size_t i = 0; i < errors.count; i++)
		check_error(&tap, &errors.rows[i]);
	for (int i = 0; i < ODDS; i++)
		check_odd(&tap, &odds[i]);
	check_long(&tap);
	table_free(&packets);
	table_free(&errors);
	return tap_end(&tap);
}
