// SPDX-License-Identifier: GPL-2.0-only
#include "look_device.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>

#include "lib/hook_names.h"
#include "lib/netlink.h"

/* --- the link */

static const char *link_word(unsigned int type)
{
	switch (type) {
	case ARPHRD_ETHER:
		return "ether";
	case ARPHRD_LOOPBACK:
		return "loopback";
	case ARPHRD_PPP:
		return "ppp";
	case ARPHRD_TUNNEL:
		return "ipip";
	case ARPHRD_TUNNEL6:
		return "tunnel6";
	case ARPHRD_SIT:
		return "sit";
	case ARPHRD_IPGRE:
		return "gre";
	case ARPHRD_NONE:
		return "none";
	default:
		return NULL;
	}
}

static void take_xdp(const struct rtattr *nested, struct look_xdp *xdp)
{
	const struct rtattr *found[IFLA_XDP_MAX + 1];
	uint32_t id;
	uint8_t mode;

	netlink_nested(nested, found, IFLA_XDP_MAX);
	xdp->native = netlink_u32(found[IFLA_XDP_DRV_PROG_ID]);
	xdp->generic = netlink_u32(found[IFLA_XDP_SKB_PROG_ID]);
	xdp->offload = netlink_u32(found[IFLA_XDP_HW_PROG_ID]);
	id = netlink_u32(found[IFLA_XDP_PROG_ID]);
	if (!id || xdp->native || xdp->generic || xdp->offload)
		return;
	mode = *(const uint8_t *)RTA_DATA(found[IFLA_XDP_ATTACHED]);
	if (mode == XDP_ATTACHED_SKB)
		xdp->generic = id;
	else if (mode == XDP_ATTACHED_HW)
		xdp->offload = id;
	else
		xdp->native = id;
}

struct link_context {
	struct look *look;
	struct look_xdp *xdp;
};

static int visit_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const struct rtattr *found[IFLA_XDP + 1];
	struct link_context *link = context;
	const char *word;

	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	netlink_attributes(message, sizeof(*info), found, IFLA_XDP);
	link->look->index = info->ifi_index;
	link->look->mtu = netlink_u32(found[IFLA_MTU]);
	word = link_word(info->ifi_type);
	if (word)
		snprintf(link->look->link, sizeof(link->look->link), "%s",
			 word);
	else
		snprintf(link->look->link, sizeof(link->look->link), "[%u]",
			 info->ifi_type);
	*link->xdp = (struct look_xdp){ 0 };
	if (found[IFLA_XDP])
		take_xdp(found[IFLA_XDP], link->xdp);
	return 0;
}

int look_link(struct look *look, struct look_xdp *xdp)
{
	struct {
		struct ifinfomsg info;
		struct rtattr attribute;
		char name[IFNAMSIZ];
	} request = { .info.ifi_family = AF_UNSPEC };
	struct link_context context = { look, xdp };
	int err;

	*xdp = (struct look_xdp){ 0 };
	look->index = 0;
	request.attribute.rta_type = IFLA_IFNAME;
	request.attribute.rta_len = RTA_LENGTH(sizeof(request.name));
	snprintf(request.name, sizeof(request.name), "%s", look->device);
	err = netlink_ask(NETLINK_ROUTE, RTM_GETLINK, 0, &request,
			  sizeof(request), visit_link, &context);
	if (err == -ENODEV)
		return 0;
	return err ? look_fail(err, "%s", look->device) : 0;
}

/* --- the qdisc */

static int visit_qdisc(const struct nlmsghdr *message, void *context)
{
	const struct tcmsg *info = NLMSG_DATA(message);
	const struct rtattr *found[TCA_MAX + 1];
	struct look *look = context;
	const char *kind;

	if (message->nlmsg_type != RTM_NEWQDISC ||
	    info->tcm_ifindex != look->index)
		return 0;
	netlink_attributes(message, sizeof(*info), found, TCA_MAX);
	kind = netlink_text(found[TCA_KIND]);
	if (kind && !strcmp(kind, "clsact"))
		look->qdisc = "clsact";
	else if (kind && !strcmp(kind, "ingress"))
		look->qdisc = "ingress";
	return 0;
}

