/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A random policy, parsed, with the expected results of the reference matcher.
 */
#ifndef TG_SUBJECT_H
#define TG_SUBJECT_H

#include "policy/match/match.h"
#include "random_policy.h"

/* Returns the text, which the caller frees; the policy needs policy_free(). */
char *subject_read(struct policy *policy, struct random *random,
		   const struct random_policy_shape *shape);

/*
 * The number of the matching rule, as in `policy show`; 0: none. Without sets,
 * NULL, all are empty.
 */
uint32_t subject_decides(const struct policy *policy,
			 const struct policy_packet *packet,
			 const struct match_sets *sets);

#endif
