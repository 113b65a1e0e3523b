// SPDX-License-Identifier: GPL-2.0-only
#include "trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int trace_fail(const char *path, int err)
{
	fprintf(stderr, "%s: %s\n", path, strerror(-err));
	return err;
}

int trace_write(const char *path, struct trace *trace)
{
	FILE *out = fopen(path, "wb");
	size_t count = trace->header.count;
	int err = 0;

	if (!out)
		return trace_fail(path, -errno);
	memcpy(trace->header.magic, TRACE_MAGIC, sizeof(trace->header.magic));
	trace->header.frame_max = 0;
	for (size_t i = 0; i < count; i++) {
		if (trace->records[i].size > trace->header.frame_max)
			trace->header.frame_max = trace->records[i].size;
	}
	if (fwrite(&trace->header, sizeof(trace->header), 1, out) != 1 ||
	    fwrite(trace->records, sizeof(*trace->records), count, out) !=
		    count)
		err = -EIO;
	if (fclose(out))
		err = -errno;
	return err ? trace_fail(path, err) : 0;
}

static int check(const struct trace_header *header, size_t size)
{
	if (size < sizeof(*header) || !header->count ||
	    memcmp(header->magic, TRACE_MAGIC, sizeof(header->magic)) ||
	    header->frame_max > TRACE_FRAME_MAX ||
	    size != sizeof(*header) +
			    (size_t)header->count * sizeof(struct trace_record))
		return -EINVAL;
	return 0;
}

/* The mapping is not freed: programs that read a trace are short-lived. */
int trace_map(const char *path, struct trace *trace)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	char *bytes;

	if (fd < 0)
		return trace_fail(path, -errno);
	if (fstat(fd, &stat) < 0 || !stat.st_size) {
		close(fd);
		return trace_fail(path, -EINVAL);
	}
	bytes = mmap(NULL, stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return trace_fail(path, -errno);
	if (check((const void *)bytes, stat.st_size)) {
		fprintf(stderr, "%s: not a trace\n", path);
		return -EBADMSG;
	}
	memcpy(&trace->header, bytes, sizeof(trace->header));
	trace->records = (void *)(bytes + sizeof(trace->header));
	return 0;
}
