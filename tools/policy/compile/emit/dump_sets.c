// SPDX-License-Identifier: GPL-2.0-only
/* Named sets in `compile --dump`. */
#include <inttypes.h>
#include <string.h>

#include "dump.h"
#include "policy/language/set_kind.h"

static uint32_t asked_of(const struct tg_policy_sets *sets, int side)
{
	uint32_t asked = 0;

	for (int kind = 0; kind < TG_SET_KINDS; kind++)
		asked |= sets->asked[side][kind];
	return asked;
}

static void dump_form(FILE *out, uint8_t form)
{
	if (form >= TG_SET_FORM_IP4(0) && form <= TG_SET_FORM_IP4(SET_WHOLE4))
		fprintf(out, "IPv4 /%u", form - TG_SET_FORM_IP4(0));
	else
		fprintf(out, "IPv6 /%u", form);
}

void dump_sets(FILE *out, const struct tg_policy_sets *sets)
{
	if (!sets->count)
		return;
	fputs("sets:\n", out);
	for (uint32_t i = 0; i < sets->count; i++) {
		const struct tg_policy_set *set = &sets->sets[i];

		fprintf(out, "  set %" PRIu32 ", %s: %s, %" PRIu32 " at most",
			i, set->name, set_kinds[set->kind].word, set->size);
		if (set->timeout)
			fprintf(out, ", for %" PRIu32 " s", set->timeout);
		if (asked_of(sets, TG_SIDE_FROM) >> i & 1)
			fputs(", asked of from", out);
		if (asked_of(sets, TG_SIDE_TO) >> i & 1)
			fputs(", asked of to", out);
		fputc('\n', out);
	}
	if (!sets->lengths[0])
		return;
	fputs("  prefixes that rules add:", out);
	for (int i = 0; i < TG_POLICY_SET_LENGTHS && sets->lengths[i]; i++) {
		fputs(i ? ", " : " ", out);
		dump_form(out, sets->lengths[i]);
	}
	fputc('\n', out);
}

void dump_set_changes(FILE *out, const struct compiled *compiled,
		      const struct tg_act *act)
{
	const struct tg_policy_sets *sets = &compiled->sets;

	for (int i = 0; i < act->set_changes; i++) {
		struct tg_set_change change;

		memcpy(&change,
		       compiled->tables.bytes +
			       compiled->constants.set_changes +
			       (act->set_change + i) * sizeof(change),
		       sizeof(change));
		fprintf(out, ", %s %s", change.is_del ? "del" : "add",
			change.side == TG_SIDE_FROM ? "from" : "to");
		if (sets->sets[change.set].kind == TG_SET_ADDRESSES) {
			fputs(" (", out);
			dump_form(out, change.form4);
			fputs(", ", out);
			dump_form(out, change.form6);
			fputc(')', out);
		}
		fprintf(out, " %s @%s", change.is_del ? "from" : "to",
			sets->sets[change.set].name);
		if (!change.is_del && change.time != TG_SET_FOREVER)
			fprintf(out, " for %" PRIu32 " units of 67 ms",
				change.time);
	}
}

bool is_sets_dimension(int dimension)
{
	return dimension >= TG_DIM_FROM_SETS0 && dimension <= TG_DIM_TO_SETS3;
}

/* The sets that a value stands for, of those that rules ask; as "@a+@b". */
static void dump_members(FILE *out, const struct tg_policy_sets *sets,
			 uint32_t members)
{
	const char *before = "";

	if (!members)
		fputs("none", out);
	for (uint32_t i = 0; i < sets->count; i++) {
		if (!(members >> i & 1))
			continue;
		fprintf(out, "%s@%s", before, sets->sets[i].name);
		before = "+";
	}
}

void dump_set_class(FILE *out, const struct compiled *compiled,
		    const struct dimension *dimension, int number,
		    uint32_t class)
{
	const struct tg_policy_sets *sets = &compiled->sets;
	int side = (number - TG_DIM_FROM_SETS0) % TG_SIDES;
	uint32_t shift =
		(number - TG_DIM_FROM_SETS0) / TG_SIDES * TG_SETS_IN_FIELD;
	uint32_t asked = asked_of(sets, side);
	const char *before = "";

	for (uint32_t value = 0; value < 1 << TG_SETS_IN_FIELD; value++) {
		uint32_t members = value << shift;
		uint32_t interval = dimension_interval_at(dimension, value);

		if (members & ~asked || dimension->class_of[interval] != class)
			continue;
		fputs(before, out);
		dump_members(out, sets, members);
		before = ", ";
	}
}
