// SPDX-License-Identifier: GPL-2.0-only
/*
 * map_entries - sets the size of a map in an object, which libbpf then reads.
 * With damaged BTF it is rejected, or one number is changed.
 *
 *	build/tests/map_entries [TAG-OBJECT] [PLUGIN]
 */
#include <errno.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "lib/elf_map.h"
#include "lib/elf_strip.h"
#include "memory.h"
#include "tap.h"

#define MAP "tagged" /* in tag.bpf.c */
#define ENTRIES 12345
#define SHARED_MAP "tg_xdp" /* three maps of a plugin share their type */

struct fixture {
	struct tap tap;
	struct elf_object whole; /* not modified */
};

static uint8_t *btf_of(const struct elf_object *object, size_t *size)
{
	uint8_t *btf = elf_object_section(object, ".BTF", size);

	if (!btf)
		abort();
	return btf;
}

static size_t changed_bytes(const struct elf_object *a,
			    const struct elf_object *b)
{
	size_t count = 0;

	for (size_t i = 0; i < a->size; i++)
		count += a->bytes[i] != b->bytes[i];
	return a->size == b->size ? count : SIZE_MAX;
}

static uint32_t entries_in(const struct elf_object *object)
{
	struct bpf_object *opened =
		bpf_object__open_mem(object->bytes, object->size, NULL);
	struct bpf_map *map;
	uint32_t entries;

	if (libbpf_get_error(opened))
		return 0;
	map = bpf_object__find_map_by_name(opened, MAP);
	entries = map ? bpf_map__max_entries(map) : 0;
	bpf_object__close(opened);
	return entries;
}

static void test_set(struct fixture *fixture)
{
	struct elf_object copy = copy_object(&fixture->whole);
	int err = elf_map_set_entries(&copy, MAP, ENTRIES);

	tap_ok(&fixture->tap, !err && entries_in(&fixture->whole) == 1,
	       "the map has one entry before");
	tap_ok(&fixture->tap, entries_in(&copy) == ENTRIES,
	       "libbpf finds as many entries as were set");
	tap_ok(&fixture->tap, changed_bytes(&copy, &fixture->whole) <= 4,
	       "nothing else has changed");
	elf_object_free(&copy);
}

/* Converts the BTF to the other byte order. */
static void swap_types(const struct elf_object *object)
{
	size_t size;
	uint8_t *bytes = btf_of(object, &size);
	struct btf *btf = btf__new(bytes, size);
	uint32_t swapped_size = 0;
	const void *swapped;

	if (libbpf_get_error(btf) ||
	    btf__set_endianness(btf, btf__endianness(btf) == BTF_BIG_ENDIAN
					     ? BTF_LITTLE_ENDIAN
					     : BTF_BIG_ENDIAN))
		abort();
	swapped = btf__raw_data(btf, &swapped_size);
	if (!swapped || swapped_size != size || !memcmp(bytes, swapped, size))
		abort();
	memcpy(bytes, swapped, size);
	btf__free(btf);
}

static void test_refused(struct fixture *fixture, const char *plugin)
{
	struct elf_object copy = copy_object(&fixture->whole), shared;

	tap_ok(&fixture->tap,
	       elf_map_set_entries(&copy, "tag", ENTRIES) == -ENOENT &&
		       elf_map_set_entries(&copy, "", ENTRIES) == -ENOENT,
	       "a map that is not there is not found");
	tap_ok(&fixture->tap,
	       elf_map_set_entries(&copy, "LICENSE", ENTRIES) == -EINVAL,
	       "a variable that is no map is refused");
	if (elf_object_read(&shared, plugin))
		abort();
	tap_ok(&fixture->tap,
	       elf_map_set_entries(&shared, SHARED_MAP, ENTRIES) == -EINVAL,
	       "a size that maps share is refused");
	elf_object_free(&shared);
	swap_types(&copy);
	tap_ok(&fixture->tap,
	       elf_map_set_entries(&copy, MAP, ENTRIES) == -EINVAL,
	       "types of another byte order are refused");
	elf_object_free(&copy);
}

static bool is_harmless(const struct elf_object *copy)
{
	struct elf_object before = copy_object(copy), after = copy_object(copy);
	int err = elf_map_set_entries(&after, MAP, ENTRIES);
	size_t changed = changed_bytes(&before, &after);

	elf_object_free(&before);
	elf_object_free(&after);
	return err ? changed == 0 : changed <= 4;
}

/* Sets every byte of the BTF to critical values. */
static void test_damage(struct fixture *fixture)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	struct elf_object copy = copy_object(&fixture->whole);
	size_t size, tried = 0, harmless = 0;
	uint8_t *btf = btf_of(&copy, &size);

	for (size_t i = 0; i < size; i++) {
		uint8_t kept = btf[i];

		for (size_t j = 0; j < sizeof(values); j++) {
			btf[i] = values[j];
			harmless += is_harmless(&copy);
			tried++;
		}
		btf[i] = kept;
	}
	tap_ok(&fixture->tap, tried > 1000 && harmless == tried,
	       "none of %zu objects with damaged types does any harm", tried);
	elf_object_free(&copy);
}

/* Truncates the section by its size in the header. */
static void test_cuts(struct fixture *fixture)
{
	struct elf_object copy = copy_object(&fixture->whole);
	Elf64_Shdr *shdr = (Elf64_Shdr *)section_header(&copy, ".BTF");
	size_t size = shdr->sh_size, harmless = 0;

	for (shdr->sh_size = 0; shdr->sh_size < size; shdr->sh_size++)
		harmless += elf_map_set_entries(&copy, MAP, ENTRIES) < 0;
	tap_ok(&fixture->tap, harmless == size,
	       "types that are cut off are refused at each of %zu bytes", size);
	elf_object_free(&copy);
}

int main(int argc, char **argv)
{
	const char *tag = argc > 1 ? argv[1] : "build/tests/tag.bpf.o";
	const char *plugin = argc > 2 ? argv[2] : "build/drop_tcp.o";
	struct fixture fixture;

	/* stripped, as it is when it is written */
	if (elf_object_read(&fixture.whole, tag) ||
	    elf_object_strip(&fixture.whole))
		return EXIT_FAILURE;
	be_quiet();
	fixture.tap = tap_plan(stdout, 9);
	test_set(&fixture);
	test_refused(&fixture, plugin);
	test_damage(&fixture);
	test_cuts(&fixture);
	elf_object_free(&fixture.whole);
	return tap_end(&fixture.tap);
}
