/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference matcher. It checks one rule after the other and one condition
 * after the other. Tests compare the compiled tables with it, so it is written
 * to be read, not to be fast.
 */
#ifndef TG_POLICY_MATCH_H
#define TG_POLICY_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/bpf.h>

#include "policy/language/policy.h"

/*
 * The fields of a packet, with their values.
 *
 * A malformed packet has no fields, not even those before the error. Only rules
 * without conditions match it, so all malformed packets get the same verdict.
 */
struct policy_packet {
	bool has[POLICY_FIELDS];
	struct policy_value value[POLICY_FIELDS];
	bool malformed;
	bool cut_off; /* the capture lacks headers: there is no verdict */
};

struct policy_metadata {
	bool has_skb; /* false on XDP */
	struct __sk_buff skb;
	bool has_vlan; /* the outer tag is in the metadata, not in the frame */
	uint16_t vlan_tci;
	uint32_t flow;	  /* enum tg_flow_fact: what it is to the flows */
	uint32_t missing; /* bytes at the end that were not captured */
};

/* Parse a frame with the parser of the BPF programs. */
void policy_packet_read(struct policy_packet *packet, const void *frame,
			uint32_t size, const struct policy_metadata *metadata);

struct policy_verdict {
	enum policy_action action;	/* never POLICY_JUMP */
	const struct policy_rule *rule; /* NULL: the default */
	/* What is done: the rule, or what is over its limit. */
	const struct policy_rule *act; /* NULL: the default */
	bool is_over;
};

/* The entries of all named sets. Who has them embeds this struct. */
struct match_sets {
	bool (*contains)(const struct match_sets *sets,
			 const struct policy_set *set,
			 const struct tg_set_key *key);
};

/*
 * What a verdict depends on, besides the rules: the packet and the state of the
 * host. What the flows say of a packet is a value of it: see policy_metadata.
 * Deadlines are compared with the clock.
 */
struct match_context {
	const struct policy_packet *packet;
	const struct match_sets *sets; /* NULL: all sets are empty */
	uint64_t now;		       /* nanoseconds of CLOCK_BOOTTIME */
	bool is_over; /* if the rule has a limit, the packet is over it */
};

struct policy_verdict policy_match(const struct policy *policy,
				   const struct match_context *context);

#endif
