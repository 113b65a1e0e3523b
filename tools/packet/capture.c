// SPDX-License-Identifier: GPL-2.0-only
/*
 * libpcap is loaded with dlopen() when the first capture is opened. Linking it
 * would load libdbus and seven more libraries into every command and more than
 * double its start-up time.
 */
#include "capture.h"

#include <dlfcn.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdbool.h>

#define LIBPCAP "libpcap.so.0.8"
#define CLASSIC_VERSION 2 /* pcap's major version; pcapng has 1 */

#define FUNCTIONS(DO)                 \
	DO(pcap_fopen_offline)        \
	DO(pcap_next_ex)              \
	DO(pcap_geterr)               \
	DO(pcap_major_version)        \
	DO(pcap_datalink)             \
	DO(pcap_datalink_val_to_name) \
	DO(pcap_close)

#define DECLARE(name) typeof(name) *name;
#define RESOLVE(name) \
	complete = complete && (libpcap.name = dlsym(handle, #name));

static struct {
	FUNCTIONS(DECLARE)
} libpcap;

__attribute__((format(printf, 2, 3))) static int
capture_fail(struct capture *capture, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(capture->error, sizeof(capture->error), format, args);
	va_end(args);
	return -EINVAL;
}

static int load_library(struct capture *capture)
{
	void *handle = dlopen(LIBPCAP, RTLD_NOW);
	bool complete = handle;

	FUNCTIONS(RESOLVE)
	return complete ? 0
			: capture_fail(capture, "captures need libpcap: %s",
				       dlerror());
}

static int check_link(struct capture *capture)
{
	int type = libpcap.pcap_datalink(capture->pcap);
	const char *name = libpcap.pcap_datalink_val_to_name(type);

	switch (type) {
	case DLT_EN10MB:
		return 0;
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
		return capture_fail(capture,
				    "captured on link type %s, and not on "
				    "Ethernet: MACs and VLAN tags are missing; "
				    "capture on one device, and not on 'any'",
				    name);
	}
	if (!name)
		return capture_fail(
			capture,
			"captured on link type %d, and not on Ethernet", type);
	return capture_fail(
		capture, "captured on link type %s, and not on Ethernet", name);
}

int capture_start(struct capture *capture, FILE *file)
{
	char error[PCAP_ERRBUF_SIZE];
	int err;

	*capture = (struct capture){ 0 };
	err = load_library(capture);
	if (!err) {
		capture->pcap = libpcap.pcap_fopen_offline(file, error);
		if (capture->pcap)
			return check_link(capture);
		err = capture_fail(capture, "not a capture: %s", error);
	}
	if (file != stdin)
		fclose(file);
	return err;
}

/*
 * A hole in a sparse file reads as records of length 0, possibly billions of
 * them.
 */
static bool is_hole(const struct capture *capture,
		    const struct pcap_pkthdr *header)
{
	return !header->caplen && !header->len && !header->ts.tv_sec &&
	       !header->ts.tv_usec &&
	       libpcap.pcap_major_version(capture->pcap) == CLASSIC_VERSION;
}

int capture_read(struct capture *capture, struct captured_packet *packet)
{
	unsigned long long number = capture->number + 1;
	struct pcap_pkthdr *header;
	const u_char *bytes;

	switch (libpcap.pcap_next_ex(capture->pcap, &header, &bytes)) {
	case 1:
		break;
	case PCAP_ERROR_BREAK: /* end of the file */
		return 0;
	default:
		return capture_fail(capture, "packet %llu: %s", number,
				    libpcap.pcap_geterr(capture->pcap));
	}
	if (is_hole(capture, header))
		return capture_fail(
			capture, "damaged: packet %llu has no length", number);
	*packet = (struct captured_packet){
		.bytes = bytes,
		.size = header->caplen,
		.length = header->len > header->caplen ? header->len
						       : header->caplen,
	};
	capture->number = number;
	return 1;
}

void capture_end(struct capture *capture)
{
	if (capture->pcap)
		libpcap.pcap_close(capture->pcap);
	capture->pcap = NULL;
}
