/* SPDX-License-Identifier: GPL-2.0-only */
/* Parse addresses and MACs in their standard notation. */
#ifndef TG_POLICY_VALUE_TEXT_H
#define TG_POLICY_VALUE_TEXT_H

#include "policy.h"

/* 0 to 15; 16 if the character is not a hexadecimal digit. */
int digit_value(char c);

/* Both return false if the text is not such an address. */
bool text_to_address(const char *text, size_t length, bool is_ip6,
		     struct policy_value *value);
bool text_to_mac(const char *text, size_t length, struct policy_value *value);

/* A mask of the host bits below a prefix of that length. */
struct policy_value host_bits(bool is_ip6, unsigned int length);

#endif
