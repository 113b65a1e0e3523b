// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice - sets constants in an object, and enlarges its tables.
 *
 *	build/tests/splice build/tests/small.bpf.o
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/elf_strip.h"
#include "memory.h"
#include "tap.h"

#define TABLE ".rodata.table"
#define TABLE_SIZE 24

struct fixture {
	struct tap tap;
	struct elf_object whole; /* not modified */
};

/* True if bytes differ, but none outside of [from, to). */
static bool differs_only_in(const struct elf_object *a,
			    const struct elf_object *b, size_t from, size_t to)
{
	if (a->size != b->size)
		return false;
	for (size_t i = 0; i < a->size; i++) {
		if (a->bytes[i] != b->bytes[i] && (i < from || i >= to))
			return false;
	}
	return memcmp(a->bytes + from, b->bytes + from, to - from) != 0;
}

static void test_set(struct fixture *fixture, const char *name, size_t size,
		     uint64_t before, uint64_t after)
{
	struct elf_object copy = copy_object(&fixture->whole);
	struct elf_constant constant = { 0 };
	bool found = elf_object_find(&copy, name, &constant);

	tap_ok(&fixture->tap,
	       found && constant.size == size &&
		       !strcmp(constant.section, ".rodata") &&
		       elf_constant_get(&copy, &constant) == before,
	       "'%s' is found, with its %zu bytes and its value", name, size);
	elf_constant_set(&copy, &constant, after);
	tap_ok(&fixture->tap,
	       elf_constant_get(&copy, &constant) == after &&
		       differs_only_in(&copy, &fixture->whole, constant.offset,
				       constant.offset + size),
	       "'%s' is set, and no byte beside it", name);
	elf_object_free(&copy);
}

static void test_names(struct fixture *fixture)
{
	static const char *const unknown[] = {
		"",	 "no_such",	  "on",	    "ones", "ONE",
		"table", "small_ingress", "LICENSE"
	};
	struct elf_constant constant;
	size_t count = 0;

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++)
		tap_ok(&fixture->tap,
		       !elf_object_find(&fixture->whole, unknown[i], &constant),
		       "'%s' is no constant", unknown[i]);
	while (elf_object_constant(&fixture->whole, count, &constant))
		count++;
	tap_ok(&fixture->tap, count == 4, "there are four constants, found %zu",
	       count);
	tap_ok(&fixture->tap,
	       !strcmp(elf_object_programs(&fixture->whole, 0), "ingress") &&
		       !elf_object_programs(&fixture->whole, 1),
	       "there is one section of programs");
}

static void test_replace(struct fixture *fixture, size_t size)
{
	struct elf_object copy = copy_object(&fixture->whole);
	const Elf64_Shdr *shdr;
	uint8_t *table = malloc(size);
	struct elf_constant constant;
	int err;

	for (size_t i = 0; table && i < size; i++)
		table[i] = i * 7 + 1;
	err = elf_object_replace(&copy, TABLE, table, size);
	shdr = section_header(&copy, TABLE);
	tap_ok(&fixture->tap,
	       !err && shdr->sh_size == size && shdr->sh_offset % 16 == 0 &&
		       shdr->sh_offset + size <= copy.size &&
		       !memcmp(copy.bytes + shdr->sh_offset, table, size),
	       "a table of %zu bytes takes the place of one of %d", size,
	       TABLE_SIZE);
	tap_ok(&fixture->tap,
	       elf_object_find(&copy, "four", &constant) &&
		       elf_constant_get(&copy, &constant) == 4,
	       "the constants are there as before");
	free(table);
	elf_object_free(&copy);
}

static void test_replace_refused(struct fixture *fixture, const char *name,
				 size_t size, int expected, const char *why)
{
	static const uint8_t table[64];
	struct elf_object copy = copy_object(&fixture->whole);
	int err = elf_object_replace(&copy, name, table, size);

	tap_ok(&fixture->tap,
	       err == expected && copy.size == fixture->whole.size &&
		       !memcmp(copy.bytes, fixture->whole.bytes, copy.size),
	       "'%s' is not replaced, and the object stays as it was: %s", name,
	       why);
	elf_object_free(&copy);
}

