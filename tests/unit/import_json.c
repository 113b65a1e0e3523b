// SPDX-License-Identifier: GPL-2.0-only
/* import_json - what the JSON reader takes, and what it refuses, and where. */
#include <string.h>

#include "lib/json.h"
#include "tap.h"

static const char *const good[] = {
	"null",
	" [ ] ",
	"{}",
	"[1,-2,0,1e3,0.5,-0.0E-1]",
	"{\"a\": [true, false, null]}",
	"\"\\u00e9\\n\\ud83d\\ude00 \xc3\xa9\"",
	"[[[[[[[[]]]]]]]]",
	"9223372036854775807",
	"123456789012345678901234567890",
};

static const struct {
	const char *text;
	size_t offset;
} bad[] = {
	{ "", 0 },
	{ "[1,]", 3 },
	{ "[1 2]", 3 },
	{ "{\"a\" 1}", 5 },
	{ "{a: 1}", 1 },
	{ "{\"a\":1,\"a\":2}", 10 },
	{ "01", 1 },
	{ "-", 1 },
	{ "1.", 2 },
	{ "nul", 0 },
	{ "\"", 1 },
	{ "\"\\x\"", 3 },
	{ "\"\\", 2 },
	{ "\"\\u0000\"", 7 },
	{ "\"\\ud800\"", 7 },
	{ "\"\xff\"", 1 },
	{ "\"\xc0\x80\"", 1 },
	{ "\"a\nb\"", 2 },
	{ "[] []", 3 },
	{ "{\"a\":1", 6 },
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

static bool reads(const char *text, size_t size, size_t *offset)
{
	struct json_document document;
	int err = json_read(&document, text, size);

	*offset = document.offset;
	json_free(&document);
	return !err;
}

static void test_values(struct tap *tap)
{
	static const char text[] = "{\"a\": [1, \"x\\u0041\"], \"b\": -7}";
	struct json_document document;
	const struct json *a;
	int err = json_read(&document, text, strlen(text));

	a = json_get(document.root, "a");
	tap_ok(tap,
	       !err && json_is(a, JSON_ARRAY) && a->count == 2 &&
		       a->first->integer == 1 &&
		       !strcmp(json_string(a->first->next), "xA") &&
		       json_get(document.root, "b")->integer == -7 &&
		       a->start == 6 && a->end == 20 &&
		       !json_get(document.root, "c") && !json_get(a, "a"),
	       "members, items, strings and places are found");
	json_free(&document);
}

/* As deep as allowed, and one more. */
static void test_depth(struct tap *tap)
{
	char text[2 * JSON_DEPTH_MAX + 2];
	size_t offset;

	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	tap_ok(tap, !reads(text, sizeof(text), &offset),
	       "what nests too deeply is refused");
	tap_ok(tap, reads(text + 1, sizeof(text) - 2, &offset),
	       "what nests as deeply as allowed is read");
}

int main(void)
{
	struct tap tap = tap_plan(stdout, COUNT(good) + COUNT(bad) + 3);
	size_t offset;

	for (size_t i = 0; i < COUNT(good); i++)
		tap_ok(&tap, reads(good[i], strlen(good[i]), &offset),
		       "is JSON: %s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++) {
		bool read = reads(bad[i].text, strlen(bad[i].text), &offset);

		if (!tap_ok(&tap, !read && offset == bad[i].offset,
			    "is none, number %zu", i))
			tap_note(&tap, "at %zu", offset);
	}
	test_values(&tap);
	test_depth(&tap);
	return tap_end(&tap);
}
