/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the folders of attachments: pins, objects and notes. Used by the other
 * look_*.c files.
 */
#ifndef TG_LOOK_ATTACHMENT_H
#define TG_LOOK_ATTACHMENT_H

#include "look.h"

/* Calls visit for each attachment, until it returns non-zero. */
int look_each_key(int (*visit)(const char *key, void *context), void *context);

/* Sets the network namespace of this process and the device's key in it. */
int look_place(struct look *look);

/* Sets has_pins, has_objects, life and unconfirmed_until. */
int look_attachment(struct look *look);

/* Sets *is_live if a loaded gate uses a prog array of this attachment. */
int look_is_live(const char *key, bool *is_live);

bool look_has_folder(const char *root, const char *key);

/* True while a command holds the attachment's lock. */
bool look_is_busy(const char *key);

/* Tells whether the bpffs is mounted and has attachments other than this. */
int look_root(const char *key, bool *is_mounted, bool *has_others);

/* True if only root has access to the folder of objects. */
bool look_is_private(void);

/* True if this process sees the same mounts as process 1. */
bool look_shares_mounts(void);

/* Sums up the sizes of the attachment's object files. */
int look_object_bytes(const char *key, uint64_t *bytes);

#endif
