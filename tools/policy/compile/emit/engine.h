/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the tables of one family, with the engine that suits the rules. */
#ifndef TG_COMPILE_ENGINE_H
#define TG_COMPILE_ENGINE_H

#include "blob.h"
#include "policy/compile/compile.h"
#include "policy/compile/model/family.h"

/* Returns -E2BIG if the rules exceed the limits of both engines. */
int engine_build(struct blob *blob, const struct family *family,
		 const struct compile_options *options,
		 struct tg_policy_family *constants);

#endif
