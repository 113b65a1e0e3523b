// SPDX-License-Identifier: GPL-2.0-only
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>

#include "tutorial.h"

#define TUN_DEVICE "/dev/net/tun"

static struct ifreq request_for(const char *device)
{
	struct ifreq request = { 0 };

	if (!*device || strlen(device) >= sizeof(request.ifr_name))
		die("'%s': not the name of a device", device);
	strcpy(request.ifr_name, device);
	return request;
}

void expect_tap(const char *device)
{
	struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = request_for(device);
	int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (any < 0)
		die("socket: %s", strerror(errno));
	if (ioctl(any, SIOCGIFINDEX, &request) < 0)
		die("%s: %s", device, strerror(errno));
	request.ifr_data = (void *)&driver;
	if (ioctl(any, SIOCETHTOOL, &request) < 0 ||
	    strcmp(driver.driver, "tun") || strcmp(driver.bus_info, "tap"))
		die("%s: no tap device", device);
	close(any);
}

static const char *why_no_queue(int error)
{
	switch (error) {
	case EINVAL:
		return "a tap device of one queue: 'ip tuntap add ... "
		       "multi_queue' makes one of several";
	case EPERM:
		return "not permitted: tap devices take root";
	case E2BIG:
		return "it has no room for another queue";
	default:
		return strerror(error);
	}
}

int open_tap_queue(const char *device)
{
	struct ifreq request = request_for(device);
	int queue = open(TUN_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (queue < 0 && errno == EACCES)
		die("%s: %s", device, why_no_queue(EPERM));
	if (queue < 0)
		die("%s: %s: tap devices need the kernel's module tun",
		    TUN_DEVICE, strerror(errno));
	request.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE;
	if (ioctl(queue, TUNSETIFF, &request) < 0)
		die("%s: %s", device, why_no_queue(errno));
	return queue;
}
