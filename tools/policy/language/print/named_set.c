// SPDX-License-Identifier: GPL-2.0-only
/* Named sets: their declarations, and the changes that rules make. */
#include <inttypes.h>

#include "policy/language/limits.h"
#include "policy/language/set_kind.h"
#include "print.h"
#include "value.h"

/* In the largest unit that divides it. */
void policy_time_print(FILE *out, uint32_t seconds)
{
	static const struct {
		uint32_t seconds;
		char letter;
	} units[] = { { 24 * 3600, 'd' }, { 3600, 'h' }, { 60, 'm' } };

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (seconds % units[i].seconds == 0) {
			fprintf(out, "%" PRIu32 "%c",
				seconds / units[i].seconds, units[i].letter);
			return;
		}
	}
	fprintf(out, "%" PRIu32 "s", seconds);
}

void policy_set_print(FILE *out, const struct policy_set *set)
{
	fprintf(out, "set %s { %s", set->name, set_kinds[set->kind].word);
	if (set->size != POLICY_SET_SIZE)
		fprintf(out, " size %" PRIu32, set->size);
	if (set->timeout) {
		fputs(" timeout ", out);
		policy_time_print(out, set->timeout);
	}
	fputs(" }", out);
}

static void print_lengths(FILE *out, const struct policy_change *change)
{
	bool is_whole =
		change->length4 == SET_WHOLE4 && change->length6 == SET_WHOLE6;

	if (is_whole)
		return;
	fprintf(out, "/%u", change->length4);
	if (change->length6 != SET_DEFAULT6)
		fprintf(out, "/%u", change->length6);
}

void print_set_change(FILE *out, const struct policy_change *change)
{
	bool is_add = change->kind == POLICY_ADD_TO_SET;

	fputs(is_add ? " add " : " del ", out);
	fputs(change->side == TG_SIDE_FROM ? "from" : "to", out);
	print_lengths(out, change);
	fprintf(out, " %s @%s", is_add ? "to" : "from", change->set->name);
	if (change->seconds) {
		fputs(" for ", out);
		policy_time_print(out, change->seconds);
	}
}
