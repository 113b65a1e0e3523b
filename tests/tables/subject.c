// SPDX-License-Identifier: GPL-2.0-only
#include "subject.h"

#include <string.h>

#include "policy/language/text/read.h"

/* Turns rules that can never match, which the parser rejects, into comments. */
static void silence(const struct diagnostics *diagnostics, char *text)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		char *line = text;

		for (unsigned int n = 1; n < diagnostics->list[i].place.line;
		     n++)
			line = strchr(line, '\n') + 1;
		*line = '#';
	}
}

char *subject_read(struct policy *policy, struct random *random,
		   const struct random_policy_shape *shape)
{
	struct read_options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	random_policy(random, shape, out);
	fclose(out);
	while (policy_read_text(policy, "random", text, size, &options,
				&diagnostics)) {
		silence(&diagnostics, text);
		diagnostics_free(&diagnostics);
		policy_free(policy);
		diagnostics = (struct diagnostics){ 0 };
	}
	diagnostics_free(&diagnostics);
	return text;
}

uint32_t subject_decides(const struct policy *policy,
			 const struct policy_packet *packet,
			 const struct match_sets *sets)
{
	const struct match_context context = { .packet = packet, .sets = sets };
	const struct policy_rule *rule = policy_match(policy, &context).rule;
	uint32_t first = 1;

	for (size_t i = 0; rule && i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		if (block->count && rule >= block->rules &&
		    rule < block->rules + block->count)
			return first + (rule - block->rules);
		first += block->count;
	}
	return 0;
}
