// SPDX-License-Identifier: GPL-2.0-only
#include "pick.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <math.h>
#include <stdlib.h>

#include "draw.h"

#define TRIES 64

#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMPV6 58

/* True if a packet with this EtherType can match. */
static bool fits(const struct demands *demands, uint64_t ethertype)
{
	static const struct {
		enum policy_field field;
		uint64_t ethertype;
	} needs[] = {
		{ POLICY_ARP_OPERATION, ETH_P_ARP },
		{ POLICY_SRC4, ETH_P_IP },
		{ POLICY_DST4, ETH_P_IP },
		{ POLICY_SRC6, ETH_P_IPV6 },
		{ POLICY_DST6, ETH_P_IPV6 },
	};
	struct policy_value value = { .lo = ethertype };

	if (!demands_allow(demands, POLICY_ETHERTYPE, value))
		return false;
	for (size_t i = 0; i < demands->count; i++) {
		const struct policy_condition *one = demands->list[i];

		if (ethertype == ETH_P_ARP && one->field >= POLICY_PROTOCOL)
			return false;
		for (size_t j = 0; j < sizeof(needs) / sizeof(*needs); j++) {
			if (one->field == needs[j].field &&
			    !one->either_family &&
			    ethertype != needs[j].ethertype)
				return false;
		}
	}
	return true;
}

static uint64_t pick_ethertype(struct picker *picker,
			       const struct demands *demands)
{
	static const uint64_t all[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP };
	bool six = random_percent(&picker->random, 50);
	bool has_ip = demands_speak_of(demands, POLICY_PROTOCOL) ||
		      demands_speak_of(demands, POLICY_DST_PORT) ||
		      !demands->count;
	struct policy_value value;

	if (fits(demands, all[six]))
		return all[six];
	if (fits(demands, all[!six]))
		return all[!six];
	if (!has_ip && fits(demands, ETH_P_ARP))
		return ETH_P_ARP;
	value = draw_proposal(&picker->random, demands, POLICY_ETHERTYPE,
			      false);
	return value.lo;
}

static bool has_ports(uint64_t protocol)
{
	return protocol == TCP || protocol == UDP || protocol == 132;
}

static uint64_t pick_protocol(struct picker *picker,
			      const struct demands *demands, bool is_ipv6)
{
	unsigned int dice = random_below(&picker->random, 100);
	struct policy_value value;

	if (demands_speak_of(demands, POLICY_TCP_FLAGS))
		return TCP;
	if (demands_speak_of(demands, POLICY_ICMP_TYPE))
		return is_ipv6 ? ICMPV6 : ICMP;
	for (int i = 0; demands_speak_of(demands, POLICY_PROTOCOL) && i < TRIES;
	     i++) {
		value = draw_proposal(&picker->random, demands, POLICY_PROTOCOL,
				      false);
		if (demands_allow(demands, POLICY_PROTOCOL, value))
			return value.lo;
	}
	if (dice < 60)
		return TCP;
	if (dice < 90 || demands_speak_of(demands, POLICY_SRC_PORT) ||
	    demands_speak_of(demands, POLICY_DST_PORT))
		return UDP;
	return is_ipv6 ? ICMPV6 : ICMP;
}

static void draw_transport(struct picker *picker, const struct demands *demands,
			   struct policy_packet *packet, uint64_t protocol,
			   bool corner)
{
	if (has_ports(protocol)) {
		draw_field(&picker->random, demands, packet, POLICY_SRC_PORT,
			   corner);
		draw_field(&picker->random, demands, packet, POLICY_DST_PORT,
			   corner);
	}
	if (protocol == TCP)
		draw_if_demanded(&picker->random, demands, packet,
				 POLICY_TCP_FLAGS, false);
	if (protocol == ICMP || protocol == ICMPV6) {
		draw_if_demanded(&picker->random, demands, packet,
				 POLICY_ICMP_TYPE, corner);
		draw_if_demanded(&picker->random, demands, packet,
				 POLICY_ICMP_CODE, corner);
	}
}

