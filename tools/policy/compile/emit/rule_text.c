// SPDX-License-Identifier: GPL-2.0-only
#include "rule_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/hash.h"
#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"

static void write_place(FILE *out, const struct policy *policy,
			struct policy_place place)
{
	fprintf(out, "%s:%u\t", policy_file(policy, place.file), place.line);
}

/* A rule that lists ten thousand addresses is not to fill the kernel. */
static void write_rule(FILE *out, const char *text, size_t size)
{
	if (size <= RULE_TEXT_MAX)
		fwrite(text, 1, size, out);
	else
		fprintf(out, "%.*s ... #%016" PRIx64, RULE_TEXT_MAX, text,
			hash_text(text, size));
	fputc('\n', out);
}

int rule_text_write(FILE *out, const struct policy *policy)
{
	char *text = NULL;
	size_t size = 0;
	FILE *rule = open_memstream(&text, &size);

	if (!rule)
		return -ENOMEM;
	if (policy->default_place.line)
		write_place(out, policy, policy->default_place);
	else
		fputs("-:0\t", out);
	fprintf(out, "default %s\n",
		policy_action_word(policy->default_action));
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++) {
			rewind(rule);
			policy_rule_print(rule, policy, &block->rules[j]);
			fflush(rule);
			write_place(out, policy, block->rules[j].place);
			write_rule(out, text, size);
		}
	}
	fclose(rule);
	free(text);
	return ferror(out) ? -ENOMEM : 0;
}
