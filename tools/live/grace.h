/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits until every packet that is in a program now has left it. */
#ifndef TG_GRACE_H
#define TG_GRACE_H

/* 0 or a negative errno. */
int grace_wait(void);

#endif
