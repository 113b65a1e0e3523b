// SPDX-License-Identifier: GPL-2.0-only
/*
 * pair_table - prints the map of progs/tutorial/pair_stats.bpf.c: packets and
 * bytes received and sent, for each pair of addresses.
 */
#include "tutorial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "../../progs/tutorial/pair_stats.h"
#include "pinned.h"

static const char usage[] =
	"Usage: pair_table [PIN]\n"
	"\n"
	"Prints packets and bytes, received and sent, per pair of addresses,\n"
	"sorted by address.\n"
	"\n"
	"PIN is the pinned map. If not given, it is that of\n"
	"build/tutorial/pair_stats.o: tc/globals/tut_pairs in /sys/fs/bpf, or\n"
	"where TC_BPF_MNT says.\n";

struct row {
	struct tut_pair pair;
	struct tut_pair_stats stats;
};

struct table {
	struct row *rows;
	size_t used;
	size_t room;
};

static void add_row(struct table *table, const struct row *row)
{
	if (table->used == table->room) {
		table->room = table->room ? table->room * 2 : 64;
		table->rows = reallocarray(table->rows, table->room,
					   sizeof(*table->rows));
		if (!table->rows)
			die("%s", strerror(errno));
	}
	table->rows[table->used++] = *row;
}

static void read_table(int fd, struct table *table)
{
	const struct tut_pair *previous = NULL;
	struct row row;

	while (!bpf_map_get_next_key(fd, previous, &row.pair)) {
		/* the pair may have been evicted from the LRU map meanwhile */
		if (!bpf_map_lookup_elem(fd, &row.pair, &row.stats))
			add_row(table, &row);
		previous = &row.pair;
	}
	if (errno != ENOENT)
		die("can't read the map: %s", strerror(errno));
}

static int by_address(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct tut_pair));
}

static const char *address_text(const __u8 *address, char *text)
{
	static const __u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!memcmp(address, mapped, sizeof(mapped)))
		inet_ntop(AF_INET, address + 12, text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, address, text, INET6_ADDRSTRLEN);
	return text;
}

static void print_row(const struct row *row)
{
	char local[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN];

	printf("%-25s %-25s %10" PRIu64 " %10" PRIu64 " %10" PRIu64
	       " %10" PRIu64 "\n",
	       address_text(row->pair.local, local),
	       address_text(row->pair.remote, remote),
	       (uint64_t)row->stats.rx_packets, (uint64_t)row->stats.rx_bytes,
	       (uint64_t)row->stats.tx_packets, (uint64_t)row->stats.tx_bytes);
}

static void print_table(struct table *table)
{
	if (table->used)
		qsort(table->rows, table->used, sizeof(*table->rows),
		      by_address);
	printf("%-25s %-25s %10s %10s %10s %10s\n", "LOCAL", "REMOTE",
	       "RX-PACKETS", "RX-BYTES", "TX-PACKETS", "TX-BYTES");
	for (size_t i = 0; i < table->used; i++) {
		const struct row *row = &table->rows[i];

		/* the walk restarts if its key is evicted: skip duplicates */
		if (!i || by_address(row - 1, row))
			print_row(row);
	}
}

int main(int argc, char **argv)
{
	struct pinned pinned = {
		.name = "tut_pairs",
		.object = "build/tutorial/pair_stats.o",
		.key_size = sizeof(struct tut_pair),
		.value_size = sizeof(struct tut_pair_stats),
	};
	struct table table = { 0 };
	struct bpf_map_info info;

	expect_arguments(argc, argv, 0, 1, usage);
	pinned.path = argv[1];
	read_table(open_pinned(&pinned, &info), &table);
	print_table(&table);
	free(table.rows);
	return EXIT_SUCCESS;
}
