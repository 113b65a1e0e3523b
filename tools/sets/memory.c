// SPDX-License-Identifier: GPL-2.0-only
/* The clock of the sets' tests. */
#include "memory.h"

uint32_t set_clock;
