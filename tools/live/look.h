/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads the state of a device: hooks, gates, chains, policies and the folders
 * of its attachment, over rtnetlink, bpf(2) and the filesystem. Read-only. Used
 * by tg-look. If one read fails, the whole look fails; no part is left out
 * silently.
 */
#ifndef TG_LOOK_H
#define TG_LOOK_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <net/if.h>

#include "counters.h"
#include "flows/table.h"
#include "hooks.h"
#include "lib/program.h"
#include "set_table.h"
#include "slots.h"

/*
 * Same as in tc-scripts/lib/attachment.bash and gate.bash; a test compares
 * them.
 */
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

/* The policy of a chain; a chain should have at most one. */
struct look_policy {
	int position;	  /* in the chain, or -1 */
	int count;	  /* number of policies in the chain */
	bool is_readable; /* its tables have this tool's version */
	uint32_t version;
	uint32_t rules;
	uint64_t hash;		  /* of the rules, in their order */
	char default_verdict[32]; /* with what it keeps */
	char *file;		  /* of its first rule, or NULL */
};

struct look_hook {
	enum tg_hook hook;

	/* on the hook */
	uint32_t gate;	  /* program id, or 0 */
	const char *mode; /* XDP mode of the program on the hook */
	uint32_t slot;	  /* the first slot of the chain in the array */
	uint32_t miss;	  /* the gate's verdict if the slot is empty */
	bool is_watched;  /* a program of the chain, or the gate */
	char foreign[LOOK_TEXT_SIZE]; /* another program in the gate's place */
	struct look_text others[LOOK_OTHERS_MAX];
	int other_count;
	bool is_used; /* has filters other than the gate */

	/* behind the gate */
	bool is_multi;	     /* built with XDP multi-buffer support */
	char pins[PATH_MAX]; /* the folder of its array's pin, or empty */
	struct look_plugin plugins[TG_BANK_SLOTS];
	int plugin_count;
	uint32_t default_verdict; /* 0 if the chain has no end */
	uint32_t end, end_slot;
	char broken[LOOK_TEXT_SIZE];
	struct look_policy policy;

	/* among the pins of the attachment */
	bool was_attached;     /* an array of the hook holds programs */
	bool is_other_version; /* an array has another layout */
	int used[TG_BANKS];    /* programs in each bank of the array */

	uint64_t passed, dropped;
};

struct look_set {
	char name[TG_SET_NAME_SIZE];
	uint32_t entries, size;
	uint32_t refused; /* additions that found no room */
};

struct look_flows {
	bool has_table;
	struct flow_counts counts;
	uint32_t room;	  /* for as many */
	uint64_t refused; /* packets whose flow found no room */
};

struct look_limits {
	bool has_table;
	uint32_t keys, room; /* in use, and for as many */
	/* packets: over a limit, and those that found no place */
	uint64_t over, full;
};

/* What a plugin has counted. */
struct look_counters {
	char plugin[PROGRAM_NAME_SIZE];
	struct tg_counter sums[TG_COUNTERS];
};

/*
 * Whether the attachment was made for the current device, from the notes in its
 * folder of objects.
 */
enum look_life {
	LOOK_LIFE_UNKNOWN,
	LOOK_LIFE_SAME,
	LOOK_LIFE_DEVICE,    /* another device of the same name */
	LOOK_LIFE_NAMESPACE, /* another network namespace with the same inode */
};

struct look {
	char device[IFNAMSIZ];
	int index; /* ifindex; 0 if the device does not exist */
	char link[16];
	uint32_t mtu;
	const char *qdisc;	/* clsact, ingress or NULL */
	uint64_t inode, cookie; /* of the network namespace */
	char key[LOOK_KEY_SIZE];
	bool has_pins, has_objects;
	enum look_life life;
	uint64_t unconfirmed_until; /* deadline, UNIX time; 0 if none */
	struct look_hook hooks[TG_HOOKS];

	/* only if look_wants.rules is set */
	uint64_t object_bytes, map_bytes, program_bytes;
	struct look_set sets[TG_SETS];
	uint32_t set_count;
	struct look_flows flows;
	struct look_limits limits;
	uint64_t counted[TG_REASONS]; /* packets, on all hooks */

	/* only if look_wants.health is set, too */
	char offloads[64]; /* names of ethtool, of those that XDP minds */
	uint32_t queues;   /* that receive; 0 if the driver does not say */

	/* only if look_wants.counters is set, too */
	struct look_counters *counters;
	int counter_count;
};

/* Which optional parts to read. */
struct look_wants {
	bool place_alone; /* only the device and its key */
	bool rules;	  /* counters, rules of policies, memory */
	bool counters;	  /* each counter of each plugin */
	bool health;	  /* offloads and queues */
	bool files;	  /* the constants of the objects */
};

/*
 * Returns 0, or a negative errno with the message in look_error(). A device
 * that does not exist is not an error. look_free() is needed either way.
 */
int look_read(struct look *look, const char *device,
	      const struct look_wants *wants);
void look_free(struct look *look);

/* Sets the message of look_error(), and returns err. */
int look_fail(int err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *look_error(void);

/*
 * Opens a map of live facts that is pinned for the attachment: `fd` is negative
 * if there is none.
 */
int look_live_map(const struct look *look, const char *name, int *fd);
int look_live_fail(const struct look *look, const char *name, int err);

/*
 * Marks hooks that have lost their gate as broken, unless a command holds the
 * lock of the attachment.
 */
void look_judge(struct look *look);

bool look_is_wrong(const struct look *look);

#endif
