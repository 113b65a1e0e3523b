// SPDX-License-Identifier: GPL-2.0-only
/*
 * policy_speed - 100,000 rules are parsed and checked in less than a second of
 * CPU time. Built without sanitizers, like the installed tools.
 */
#include <string.h>
#include <time.h>

#include "policy/language/check/check.h"
#include "policy/language/check/hook_limits.h"
#include "policy/language/text/read.h"
#include "tap.h"

#define RULES 100000
#define SECONDS_MAX 1.0
#define RUNS 3

static uint64_t state;

/* A reproducible number below limit: xorshift. */
static unsigned int number(unsigned int limit)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % limit;
}

static void put_prefix(FILE *out, const char *side)
{
	static const unsigned int lengths[] = {
		12, 16, 20, 22, 24, 28, 31, 32
	};
	unsigned int length = number(50) ? lengths[number(8)] : 0;
	uint64_t ones = UINT64_C(0xffffffff00000000) >> length;
	uint32_t address = number(1 << 16) << 16 | number(1 << 16);

	if (!length)
		return;
	address &= (uint32_t)ones;
	fprintf(out, " %s %u.%u.%u.%u/%u", side, address >> 24,
		address >> 16 & 255, address >> 8 & 255, address & 255, length);
}

static void put_port(FILE *out, const char *side)
{
	unsigned int port = number(40000);

	switch (number(4)) {
	case 0:
		return;
	case 1:
		fprintf(out, " %s port %u-%u", side, port,
			port + number(20000));
		return;
	default:
		fprintf(out, " %s port %u", side, number(1024));
	}
}

/* A typical classifier rule: two addresses, two ports, a protocol. */
static void put_five(FILE *out)
{
	fputs(number(2) ? "drop" : "pass", out);
	fputs(number(3) ? " tcp" : " udp", out);
	put_prefix(out, "from");
	put_prefix(out, "to");
	put_port(out, "from");
	put_port(out, "to");
	fputc('\n', out);
}

/* Rules that an index by address cannot speed up. */
static void put_ports(FILE *out)
{
	unsigned int port = number(30000);

	fprintf(out, "pass to port %u-%u\n", port, 60000 - number(20000));
}

static void put_host(FILE *out)
{
	fprintf(out, "drop from 10.%u.%u.%u to 198.51.100.%u\n", number(256),
		number(256), number(256), number(4));
}

/* Sets of ports, some of which contain others. */
static void put_sets(FILE *out)
{
	fprintf(out, "pass tcp to 10.0.%u.0/24 port { %u, %u, %u-%u }\n",
		number(256), number(1000), number(1000) + 2000, 4000,
		4000 + number(1000));
}

/* Returns the seconds needed; infinite if it was rejected. */
static double check(struct tap *tap, const char *text, size_t size)
{
	struct read_options options = { 0 };
	struct diagnostics diagnostics = { 0 };
	struct policy policy;
	double seconds = SECONDS_MAX;
	clock_t began = clock();
	int err;

	err = policy_read_text(&policy, "text", text, size, &options,
			       &diagnostics);
	if (!err)
		err = check_order(&policy, &diagnostics);
	check_hooks(&policy, ALL_HOOKS, true, &diagnostics);
	if (!err && policy.blocks[0].count == RULES)
		seconds = (double)(clock() - began) / CLOCKS_PER_SEC;
	tap_note(tap, "%.3f s, %zu warnings", seconds,
		 diagnostics.counts[SEVERITY_WARNING]);
	diagnostics_free(&diagnostics);
	policy_free(&policy);
	return seconds;
}

static void test(struct tap *tap, const char *name, void (*put)(FILE *out))
{
	double seconds = SECONDS_MAX;
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	state = 1;
	for (int i = 0; i < RULES; i++)
		put(out);
	fclose(out);
	/* minimum of a few runs: the machine may be busy */
	for (int i = 0; i < RUNS && seconds >= SECONDS_MAX; i++)
		seconds = check(tap, text, size);
	tap_ok(tap, seconds < SECONDS_MAX, "%s", name);
	free(text);
}

int main(void)
{
	struct tap tap = tap_plan(stdout, 4);

	test(&tap, "100,000 rules of five fields", put_five);
	test(&tap, "100,000 ranges of ports", put_ports);
	test(&tap, "100,000 hosts", put_host);
	test(&tap, "100,000 sets of ports", put_sets);
	return tap_end(&tap);
}
