/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses from the text that all programs write. */
#ifndef TG_POLICY_VALUE_TEXT_H
#define TG_POLICY_VALUE_TEXT_H

#include "policy.h"

/* 0 to 15; 16 if it is no hexadecimal digit. */
int digit_value(char c);

/* False if the text is no such address. */
bool text_to_address(const char *text, size_t length, bool is_ip6,
		     struct policy_value *value);
bool text_to_mac(const char *text, size_t length, struct policy_value *value);

/* The bits of an address that a prefix of that length does not fix. */
struct policy_value host_bits(bool is_ip6, unsigned int length);

#endif
