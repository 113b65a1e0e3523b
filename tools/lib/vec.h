/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists that grow: a pointer to the elements, their count, and the room that
 * is allocated for them. To append an element:
 *
 *	if (!vec_reserve(list, room, count + 1))
 *		return -ENOMEM;
 *	list[count++] = element;
 */
#ifndef TG_VEC_H
#define TG_VEC_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Make room for `needed` elements in all; what lies beyond the count is not
 * initialized. False: out of memory, and the list is as it was.
 */
#define vec_reserve(list, room, needed)                                    \
	((needed) <= (room) || ({                                          \
		 void *vec_larger = vec_enlarge((list), &(room), (needed), \
						sizeof(*(list)));          \
                                                                           \
		 if (vec_larger)                                           \
			 (list) = vec_larger;                              \
		 vec_larger != NULL;                                       \
	 }))

/* Doubles the room at least. NULL: out of memory. */
void *vec_enlarge(void *list, size_t *room, size_t needed, size_t size);

#endif
