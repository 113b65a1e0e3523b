// SPDX-License-Identifier: GPL-2.0-only
#include "draw.h"

#include "policy/language/field.h"

#define TRIES 64

static unsigned __int128 wide(struct policy_value value)
{
	return (unsigned __int128)value.hi << 64 | value.lo;
}

static struct policy_value narrow(unsigned __int128 value)
{
	return (struct policy_value){ .hi = value >> 64, .lo = value };
}

static bool value_holds(const struct policy_condition *condition,
			struct policy_value value)
{
	bool found = false;

	value.lo &= condition->mask;
	for (size_t i = 0; i < condition->count && !found; i++) {
		const struct policy_range *range = &condition->ranges[i];

		found = wide(range->first) <= wide(value) &&
			wide(value) <= wide(range->last);
	}
	return found != condition->negated;
}

/* The condition on this field in one of the lists, or NULL. */
static const struct policy_condition *
half_for(const struct policy_condition *condition, enum policy_field field)
{
	if (condition->field == field)
		return condition;
	condition = condition->either_family;
	return condition && condition->field == field ? condition : NULL;
}

bool demands_speak_of(const struct demands *demands, enum policy_field field)
{
	for (size_t i = 0; i < demands->count; i++) {
		if (half_for(demands->list[i], field))
			return true;
	}
	return false;
}

bool demands_allow(const struct demands *demands, enum policy_field field,
		   struct policy_value value)
{
	for (size_t i = 0; i < demands->count; i++) {
		const struct policy_condition *half =
			half_for(demands->list[i], field);

		if (half && !value_holds(half, value))
			return false;
	}
	return true;
}

static struct policy_value random_value(struct random *random,
					enum policy_field field)
{
	unsigned __int128 value = random_bits(random);
	unsigned int bits = field_bits(field);

	value = value << 64 | random_bits(random);
	return narrow(value >> (128 - bits));
}

struct policy_value draw_proposal(struct random *random,
				  const struct demands *demands,
				  enum policy_field field, bool corner)
{
	const struct policy_condition *half = NULL;
	struct policy_value other = random_value(random, field);
	unsigned __int128 first, span;
	const struct policy_range *range;

	for (size_t i = 0; i < demands->count; i++) {
		const struct policy_condition *next =
			half_for(demands->list[i], field);

		if (next && !next->negated &&
		    (!half || random_percent(random, 50)))
			half = next;
	}
	if (!half || !half->count)
		return other;
	range = &half->ranges[random_below(random, half->count)];
	if (corner) {
		other = random_percent(random, 50) ? range->first : range->last;
		return other;
	}
	first = wide(range->first);
	span = wide(range->last) - first + 1;
	first += span ? wide(other) % span : wide(other);
	return narrow(first |
		      (wide(other) & ~(unsigned __int128)half->mask &
		       (((unsigned __int128)1 << field_bits(field)) - 1) &
		       UINT64_MAX));
}

void packet_put(struct policy_packet *packet, enum policy_field field,
		struct policy_value value)
{
	packet->has[field] = true;
	packet->value[field] = value;
}

void packet_put_number(struct policy_packet *packet, enum policy_field field,
		       uint64_t value)
{
	packet_put(packet, field, (struct policy_value){ .lo = value });
}

/* Keeps the last try even if it fails: verdicts are computed afterwards. */
void draw_field(struct random *random, const struct demands *demands,
		struct policy_packet *packet, enum policy_field field,
		bool corner)
{
	struct policy_value value;

	for (int i = 0; i < TRIES; i++) {
		value = draw_proposal(random, demands, field, corner && i < 2);
		if (demands_allow(demands, field, value))
			break;
	}
	packet_put(packet, field, value);
}

void draw_if_demanded(struct random *random, const struct demands *demands,
		      struct policy_packet *packet, enum policy_field field,
		      bool corner)
{
	if (demands_speak_of(demands, field))
		draw_field(random, demands, packet, field, corner);
}
