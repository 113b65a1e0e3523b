// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of an attachment are replaced by rename and never written in place,
 * so hooks with equal objects can share a file.
 */
#include "share.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_object_name(const char *name)
{
	size_t length = strlen(name);

	return length > 2 && !strcmp(name + length - 2, ".o");
}

static bool has_bytes(int folder, const char *name,
		      const struct elf_object *object)
{
	int fd = openat(folder, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	void *bytes;
	bool same = false;

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && object->size &&
	    st.st_size == (off_t)object->size && st.st_uid == geteuid()) {
		bytes = mmap(NULL, object->size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (bytes != MAP_FAILED) {
			same = !memcmp(bytes, object->bytes, object->size);
			munmap(bytes, object->size);
		}
	}
	close(fd);
	return same;
}

/*
 * Links under a temporary name and renames, as link() does not replace a file.
 */
static bool link_as(int folder, const char *from, const char *path)
{
	char *temporary;
	bool done;

	if (asprintf(&temporary, "%s.%d", path, (int)getpid()) < 0)
		return false;
	done = !linkat(folder, from, AT_FDCWD, temporary, 0);
	if (done) {
		done = !rename(temporary, path);
		/*
		 * rename() does nothing if both names are links to the same
		 * file
		 */
		unlink(temporary);
	}
	free(temporary);
	return done;
}

bool share_object(const struct elf_object *object, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = slash ? strndup(path, slash - path + 1) : strdup(".");
	DIR *folder = name ? opendir(name) : NULL;
	const struct dirent *entry;
	bool done = false;

	while (folder && !done && (entry = readdir(folder)))
		done = is_object_name(entry->d_name) &&
		       has_bytes(dirfd(folder), entry->d_name, object) &&
		       link_as(dirfd(folder), entry->d_name, path);
	if (folder)
		closedir(folder);
	free(name);
	return done;
}
