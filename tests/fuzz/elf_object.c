// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the splicer with arbitrary files: it rejects them or makes the change,
 * without accesses outside of the file (checked by the sanitizer).
 */
#include "lib/elf_map.h"
#include "lib/elf_strip.h"
#include "memory.h"

#define CONSTANTS_MAX 16
#define TABLE ".rodata.table"
#define MAP "tagged" /* in tag.bpf.c */

static void set_all(struct elf_object *object)
{
	struct elf_constant constant;
	uint64_t mask;

	for (size_t n = 0; n < CONSTANTS_MAX; n++) {
		if (!elf_object_constant(object, n, &constant))
			break;
		if (constant.offset + constant.size > object->size)
			abort();
		mask = constant.size == 8
			       ? UINT64_MAX
			       : (UINT64_C(1) << 8 * constant.size) - 1;
		elf_constant_set(object, &constant, UINT64_MAX);
		if (elf_constant_get(object, &constant) != mask)
			abort();
	}
}

static void ask(struct elf_object *object)
{
	struct elf_constant constant;
	const char *name;

	elf_object_find(object, "four", &constant);
	elf_object_find(object, "no_such", &constant);
	for (size_t n = 0; n < CONSTANTS_MAX; n++) {
		name = elf_object_programs(object, n);
		if (!name)
			break;
		if (strlen(name) > object->size)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t table[64] = { 1, 2, 3 };
	struct elf_object object;

	if (read_bytes(&object, bytes, size))
		return 0;
	ask(&object);
	elf_map_set_entries(&object, MAP, 7);
	elf_object_replace(&object, TABLE, table, sizeof(table));
	ask(&object);
	set_all(&object);
	ask(&object);
	elf_object_strip(&object);
	ask(&object);
	set_all(&object);
	elf_map_set_entries(&object, MAP, 9);
	elf_object_free(&object);
	return 0;
}