/* How often a dump is repeated that was interrupted by a change. */
#define DUMP_TRIES 10

int look_qdisc(struct look *look)
{
	struct tcmsg request = { .tcm_family = AF_UNSPEC,
				 .tcm_ifindex = look->index };
	int err = -EAGAIN;

	for (int try = 0; err == -EAGAIN && try < DUMP_TRIES; try++) {
		look->qdisc = NULL;
		err = netlink_ask(NETLINK_ROUTE, RTM_GETQDISC, NLM_F_DUMP,
				  &request, sizeof(request), visit_qdisc, look);
	}
	return err ? look_fail(err, "the qdiscs of %s", look->device) : 0;
}

/* --- filters */

struct filter_context {
	look_filter_visit *visit;
	void *context;
};

static int visit_filter(const struct nlmsghdr *message, void *context)
{
	const struct filter_context *filters = context;
	const struct tcmsg *info = NLMSG_DATA(message);
	const struct rtattr *found[TCA_MAX + 1], *bpf[TCA_BPF_MAX + 1];
	struct look_filter filter = {
		.handle = info->tcm_handle,
		.pref = info->tcm_info >> 16,
		.protocol = ntohs(info->tcm_info & 0xffff),
	};

	if (message->nlmsg_type != RTM_NEWTFILTER)
		return 0;
	netlink_attributes(message, sizeof(*info), found, TCA_MAX);
	filter.kind = netlink_text(found[TCA_KIND]);
	filter.chain = netlink_u32(found[TCA_CHAIN]);
	if (filter.kind && !strcmp(filter.kind, "bpf")) {
		netlink_nested(found[TCA_OPTIONS], bpf, TCA_BPF_MAX);
		filter.program = netlink_u32(bpf[TCA_BPF_ID]);
		filter.name = netlink_text(bpf[TCA_BPF_NAME]);
	}
	return filters->visit(&filter, filters->context);
}

int look_filters(int index, enum tg_hook hook, look_filter_visit *visit,
		 void *context)
{
	struct filter_context filters = { visit, context };
	struct tcmsg request = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = index,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, hook == TG_HOOK_INGRESS
							     ? TC_H_MIN_INGRESS
							     : TC_H_MIN_EGRESS),
	};

	return netlink_ask(NETLINK_ROUTE, RTM_GETTFILTER, NLM_F_DUMP, &request,
			   sizeof(request), visit_filter, &filters);
}

static const char *protocol_word(uint32_t protocol, char *buffer, size_t size)
{
	switch (protocol) {
	case ETH_P_ALL:
		return "all";
	case ETH_P_IP:
		return "ip";
	case ETH_P_IPV6:
		return "ipv6";
	case ETH_P_ARP:
		return "arp";
	case ETH_P_8021Q:
		return "802.1Q";
	case ETH_P_8021AD:
		return "802.1ad";
	default:
		snprintf(buffer, size, "[%" PRIu32 "]", protocol);
		return buffer;
	}
}

void look_filter_words(const struct look_filter *filter, char *text)
{
	char number[16], program[24] = "";

	if (filter->program)
		snprintf(program, sizeof(program), " id %" PRIu32,
			 filter->program);
	snprintf(text, LOOK_TEXT_SIZE,
		 "protocol %s pref %" PRIu32 " %s chain %" PRIu32
		 " handle 0x%" PRIx32 "%s%s%.128s",
		 protocol_word(filter->protocol, number, sizeof(number)),
		 filter->pref, filter->kind ? filter->kind : "?", filter->chain,
		 filter->handle, program, filter->name ? " " : "",
		 filter->name ? filter->name : "");
}

/* --- TCX */

/* not in the kernel headers of Debian 12 */
enum { TCX_INGRESS = 46, TCX_EGRESS = 47 };
#define TCX_PROGRAMS_MAX 64

