/* SPDX-License-Identifier: GPL-2.0-only */
/* A random policy as it is judged by: read, and asked for the right answer. */
#ifndef TG_SUBJECT_H
#define TG_SUBJECT_H

#include "policy/match/match.h"
#include "random_policy.h"

/* The text, for the caller to free; the policy needs policy_free(). */
char *subject_read(struct policy *policy, struct random *random,
		   const struct random_policy_shape *shape);

/* The number of the rule that decides, as `policy show` counts; 0: none. */
uint32_t subject_decides(const struct policy *policy,
			 const struct policy_packet *packet);

#endif
