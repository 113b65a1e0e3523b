/* SPDX-License-Identifier: GPL-2.0-only */
/* What rtnetlink and bpf(2) say about a device and its hooks. */
#ifndef TG_LOOK_DEVICE_H
#define TG_LOOK_DEVICE_H

#include "look.h"

/* The program ids on XDP, by mode. */
struct look_xdp {
	uint32_t native, generic, offload;
};

/* Index, kind and MTU. The index is 0 where there is no such device. */
int look_link(struct look *look, struct look_xdp *xdp);

/* The clsact or ingress qdisc. */
int look_qdisc(struct look *look);

struct look_filter {
	uint32_t handle, pref, protocol, chain, program;
	const char *kind, *name; /* NULL without */
};

typedef int look_filter_visit(const struct look_filter *filter, void *context);

int look_filters(int index, enum tg_hook hook, look_filter_visit *visit,
		 void *context);

/* "protocol all pref 3 bpf chain 0 handle 0x1 NAME" */
void look_filter_words(const struct look_filter *filter, char *text);

/* Adds the TCX programs of the hook to its others. */
int look_tcx(int index, struct look_hook *hook);

/* Every device that has an XDP program or a clsact or ingress qdisc. */
int look_candidates(void (*found)(const char *device, void *context),
		    void *context);

#endif
