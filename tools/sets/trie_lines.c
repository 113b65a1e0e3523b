// SPDX-License-Identifier: GPL-2.0-only
/* Take lines for nodes and records, and find those that are free again. */
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trie.h"
#include "trie_lines.h"

static void mark_records(struct trie *trie, uint32_t line)
{
	while (line && line < trie->memory->lines && !trie->used[line]) {
		const struct tg_set_record *record = trie_line(trie, line);

		trie->used[line] = 1;
		line = record->parent;
	}
}

/* The line of a node, which is read if it has not been marked before. */
static const struct tg_set_node *mark_node(struct trie *trie, uint32_t line)
{
	const struct tg_set_node *node = trie_line(trie, line);

	if (trie->is_damaged || trie->used[line])
		return NULL;
	trie->used[line] = 1;
	return node;
}

static void mark_word(struct trie *trie, uint32_t word, unsigned int next)
{
	const struct tg_set_node *node;
	unsigned int nibble;

	if (word & TG_SET_WORD_RECORD) {
		mark_records(trie, TG_SET_WORD_LINE(word));
		return;
	}
	if (!word || !trie_nibble(trie, word, next, &nibble))
		return;
	node = mark_node(trie, TG_SET_WORD_LINE(word));
	for (int i = 0; node && i < TG_SET_WORDS_IN_LINE; i++)
		mark_word(trie, node->words[i], nibble + 1);
}

static void mark_root(struct trie *trie, uint32_t word)
{
	if (!(word & TG_SET_WORD_WIDE) || word & TG_SET_WORD_RECORD) {
		mark_word(trie, word, 0);
		return;
	}
	for (uint32_t i = 0; i < TG_SET_WIDE_LINES; i++) {
		const struct tg_set_node *node =
			mark_node(trie, TG_SET_WORD_LINE(word) + i);

		for (int j = 0; node && j < TG_SET_WORDS_IN_LINE; j++)
			mark_word(trie, node->words[j], 0);
	}
}

static uint32_t count_unused(const struct trie *trie)
{
	uint32_t count = 0;

	for (uint32_t i = trie->next; i < trie->memory->lines; i++)
		count += !trie->used[i];
	return count;
}

static void mark_all(struct trie *trie)
{
	const struct tg_set_head *head = set_head(trie->memory);

	trie_begin(trie);
	mark_root(trie, head->roots[0]);
	mark_root(trie, head->roots[1]);
	if (trie->pending < trie->memory->lines)
		trie->used[trie->pending] = 1;
}

/*
 * Find the lines that no word leads to. A line that was removed may be read for
 * as long as a program runs that has begun before. False: too few, or no
 * memory.
 */
static bool sweep(struct trie *trie)
{
	trie_close(trie);
	trie->used = calloc(trie->memory->lines, 1);
	trie->next = set_head(trie->memory)->arena;
	if (!trie->used)
		return false;
	mark_all(trie);
	if (!trie->is_damaged && count_unused(trie) > trie->spare_lines &&
	    syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0)
		return true;
	trie_close(trie);
	return false;
}

/* Returns a free line that the sweep found, or 0. */
static uint32_t take_swept(struct trie *trie)
{
	if (!trie->used)
		return 0;
	while (trie->next < trie->memory->lines && trie->used[trie->next])
		trie->next++;
	return trie->next < trie->memory->lines ? trie->next++ : 0;
}

uint32_t trie_take_line(struct trie *trie)
{
	struct tg_set_head *head = set_head(trie->memory);
	uint32_t line;

	if (head->next < trie->memory->lines)
		line = head->next++;
	else
		line = take_swept(trie);
	if (!line && sweep(trie))
		line = take_swept(trie);
	if (line)
		memset(tg_set_line(trie->memory, line), 0, TG_SET_LINE);
	return line;
}

void trie_close(struct trie *trie)
{
	free(trie->used);
	trie->used = NULL;
}
