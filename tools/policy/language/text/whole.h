/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy as a single text: with its include files in place of the includes.
 */
#ifndef TG_POLICY_WHOLE_H
#define TG_POLICY_WHOLE_H

#include <stdio.h>

#include "source.h"

/*
 * Writes the text that was parsed, comments and all. It has the same meaning as
 * the files together, and needs none of them. Returns 0 or -ENOMEM.
 */
int whole_text_write(FILE *out, struct sources *sources);

#endif