static void draw_ip(struct picker *picker, const struct demands *demands,
		    struct policy_packet *packet, bool is_ipv6, bool corner)
{
	static const enum policy_field more[] = { POLICY_FRAGMENT,
						  POLICY_EXTENSIONS, POLICY_TTL,
						  POLICY_DSCP };
	uint64_t protocol = pick_protocol(picker, demands, is_ipv6);

	packet_put_number(packet, POLICY_PROTOCOL, protocol);
	draw_field(&picker->random, demands, packet,
		   is_ipv6 ? POLICY_SRC6 : POLICY_SRC4, corner);
	draw_field(&picker->random, demands, packet,
		   is_ipv6 ? POLICY_DST6 : POLICY_DST4, corner);
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		draw_if_demanded(&picker->random, demands, packet, more[i],
				 false);
	draw_transport(picker, demands, packet, protocol, corner);
}

static void draw_link(struct picker *picker, const struct demands *demands,
		      struct policy_packet *packet)
{
	static const enum policy_field fields[] = {
		POLICY_SRC_MAC,	       POLICY_DST_MAC,	     POLICY_VLANS,
		POLICY_VLAN,	       POLICY_VLAN_PRIORITY, POLICY_INNER_VLAN,
		POLICY_INNER_PRIORITY, POLICY_ARP_OPERATION,
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		draw_if_demanded(&picker->random, demands, packet, fields[i],
				 false);
	if (!packet->has[POLICY_VLANS] && packet->has[POLICY_VLAN])
		packet_put_number(packet, POLICY_VLANS, 1);
	if (packet->has[POLICY_INNER_VLAN])
		packet_put_number(packet, POLICY_VLANS, 2);
}

static void fill_demands(struct picker *picker, const struct demands *demands,
			 uint64_t ethertype, struct policy_packet *packet)
{
	bool corner = random_percent(&picker->random, picker->corners);

	*packet = (struct policy_packet){ 0 };
	packet_put_number(packet, POLICY_ETHERTYPE, ethertype);
	draw_link(picker, demands, packet);
	if (ethertype == ETH_P_IP || ethertype == ETH_P_IPV6)
		draw_ip(picker, demands, packet, ethertype == ETH_P_IPV6,
			corner);
}

static size_t pick_index(struct picker *picker, size_t count)
{
	const double *weights = picker->weights;
	size_t low = 0, high = count - 1;
	double point;

	if (!weights)
		return random_below(&picker->random, count);
	point = random_unit(&picker->random) * weights[count - 1];
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (weights[middle] <= point)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void demand_rule(struct picker *picker, size_t block,
			struct demands *demands)
{
	const struct policy_block *rules = &picker->policy->blocks[block];
	const struct policy_rule *rule;
	size_t index;

	if (!rules->count)
		return;
	index = block ? random_below(&picker->random, rules->count)
		      : pick_index(picker, rules->count);
	rule = &rules->rules[index];
	for (size_t i = 0; i < rule->condition_count; i++) {
		if (demands->count < CONDITIONS_MAX)
			demands->list[demands->count++] = &rule->conditions[i];
	}
	if (rule->action == POLICY_JUMP)
		demand_rule(picker, rule->target, demands);
}

void pick_packet(struct picker *picker, struct policy_packet *packet)
{
	struct demands demands = { 0 }, none = { 0 };
	uint64_t ethertype;

	demand_rule(picker, 0, &demands);
	ethertype = pick_ethertype(picker, &demands);
	/* random packets have the family of a random rule */
	fill_demands(picker,
		     random_percent(&picker->random, picker->noise) ? &none
								    : &demands,
		     ethertype, packet);
}

/* Randomizes which rules are matched more often. */
static void shuffle(struct random *random, double *list, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = random_below(random, i);
		double kept = list[i - 1];

		list[i - 1] = list[j];
		list[j] = kept;
	}
}

int picker_zipf(struct picker *picker, double skew)
{
	size_t count = picker->policy->blocks[0].count;
	double *weights = calloc(count ? count : 1, sizeof(*weights));

	if (!weights)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		weights[i] = 1 / pow(i + 1, skew);
	shuffle(&picker->random, weights, count);
	for (size_t i = 1; i < count; i++)
		weights[i] += weights[i - 1];
	picker->weights = weights;
	return 0;
}
