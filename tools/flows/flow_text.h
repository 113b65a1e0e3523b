/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows as text and as JSON, and the parts that flows are written in. */
#ifndef TG_FLOWS_FLOW_TEXT_H
#define TG_FLOWS_FLOW_TEXT_H

#include <jansson.h>

#include "lib/text_part.h"
#include "table.h"

/* --- print */

#define FLOW_END_SIZE 64
#define FLOW_PROTOCOL_SIZE 16
#define FLOW_TEXT_SIZE 256

/* The name of the protocol, or its number. */
void flow_protocol_print(char text[FLOW_PROTOCOL_SIZE], unsigned int protocol);

/*
 * An end, with its port if the protocol has ports: "198.51.100.7:443",
 * "[2001:db8::7]:443". `is_second`: that which the first packet went to.
 */
void flow_end_print(char text[FLOW_END_SIZE], const struct flow_found *found,
		    bool is_second);

/* What the ends do not say: ", id 7", ", vlan 5"; may be empty. */
void flow_rest_print(char text[FLOW_TEXT_SIZE], const struct flow_found *found,
		     const char *before, const char *between);

/* Seconds until it expires, rounded up. */
uint64_t flow_seconds_left(uint64_t word, uint32_t now);

json_t *flow_to_json(const struct flow_found *found, uint32_t now);

/* --- read */

/* A protocol by name or number. */
bool flow_read_protocol(struct text_part part, uint32_t *protocol);

struct flow_address {
	uint32_t words[4];
	bool is_ip6;
};

bool flow_read_address(struct text_part part, struct flow_address *address);

/* An address with or without a port; has_port is set. */
bool flow_read_end(struct text_part part, struct flow_address *address,
		   uint32_t *port, bool *has_port);

/* --- what a key is */

static inline bool flow_key_is_fragment(const struct tg_flow_key *key)
{
	return key->form == TG_FLOW_FRAGMENT4 || key->form == TG_FLOW_FRAGMENT6;
}

static inline bool flow_key_is_ip6(const struct tg_flow_key *key)
{
	return key->form == TG_FLOW_IP6 || key->form == TG_FLOW_FRAGMENT6;
}

/* Whether the ports are the id of an echo, or of a packet. */
bool flow_key_has_id(const struct tg_flow_key *key);

uint32_t flow_key_id(const struct tg_flow_key *key);

#endif
