// SPDX-License-Identifier: GPL-2.0-only
#include "look_attachment.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/magic.h>

#include <bpf/bpf.h>

#include "look_chain.h"

/* --- keys */

static int is_key(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return isdigit(*name) && strchr(name, '-') &&
	       strlen(name) < LOOK_KEY_SIZE &&
	       (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

static int scan_keys(const char *folder, struct dirent ***entries)
{
	int count = scandir(folder, entries, is_key, alphasort);

	if (count < 0 && errno == ENOENT) {
		*entries = NULL;
		return 0;
	}
	return count < 0 ? look_fail(-errno, "%s", folder) : count;
}

bool look_has_folder(const char *root, const char *key)
{
	char path[PATH_MAX];
	struct stat st;

	return snprintf(path, sizeof(path), "%s/%s", root, key) < PATH_MAX &&
	       !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Keys that have a folder of pins, then those that only have objects. */
int look_each_key(int (*visit)(const char *key, void *context), void *context)
{
	static const char *const roots[] = { LOOK_PINS_ROOT,
					     LOOK_OBJECTS_ROOT };
	int result = 0;

	for (int root = 0; !result && root < 2; root++) {
		struct dirent **entries;
		int count = scan_keys(roots[root], &entries);

		if (count < 0)
			return count;
		for (int i = 0; i < count; i++) {
			const char *key = entries[i]->d_name;

			if (!result &&
			    !(root && look_has_folder(LOOK_PINS_ROOT, key)))
				result = visit(key, context);
			free(entries[i]);
		}
		free(entries);
	}
	return result;
}

/* --- device and network namespace */

/*
 * NAMESPACE-DEVICE: bpffs rejects dots in names, and a device name has no
 * colon, so dots become colons.
 */
int look_place(struct look *look)
{
	struct stat st;
	socklen_t size = sizeof(look->cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0 || stat("/proc/self/ns/net", &st) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &look->cookie, &size) <
		    0)
		err = look_fail(-errno, "the network namespace");
	if (fd >= 0)
		close(fd);
	if (err)
		return err;
	look->inode = st.st_ino;
	snprintf(look->key, sizeof(look->key), "%" PRIu64 "-%s", look->inode,
		 look->device);
	for (char *dot = look->key; (dot = strchr(dot, '.'));)
		*dot = ':';
	return 0;
}

bool look_shares_mounts(void)
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	unsigned int wanted = 0, found = 0;
	bool is_same = false;
	char *line = NULL;
	size_t room = 0;

	if (file) {
		if (fscanf(file, "%u", &wanted) != 1)
			wanted = 0;
		fclose(file);
	}
	file = wanted ? fopen("/proc/1/mountinfo", "re") : NULL;
	while (file && !is_same && getline(&line, &room, file) > 0)
		is_same = sscanf(line, "%u", &found) == 1 && found == wanted;
	if (file)
		fclose(file);
	free(line);
	return is_same;
}

bool look_is_private(void)
{
	struct stat st;

	return !lstat(LOOK_OBJECTS_ROOT, &st) && S_ISDIR(st.st_mode) &&
	       !st.st_uid && !(st.st_mode & 077);
}

int look_root(const char *key, bool *is_mounted, bool *has_others)
{
	struct statfs fs;
	struct dirent *entry;
	DIR *folder;

	*is_mounted = *has_others = false;
	if (statfs(LOOK_PINS_ROOT, &fs) < 0)
		return errno == ENOENT ? 0 : look_fail(-errno, LOOK_PINS_ROOT);
	*is_mounted = fs.f_type == BPF_FS_MAGIC;
	if (!*is_mounted)
		return 0;
	folder = opendir(LOOK_PINS_ROOT);
	if (!folder)
		return look_fail(-errno, LOOK_PINS_ROOT);
	/* an empty bpffs has two files of its own (maps.debug, progs.debug) */
	while ((entry = readdir(folder))) {
		const char *name = entry->d_name, *dot = strrchr(name, '.');

		if (strcmp(name, ".") && strcmp(name, "..") &&
		    !(dot && !strcmp(dot, ".debug")) && strcmp(name, key))
			*has_others = true;
	}
	closedir(folder);
	return 0;
}

/* --- notes in the folder of objects */

static FILE *open_note(const char *key, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s/%s", LOOK_OBJECTS_ROOT, key,
		     name) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, "re");
}

/* A symbolic link to COOKIE.INDEX, as symlink() is atomic. */
static int read_life(struct look *look)
{
	char path[PATH_MAX], life[64];
	uint64_t cookie;
	ssize_t size;
	int index;

	look->life = LOOK_LIFE_UNKNOWN;
	snprintf(path, sizeof(path), "%s/%s/life", LOOK_OBJECTS_ROOT,
		 look->key);
	size = readlink(path, life, sizeof(life) - 1);
	if (size < 0)
		return errno == ENOENT ? 0 : look_fail(-errno, "%s", path);
	life[size] = '\0';
	if (sscanf(life, "%" SCNu64 ".%d", &cookie, &index) != 2)
		return 0;
	if (cookie != look->cookie)
		look->life = LOOK_LIFE_NAMESPACE;
	else if (index != look->index)
		look->life = LOOK_LIFE_DEVICE;
	else
		look->life = LOOK_LIFE_SAME;
	return 0;
}

