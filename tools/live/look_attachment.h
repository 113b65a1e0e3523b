/* SPDX-License-Identifier: GPL-2.0-only */
/* The folders of attachments: which there are, and what their notes say. */
#ifndef TG_LOOK_ATTACHMENT_H
#define TG_LOOK_ATTACHMENT_H

#include "look.h"

/* Calls visit for each attachment until it returns other than 0. */
int look_each_key(int (*visit)(const char *key, void *context), void *context);

/* The network namespace of this process, and the key of the device in it. */
int look_place(struct look *look);

/* Folders, the device's life and the policy that waits. */
int look_attachment(struct look *look);

/* Does the kernel have a gate that jumps into an array of this attachment? */
int look_is_live(const char *key, bool *is_live);

bool look_has_folder(const char *root, const char *key);

/* Is a command at work on it at this moment? */
bool look_is_busy(const char *key);

/* Is the bpffs mounted, and has it other attachments than this? */
int look_root(const char *key, bool *is_mounted, bool *has_others);

/* Is the folder of the objects there, and root's alone? */
bool look_is_private(void);

/* Does this process see the mounts that process 1 sees? */
bool look_shares_mounts(void);

/* What the objects of the attachment take in memory. */
int look_object_bytes(const char *key, uint64_t *bytes);

#endif
