/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a device and the programs on its hooks over rtnetlink and bpf(2). Used
 * by look.c.
 */
#ifndef TG_LOOK_DEVICE_H
#define TG_LOOK_DEVICE_H

#include "look.h"

/* The ids of the XDP programs, one for each mode; 0 if none. */
struct look_xdp {
	uint32_t native, generic, offload;
};

/* Sets index, kind and MTU. The index is 0 if the device does not exist. */
int look_link(struct look *look, struct look_xdp *xdp);

/* Finds the clsact or ingress qdisc. */
int look_qdisc(struct look *look);

struct look_filter {
	uint32_t handle, pref, protocol, chain, program;
	const char *kind, *name; /* NULL if unknown */
};

typedef int look_filter_visit(const struct look_filter *filter, void *context);

int look_filters(int index, enum tg_hook hook, look_filter_visit *visit,
		 void *context);

/* Formats a filter: "protocol all pref 3 bpf chain 0 handle 0x1 NAME". */
void look_filter_words(const struct look_filter *filter, char *text);

/* Adds the TCX programs of the hook to its other programs. */
int look_tcx(int index, struct look_hook *hook);

/*
 * Calls found for each device with an XDP program or a clsact or ingress qdisc.
 */
int look_candidates(void (*found)(const char *device, void *context),
		    void *context);

#endif
