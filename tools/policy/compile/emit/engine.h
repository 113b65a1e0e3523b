/* SPDX-License-Identifier: GPL-2.0-only */
/* One family's rules become tables, by the engine that suits them. */
#ifndef TG_COMPILE_ENGINE_H
#define TG_COMPILE_ENGINE_H

#include "blob.h"
#include "policy/compile/compile.h"
#include "policy/compile/model/family.h"

/* -E2BIG where the rules are too many and too entangled for both engines. */
int engine_build(struct blob *blob, const struct family *family,
		 const struct compile_options *options,
		 struct tg_policy_family *constants);

#endif
