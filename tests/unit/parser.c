// SPDX-License-Identifier: GPL-2.0-only
/*
 * parser - runs the rows of packets/parser.table through the parser of the
 * plugins, compiled natively. Each row is parsed in five ways: completely, to
 * each depth, cut at every byte, with only the first bytes in the linear part,
 * and with its VLAN tag in the metadata.
 *
 *	build/tests/parser tests/packets/parser.table
 *	build/tests/parser --self-test
 */
#include <string.h>

#include "craft.h"
#include "found.h"
#include "table.h"
#include "tap.h"

#define COLUMNS 2
#define SOME_TAG 0x6fa5

/* Payload bytes that are cut one by one; more would only repeat. */
#define BEHIND_MAX 256

static const char *const depth_names[] = {
	[TG_DEPTH_LINK] = "link",
	[TG_DEPTH_NETWORK] = "network",
	[TG_DEPTH_TRANSPORT] = "transport",
};

struct totals {
	int cuts;
	int splits;
	int tags;
};

struct trial {
	struct craft craft;
	struct craft_extent extent;
	struct found whole;
	FILE *complaints;
	bool passed;
	struct totals *totals;
};

__attribute__((format(printf, 2, 3))) static void
complain(struct trial *trial, const char *format, ...)
{
	va_list args;

	/* only the first error of a row is reported */
	if (!trial->passed)
		return;
	trial->passed = false;
	fputs("# ", trial->complaints);
	va_start(args, format);
	vfprintf(trial->complaints, format, args);
	va_end(args);
	fputc('\n', trial->complaints);
}

static struct delivery delivery_of(const struct craft *craft)
{
	return (struct delivery){
		.bytes = craft->bytes,
		.size = craft->size,
		.at_hand = craft->linear,
		.has_tag = craft->has_metadata,
		.tag = craft->metadata,
	};
}

/* An error is found at the first depth that reaches it. */
static void find_whole(struct found *found, const struct delivery *delivery)
{
	for (enum tg_depth depth = TG_DEPTH_LINK; depth <= TG_DEPTH_TRANSPORT;
	     depth++) {
		find(found, delivery, depth);
		if (found->error) {
			strcat(found->text, " at=");
			strcat(found->text, depth_names[depth]);
			return;
		}
	}
}

static void check_words(struct trial *trial, const char *expected)
{
	if (!found_is(&trial->whole, expected))
		complain(trial, "expected %s\n#    found %s", expected,
			 trial->whole.text);
}

/* Checks the pointers to headers. */
static void check_places(struct trial *trial)
{
	const struct found *whole = &trial->whole;
	long places[] = { whole->arp, whole->ip4, whole->ip6 };
	static const enum layer_role roles[] = { LAYER_ARP, LAYER_IPV4,
						 LAYER_IPV6 };

	if (whole->eth != 0)
		complain(trial, "Ethernet is at byte %ld", whole->eth);
	for (int i = 0; i < 3; i++) {
		const struct craft_layer *layer = trial->craft.layers;

		if (places[i] == FOUND_NOWHERE)
			continue;
		while (layer < trial->craft.layers + trial->craft.count &&
		       layer->kind->role != roles[i])
			layer++;
		if (places[i] != (long)layer->start)
			complain(trial, "network header at byte %ld, not %zu",
				 places[i], layer->start);
	}
}

/* A smaller depth gives the same results without the rest. */
static void check_depths(struct trial *trial)
{
	struct delivery delivery = delivery_of(&trial->craft);
	struct tg_headers link = { 0 }, network = trial->whole.headers;
	struct found found;

	network.transport = TG_L4_NONE;
	network.sport = 0;
	network.dport = 0;
	network.tcp_flags = 0;
	network.icmp_type = 0;
	network.icmp_code = 0;
	link.ethertype = network.ethertype;
	link.vlans = network.vlans;
	memcpy(link.vlan_tci, network.vlan_tci, sizeof(link.vlan_tci));

	find(&found, &delivery, TG_DEPTH_NETWORK);
	if (found.error || memcmp(&found.headers, &network, sizeof(network)))
		complain(trial, "down to the network: %s", found.text);
	find(&found, &delivery, TG_DEPTH_LINK);
	if (found.error || memcmp(&found.headers, &link, sizeof(link)))
		complain(trial, "down to the link: %s", found.text);
}

