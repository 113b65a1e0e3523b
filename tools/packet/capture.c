// SPDX-License-Identifier: GPL-2.0-only
/*
 * libpcap is loaded with dlopen() when the first capture is opened. Linking it
 * would load libdbus and seven more libraries into every command and more than
 * double its start-up time.
 */
#include "capture.h"
#include "pcapng_blocks.h"

#include <dlfcn.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#define LIBPCAP "libpcap.so.0.8"
#define LINK_SLL 113
#define LINK_SLL2 276

#define FUNCTIONS(DO)                 \
	DO(pcap_fopen_offline)        \
	DO(pcap_next_ex)              \
	DO(pcap_geterr)               \
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

/* Types of links as files have them, not as libpcap calls them. */
static const char *link_name(unsigned int type)
{
	static const struct {
		unsigned int type;
		const char *name;
	} links[] = {
		{ 0, "NULL" },
		{ 9, "PPP" },
		{ 101, "RAW" },
		{ 105, "IEEE802_11" },
		{ 108, "LOOP" },
		{ LINK_SLL, "LINUX_SLL" },
		{ 127, "IEEE802_11_RADIO" },
		{ 228, "IPV4" },
		{ 229, "IPV6" },
		{ 239, "NFLOG" },
		{ LINK_SLL2, "LINUX_SLL2" },
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (links[i].type == type)
			return links[i].name;
	return NULL;
}

static int refuse_link(struct capture *capture, unsigned int type,
		       const char *name)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", type);
	return capture_fail(
		capture, "captured on link type %s, and not on Ethernet%s",
		name ? name : number,
		type == LINK_SLL || type == LINK_SLL2
			? ": MACs and VLAN tags are missing; capture on one "
			  "device, and not on 'any'"
			: "");
}

static int start_classic(struct capture *capture, FILE *file)
{
	char error[PCAP_ERRBUF_SIZE];
	int type, err = load_library(capture);

	if (err)
		return err;
	capture->pcap = libpcap.pcap_fopen_offline(file, error);
	if (!capture->pcap)
		return capture_fail(capture, "not a capture: %s", error);
	type = libpcap.pcap_datalink(capture->pcap);
	if (type != DLT_EN10MB)
		return refuse_link(capture, type,
				   libpcap.pcap_datalink_val_to_name(type));
	return capture->interface ? capture_fail(capture,
						 "pcap files do not say which "
						 "interface a packet is from")
				  : 0;
}

int capture_start(struct capture *capture, FILE *file, const char *interface)
{
	int first = getc(file), err;

	*capture = (struct capture){ .interface = interface };
	ungetc(first, file);
	if (first == PCAPNG_FIRST_BYTE) {
		capture->pcapng.file = file;
		return 0;
	}
	err = start_classic(capture, file);
	if (!capture->pcap && file != stdin)
		fclose(file);
	return err;
}

/* --- packets */

/*
 * A hole in a sparse file reads as records of length 0, possibly billions of
 * them.
 */
static bool is_hole(const struct pcap_pkthdr *header)
{
	return !header->caplen && !header->len && !header->ts.tv_sec &&
	       !header->ts.tv_usec;
}

static int read_classic(struct capture *capture, struct captured_packet *packet)
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
	if (is_hole(header))
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

static bool is_wanted(const struct capture *capture, const char *interface)
{
	return !capture->interface ||
	       (interface && !strcmp(interface, capture->interface));
}

static int end_of_pcapng(struct capture *capture)
{
	if (!capture->interface || capture->interface_found)
		return 0;
	return capture_fail(capture, "no packet is from an interface '%s'",
			    capture->interface);
}

static int pcapng_problem(struct capture *capture, unsigned long long number)
{
	const struct pcapng_reader *reader = &capture->pcapng;

	if (!reader->offset)
		return capture_fail(capture, "not a capture: %s",
				    reader->error);
	return capture_fail(capture, "packet %llu: %s", number, reader->error);
}

static int read_pcapng(struct capture *capture, struct captured_packet *packet)
{
	unsigned long long number = capture->number;
	struct pcapng_found found;
	const char *interface;
	int result;

	do {
		number++;
		result = pcapng_read(&capture->pcapng, &found);
		if (result < 0)
			return pcapng_problem(capture, number);
		if (!result)
			return end_of_pcapng(capture);
		interface = found.source->name;
	} while (!is_wanted(capture, interface));
	if (found.source->link_type != PCAPNG_LINK_ETHERNET)
		return refuse_link(capture, found.source->link_type,
				   link_name(found.source->link_type));
	*packet = (struct captured_packet){
		.bytes = found.bytes,
		.size = found.size,
		.length = found.length,
		.interface = interface,
		.comment = found.comment,
		.comment_size = found.comment_size,
	};
	capture->interface_found = true;
	capture->number = number;
	return 1;
}

int capture_read(struct capture *capture, struct captured_packet *packet)
{
	return capture->pcap ? read_classic(capture, packet)
			     : read_pcapng(capture, packet);
}

void capture_end(struct capture *capture)
{
	FILE *file = capture->pcapng.file;

	if (capture->pcap)
		libpcap.pcap_close(capture->pcap);
	pcapng_read_end(&capture->pcapng);
	if (file && file != stdin)
		fclose(file);
	*capture = (struct capture){ 0 };
}
