/* SPDX-License-Identifier: GPL-2.0-only */
/* Test sizes: smaller with sanitizers, which are several times slower. */
#ifndef TG_SANITIZED_H
#define TG_SANITIZED_H

#if __has_feature(address_sanitizer)
#define SANITIZED_OR(sanitized, plain) (sanitized)
#else
#define SANITIZED_OR(sanitized, plain) (plain)
#endif

#endif
