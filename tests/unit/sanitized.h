/* SPDX-License-Identifier: GPL-2.0-only */
/* How much a test does: less where sanitizers make it several times as slow. */
#ifndef TG_SANITIZED_H
#define TG_SANITIZED_H

#if __has_feature(address_sanitizer)
#define SANITIZED_OR(sanitized, plain) (sanitized)
#else
#define SANITIZED_OR(sanitized, plain) (plain)
#endif

#endif
