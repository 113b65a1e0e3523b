// SPDX-License-Identifier: GPL-2.0-only
#include "print.h"

#include <inttypes.h>
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "value.h"
#include "policy/language/words.h"

const char *policy_action_word(enum policy_action action)
{
	static const char *const words[] = {
		[POLICY_NEXT] = "next",	    [POLICY_PASS] = "pass",
		[POLICY_ACCEPT] = "accept", [POLICY_DROP] = "drop",
		[POLICY_REJECT] = "reject", [POLICY_JUMP] = "jump",
	};

	return words[action];
}

static void print_device(FILE *out, const char *device)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789._-";
	bool is_plain = !device[strspn(device, plain)] &&
			strcmp(device, "ingress") != 0;

	fprintf(out, is_plain ? "%s" : "\"%s\"", device);
}

static void print_handle(FILE *out, const char *word, uint32_t value)
{
	if (value > 0xffff)
		fprintf(out, " set %s %x:%x", word, value >> 16,
			value & 0xffff);
	else
		fprintf(out, " set %s %" PRIu32, word, value);
}

static void print_log(FILE *out, const struct policy_change *change)
{
	fputs(" log", out);
	if (change->text_length)
		fprintf(out, " \"%.*s\"", (int)change->text_length,
			change->text);
}

static void print_change(FILE *out, const struct policy_change *change)
{
	const char *name;

	switch (change->kind) {
	case POLICY_SET_MARK:
		fputs(" set mark ", out);
		print_masked(out, change->value,
			     change->mask == UINT32_MAX ? UINT64_MAX
							: change->mask);
		break;
	case POLICY_SET_PRIORITY:
		print_handle(out, "priority", change->value);
		break;
	case POLICY_SET_CLASS:
		print_handle(out, "class", change->value);
		break;
	case POLICY_SET_DSCP:
		name = word_name(WORDS_DSCP, change->value);
		if (name)
			fprintf(out, " set dscp %s", name);
		else
			fprintf(out, " set dscp %" PRIu32, change->value);
		break;
	case POLICY_REDIRECT:
		fputs(" redirect to ", out);
		print_device(out, change->device);
		break;
	case POLICY_REDIRECT_INGRESS:
		fputs(" redirect to ingress ", out);
		print_device(out, change->device);
		break;
	case POLICY_MIRROR:
		fputs(" mirror to ", out);
		print_device(out, change->device);
		break;
	case POLICY_ADD_TO_SET:
	case POLICY_DEL_FROM_SET:
		print_set_change(out, change);
		break;
	case POLICY_LOG:
		print_log(out, change);
		break;
	}
}

void policy_changes_print(FILE *out, const struct policy_rule *rule)
{
	policy_keep_print(out, rule->keep);
	for (size_t i = 0; i < rule->change_count; i++)
		print_change(out, &rule->changes[i]);
}

void policy_rule_print(FILE *out, const struct policy *policy,
		       const struct policy_rule *rule)
{
	static const char *const with[] = {
		[POLICY_REJECT_AUTO] = "",
		[POLICY_REJECT_RESET] = " with reset",
		[POLICY_REJECT_PORT] = " with port",
		[POLICY_REJECT_HOST] = " with host",
		[POLICY_REJECT_ADMIN] = " with admin",
	};

	fputs(policy_action_word(rule->action), out);
	if (rule->action == POLICY_JUMP)
		fprintf(out, " %s", policy->blocks[rule->target].name);
	if (rule->action == POLICY_REJECT)
		fputs(with[rule->reject], out);
	policy_conditions_print(out, rule);
	policy_changes_print(out, rule);
	policy_limit_print(out, rule->limit);
}

/* --- a policy */

/* Longer sets are folded, to keep lines below POLICY_LINE_MAX. */
#define LINE_RANGES 2048
#define LINE_SIZE (64 << 10)

/* Separate the parts by empty lines if the policy starts with a comment. */
struct layout {
	FILE *out;
	bool has_paragraphs;
	bool is_due; /* an empty line is needed before the next text */
};

static void start_paragraph(struct layout *layout)
{
	if (layout->is_due && layout->has_paragraphs)
		putc('\n', layout->out);
	layout->is_due = false;
}

static void print_comment(struct layout *layout, const char *indent,
			  const char *comment)
{
	if (!comment)
		return;
	start_paragraph(layout);
	for (const char *end; *comment; comment = *end ? end + 1 : end) {
		end = strchrnul(comment, '\n');
		fprintf(layout->out, "%s# %.*s\n", indent, (int)(end - comment),
			comment);
	}
}