static void check_cut(struct trial *trial, size_t size)
{
	struct delivery delivery = delivery_of(&trial->craft);
	bool enough =
		size >= trial->extent.headers && size >= trial->extent.claimed;
	struct found found;

	delivery.size = size;
	delivery.at_hand = size;
	find(&found, &delivery, TG_DEPTH_TRANSPORT);
	trial->totals->cuts++;
	if (enough && !trial->whole.error) {
		/* only the bytes after the headers differ */
		found.left = trial->whole.left;
		if (!found_same(&found, &trial->whole))
			complain(trial, "cut to %zu bytes: %s", size,
				 found.text);
	} else if (found.error != TG_ERR_MALFORMED) {
		complain(trial, "cut to %zu bytes, of %zu needed: %s", size,
			 trial->extent.headers, found.text);
	}
}

static void check_cuts(struct trial *trial)
{
	const struct craft_extent *extent = &trial->extent;
	bool is_ip = trial->whole.headers.network == TG_NET_IPV4 ||
		     trial->whole.headers.network == TG_NET_IPV6;

	for (size_t size = 0; size < trial->craft.size; size++) {
		if (size > extent->headers + BEHIND_MAX)
			break;
		/* with length 0, the end of the frame decides */
		if (is_ip && !extent->claimed && size >= extent->headers)
			break;
		check_cut(trial, size);
	}
}

/*
 * Only bytes that are read have to be in the linear part, skipped ones do not.
 */
static void check_splits(struct trial *trial)
{
	struct delivery delivery = delivery_of(&trial->craft);
	struct found found;

	for (size_t at_hand = 0; at_hand < trial->craft.size; at_hand++) {
		if (at_hand > trial->extent.headers + BEHIND_MAX)
			break;
		delivery.at_hand = at_hand;
		find(&found, &delivery, TG_DEPTH_TRANSPORT);
		trial->totals->splits++;
		if (trial->whole.error) {
			if (!found.error)
				complain(trial, "with %zu bytes at hand: %s",
					 at_hand, found.text);
		} else if (at_hand < trial->extent.at_hand) {
			if (found.error != TG_ERR_SPLIT)
				complain(trial,
					 "with %zu bytes at hand, of %zu "
					 "needed: %s",
					 at_hand, trial->extent.at_hand,
					 found.text);
		} else if (!found_same(&found, &trial->whole)) {
			complain(trial, "with %zu bytes at hand: %s", at_hand,
				 found.text);
		}
	}
}

