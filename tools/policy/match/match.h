/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The reference matcher: first match wins, one rule after the other, one
 * condition after the other. It is the oracle of everything that is faster, so
 * it is written for reading.
 */
#ifndef TG_POLICY_MATCH_H
#define TG_POLICY_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/bpf.h>

#include "policy/language/policy.h"

/*
 * What conditions ask about: a value for each field that the packet has.
 *
 * A malformed packet has none, not even those that stand before the damage: it
 * is judged by the rules without conditions and by the default, so that every
 * malformed packet is judged alike.
 */
struct policy_packet {
	bool has[POLICY_FIELDS];
	struct policy_value value[POLICY_FIELDS];
	bool malformed;
	bool cut_off; /* a capture lacks the headers: nobody can judge it */
};

struct policy_metadata {
	bool has_skb; /* on XDP there is none */
	struct __sk_buff skb;
	bool has_vlan; /* a tag in the metadata: outermost, not in the bytes */
	uint16_t vlan_tci;
	uint32_t missing; /* bytes at the end that a capture has left out */
};

/* From the bytes of a frame, through the parser that the kernel runs. */
void policy_packet_read(struct policy_packet *packet, const void *frame,
			uint32_t size, const struct policy_metadata *metadata);

struct policy_verdict {
	enum policy_action action;	/* never POLICY_JUMP */
	const struct policy_rule *rule; /* that decided; NULL: the default */
};

/*
 * What a rule is judged in: the packet, and the state of the host. Sets and
 * flows will be members of it, as the same packet has another verdict once they
 * change; deadlines in them are compared with the clock.
 */
struct match_context {
	const struct policy_packet *packet;
	uint64_t now; /* nanoseconds of CLOCK_BOOTTIME */
};

struct policy_verdict policy_match(const struct policy *policy,
				   const struct match_context *context);

#endif
