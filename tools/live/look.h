/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One look at a device: all that a command needs to know about it, asked of the
 * kernel over rtnetlink and bpf(2), and of the folders of its attachment.
 * Nothing is changed. A read that fails fails the look: it is never an answer.
 */
#ifndef TG_LOOK_H
#define TG_LOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <net/if.h>

#include "hooks.h"
#include "lib/program.h"
#include "slots.h"

/* As in tc-scripts/lib/attachment.bash and gate.bash; a test compares them. */
#define LOOK_PINS_ROOT "/run/tailgate"
#define LOOK_OBJECTS_ROOT "/run/tailgate-objects"
#define LOOK_PREF 7400
#define LOOK_HANDLE 0x7467
#define LOOK_SINGLE_BUFFER_MTU 3000

#define LOOK_KEY_SIZE 64
#define LOOK_TEXT_SIZE 256
#define LOOK_OTHERS_MAX 256

struct look_text {
	char text[LOOK_TEXT_SIZE];
};

struct look_plugin {
	struct program program;
	uint32_t slot, serial;
};

/* The policy in a chain, where there is exactly one. */
struct look_policy {
	int position;	  /* in the chain, or -1 */
	int count;	  /* how many policies the chain has */
	bool is_readable; /* of this version */
	uint32_t version;
	uint32_t rules;
	char default_verdict[16];
	char *file; /* NULL without */
};

struct look_hook {
	enum tg_hook hook;

	/* on the hook */
	uint32_t gate;	  /* the program's id, or 0 */
	const char *mode; /* of XDP, the gate's or that of somebody else */
	uint32_t slot;	  /* where the gate enters its array */
	uint32_t miss;	  /* a verdict */
	char foreign[LOOK_TEXT_SIZE]; /* in our place */
	struct look_text others[LOOK_OTHERS_MAX];
	int other_count;
	bool is_used; /* has filters besides our gate */

	/* behind the gate */
	bool is_multi;	     /* built for frames in several buffers */
	char pins[PATH_MAX]; /* the folder of its array, or empty */
	struct look_plugin plugins[TG_BANK_SLOTS];
	int plugin_count;
	uint32_t default_verdict; /* 0 where the chain has no end */
	uint32_t end, end_slot;
	char broken[LOOK_TEXT_SIZE];
	struct look_policy policy;

	/* among the pins of the attachment */
	bool was_attached;     /* an array of the hook has programs */
	bool is_other_version; /* an array of another layout */
	int used[TG_BANKS];    /* programs in each bank of the hook's array */

	uint64_t passed, dropped;
};

/* What the notes among the objects say about the device that they were made
 * for. */
enum look_life {
	LOOK_LIFE_UNKNOWN,
	LOOK_LIFE_SAME,
	LOOK_LIFE_DEVICE,    /* another device of this name */
	LOOK_LIFE_NAMESPACE, /* another network namespace of this number */
};

struct look {
	char device[IFNAMSIZ];
	int index; /* 0: there is no such device */
	char link[16];
	uint32_t mtu;
	const char *qdisc;	/* clsact, ingress or NULL */
	uint64_t inode, cookie; /* of the network namespace */
	char key[LOOK_KEY_SIZE];
	bool has_pins, has_objects;
	enum look_life life;
	uint64_t unconfirmed_until; /* 0: no policy waits for a confirmation */
	struct look_hook hooks[TG_HOOKS];

	/* only where asked for */
	uint64_t object_bytes, map_bytes, program_bytes;
};

/* What a look includes besides. */
struct look_wants {
	bool place_alone; /* the device and its key, and nothing on it */
	bool rules;	  /* the counters, what the policies say, and memory */
	bool files;	  /* which constants the objects have */
};

/*
 * 0 or a negative errno; then it says in look_error() what could not be read.
 * A device that does not exist is an answer.
 */
int look_read(struct look *look, const char *device,
	      const struct look_wants *wants);
void look_free(struct look *look);

/* Remembers what failed, and returns err. */
int look_fail(int err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *look_error(void);

/* A hook that has lost its gate is broken, unless a command is at work on it.
 */
void look_judge(struct look *look);

bool look_is_wrong(const struct look *look);
const char *hook_name(enum tg_hook hook);

#endif
