/* SPDX-License-Identifier: GPL-2.0-only */
/* Object files in memory, for tests of functions that read files. */
#ifndef TG_MEMORY_H
#define TG_MEMORY_H

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

#include "lib/elf_object.h"

/*
 * Uses an unnamed file with a path in /proc, as elf_object_read() takes a path.
 */
static inline int read_bytes(struct elf_object *object, const void *bytes,
			     size_t size)
{
	char path[64];
	int fd = memfd_create("object", MFD_CLOEXEC);
	int err;

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = elf_object_read(object, path);
	close(fd);
	return err;
}

static inline struct elf_object copy_object(const struct elf_object *object)
{
	struct elf_object copy;

	if (read_bytes(&copy, object->bytes, object->size))
		abort();
	return copy;
}

static inline const Elf64_Shdr *section_header(const struct elf_object *object,
					       const char *name)
{
	const Elf64_Ehdr *ehdr = (const Elf64_Ehdr *)object->bytes;
	const Elf64_Shdr *shdr =
		(const Elf64_Shdr *)(object->bytes + ehdr->e_shoff);
	const char *names =
		(const char *)object->bytes + shdr[ehdr->e_shstrndx].sh_offset;

	for (int i = 0; i < ehdr->e_shnum; i++) {
		if (!strcmp(names + shdr[i].sh_name, name))
			return &shdr[i];
	}
	return NULL;
}

/*
 * Discards stderr, as messages about broken files are not tested. Returns a
 * descriptor for the sanitizers' reports.
 */
static inline int be_quiet(void)
{
	int terminal = dup(STDERR_FILENO);

	__sanitizer_set_report_fd((void *)(long)terminal);
	if (!freopen("/dev/null", "w", stderr))
		abort();
	return terminal;
}

#endif
