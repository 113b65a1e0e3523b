/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few values that random policies ask for and random packets have: drawn
 * from the same pools, with a step to one side at times, they meet often, and
 * often just not.
 */
#ifndef TG_POOLS_H
#define TG_POOLS_H

#include "random.h"

uint32_t pool_address4(struct random *random);
void pool_address6(struct random *random, uint8_t address[16]);
void pool_mac(struct random *random, uint8_t mac[6]);
uint16_t pool_port(struct random *random);
uint8_t pool_protocol(struct random *random);
uint16_t pool_ethertype(struct random *random);
uint32_t pool_mark(struct random *random);
uint32_t pool_number(struct random *random, uint32_t max);

#endif
