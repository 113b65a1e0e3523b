// SPDX-License-Identifier: GPL-2.0-only
#include "rule_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/vec.h"
#include "policy/language/parse/policy_parse.h"
#include "policy/language/print/print.h"
#include "rule_marks.h"

/*
 * A memory stream. open_memstream() keeps the addresses of text and size, so
 * the struct must not move.
 */
struct memory {
	FILE *out;
	char *text;
	size_t size;
};

/* A list that a rule refers to. */
struct named_list {
	const char *name;
	char *mark; /* printed in place of the name */
	size_t count;
	char *values; /* start with a space */
};

/* A rule with a limit: its line about what is over comes later. */
struct over_line {
	const struct policy_rule *rule;
	uint32_t number;
	uint64_t identity; /* of the rule */
};

struct rule_writer {
	FILE *out;
	const struct policy *policy;
	struct named_list *lists;
	size_t list_count, list_room;
	struct hash
		numbers; /* by the address of a list's name: its number + 1 */
	struct policy_condition
		*conditions; /* of a rule, with marks as names */
	size_t condition_room;
	struct memory marked, expanded; /* the current rule */
	struct over_line *overs;
	size_t over_count, over_room;
};

static bool memory_open(struct memory *memory)
{
	memory->out = open_memstream(&memory->text, &memory->size);
	return memory->out != NULL;
}

static void memory_close(struct memory *memory)
{
	if (memory->out)
		fclose(memory->out);
	free(memory->text);
}

/* --- lists */

/* The values, starting with a space. NULL if out of memory. */
static char *print_values(const struct policy_rule *rule,
			  const struct policy_condition *condition)
{
	struct memory values;

	if (!memory_open(&values))
		return NULL;
	policy_values_print(values.out, rule, condition);
	if (!fclose(values.out))
		return values.text;
	free(values.text);
	return NULL;
}

static bool add_list(struct rule_writer *writer, const struct policy_rule *rule,
		     const struct policy_condition *condition)
{
	const struct policy_condition *half = condition->either_family;
	struct named_list *list;

	if (!vec_reserve(writer->lists, writer->list_room,
			 writer->list_count + 1))
		return false;
	list = &writer->lists[writer->list_count];
	*list = (struct named_list){
		.name = condition->list,
		.count = condition->count + (half ? half->count : 0),
		.values = print_values(rule, condition),
	};
	if (asprintf(&list->mark, "%c%zu%c", RULE_LIST_MARK, writer->list_count,
		     RULE_LIST_MARK) < 0)
		list->mark = NULL;
	writer->list_count++;
	return list->values && list->mark;
}

static const char *mark_of(struct rule_writer *writer,
			   const struct policy_rule *rule,
			   const struct policy_condition *condition)
{
	uint32_t *number = hash_number(&writer->numbers,
				       hash_mix((uintptr_t)condition->list));

	if (!number)
		return NULL;
	if (!*number) {
		if (!add_list(writer, rule, condition))
			return NULL;
		*number = writer->list_count;
	}
	return writer->lists[*number - 1].mark;
}

/* Prints the rule with marks in place of list names. */
static bool print_marked(struct rule_writer *writer,
			 const struct policy_rule *rule)
{
	struct policy_rule marked = *rule;

	if (!vec_reserve(writer->conditions, writer->condition_room,
			 rule->condition_count))
		return false;
	for (size_t i = 0; i < rule->condition_count; i++) {
		struct policy_condition *condition = &writer->conditions[i];

		*condition = rule->conditions[i];
		if (!condition->list)
			continue;
		condition->list = mark_of(writer, rule, &rule->conditions[i]);
		if (!condition->list)
			return false;
	}
	marked.conditions = writer->conditions;
	rewind(writer->marked.out);
	policy_rule_print(writer->marked.out, writer->policy, &marked);
	fputc('\0', writer->marked.out); /* terminate: the previous rule may
					    have been longer */
	return !fflush(writer->marked.out);
}

static void write_identity(FILE *out, const char *text, size_t size)
{
	fprintf(out, "%c%016" PRIx64, RULE_IDENTITY_MARK,
		hash_text(text, size));
}

static void write_lists(const struct rule_writer *writer)
{
	FILE *out = writer->out;

	for (size_t i = 0; i < writer->list_count; i++) {
		const struct named_list *list = &writer->lists[i];
		const char *values = list->values + 1;
		size_t size = strlen(values);

		fprintf(out, "%s\t%zu\t%.*s", list->name, list->count,
			LIST_TEXT_MAX, values);
		if (size > LIST_TEXT_MAX) {
			fputs(RULE_CUT, out);
			write_identity(out, values, size);
		}
		fputc('\n', out);
	}
}

static void write_sent(FILE *out, const char *word,
		       const struct policy_sent_limit *limit)
{
	if (!limit->place.line)
		return;
	fprintf(out, "%c\t", RULE_SET_MARK);
	policy_sent_print(out, word, limit);
	fputc('\n', out);
}

static void write_declarations(FILE *out, const struct policy *policy)
{
	for (size_t i = 0; i < policy->set_count; i++) {
		const struct policy_set *set = &policy->sets[i];

		fprintf(out, "%c%s\t", RULE_SET_MARK, set->name);
		policy_set_print(out, set);
		fputc('\n', out);
	}
	write_sent(out, "replies", &policy->replies);
	write_sent(out, "logs", &policy->logs);
	if (!policy->flows.place.line)
		return;
	fprintf(out, "%c\t", RULE_SET_MARK);
	policy_flows_print(out, &policy->flows);
	fputc('\n', out);
}

