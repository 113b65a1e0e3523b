// SPDX-License-Identifier: GPL-2.0-only
#include "acts.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "lib/vec.h"

static const uint8_t kinds[] = {
	[POLICY_NEXT] = TG_ACT_NEXT,	 [POLICY_PASS] = TG_ACT_PASS,
	[POLICY_ACCEPT] = TG_ACT_ACCEPT, [POLICY_DROP] = TG_ACT_DROP,
	[POLICY_REJECT] = TG_ACT_REJECT,
};

static const uint8_t rejects[] = {
	[POLICY_REJECT_AUTO] = TG_ACT_REJECT_AUTO,
	[POLICY_REJECT_RESET] = TG_ACT_REJECT_RESET,
	[POLICY_REJECT_PORT] = TG_ACT_REJECT_PORT,
	[POLICY_REJECT_HOST] = TG_ACT_REJECT_HOST,
	[POLICY_REJECT_ADMIN] = TG_ACT_REJECT_ADMIN,
};

static int add_act(struct acts *acts, const struct tg_act *act)
{
	uint64_t hash = hash_bytes(0, act, sizeof(*act));
	uint32_t number;

	for (size_t step = 0; hash_next(&acts->numbers, hash, &step, &number);)
		if (!memcmp(&acts->list[number], act, sizeof(*act)))
			return number;
	if (!vec_reserve(acts->list, acts->room, acts->count + 1) ||
	    !hash_add(&acts->numbers, hash, acts->count))
		return -ENOMEM;
	acts->list[acts->count] = *act;
	acts->used |= tg_act_uses(act);
	return acts->count++;
}

static __u16 keeps(enum policy_keep keep)
{
	switch (keep) {
	case POLICY_KEEP:
		return TG_ACT_KEEP;
	case POLICY_KEEP_ELSE_DROP:
		return TG_ACT_KEEP | TG_ACT_KEEP_ELSE_DROP;
	default:
		return 0;
	}
}

int acts_add_default(struct acts *acts, const struct policy *policy)
{
	struct tg_act act = { .kind = kinds[policy->default_action],
			      .changes = keeps(policy->default_keep) };

	return add_act(acts, &act);
}

/* The ifindex of the device, or 0. */
static uint32_t device_of(const struct policy_change *change,
			  const char **device)
{
	uint32_t index = if_nametoindex(change->device);

	if (!index)
		*device = change->device;
	return index;
}

static void change(struct tg_act *act, const struct policy_change *change,
		   const char **device)
{
	switch (change->kind) {
	case POLICY_SET_MARK:
		act->changes |= TG_ACT_SET_MARK;
		act->mark = change->value;
		act->mark_mask = change->mask;
		break;
	case POLICY_SET_PRIORITY:
		act->changes |= TG_ACT_SET_PRIORITY;
		act->priority = change->value;
		break;
	case POLICY_SET_CLASS:
		act->changes |= TG_ACT_SET_CLASS;
		act->class = change->value;
		break;
	case POLICY_SET_DSCP:
		act->changes |= TG_ACT_SET_DSCP;
		act->dscp = change->value;
		break;
	case POLICY_REDIRECT:
		act->changes |= TG_ACT_REDIRECT;
		act->redirect = device_of(change, device);
		break;
	case POLICY_REDIRECT_INGRESS:
		act->changes |= TG_ACT_REDIRECT_INGRESS;
		act->redirect = device_of(change, device);
		break;
	case POLICY_MIRROR:
		act->changes |= TG_ACT_MIRROR;
		act->mirror = device_of(change, device);
		break;
	case POLICY_ADD_TO_SET:
	case POLICY_DEL_FROM_SET:
		break; /* see set_changes_add() */
	case POLICY_LOG:
		act->changes |= TG_ACT_LOG;
		break;
	}
}

int acts_add_rule(struct acts *acts, const struct policy_rule *rule,
		  const char **device)
{
	struct tg_act act = { .kind = kinds[rule->action],
			      .reject = rule->action == POLICY_REJECT
						? rejects[rule->reject]
						: 0,
			      .changes = keeps(rule->keep) };
	int count;

	*device = NULL;
	for (size_t i = 0; i < rule->change_count; i++)
		change(&act, &rule->changes[i], device);
	count = set_changes_add(&acts->set_changes, rule, &act.set_change);
	if (count < 0)
		return count;
	act.set_changes = count;
	if (count)
		act.changes |= TG_ACT_CHANGE_SETS;
	return *device ? -ENODEV : add_act(acts, &act);
}

int acts_add_limit(struct acts *acts, uint16_t record)
{
	struct tg_act act = { .changes = TG_ACT_LIMIT, .limit = record };
	uint32_t used = acts->used;
	int number = add_act(acts, &act);

	/* not its kind, which is never executed */
	acts->used = used | TG_ACT_LIMIT;
	return number;
}

void acts_free(struct acts *acts)
{
	free(acts->list);
	hash_free(&acts->numbers);
	set_changes_free(&acts->set_changes);
	*acts = (struct acts){ 0 };
}
