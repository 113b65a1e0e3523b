/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Growing arrays. A list is a pointer to its elements, their count, and the
 * room, the number of elements that are allocated. To append an element:
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
 * Makes room for `needed` elements in all; new elements are not initialized.
 * Returns false if out of memory, and the list is unchanged.
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

/* At least doubles the room. NULL if out of memory. */
void *vec_enlarge(void *list, size_t *room, size_t needed, size_t size);

#endif
