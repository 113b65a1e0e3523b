// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the policy parser with arbitrary text: it is rejected with a message,
 * or its canonical form is the same policy. The formatted text is the same
 * policy, too, and formatting it again changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/language/check/check.h"
#include "policy/language/print/format.h"
#include "policy/language/check/hook_limits.h"
#include "policy/language/print/print.h"
#include "policy/language/text/read.h"
#include "policy_same.h"

#define hold(condition)                                                     \
	do {                                                                \
		if (!(condition)) {                                         \
			fprintf(stderr, "does not hold: %s\n", #condition); \
			abort();                                            \
		}                                                           \
	} while (0)

struct text {
	char *bytes;
	size_t size;
};

struct read {
	struct policy policy;
	struct diagnostics diagnostics;
	int err;
};

static void read_text(struct read *read, struct text text, bool alone)
{
	struct read_options options = { .alone = alone, .no_include = !alone };

	*read = (struct read){ 0 };
	read->err = policy_read_text(&read->policy, "fuzz", text.bytes,
				     text.size, &options, &read->diagnostics);
	hold(!read->err == !read->diagnostics.counts[SEVERITY_ERROR]);
	if (!read->err)
		policy_expand_lists(&read->policy);
}

static void read_free(struct read *read)
{
	diagnostics_free(&read->diagnostics);
	policy_free(&read->policy);
}

static struct text print(const struct policy *policy)
{
	struct text text;
	FILE *out = open_memstream(&text.bytes, &text.size);

	hold(out);
	policy_print(out, policy);
	fclose(out);
	return text;
}

static struct text format(const struct policy *policy)
{
	struct text text;
	FILE *out = open_memstream(&text.bytes, &text.size);

	hold(out);
	hold(policy_format(out, &policy->sources->list[0]) == 0);
	fclose(out);
	return text;
}

static void print_messages(struct read *read)
{
	struct text text;
	FILE *out = open_memstream(&text.bytes, &text.size);

	hold(out);
	diagnostics_print(&read->diagnostics, read->policy.sources, out);
	diagnostics_print_json(&read->diagnostics, read->policy.sources, out);
	fclose(out);
	free(text.bytes);
}

static void test_printed(const struct policy *policy)
{
	struct text text = print(policy);
	struct read again;

	read_text(&again, text, false);
	if (again.err)
		diagnostics_print(&again.diagnostics, again.policy.sources,
				  stderr);
	hold(!again.err);
	hold(policies_same(policy, &again.policy));
	read_free(&again);
	free(text.bytes);
}

/* policy is NULL if the text is a policy only with its includes. */
static void test_formatted(const struct policy *written,
			   const struct policy *policy)
{
	struct text text = format(written), second;
	struct read again;

	read_text(&again, text, true);
	hold(!again.err);
	second = format(&again.policy);
	hold(text.size == second.size &&
	     !memcmp(text.bytes, second.bytes, text.size));
	read_free(&again);
	if (policy) {
		read_text(&again, text, false);
		hold(!again.err && policies_same(policy, &again.policy));
		read_free(&again);
	}
	free(text.bytes);
	free(second.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text text = { (char *)bytes, size };
	struct read read, alone;

	read_text(&read, text, false);
	if (!read.err) {
		hold(policy_is_normal(&read.policy));
		hold(check_order(&read.policy, &read.diagnostics) == 0);
		check_hooks(&read.policy, ALL_HOOKS, true, &read.diagnostics);
		test_printed(&read.policy);
	}
	print_messages(&read);

	read_text(&alone, text, true);
	hold(read.err || !alone.err);
	if (!alone.err)
		test_formatted(&alone.policy, read.err ? NULL : &read.policy);
	read_free(&alone);
	read_free(&read);
	return 0;
}
