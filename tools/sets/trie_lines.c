// SPDX-License-Identifier: GPL-2.0-only
/* Take lines for nodes and records, and find those that are free again. */
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trie.h"
#include "trie_lines.h"

static struct tg_set_record *record_at(const struct trie *trie, uint32_t line)
{
	return tg_set_line(trie->memory, line);
}

static struct tg_set_node *node_at(const struct trie *trie, uint32_t word)
{
	return tg_set_line(trie->memory, TG_SET_WORD_LINE(word));
}

static void mark_word(struct trie *trie, uint32_t word)
{
	uint32_t line = TG_SET_WORD_LINE(word);

	if (word & TG_SET_WORD_RECORD) {
		for (; line && !trie->used[line];
		     line = record_at(trie, line)->parent)
			trie->used[line] = 1;
		return;
	}
	if (!word)
		return;
	if (word & TG_SET_WORD_WIDE) {
		for (uint32_t i = 0; i < TG_SET_WIDE_LINES; i++) {
			struct tg_set_node *node = node_at(trie, line + i);

			trie->used[line + i] = 1;
			for (int j = 0; j < TG_SET_WORDS_IN_LINE; j++)
				mark_word(trie, node->words[j]);
		}
		return;
	}
	trie->used[line] = 1;
	for (int i = 0; i < TG_SET_WORDS_IN_LINE; i++)
		mark_word(trie, node_at(trie, word)->words[i]);
}

/*
 * Find the lines that no word leads to. A line that was removed may be read for
 * as long as a program runs that has begun before. False: no memory.
 */
static bool sweep(struct trie *trie)
{
	const struct tg_set_head *head = set_head(trie->memory);

	free(trie->used);
	trie->used = calloc(trie->memory->lines, 1);
	trie->next = head->arena;
	if (!trie->used)
		return false;
	mark_word(trie, head->roots[0]);
	mark_word(trie, head->roots[1]);
	trie->used[trie->pending] = 1;
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0;
}

/* A line that the sweep found; 0: there is none left. */
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
		memset(record_at(trie, line), 0, TG_SET_LINE);
	return line;
}

void trie_close(struct trie *trie)
{
	free(trie->used);
	trie->used = NULL;
}
