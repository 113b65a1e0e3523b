/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function that programs call, and that tests and tools compile as well.
 *
 * In programs it is a global one: the verifier checks it once, whatever the
 * caller passes, and its frame is taken only while it runs.
 */
#ifndef TG_GLOBAL_FUNCTION_H
#define TG_GLOBAL_FUNCTION_H

#include "policy_compare.h"

#ifdef __bpf__
#define TG_GLOBAL_FUNCTION __noinline
#else
#define TG_GLOBAL_FUNCTION static __attribute__((unused))
#endif

/* A program's table is not used, and clang does not pass what is not used. */
#define TG_IS_PASSED(table) tg_barrier_var(table)

#endif