struct query_tcx {
	__u32 target_ifindex;
	__u32 attach_type;
	__u32 query_flags;
	__u32 attach_flags;
	__u64 prog_ids;
	__u32 count;
	__u32 pad;
	__u64 prog_attach_flags;
	__u64 link_ids;
	__u64 link_attach_flags;
	__u64 revision;
};

int look_tcx(int index, struct look_hook *hook)
{
	__u32 ids[TCX_PROGRAMS_MAX] = { 0 };
	struct query_tcx query = {
		.target_ifindex = index,
		.attach_type = hook->hook == TG_HOOK_INGRESS ? TCX_INGRESS
							     : TCX_EGRESS,
		.prog_ids = (uintptr_t)ids,
		.count = TCX_PROGRAMS_MAX,
	};

	if (syscall(__NR_bpf, BPF_PROG_QUERY, &query, sizeof(query)) < 0) {
		/* kernels before 6.6 have no TCX */
		if (errno == EINVAL)
			return 0;
		if (errno != ENOSPC)
			return look_fail(-errno, "the TCX programs on %s",
					 hook_name(hook->hook));
	}
	for (__u32 i = 0; i < query.count && i < TCX_PROGRAMS_MAX; i++) {
		struct program program;
		int err = program_read(&program, ids[i]);

		if (err == -ENOENT) /* unloaded meanwhile */
			continue;
		if (err)
			return look_fail(err, "program %" PRIu32, ids[i]);
		if (hook->other_count == LOOK_OTHERS_MAX)
			break;
		snprintf(hook->others[hook->other_count++].text, LOOK_TEXT_SIZE,
			 "TCX program %" PRIu32 " (%s), which runs before ours",
			 program.id, program.name);
	}
	return 0;
}

/* --- all devices */

struct candidates {
	void (*found)(const char *device, void *context);
	void *context;
};

static int candidate_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const struct rtattr *found[IFLA_XDP + 1], *xdp[IFLA_XDP_MAX + 1];
	const struct candidates *candidates = context;
	const char *name;

	if (message->nlmsg_type != RTM_NEWLINK)
		return 0;
	netlink_attributes(message, sizeof(*info), found, IFLA_XDP);
	netlink_nested(found[IFLA_XDP], xdp, IFLA_XDP_MAX);
	name = netlink_text(found[IFLA_IFNAME]);
	if (name && xdp[IFLA_XDP_ATTACHED] &&
	    *(const uint8_t *)RTA_DATA(xdp[IFLA_XDP_ATTACHED]))
		candidates->found(name, candidates->context);
	return 0;
}

static int candidate_qdisc(const struct nlmsghdr *message, void *context)
{
	const struct tcmsg *info = NLMSG_DATA(message);
	const struct rtattr *found[TCA_MAX + 1];
	const struct candidates *candidates = context;
	char name[IFNAMSIZ];
	const char *kind;

	if (message->nlmsg_type != RTM_NEWQDISC)
		return 0;
	netlink_attributes(message, sizeof(*info), found, TCA_MAX);
	kind = netlink_text(found[TCA_KIND]);
	if (kind && (!strcmp(kind, "clsact") || !strcmp(kind, "ingress")) &&
	    if_indextoname(info->tcm_ifindex, name))
		candidates->found(name, candidates->context);
	return 0;
}

/*
 * Devices that appear or disappear during the dump may be missing, so -EAGAIN
 * is not an error.
 */
int look_candidates(void (*found)(const char *device, void *context),
		    void *context)
{
	struct candidates candidates = { found, context };
	struct ifinfomsg links = { .ifi_family = AF_UNSPEC };
	struct tcmsg qdiscs = { .tcm_family = AF_UNSPEC };
	int err = netlink_ask(NETLINK_ROUTE, RTM_GETLINK, NLM_F_DUMP, &links,
			      sizeof(links), candidate_link, &candidates);

	if (!err || err == -EAGAIN)
		err = netlink_ask(NETLINK_ROUTE, RTM_GETQDISC, NLM_F_DUMP,
				  &qdiscs, sizeof(qdiscs), candidate_qdisc,
				  &candidates);
	return err && err != -EAGAIN ? look_fail(err, "the devices") : 0;
}
