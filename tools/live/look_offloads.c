// SPDX-License-Identifier: GPL-2.0-only
#include "look_offloads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

/* Those that change what XDP sees, or hide frames from it. */
static const char *const watched[] = { "rx-lro", "rx-gro-hw",
				       "rx-vlan-hw-parse" };

/* A driver without the request is not an error. */
static int ask(int fd, const char *device, void *request)
{
	struct ifreq ifr = { .ifr_data = request };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	if (!ioctl(fd, SIOCETHTOOL, &ifr))
		return 1;
	return errno == EOPNOTSUPP || errno == ENODEV ? 0 : -errno;
}

static int feature_count(int fd, const char *device)
{
	__u64 room[sizeof(struct ethtool_sset_info) / sizeof(__u64) + 1] = {
		0
	};
	struct ethtool_sset_info *info = (struct ethtool_sset_info *)room;
	int asked;

	info->cmd = ETHTOOL_GSSET_INFO;
	info->sset_mask = 1ULL << ETH_SS_FEATURES;
	asked = ask(fd, device, info);
	return asked <= 0 || !info->sset_mask ? asked : (int)info->data[0];
}

static int read_features(int fd, const char *device, int count,
			 struct ethtool_gstrings *names,
			 struct ethtool_gfeatures *features)
{
	int asked;

	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_FEATURES;
	names->len = count;
	features->cmd = ETHTOOL_GFEATURES;
	features->size = (count + 31) / 32;
	asked = ask(fd, device, names);
	return asked <= 0 ? asked : ask(fd, device, features);
}

static void add_offload(struct look *look, const char *name)
{
	size_t used = strlen(look->offloads);

	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++) {
		if (!strncmp(name, watched[i], ETH_GSTRING_LEN))
			snprintf(look->offloads + used,
				 sizeof(look->offloads) - used, "%s%s",
				 used ? " " : "", watched[i]);
	}
}

static int read_offloads(struct look *look, int fd)
{
	int count = feature_count(fd, look->device), asked;
	struct ethtool_gstrings *names;
	struct ethtool_gfeatures *features;

	if (count <= 0)
		return count;
	names = calloc(1, sizeof(*names) + (size_t)count * ETH_GSTRING_LEN);
	features = calloc(1, sizeof(*features) +
				     (size_t)(count + 31) / 32 *
					     sizeof(features->features[0]));
	asked = names && features ? read_features(fd, look->device, count,
						  names, features)
				  : -ENOMEM;
	for (int i = 0; asked > 0 && i < count; i++) {
		if (features->features[i / 32].active >> i % 32 & 1)
			add_offload(look, (const char *)names->data +
						  (size_t)i * ETH_GSTRING_LEN);
	}
	free(features);
	free(names);
	return asked < 0 ? asked : 0;
}

static int read_queues(struct look *look, int fd)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	int asked = ask(fd, look->device, &channels);

	if (asked > 0)
		look->queues = channels.rx_count + channels.combined_count;
	return asked < 0 ? asked : 0;
}

int look_offloads_read(struct look *look)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = read_offloads(look, fd);
	if (!err)
		err = read_queues(look, fd);
	close(fd);
	return err ? look_fail(err, "the offloads of %s", look->device) : 0;
}
