// SPDX-License-Identifier: GPL-2.0-only
#include "pinned.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "tutorial.h"

static const char *path_of(const struct pinned *pinned)
{
	static char path[4096];
	const char *mount = getenv("TC_BPF_MNT");

	if (pinned->path)
		return pinned->path;
	snprintf(path, sizeof(path), "%s/tc/globals/%s",
		 mount ? mount : "/sys/fs/bpf", pinned->name);
	return path;
}

int open_pinned(const struct pinned *pinned, struct bpf_map_info *info)
{
	const char *path = path_of(pinned);
	__u32 size = sizeof(*info);
	int fd = bpf_obj_get(path);

	if (fd < 0 && errno == ENOENT)
		die("%s is not there: it comes with the first program of %s "
		    "that is loaded",
		    path, pinned->object);
	if (fd < 0 && errno == EINVAL)
		die("%s is not a pinned map", path);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	memset(info, 0, size);
	if (bpf_obj_get_info_by_fd(fd, info, &size) < 0)
		die("%s: %s", path, strerror(errno));
	if (info->key_size != pinned->key_size ||
	    info->value_size != pinned->value_size)
		die("%s is not the map of %s", path, pinned->object);
	return fd;
}
