// SPDX-License-Identifier: GPL-2.0-only
/*
 * damage - gives damaged objects to the splicer: it rejects them, or does
 * nothing that the sanitizers detect.
 *
 *	build/tests/damage build/tests/small.bpf.o
 */
#include <errno.h>
#include <sys/wait.h>

#include "memory.h"
#include "tap.h"

#define TABLE ".rodata.table"

struct fixture {
	struct tap tap;
	struct elf_object whole; /* not modified */
	int terminal;
};

/* Calls all functions on an object that was accepted. */
static void use(struct elf_object *object)
{
	static const uint8_t table[64];
	struct elf_constant constant;

	elf_object_find(object, "no_such", &constant);
	for (size_t n = 0; n < 8 && elf_object_programs(object, n); n++)
		;
	elf_object_replace(object, TABLE, table, sizeof(table));
	for (size_t n = 0; n < 8 && elf_object_constant(object, n, &constant);
	     n++) {
		if (constant.offset + constant.size > object->size)
			abort();
		elf_constant_get(object, &constant);
	}
}

static bool is_refused(const void *bytes, size_t size)
{
	struct elf_object object;
	bool refused = read_bytes(&object, bytes, size) != 0;

	if (refused)
		return !object.bytes && !object.path;
	use(&object);
	elf_object_free(&object);
	return false;
}

struct damage {
	const char *what;
	size_t offset;
	size_t size;
	uint64_t value;
};

#define FIELD(field) \
	offsetof(Elf64_Ehdr, field), sizeof(((Elf64_Ehdr *)0)->field)

/* clang-format off */
static const struct damage damages[] = {
	{ "no ELF at all", EI_MAG0, 1, 'X' },
	{ "32 bits", EI_CLASS, 1, ELFCLASS32 },
	{ "another byte order", EI_DATA, 1, ELFDATA2MSB },
	{ "another machine", FIELD(e_machine), EM_X86_64 },
	{ "section headers behind the end", FIELD(e_shoff), 1 << 20 },
	{ "section headers at the end", FIELD(e_shoff), 1400 },
	{ "section headers wrapped around", FIELD(e_shoff), UINT64_MAX - 7 },
	{ "section headers at an odd place", FIELD(e_shoff), 65 },
	{ "section headers inside of the ELF header", FIELD(e_shoff), 8 },
	{ "section headers of another size", FIELD(e_shentsize), 40 },
	{ "more section headers than there is room", FIELD(e_shnum), 65535 },
};
/* clang-format on */

static void test_damage(struct fixture *fixture, const struct damage *damage)
{
	struct elf_object copy = copy_object(&fixture->whole);

	memcpy(copy.bytes + damage->offset, &damage->value, damage->size);
	tap_ok(&fixture->tap, is_refused(copy.bytes, copy.size),
	       "an object with %s is refused", damage->what);
	elf_object_free(&copy);
}

static void test_cuts(struct fixture *fixture)
{
	size_t accepted = 0;

	for (size_t size = 0; size < fixture->whole.size; size++)
		accepted += !is_refused(fixture->whole.bytes, size);
	tap_ok(&fixture->tap, accepted == 0,
	       "an object that is cut off is refused at each of %zu bytes",
	       fixture->whole.size);
}

/* Sets every byte of the file, including headers, to critical values. */
static void test_bytes(struct fixture *fixture)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct elf_object copy = copy_object(&fixture->whole);
	size_t refused = 0, tried = 0;

	for (size_t i = 0; i < copy.size; i++) {
		for (size_t j = 0; j < sizeof(values); j++) {
			uint8_t kept = copy.bytes[i];

			copy.bytes[i] = values[j];
			refused += is_refused(copy.bytes, copy.size);
			copy.bytes[i] = kept;
			tried++;
		}
	}
	tap_ok(&fixture->tap, refused > 0,
	       "none of %zu damaged objects does any harm, %zu are refused",
	       tried, refused);
	elf_object_free(&copy);
}

/* Sets fields of sections and symbols to extreme values. */
static void test_words(struct fixture *fixture)
{
	static const uint64_t values[] = { UINT64_MAX, UINT64_MAX / 2,
					   UINT32_MAX, 1 << 20, 1399 };
	struct elf_object copy = copy_object(&fixture->whole);
	size_t tried = 0;

	for (size_t i = 0; i + 8 <= copy.size; i += 4) {
		for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++) {
			uint8_t kept[8];

			memcpy(kept, copy.bytes + i, 8);
			memcpy(copy.bytes + i, &values[j], 8);
			is_refused(copy.bytes, copy.size);
			memcpy(copy.bytes + i, kept, 8);
			tried++;
		}
	}
	tap_ok(&fixture->tap, true,
	       "none of %zu objects with extreme words does any harm", tried);
	elf_object_free(&copy);
}

/* In a child process, so that a crash fails one test only. */
static bool survives(struct fixture *fixture,
		     void (*work)(struct elf_object *copy))
{
	struct elf_object copy;
	int status = -1;
	pid_t child;

	fflush(fixture->tap.out);
	child = fork();
	if (child == 0) {
		__sanitizer_set_report_fd((void *)(long)fixture->terminal);
		copy = copy_object(&fixture->whole);
		work(&copy);
		elf_object_free(&copy);
		_exit(EXIT_SUCCESS);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Setting this constant would change the number of section headers. */
static void set_in_header(struct elf_object *copy)
{
	Elf64_Shdr *shdr = (Elf64_Shdr *)section_header(copy, ".rodata");
	struct elf_constant constant;

	if (!elf_object_find(copy, "two", &constant))
		abort();
	shdr->sh_offset = offsetof(Elf64_Ehdr, e_shnum) -
			  (constant.offset - shdr->sh_offset);
	if (elf_object_find(copy, "two", &constant))
		elf_constant_set(copy, &constant, UINT64_MAX);
	use(copy);
}

/* Files that are not objects. */
static void test_files(struct fixture *fixture)
{
	struct elf_object object;

	tap_ok(&fixture->tap,
	       elf_object_read(&object, "/nonexistent/object.o") == -ENOENT,
	       "a file that is not there is an error");
	tap_ok(&fixture->tap, elf_object_read(&object, "/") == -EINVAL,
	       "a directory is an error");
	tap_ok(&fixture->tap, elf_object_read(&object, "/dev/zero") == -EINVAL,
	       "a device is an error");
	tap_ok(&fixture->tap, is_refused("", 0), "an empty file is an error");
}

int main(int argc, char **argv)
{
	const int damage_count = sizeof(damages) / sizeof(*damages);
	struct fixture fixture;

	if (elf_object_read(&fixture.whole,
			    argc > 1 ? argv[1] : "build/tests/small.bpf.o"))
		return EXIT_FAILURE;
	fixture.terminal = be_quiet();
	fixture.tap = tap_plan(stdout, 8 + damage_count);
	test_files(&fixture);
	for (int i = 0; i < damage_count; i++)
		test_damage(&fixture, &damages[i]);
	test_cuts(&fixture);
	test_bytes(&fixture);
	test_words(&fixture);
	tap_ok(&fixture.tap, survives(&fixture, set_in_header),
	       "a constant that lies in the ELF header does no harm");
	elf_object_free(&fixture.whole);
	return tap_end(&fixture.tap);
}