/* The note's text is "TOKEN DEADLINE PLACE...". */
static int read_unconfirmed(struct look *look)
{
	FILE *note = open_note(look->key, "unconfirmed");

	look->unconfirmed_until = 0;
	if (!note)
		return errno == ENOENT
			       ? 0
			       : look_fail(-errno, "the note unconfirmed");
	if (fscanf(note, "%*s %" SCNu64, &look->unconfirmed_until) != 1)
		look->unconfirmed_until = 0;
	fclose(note);
	return 0;
}

int look_attachment(struct look *look)
{
	int err;

	look->has_pins = look_has_folder(LOOK_PINS_ROOT, look->key);
	look->has_objects = look_has_folder(LOOK_OBJECTS_ROOT, look->key);
	err = read_life(look);
	if (!err && look->life != LOOK_LIFE_NAMESPACE)
		err = read_unconfirmed(look);
	return err;
}

int look_object_bytes(const char *key, uint64_t *bytes)
{
	char path[PATH_MAX];
	ino_t *seen = NULL;
	size_t count = 0;
	struct dirent *entry;
	struct stat st;
	DIR *folder;
	int err = 0;

	*bytes = 0;
	snprintf(path, sizeof(path), "%s/%s", LOOK_OBJECTS_ROOT, key);
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? 0 : look_fail(-errno, "%s", path);
	while ((entry = readdir(folder)) && !err) {
		ino_t *more = realloc(seen, (count + 1) * sizeof(*seen));
		bool is_new = true;

		if (!more) {
			err = look_fail(-ENOMEM, "%s", path);
			break;
		}
		seen = more;
		if (!strcmp(entry->d_name, "..") ||
		    fstatat(dirfd(folder), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		for (size_t i = 0; i < count && is_new; i++)
			is_new = seen[i] != st.st_ino;
		if (!is_new)
			continue;
		seen[count++] = st.st_ino;
		*bytes += (uint64_t)st.st_blocks * 512;
	}
	closedir(folder);
	free(seen);
	return err;
}

/* --- is it in use? */

/* Opens the lock file for reading only: that cannot create it again. */
bool look_is_busy(const char *key)
{
	char path[PATH_MAX];
	bool is_busy;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s.lock", LOOK_OBJECTS_ROOT,
		     key) >= PATH_MAX)
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	is_busy = flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK;
	close(fd);
	return is_busy;
}

/* Gets the ids of the attachment's prog arrays. */
static int array_ids(const char *key, uint32_t *ids, int *count)
{
	char pins[PATH_MAX];
	int err = look_pins_folder(key, pins);

	*count = 0;
	for (int hook = 0; !err && hook < TG_HOOKS; hook++) {
		for (int is_multi = 0; is_multi < 2; is_multi++) {
			struct bpf_map_info info = { 0 };
			__u32 size = sizeof(info);
			int fd = array_open(pins, hook, is_multi);

			if (fd == -ENOENT)
				continue;
			if (fd < 0)
				return look_fail(fd, "%s/%s", pins,
						 array_name(hook, is_multi));
			err = bpf_obj_get_info_by_fd(fd, &info, &size);
			close(fd);
			if (err < 0)
				return look_fail(-errno, "%s", pins);
			ids[(*count)++] = info.id;
		}
	}
	return err;
}

/*
 * Plugins in slots refer to the array too, but the array keeps those loaded.
 * Only a gate, which is never in a slot, shows that the array is in use.
 */
static bool is_gate_into(const struct program *program, const uint32_t *ids,
			 int count)
{
	if (strncmp(program->name, "gate_", 5))
		return false;
	for (uint32_t i = 0; i < program->maps; i++) {
		for (int j = 0; j < count; j++) {
			if (program->map_ids[i] == ids[j])
				return true;
		}
	}
	return false;
}

int look_is_live(const char *key, bool *is_live)
{
	uint32_t ids[2 * TG_HOOKS], id = 0;
	int count, err = array_ids(key, ids, &count);

	*is_live = false;
	if (err == -EPROTO) { /* of another version: leave it alone */
		*is_live = true;
		return 0;
	}
	if (err)
		return err;
	while (!err && !*is_live && count) {
		struct program program;

		if (bpf_prog_get_next_id(id, &id) < 0) {
			err = -errno;
			break;
		}
		err = program_read(&program, id);
		if (!err)
			*is_live = is_gate_into(&program, ids, count);
		else if (err == -ENOENT) /* unloaded meanwhile */
			err = 0;
	}
	if (err == -ENOENT) /* end of the list */
		err = 0;
	return err ? look_fail(err, "the programs of the kernel") : 0;
}