/* Break long lines after commas. Only sets are that long. */
static void print_folded(FILE *out, const char *text, size_t size)
{
	while (size > LINE_SIZE) {
		const char *comma =
			memmem(text + LINE_SIZE, size - LINE_SIZE, ", ", 2);

		if (!comma)
			break;
		fwrite(text, 1, comma - text, out);
		fputs(",\n\t", out);
		size -= comma + 2 - text;
		text = comma + 2;
	}
	fwrite(text, 1, size, out);
}

/* A line that may need folding is printed to memory first. */
struct long_line {
	FILE *out, *memory;
	char *text;
	size_t size;
};

static FILE *open_line(struct long_line *line, FILE *out, bool is_long)
{
	*line = (struct long_line){ .out = out };
	if (is_long)
		line->memory = open_memstream(&line->text, &line->size);
	return line->memory ? line->memory : out;
}

static void close_line(struct long_line *line)
{
	if (line->memory) {
		fclose(line->memory);
		print_folded(line->out, line->text, line->size);
		free(line->text);
	}
	putc('\n', line->out);
}

static bool is_long(const struct policy_rule *rule)
{
	size_t ranges = 0;

	for (size_t i = 0; i < rule->condition_count; i++) {
		const struct policy_condition *one = &rule->conditions[i];

		ranges += one->list ? 0 : one->count;
		if (one->either_family)
			ranges += one->either_family->count;
	}
	return ranges > LINE_RANGES;
}

static void print_rules(struct layout *layout, const struct policy *policy,
			const struct policy_block *block, const char *indent)
{
	for (size_t i = 0; i < block->count; i++) {
		const struct policy_rule *rule = &block->rules[i];
		struct long_line line;

		start_paragraph(layout);
		print_comment(layout, indent, rule->comment);
		fputs(indent, layout->out);
		policy_rule_print(open_line(&line, layout->out, is_long(rule)),
				  policy, rule);
		close_line(&line);
		layout->is_due = rule->ends_paragraph;
	}
	print_comment(layout, indent, block->comment);
}

static void print_list(struct layout *layout, struct policy_list *list)
{
	struct policy_rule rule = { .conditions = &list->values,
				    .condition_count = 1 };
	struct long_line line;
	FILE *out =
		open_line(&line, layout->out, list->values.count > LINE_RANGES);

	start_paragraph(layout);
	fprintf(out, "list %s =", list->name);
	policy_values_print(out, &rule, &list->values);
	close_line(&line);
}

static void print_sent(struct layout *layout, const char *word,
		       const struct policy_sent_limit *limit)
{
	if (!limit->place.line)
		return;
	start_paragraph(layout);
	policy_sent_print(layout->out, word, limit);
	putc('\n', layout->out);
	layout->is_due = true;
}

static void print_head(struct layout *layout, const struct policy *policy)
{
	print_comment(layout, "", policy->comment);
	layout->is_due |= policy->comment != NULL;
	for (size_t i = 0; i < policy->list_count; i++)
		print_list(layout, &policy->lists[i]);
	layout->is_due |= policy->list_count != 0;
	for (size_t i = 0; i < policy->set_count; i++) {
		start_paragraph(layout);
		policy_set_print(layout->out, &policy->sets[i]);
		putc('\n', layout->out);
	}
	layout->is_due |= policy->set_count != 0;
	if (policy->flows.place.line) {
		start_paragraph(layout);
		policy_flows_print(layout->out, &policy->flows);
		putc('\n', layout->out);
		layout->is_due = true;
	}
	print_sent(layout, "replies", &policy->replies);
	print_sent(layout, "logs", &policy->logs);
	if (!policy->default_place.line)
		return;
	start_paragraph(layout);
	policy_default_print(layout->out, policy);
	putc('\n', layout->out);
	layout->is_due = true;
}

void policy_print(FILE *out, const struct policy *policy)
{
	struct layout layout = { out, policy->comment != NULL, false };

	print_head(&layout, policy);
	print_rules(&layout, policy, &policy->blocks[0], "");
	for (size_t i = 1; i < policy->block_count; i++) {
		layout.is_due = true;
		start_paragraph(&layout);
		fprintf(out, "sublist %s {\n", policy->blocks[i].name);
		print_rules(&layout, policy, &policy->blocks[i], "\t");
		layout.is_due = false;
		fputs("}\n", out);
	}
}
