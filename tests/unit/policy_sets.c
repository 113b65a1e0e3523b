// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_sets - what a compiled policy says about its named sets: which are
 * asked on which side, the lengths of prefixes, and the changes of each rule.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/compile/compile.h"
#include "policy/language/text/read.h"
#include "tap.h"

/* In units of 2^26 ns, rounded up. */
#define HOUR 53645
#define YEAR 469923020

static const char text[] =
	"set hosts { addresses size 10 }\n"
	"set ports { ports timeout 1h }\n"
	"set macs { macs }\n"
	"set pairs { address-ports }\n"
	"drop from @hosts\n"
	"pass to @hosts from port !@ports to @pairs\n"
	"jump inside from mac @macs\n"
	"drop tcp add from to @hosts\n"
	"drop udp add from/24 to @hosts for 1h add to to @ports\n"
	"drop sctp del to/16/48 from @hosts add from/24 to @hosts for 1s\n"
	"pass add from to @hosts\n"
	"sublist inside {\n"
	"	pass to port @ports add to to @pairs add from to @macs for "
	"365d\n"
	"}\n";

#define IP4(length) TG_SET_FORM_IP4(length)
#define IP6(length) TG_SET_FORM_IP6(length)

/* Acts are in the order in which rules need them; 0 is the default's. */
static const struct row {
	uint32_t act;
	uint8_t count;
	struct tg_set_change changes[2];
} rows[] = {
	{ 1, 0, { { 0 } } },
	{ 3, 1, { { 0, TG_SIDE_FROM, 0, IP4(32), IP6(128), { 0 }, ~0U } } },
	{ 4,
	  2,
	  { { 0, TG_SIDE_FROM, 0, IP4(24), IP6(64), { 0 }, HOUR },
	    { 0,
	      TG_SIDE_TO,
	      1,
	      TG_SET_FORM_PORT,
	      TG_SET_FORM_PORT,
	      { 0 },
	      HOUR } } },
	{ 5,
	  2,
	  { { 1, TG_SIDE_TO, 0, IP4(16), IP6(48), { 0 }, 0 },
	    { 0, TG_SIDE_FROM, 0, IP4(24), IP6(64), { 0 }, 15 } } },
	{ 6, 1, { { 0, TG_SIDE_FROM, 0, IP4(32), IP6(128), { 0 }, ~0U } } },
	{ 7,
	  2,
	  { { 0,
	      TG_SIDE_TO,
	      3,
	      TG_SET_FORM_ADDRESS_PORT4,
	      TG_SET_FORM_ADDRESS_PORT6,
	      { 0 },
	      ~0U },
	    { 0,
	      TG_SIDE_FROM,
	      2,
	      TG_SET_FORM_MAC,
	      TG_SET_FORM_MAC,
	      { 0 },
	      YEAR } } },
};
#define ROWS (sizeof(rows) / sizeof(*rows))

static int compile(struct compiled *compiled)
{
	struct read_options reading = { 0 };
	struct compile_options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;
	int err = policy_read_text(&policy, "p", text, strlen(text), &reading,
				   &diagnostics);

	if (!err)
		err = policy_compile(&policy, &options, compiled, &diagnostics);
	diagnostics_print(&diagnostics, policy.sources, stdout);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return err;
}

static const uint8_t *changes_of(const struct compiled *compiled,
				 const struct tg_act *act)
{
	return compiled->tables.bytes + compiled->constants.set_changes +
	       act->set_change * sizeof(struct tg_set_change);
}

static void check_row(struct tap *tap, const struct compiled *compiled,
		      const struct row *row)
{
	struct tg_act act;

	memcpy(&act,
	       compiled->tables.bytes + compiled->constants.acts +
		       row->act * sizeof(act),
	       sizeof(act));
	if (!tap_ok(tap,
		    act.set_changes == row->count &&
			    !memcmp(changes_of(compiled, &act), row->changes,
				    row->count * sizeof(*row->changes)),
		    "act %u makes %u changes", row->act, row->count))
		tap_dump(tap, changes_of(compiled, &act),
			 act.set_changes * sizeof(struct tg_set_change));
}

int main(void)
{
	struct tap tap = tap_plan(stdout, ROWS + 6);
	struct compiled compiled, again;
	bool good = !compile(&compiled) && !compile(&again);
	const struct tg_policy_sets *sets = &compiled.sets;

	tap_ok(&tap,
	       good && sets->count == 4 &&
		       !strcmp(sets->sets[0].name, "hosts") &&
		       sets->sets[0].size == 10 && !sets->sets[0].timeout &&
		       sets->sets[1].timeout == 3600 &&
		       sets->sets[1].kind == TG_SET_PORTS &&
		       sets->sets[3].kind == TG_SET_ADDRESS_PORTS &&
		       sets->sets[3].number == 3 && !sets->is_frozen,
	       "declarations are those of the text");
	tap_ok(&tap,
	       sets->asked[TG_SIDE_FROM][TG_SET_ADDRESSES] == 1 &&
		       sets->asked[TG_SIDE_FROM][TG_SET_PORTS] == 1 << 1 &&
		       sets->asked[TG_SIDE_FROM][TG_SET_MACS] == 1 << 2 &&
		       !sets->asked[TG_SIDE_FROM][TG_SET_ADDRESS_PORTS],
	       "sets that are asked of the end from");
	tap_ok(&tap,
	       sets->asked[TG_SIDE_TO][TG_SET_ADDRESSES] == 1 &&
		       sets->asked[TG_SIDE_TO][TG_SET_PORTS] == 1 << 1 &&
		       !sets->asked[TG_SIDE_TO][TG_SET_MACS] &&
		       sets->asked[TG_SIDE_TO][TG_SET_ADDRESS_PORTS] == 1 << 3,
	       "sets that are asked of the end to");
	tap_ok(&tap,
	       sets->lengths[0] == IP4(24) && sets->lengths[1] == IP6(64) &&
		       sets->lengths[2] == IP4(16) &&
		       sets->lengths[3] == IP6(48),
	       "lengths are those that rules add and delete");
	tap_ok(&tap,
	       sets->sets[0].longest == HOUR && !sets->sets[1].longest &&
		       sets->sets[2].longest == YEAR && !sets->sets[3].longest,
	       "the longest time is the one that rules say");
	for (size_t i = 0; i < ROWS; i++)
		check_row(&tap, &compiled, &rows[i]);
	tap_ok(&tap,
	       compiled.tables.size == again.tables.size &&
		       !memcmp(compiled.tables.bytes, again.tables.bytes,
			       again.tables.size) &&
		       !memcmp(&compiled.sets, &again.sets, sizeof(again.sets)),
	       "the same text makes the same bytes");
	compiled_free(&compiled);
	compiled_free(&again);
	return tap_end(&tap);
}
