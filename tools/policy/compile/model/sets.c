// SPDX-License-Identifier: GPL-2.0-only
#include "sets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"
#include "policy/language/set_kind.h"

/* Rounded up: an entry is there for its whole time. */
static uint32_t units(uint32_t seconds)
{
	uint64_t nanoseconds = seconds * UINT64_C(1000000000);

	return (nanoseconds + (1 << TG_SET_TIME_SHIFT) - 1) >>
	       TG_SET_TIME_SHIFT;
}

/* --- declarations */

static void describe_set(struct tg_policy_set *to, const struct policy_set *set)
{
	memcpy(to->name, set->name, strlen(set->name));
	to->size = set->size;
	to->timeout = set->timeout;
	to->kind = set->kind;
	to->number = set->number;
}

static void note_condition(struct tg_policy_sets *sets,
			   const struct policy_condition *condition)
{
	const struct policy_set *set = condition->set;

	if (!set)
		return;
	sets->asked[set_side(condition->field)][set->kind] |= 1U << set->number;
	if (sets->kinds_end <= set->kind)
		sets->kinds_end = set->kind + 1;
}

static void add_length(struct tg_policy_sets *sets, uint8_t form)
{
	for (int i = 0; i < TG_POLICY_SET_LENGTHS; i++) {
		if (!sets->lengths[i])
			sets->lengths[i] = form;
		if (sets->lengths[i] == form)
			return;
	}
}

static void note_time(struct tg_policy_set *set,
		      const struct policy_change *change)
{
	uint32_t time = units(change->seconds);

	if (time > set->longest)
		set->longest = time;
}

static void note_change(struct tg_policy_sets *sets,
			const struct policy_change *change)
{
	if (!change_is_of_set(change->kind))
		return;
	if (change->kind == POLICY_ADD_TO_SET)
		note_time(&sets->sets[change->set->number], change);
	if (change->length4 != SET_WHOLE4)
		add_length(sets, TG_SET_FORM_IP4(change->length4));
	if (change->length6 != SET_WHOLE6)
		add_length(sets, TG_SET_FORM_IP6(change->length6));
}

static void note_rule(struct tg_policy_sets *sets,
		      const struct policy_rule *rule)
{
	for (size_t i = 0; i < rule->condition_count; i++)
		note_condition(sets, &rule->conditions[i]);
	for (size_t i = 0; i < rule->change_count; i++)
		note_change(sets, &rule->changes[i]);
	if (rule->limit)
		note_rule(sets, &rule->limit->over);
}

void sets_describe(struct tg_policy_sets *sets, const struct policy *policy)
{
	*sets = (struct tg_policy_sets){ .count = policy->set_count };
	for (size_t i = 0; i < policy->set_count; i++)
		describe_set(&sets->sets[i], &policy->sets[i]);
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct policy_block *block = &policy->blocks[i];

		for (size_t j = 0; j < block->count; j++)
			note_rule(sets, &block->rules[j]);
	}
}

/* --- changes */

static uint32_t time_of(const struct policy_change *change)
{
	if (change->kind == POLICY_DEL_FROM_SET)
		return 0;
	if (change->seconds)
		return units(change->seconds);
	return change->set->timeout ? units(change->set->timeout)
				    : TG_SET_FOREVER;
}

static void set_forms(struct tg_set_change *to,
		      const struct policy_change *change)
{
	switch (change->set->kind) {
	case TG_SET_PORTS:
		to->form4 = to->form6 = TG_SET_FORM_PORT;
		break;
	case TG_SET_MACS:
		to->form4 = to->form6 = TG_SET_FORM_MAC;
		break;
	case TG_SET_ADDRESS_PORTS:
		to->form4 = TG_SET_FORM_ADDRESS_PORT4;
		to->form6 = TG_SET_FORM_ADDRESS_PORT6;
		break;
	default:
		to->form4 = TG_SET_FORM_IP4(change->length4);
		to->form6 = TG_SET_FORM_IP6(change->length6);
	}
}

static int find_row(struct set_changes *changes,
		    const struct tg_set_change *row, size_t count,
		    uint16_t *first)
{
	uint64_t hash = hash_bytes(0, row, count * sizeof(*row));
	uint32_t start;

	for (size_t step = 0; hash_next(&changes->rows, hash, &step, &start);) {
		if (changes->count - start >= count &&
		    !memcmp(&changes->list[start], row, count * sizeof(*row))) {
			*first = start;
			return 0;
		}
	}
	if (changes->count + count > UINT16_MAX)
		return -E2BIG;
	if (!vec_reserve(changes->list, changes->room,
			 changes->count + count) ||
	    !hash_add(&changes->rows, hash, changes->count))
		return -ENOMEM;
	*first = changes->count;
	memcpy(&changes->list[changes->count], row, count * sizeof(*row));
	changes->count += count;
	return 0;
}

int set_changes_add(struct set_changes *changes, const struct policy_rule *rule,
		    uint16_t *first)
{
	struct tg_set_change row[TG_SET_CHANGES_MAX] = { 0 };
	int count = 0, err;

	*first = 0;
	for (size_t i = 0; i < rule->change_count; i++) {
		const struct policy_change *change = &rule->changes[i];

		if (!change_is_of_set(change->kind))
			continue;
		if (count == TG_SET_CHANGES_MAX)
			return -E2BIG;
		row[count] = (struct tg_set_change){
			.is_del = change->kind == POLICY_DEL_FROM_SET,
			.side = change->side,
			.set = change->set->number,
			.time = time_of(change),
		};
		set_forms(&row[count++], change);
	}
	if (!count)
		return 0;
	err = find_row(changes, row, count, first);
	return err ? err : count;
}

void set_changes_free(struct set_changes *changes)
{
	free(changes->list);
	hash_free(&changes->rows);
	*changes = (struct set_changes){ 0 };
}
