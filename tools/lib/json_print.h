/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for programs that read JSON. */
#ifndef TG_POLICY_JSON_PRINT_H
#define TG_POLICY_JSON_PRINT_H

#include <stddef.h>
#include <stdio.h>

/* In quotes; what is no UTF-8 becomes the sign for that. */
void json_print(FILE *out, const char *text, size_t size);

/* One more member of an object that has some; null where there is no value. */
void json_print_member(FILE *out, const char *key, const char *value);

#endif
