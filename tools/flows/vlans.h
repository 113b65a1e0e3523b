/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the VLAN that a socket's packets are tagged with on a device: the route
 * of the socket goes out through a VLAN device above it. Used by adopt.c.
 */
#ifndef TG_FLOWS_VLANS_H
#define TG_FLOWS_VLANS_H

#include <stddef.h>

#include "sockets.h"

struct vlan_link;

/* The devices of this network namespace. */
struct vlan_links {
	struct vlan_link *list;
	size_t count, room;
	bool has_tags; /* there are VLAN devices above the device */
};

/* Returns 0 or a negative errno. vlan_links_free() is needed either way. */
int vlan_links_read(struct vlan_links *links, int device);
void vlan_links_free(struct vlan_links *links);

/*
 * As tg_flow_key.vlan: the outer tag of the socket's packets where they pass
 * the device; 0 if they have none, or do not pass it.
 */
uint16_t vlan_of_socket(const struct vlan_links *links,
			const struct socket_pair *pair);

#endif
