// SPDX-License-Identifier: GPL-2.0-only
/*
 * shrink_policy - policies that show a fault are shrunk to a minimum. The fault
 * is a matcher that ignores one field, compared with the reference matcher.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/language/text/read.h"
#include "policy/match/match.h"
#include "tables/random_packet.h"
#include "tables/shrink.h"
#include "tables/subject.h"
#include "tap.h"

struct blind {
	enum policy_field field; /* that the faulty matcher ignores */
	struct policy_packet packet;
	size_t tries;
};

static uint32_t decides(const struct policy *policy,
			const struct policy_packet *packet,
			enum policy_field field)
{
	struct policy_packet seen = *packet;

	seen.has[field] = false;
	return subject_decides(policy, &seen, NULL);
}

static bool blind_differs(void *context, const char *text, size_t size)
{
	struct blind *blind = context;
	struct read_options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;
	bool differs = !policy_read_text(&policy, "text", text, size, &options,
					 &diagnostics) &&
		       subject_decides(&policy, &blind->packet, NULL) !=
			       decides(&policy, &blind->packet, blind->field);

	blind->tries++;
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return differs;
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

/* A rule with one condition and one value: "drop ttl 64". */
static bool is_smallest(const char *text, const char *word)
{
	return count_of(text, "\n") == 1 && count_of(text, word) == 1 &&
	       !strpbrk(text, "{},!") && count_of(text, " ") <= 4;
}

static void test_field(struct tap *tap, enum policy_field field,
		       const char *word)
{
	static const struct random_policy_shape shape = { 60, 60, 10, 0, 0, 0 };
	/* with others, a fault may show in a negated value alone */
	struct random random = { 3 };
	struct blind blind = { .field = field };
	struct random_packet packet;
	struct policy policy;
	char *text = NULL;
	bool differs = false, ok;
	size_t size;

	for (int i = 0; i < 1000000 && !differs; i++) {
		if (i % 500 == 0) {
			if (text)
				policy_free(&policy);
			free(text);
			text = subject_read(&policy, &random, &shape);
		}
		random_packet(&random, &packet);
		policy_packet_read(&blind.packet, packet.bytes, packet.size,
				   &packet.metadata);
		differs = subject_decides(&policy, &blind.packet, NULL) !=
			  decides(&policy, &blind.packet, field);
	}
	size = strlen(text);
	if (differs)
		shrink(text, blind_differs, &blind);
	ok = differs && is_smallest(text, word) &&
	     blind_differs(&blind, text, strlen(text));
	tap_ok(tap, ok, "a fault with '%s' becomes one rule, one value", word);
	tap_note(tap, "%zu bytes of rules, %zu tries, then: %.*s", size,
		 blind.tries, (int)strcspn(text, "\n"), text);
	policy_free(&policy);
	free(text);
}

/* True while the text has all of these words, in this order. */
static bool has_words(void *context, const char *text, size_t size)
{
	const char *const *words = context;

	for (; *words && text; words++)
		text = strstr(text, *words);
	(void)size;
	return text;
}

static void test_text(struct tap *tap, const char *text, const char *words[],
		      const char *smallest)
{
	char *copy = strdup(text);

	shrink(copy, has_words, words);
	if (!tap_ok(tap, !strcmp(copy, smallest), "what is left: %s",
		    *words ? *words : "nothing"))
		tap_note(tap, "it is '%s'", copy);
	free(copy);
}

int main(void)
{
	static const char *none[] = { NULL }, *one[] = { "b", NULL };
	static const char *both[] = { "sublist", "x", "}\n", "y", NULL };
	struct tap tap = tap_plan(stdout, 7);

	test_text(&tap, "a b c\nd { e, f-g }\n", none, "");
	test_text(&tap, "a\n!b-c\nd\n", one, "b\n");
	test_text(&tap, "sublist s {\nz\n}\nsublist x {\nz\n}\nz\ny\n", both,
		  "sublist x\n}\ny\n");
	test_field(&tap, POLICY_TTL, "ttl");
	test_field(&tap, POLICY_DST_PORT, "port");
	test_field(&tap, POLICY_ICMP_TYPE, "type");
	test_field(&tap, POLICY_SRC_MAC, "mac");
	return tap_end(&tap);
}
