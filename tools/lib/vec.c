// SPDX-License-Identifier: GPL-2.0-only
#include "vec.h"

#include <stdlib.h>

void *vec_enlarge(void *list, size_t *room, size_t needed, size_t size)
{
	size_t more = *room * 2 > needed ? *room * 2 : needed;
	void *larger = reallocarray(list, more, size);

	if (larger)
		*room = more;
	return larger;
}