static void test_write(struct fixture *fixture)
{
	char directory[] = "/tmp/splice.XXXXXX", path[64];
	struct elf_object back = { 0 };
	struct stat st = { 0 };
	mode_t mask = umask(027);
	int err;

	if (!mkdtemp(directory))
		abort();
	snprintf(path, sizeof(path), "%s/copy.o", directory);
	err = elf_object_write(&fixture->whole, path);
	stat(path, &st);
	umask(mask);
	tap_ok(&fixture->tap,
	       !err && !elf_object_read(&back, path) &&
		       back.size == fixture->whole.size &&
		       !memcmp(back.bytes, fixture->whole.bytes, back.size),
	       "what was written is read back the same");
	tap_ok(&fixture->tap, (st.st_mode & 0777) == 0640,
	       "a file is written with the mode that umask asks for");
	elf_object_free(&back);
	unlink(path);
	tap_ok(&fixture->tap, rmdir(directory) == 0, "nothing is left behind");
	tap_ok(&fixture->tap,
	       elf_object_write(&fixture->whole, path) == -ENOENT,
	       "a directory that is not there is an error");
}

/* Compares contents, at whatever offset. */
static bool same_section(const struct elf_object *a, const struct elf_object *b,
			 const char *name)
{
	size_t size_a = 0, size_b = 0;
	const void *in_a = elf_object_section(a, name, &size_a);
	const void *in_b = elf_object_section(b, name, &size_b);

	return in_a && in_b && size_a == size_b && !memcmp(in_a, in_b, size_a);
}

/* For an object compiled with -g. */
static void test_strip(struct fixture *fixture, const char *path)
{
	struct elf_object whole, copy, again;
	int err;

	if (elf_object_read(&whole, path))
		abort();
	copy = copy_object(&whole);
	err = elf_object_strip(&copy);
	tap_ok(&fixture->tap,
	       !err && copy.size < whole.size / 2 &&
		       section_header(&whole, ".debug_info")->sh_size > 0 &&
		       section_header(&copy, ".debug_info")->sh_size == 0,
	       "an object without debug data has %zu bytes of %zu", copy.size,
	       whole.size);
	tap_ok(&fixture->tap,
	       same_section(&copy, &whole, ".BTF") &&
		       same_section(&copy, &whole, "ingress") &&
		       same_section(&copy, &whole, ".symtab") &&
		       same_section(&copy, &whole, "license") &&
		       section_header(&copy, ".BTF.ext")->sh_size > 0,
	       "its types, programs and symbols are as before");
	again = copy_object(&copy);
	tap_ok(&fixture->tap,
	       !elf_object_strip(&again) && again.size == copy.size &&
		       !memcmp(again.bytes, copy.bytes, copy.size),
	       "done again, nothing changes");
	elf_object_free(&again);
	elf_object_free(&copy);
	elf_object_free(&whole);
}

int main(int argc, char **argv)
{
	struct fixture fixture;

	if (elf_object_read(&fixture.whole,
			    argc > 1 ? argv[1] : "build/tests/small.bpf.o"))
		return EXIT_FAILURE;
	be_quiet();
	fixture.tap = tap_plan(stdout, 38);
	test_set(&fixture, "one", 1, 1, 0xfe);
	test_set(&fixture, "two", 2, 2, 0xfedc);
	test_set(&fixture, "four", 4, 4, 0xfedcba98);
	test_set(&fixture, "eight", 8, 8, 0xfedcba9876543210);
	test_names(&fixture);
	test_replace(&fixture, TABLE_SIZE);
	test_replace(&fixture, TABLE_SIZE + 1);
	test_replace(&fixture, 4096);
	test_replace(&fixture, 1 << 20);
	test_replace_refused(&fixture, TABLE, TABLE_SIZE - 1, -EINVAL,
			     "too small");
	test_replace_refused(&fixture, TABLE, 0, -EINVAL, "empty");
	test_replace_refused(&fixture, ".rodata.no", 64, -ENOENT, "unknown");
	test_replace_refused(&fixture, ".symtab", 64, -ENOENT, "no constants");
	test_replace_refused(&fixture, "", 64, -ENOENT, "no name");
	test_strip(&fixture, "build/tests/tag.bpf.o");
	test_write(&fixture);
	elf_object_free(&fixture.whole);
	return tap_end(&fixture.tap);
}
