// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the reader of pcapng. It reads the same packets as libpcap does, up to
 * where one of them finds something wrong.
 *
 * The first byte selects: 1 for the other byte order, and 2 for a file as it
 * is. Otherwise the input is a list of blocks, so that lengths are mostly
 * right: a byte for the type, one for the size, and the content.
 */
#include <byteswap.h>
#include <dlfcn.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet/pcapng_blocks.h"
#include "packet/pcapng_read.h"

#define FILE_MAX 65536

#define hold(condition)                                                     \
	do {                                                                \
		if (!(condition)) {                                         \
			fprintf(stderr, "does not hold: %s\n", #condition); \
			abort();                                            \
		}                                                           \
	} while (0)

struct image {
	uint8_t bytes[FILE_MAX];
	size_t size;
	bool swapped;
};

static struct {
	typeof(pcap_fopen_offline) *fopen_offline;
	typeof(pcap_next_ex) *next_ex;
	typeof(pcap_close) *close;
} libpcap;

static void *library_function(const char *name)
{
	static void *handle;
	void *function;

	if (!handle)
		handle = dlopen("libpcap.so.0.8", RTLD_NOW);
	function = handle ? dlsym(handle, name) : NULL;
	hold(function);
	return function;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	libpcap.fopen_offline = library_function("pcap_fopen_offline");
	libpcap.next_ex = library_function("pcap_next_ex");
	libpcap.close = library_function("pcap_close");
	return 0;
}

/* --- a file of blocks */

static void put(struct image *image, const void *bytes, size_t size)
{
	memcpy(image->bytes + image->size, bytes, size);
	image->size += size;
}

static void put32(struct image *image, uint32_t value)
{
	if (image->swapped)
		value = bswap_32(value);
	put(image, &value, sizeof(value));
}

static void put16(struct image *image, uint16_t value)
{
	if (image->swapped)
		value = bswap_16(value);
	put(image, &value, sizeof(value));
}

static void put_section(struct image *image)
{
	put32(image, PCAPNG_SECTION);
	put32(image, 28);
	put32(image, PCAPNG_BYTE_ORDER_MAGIC);
	put16(image, PCAPNG_MAJOR);
	put16(image, 0);
	put32(image, UINT32_MAX);
	put32(image, UINT32_MAX);
	put32(image, 28);
}

static void put_block(struct image *image, uint32_t type, const uint8_t *bytes,
		      size_t size)
{
	size_t padded = pcapng_padded(size);

	if (type == 0) {
		put_section(image);
		return;
	}
	put32(image, type);
	put32(image, padded + 12);
	put(image, bytes, size);
	put(image, "\0\0\0", padded - size);
	put32(image, padded + 12);
}

static void put_blocks(struct image *image, const uint8_t *bytes, size_t size)
{
	put_section(image);
	while (size >= 2 && image->size + 512 < FILE_MAX) {
		size_t part = bytes[1] < size - 2 ? bytes[1] : size - 2;

		put_block(image, bytes[0] % 8, bytes + 2, part);
		bytes += 2 + part;
		size -= 2 + part;
	}
}

/* --- two readers */

static FILE *open_image(const struct image *image)
{
	FILE *file = fmemopen((void *)image->bytes, image->size, "r");

	hold(file);
	return file;
}

static volatile uint8_t sink;

static void check_found(const struct pcapng_reader *reader,
			const struct pcapng_found *found)
{
	hold(found->size <= found->length);
	hold(found->source >= reader->sources);
	hold(found->source < reader->sources + reader->source_count);
	for (size_t i = 0; i < found->size; i++)
		sink = found->bytes[i];
	for (size_t i = 0; found->comment && i < found->comment_size; i++)
		sink = found->comment[i];
}

/* libpcap has packets of a link type and a snapshot length only. */
static void check_same(const struct pcapng_found *found, pcap_t **pcap)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;

	if (!*pcap)
		return;
	if (libpcap.next_ex(*pcap, &header, &bytes) == 1) {
		hold(header->caplen == found->size);
		hold(header->len == found->length ||
		     header->len < header->caplen);
		/* libpcap swaps the bytes of headers of some links */
		hold(found->source->link_type != PCAPNG_LINK_ETHERNET ||
		     !memcmp(bytes, found->bytes, found->size));
		return;
	}
	libpcap.close(*pcap);
	*pcap = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct image image;
	struct pcapng_reader reader = { 0 };
	struct pcapng_found found;
	char error[PCAP_ERRBUF_SIZE];
	FILE *other;
	pcap_t *pcap;
	int result;

	if (size < 2 || size > FILE_MAX / 2)
		return 0;
	image.size = 0;
	image.swapped = bytes[0] & 1;
	if (bytes[0] & 2)
		put(&image, bytes + 1, size - 1);
	else
		put_blocks(&image, bytes + 1, size - 1);
	other = open_image(&image);
	pcap = libpcap.fopen_offline(other, error);
	if (!pcap)
		fclose(other);
	reader.file = open_image(&image);
	while ((result = pcapng_read(&reader, &found)) > 0) {
		check_found(&reader, &found);
		check_same(&found, &pcap);
	}
	hold(!result || *reader.error);
	fclose(reader.file);
	pcapng_read_end(&reader);
	if (pcap)
		libpcap.close(pcap);
	return 0;
}
