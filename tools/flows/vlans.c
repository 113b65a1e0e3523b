// SPDX-License-Identifier: GPL-2.0-only
#include "vlans.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "flow_table.h"
#include "lib/netlink.h"
#include "lib/vec.h"

/* How often a dump is repeated that a change has interrupted. */
#define TRIES 10

/* Devices between a socket's one and the wire; two ends of veth are a circle.
 */
#define DEPTH_MAX 8

struct vlan_link {
	int index;
	int lower;     /* the device that it is on, or 0 */
	int master;    /* the bridge or bond that it is a port of, or 0 */
	uint16_t vlan; /* TG_FLOW_VLAN() of a VLAN device, or 0 */
	uint16_t tag;  /* of its packets, where they pass the device, or 0 */
};

/* --- devices */

static uint16_t vlan_of_link(const struct rtattr *info)
{
	const struct rtattr *found[IFLA_INFO_MAX + 1];
	const struct rtattr *data[IFLA_VLAN_MAX + 1];
	const char *kind;
	uint16_t id;

	netlink_nested(info, found, IFLA_INFO_MAX);
	kind = netlink_text(found[IFLA_INFO_KIND]);
	if (!kind || strcmp(kind, "vlan"))
		return 0;
	netlink_nested(found[IFLA_INFO_DATA], data, IFLA_VLAN_MAX);
	if (!data[IFLA_VLAN_ID] || RTA_PAYLOAD(data[IFLA_VLAN_ID]) < sizeof(id))
		return 0;
	memcpy(&id, RTA_DATA(data[IFLA_VLAN_ID]), sizeof(id));
	return TG_FLOW_VLAN(id);
}

static int take_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const struct rtattr *found[IFLA_MAX + 1];
	struct vlan_links *links = context;

	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	netlink_attributes(message, sizeof(*info), found, IFLA_MAX);
	if (!vec_reserve(links->list, links->room, links->count + 1))
		return -ENOMEM;
	links->list[links->count++] = (struct vlan_link){
		.index = info->ifi_index,
		/* one in another namespace has a number of that */
		.lower = found[IFLA_LINK_NETNSID]
				 ? 0
				 : (int)netlink_u32(found[IFLA_LINK]),
		.master = (int)netlink_u32(found[IFLA_MASTER]),
		.vlan = vlan_of_link(found[IFLA_LINKINFO]),
	};
	return 0;
}

static const struct vlan_link *find_link(const struct vlan_links *links,
					 int index)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->list[i].index == index)
			return &links->list[i];
	return NULL;
}

/* Whether packets of the link pass the device, and with which outer tag. */
static bool leads_to(const struct vlan_links *links,
		     const struct vlan_link *link, int device, int depth,
		     uint16_t *tag)
{
	const struct vlan_link *lower;

	*tag = 0;
	if (link->index == device)
		return true;
	if (!depth)
		return false;
	lower = link->lower ? find_link(links, link->lower) : NULL;
	if (lower && leads_to(links, lower, device, depth - 1, tag)) {
		if (!*tag)
			*tag = link->vlan;
		return true;
	}
	for (size_t i = 0; i < links->count; i++)
		if (links->list[i].master == link->index &&
		    leads_to(links, &links->list[i], device, depth - 1, tag))
			return true;
	return false;
}

int vlan_links_read(struct vlan_links *links, int device)
{
	const struct ifinfomsg request = { .ifi_family = AF_UNSPEC };
	int err = -EAGAIN;

	*links = (struct vlan_links){ 0 };
	for (int i = 0; i < TRIES && (err == -EAGAIN || err == -EINTR); i++) {
		links->count = 0;
		err = netlink_ask(NETLINK_ROUTE, RTM_GETLINK, NLM_F_DUMP,
				  &request, sizeof(request), take_link, links);
	}
	for (size_t i = 0; !err && i < links->count; i++) {
		struct vlan_link *link = &links->list[i];

		if (leads_to(links, link, device, DEPTH_MAX, &link->tag) &&
		    link->tag)
			links->has_tags = true;
	}
	return err;
}

void vlan_links_free(struct vlan_links *links)
{
	free(links->list);
	*links = (struct vlan_links){ 0 };
}

/* --- the route of a socket */

struct route_request {
	struct rtmsg route;
	char attributes[128];
	size_t size; /* of those in use; not sent */
};

static void ask_for(struct route_request *request, int type, const void *value,
		    size_t size)
{
	struct rtattr *attribute =
		(void *)(request->attributes + request->size);

	attribute->rta_type = type;
	attribute->rta_len = RTA_LENGTH(size);
	memcpy(RTA_DATA(attribute), value, size);
	request->size += RTA_SPACE(size);
}

static void ask_for_address(struct route_request *request, int type,
			    const struct socket_end *end, bool is_ip6)
{
	uint32_t words[4];

	for (int i = 0; i < 4; i++)
		words[i] = htonl(end->words[i]);
	ask_for(request, type, words, is_ip6 ? 16 : 4);
}

static int take_route(const struct nlmsghdr *message, void *context)
{
	const struct rtattr *found[RTA_MAX + 1];
	int *device = context;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return 0;
	netlink_attributes(message, sizeof(struct rtmsg), found, RTA_MAX);
	*device = (int)netlink_u32(found[RTA_OIF]);
	return 0;
}

/* The device that the route goes out on; 0: none. */
static int route_device(const struct socket_pair *pair)
{
	uint8_t length = pair->is_ip6 ? 128 : 32;
	uint16_t from = htons(pair->local.port), to = htons(pair->remote.port);
	struct route_request request = {
		.route = {
			.rtm_family = pair->is_ip6 ? AF_INET6 : AF_INET,
			.rtm_dst_len = length,
			.rtm_src_len = length,
		},
	};
	int device = 0;

	ask_for_address(&request, RTA_DST, &pair->remote, pair->is_ip6);
	ask_for_address(&request, RTA_SRC, &pair->local, pair->is_ip6);
	ask_for(&request, RTA_IP_PROTO, &pair->protocol, 1);
	ask_for(&request, RTA_SPORT, &from, sizeof(from));
	ask_for(&request, RTA_DPORT, &to, sizeof(to));
	if (pair->device)
		ask_for(&request, RTA_OIF, &pair->device, sizeof(pair->device));
	if (pair->mark)
		ask_for(&request, RTA_MARK, &pair->mark, sizeof(pair->mark));
	netlink_ask(NETLINK_ROUTE, RTM_GETROUTE, 0, &request,
		    sizeof(request.route) + request.size, take_route, &device);
	return device;
}

uint16_t vlan_of_socket(const struct vlan_links *links,
			const struct socket_pair *pair)
{
	const struct vlan_link *link;

	if (!links->has_tags)
		return 0;
	link = find_link(links, route_device(pair));
	return link ? link->tag : 0;
}