static uint16_t number_at(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* As drivers do, removes the outermost tag from the frame. */
static void check_tag_taken_out(struct trial *trial)
{
	struct craft *craft = &trial->craft;
	struct delivery delivery = delivery_of(craft);
	uint8_t *bytes = malloc(craft->size);
	struct found found;

	if (!bytes)
		abort();
	memcpy(bytes, craft->bytes, 12);
	memcpy(bytes + 12, craft->bytes + 16, craft->size - 16);
	delivery.bytes = bytes;
	delivery.size = craft->size - 4;
	delivery.at_hand = delivery.size;
	delivery.has_tag = true;
	delivery.tag = number_at(craft->bytes + 14);
	find(&found, &delivery, TG_DEPTH_TRANSPORT);
	free(bytes);
	trial->totals->tags++;
	if (!found_same(&found, &trial->whole))
		complain(trial, "with its tag in metadata: %s", found.text);
}

static void check_tag_added(struct trial *trial)
{
	struct delivery delivery = delivery_of(&trial->craft);
	struct found found;

	delivery.has_tag = true;
	delivery.tag = SOME_TAG;
	find(&found, &delivery, TG_DEPTH_TRANSPORT);
	trial->totals->tags++;
	if (!found.error &&
	    (found.headers.vlans != 1 || found.headers.vlan_tci[0] != SOME_TAG))
		complain(trial, "with a tag in metadata: %s", found.text);
	found.headers.vlans = 0;
	found.headers.vlan_tci[0] = 0;
	if (!found_same(&found, &trial->whole))
		complain(trial, "with a tag in metadata: %s", found.text);
}

static void check_tag(struct trial *trial)
{
	const struct craft *craft = &trial->craft;
	uint16_t type = craft->size >= 14 ? number_at(craft->bytes + 12) : 0;

	if (type != 0x8100 && type != 0x88a8)
		check_tag_added(trial);
	else if (craft->size >= 18) /* the tag is complete */
		check_tag_taken_out(trial);
}

static void check(struct trial *trial, const char *expected)
{
	struct delivery delivery = delivery_of(&trial->craft);
	bool plain = trial->craft.linear == trial->craft.size &&
		     !trial->craft.has_metadata;

	trial->extent = craft_extent(&trial->craft);
	find_whole(&trial->whole, &delivery);
	check_words(trial, expected);
	if (!trial->whole.error) {
		check_places(trial);
		check_depths(trial);
	}
	if (plain) {
		check_cuts(trial);
		check_splits(trial);
		check_tag(trial);
	}
}

static void run_row(struct tap *tap, const struct table_row *row,
		    struct totals *totals)
{
	struct trial trial = { .passed = true, .totals = totals };
	char *complaints = NULL;
	size_t size = 0;

	trial.complaints = open_memstream(&complaints, &size);
	if (!trial.complaints)
		abort();
	if (craft_packet(&trial.craft, row->columns[0]) < 0)
		complain(&trial, "line %d: %s", row->line, trial.craft.error);
	else
		check(&trial, row->columns[1]);
	fclose(trial.complaints);
	if (!tap_ok(tap, trial.passed, "%s: %s", row->columns[0],
		    row->columns[1])) {
		fputs(complaints, tap->out);
		tap_dump(tap, trial.craft.bytes, trial.craft.size);
	}
	free(complaints);
	craft_free(&trial.craft);
}

static int run_table(const char *path)
{
	struct totals totals = { 0 };
	struct table table;
	struct tap tap;

	if (table_read(&table, path, COLUMNS) < 0)
		return EXIT_FAILURE;
	tap = tap_plan(stdout, table.count);
	for (size_t i = 0; i < table.count; i++)
		run_row(&tap, &table.rows[i], &totals);
	tap_note(&tap, "%zu rows, %d cuts, %d splits, %d with another tag",
		 table.count, totals.cuts, totals.splits, totals.tags);
	table_free(&table);
	return tap_end(&tap);
}

/* Rows with one error each. */
static const char wrong_rows[] =
	"eth ip4 tcp            | net=ipv4 proto=17 l4=udp sport=1234 "
	"dport=80\n"
	"eth ip4 tcp            | net=ipv4 proto=6 l4=tcp sport=1234 dport=80\n"
	"eth ip4 udp            | net=ipv4 proto=17\n"
	"eth vlan=5 raw=4       | net=other ethertype=0x88b5\n"
	"eth ip6 icmp6          | malformed at=transport\n"
	"eth ip4 ihl=4 tcp      | malformed at=transport\n"
	"eth ip4 ihl=4 tcp      | net=ipv4 proto=6\n"
	"eth ip4 tcp linear=40  | malformed at=transport\n"
	"eth ip5                | net=other ethertype=0x88b5\n"
	"eth ip4 proto=6 raw=40 | net=ipv4 proto=6 l4=tcp sport=258 dport=772 "
	"flags=fin\n";

static int self_test(void)
{
	struct totals totals = { 0 };
	struct table table;
	struct tap tap;

	if (table_parse(&table, "self-test", wrong_rows, COLUMNS) < 0)
		return EXIT_FAILURE;
	tap = tap_plan(stdout, table.count);
	for (size_t i = 0; i < table.count; i++) {
		struct tap inner = { .planned = 1 };
		char *said = NULL;
		size_t size = 0;

		inner.out = open_memstream(&said, &size);
		if (!inner.out)
			abort();
		run_row(&inner, &table.rows[i], &totals);
		fclose(inner.out);
		if (!tap_ok(&tap,
			    inner.failed == 1 && !strncmp(said, "not ok 1", 8),
			    "a wrong row is reported: %s: %s",
			    table.rows[i].columns[0], table.rows[i].columns[1]))
			tap_note(&tap, "it said: %s", said);
		free(said);
	}
	table_free(&table);
	return tap_end(&tap);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--self-test"))
		return self_test();
	return run_table(argc > 1 ? argv[1] : "tests/packets/parser.table");
}
