/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools of values for random policies and packets. Sharing them makes packets
 * match, or miss by one, often.
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
