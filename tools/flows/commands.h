/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of tg-flows: each returns its exit status. */
#ifndef TG_FLOWS_COMMANDS_H
#define TG_FLOWS_COMMANDS_H

#include "kernel.h"

enum flow_exit {
	FLOW_DONE,
	FLOW_FAILED,
	FLOW_USAGE,
};

struct flow_command {
	const char *verb, *pin;
	char *const *words; /* behind the pin */
	int count;
	uint32_t flows; /* of a new table; 0: not said */
};

int flow_cmd_prepare(const struct flow_command *command);

#endif