/* --- rules */

/* Writes as much as *room allows. Returns false if text was truncated. */
static bool write_words(FILE *out, const char *text, size_t *room)
{
	size_t size = strlen(text), written = size < *room ? size : *room;

	fwrite(text, 1, written, out);
	*room -= written;
	return written == size;
}

/* A mark uses as much room as the list's name. */
static bool write_mark(FILE *out, const struct named_list *list, size_t *room)
{
	size_t size = strlen(list->name);

	if (size > *room)
		return false;
	fputs(list->mark, out);
	*room -= size;
	return true;
}

/* Writes the output of print_marked(): every second part is a list's mark. */
static bool write_parts(struct rule_writer *writer)
{
	static const char marks[] = { RULE_LIST_MARK, '\0' };
	struct memory *expanded = &writer->expanded;
	char *rest = writer->marked.text, *part;
	size_t room = RULE_TEXT_MAX;
	bool is_cut = false, is_list = false, has_lists = false;

	rewind(expanded->out);
	for (; (part = strsep(&rest, marks)); is_list = !is_list) {
		const struct named_list *list =
			is_list ? &writer->lists[strtoul(part, NULL, 10)]
				: NULL;

		has_lists |= is_list;
		fputs(list ? list->values + 1 : part, expanded->out);
		if (!is_cut)
			is_cut = list ? !write_mark(writer->out, list, &room)
				      : !write_words(writer->out, part, &room);
	}
	if (fflush(expanded->out))
		return false;
	if (is_cut)
		fputs(RULE_CUT, writer->out);
	if (is_cut || has_lists)
		write_identity(writer->out, expanded->text, expanded->size);
	fputc('\n', writer->out);
	return true;
}

static void write_place(FILE *out, const struct policy *policy,
			struct policy_place place)
{
	fprintf(out, "%s:%u\t", policy_file(policy, place.file), place.line);
}

static void write_log(FILE *out, const struct policy_rule *rule)
{
	const struct policy_change *log = policy_rule_log(rule);

	if (log && log->text_length)
		fprintf(out, "%c%.*s%c", RULE_LOG_MARK, (int)log->text_length,
			log->text, RULE_LOG_MARK);
}

static void write_default(FILE *out, const struct policy *policy)
{
	if (policy->default_place.line)
		write_place(out, policy, policy->default_place);
	else
		fputs("-:0\t", out);
	policy_default_print(out, policy);
	fputc('\n', out);
}

/* --- what is over limits */

/* After write_parts(), which has expanded the rule. */
static bool note_over(struct rule_writer *writer,
		      const struct policy_rule *rule, uint32_t number)
{
	if (!rule->limit)
		return true;
	if (!vec_reserve(writer->overs, writer->over_room,
			 writer->over_count + 1))
		return false;
	writer->overs[writer->over_count++] = (struct over_line){
		.rule = rule,
		.number = number,
		.identity =
			hash_text(writer->expanded.text, writer->expanded.size),
	};
	return true;
}

static void write_overs(const struct rule_writer *writer)
{
	FILE *out = writer->out;

	for (size_t i = 0; i < writer->over_count; i++) {
		const struct over_line *over = &writer->overs[i];

		write_place(out, writer->policy, over->rule->place);
		write_log(out, &over->rule->limit->over);
		fprintf(out, "%c%u%celse ", RULE_OVER_MARK, over->number,
			RULE_OVER_MARK);
		policy_over_print(out, over->rule->limit);
		fprintf(out, "%c%016" PRIx64 "\n", RULE_IDENTITY_MARK,
			hash_mix(over->identity));
	}
}

static bool has_tail(const struct rule_writer *writer)
{
	const struct policy *policy = writer->policy;

	return writer->list_count || policy->set_count ||
	       policy->flows.place.line || policy->replies.place.line ||
	       policy->logs.place.line;
}

static bool write_all(struct rule_writer *writer)
{
	const struct policy *policy = writer->policy;
	uint32_t number = 1;

	write_default(writer->out, policy);
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++, number++) {
			const struct policy_rule *rule = &block->rules[j];

			if (!print_marked(writer, rule))
				return false;
			write_place(writer->out, policy, rule->place);
			write_log(writer->out, rule);
			if (!write_parts(writer) ||
			    !note_over(writer, rule, number))
				return false;
		}
	}
	write_overs(writer);
	if (has_tail(writer))
		fputc('\n', writer->out);
	write_lists(writer);
	write_declarations(writer->out, policy);
	return !ferror(writer->out);
}

int rule_text_write(FILE *out, const struct policy *policy)
{
	struct rule_writer writer = { .out = out, .policy = policy };
	bool done = memory_open(&writer.marked) &&
		    memory_open(&writer.expanded) && write_all(&writer);

	memory_close(&writer.marked);
	memory_close(&writer.expanded);
	for (size_t i = 0; i < writer.list_count; i++) {
		free(writer.lists[i].values);
		free(writer.lists[i].mark);
	}
	free(writer.lists);
	free(writer.conditions);
	free(writer.overs);
	hash_free(&writer.numbers);
	return done ? 0 : -ENOMEM;
}
