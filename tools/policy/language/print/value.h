/* SPDX-License-Identifier: GPL-2.0-only */
/* Print the values of fields. */
#ifndef TG_POLICY_PRINT_VALUE_H
#define TG_POLICY_PRINT_VALUE_H

#include <stdio.h>

#include "policy/language/policy.h"
#include "policy/language/words.h"

/* How to write the values of a set. */
struct value_form {
	enum {
		FORM_NUMBER,
		FORM_HEX,
		FORM_MAC,
		FORM_IP4,
		FORM_IP6,
	} form;
	enum word_table words; /* or NO_WORDS */
};

void print_set(FILE *out, const struct policy_condition *condition,
	       struct value_form form);

/* Addresses, of both families if the condition has both. */
void print_addresses(FILE *out, const struct policy_condition *condition);

/* "value", or "value/mask" unless the mask is all ones. */
void print_masked(FILE *out, uint64_t value, uint64_t mask);

/* With a space before it. */
void print_set_change(FILE *out, const struct policy_change *change);

/* "established" or "!{ new, invalid }", with a space before it. */
void print_flow_facts(FILE *out, const struct policy_condition *condition);

/* "syn,ack", or "none" */
void print_bits(FILE *out, enum word_table words, uint64_t bits,
		const char *separator);

#endif
